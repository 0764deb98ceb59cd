"""Checking fits: goodness of fit, leave-one-out, comparison of models, and what may be wrong in plain language."""

from latentnet.checking.bic import BIC, bic
from latentnet.checking.calibration import Calibration, calibrate
from latentnet.checking.comparison import compare
from latentnet.checking.diagnosis import Findings, diagnose
from latentnet.checking.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from latentnet.checking.loo import LOO, loo
from latentnet.checking.sensitivity import prior_sensitivity

__all__ = [
    "BIC",
    "LOO",
    "Calibration",
    "Findings",
    "GoodnessOfFit",
    "bic",
    "calibrate",
    "compare",
    "diagnose",
    "goodness_of_fit",
    "loo",
    "prior_sensitivity",
]

"""Checking fits: goodness of fit, comparison of models."""

from latentnet.checking.comparison import BIC, bic, compare
from latentnet.checking.goodness_of_fit import GoodnessOfFit, goodness_of_fit

__all__ = ["BIC", "GoodnessOfFit", "bic", "compare", "goodness_of_fit"]

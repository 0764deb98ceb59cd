"""Latent position models and latent position cluster models of networks.

Public names are imported from here; `plot`, which needs matplotlib, and `model_selection` are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from latentnet import datasets, effects, families, study
from latentnet._exceptions import ConvergenceWarning, LatentnetWarning
from latentnet._version import __version__ as __version__
from latentnet.checking import bic, calibrate, compare, diagnose, goodness_of_fit, loo, prior_sensitivity
from latentnet.inference import MAP, MCMC, PriorDraws, Variational
from latentnet.meant import guide
from latentnet.models import (
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentPositionModel,
)
from latentnet.models.aligned import align_to
from latentnet.models.loading import load, resume
from latentnet.models.merged import merge
from latentnet.network import Network
from latentnet.network.layers import Layers
from latentnet.priors import Priors
from latentnet.study import compare_waves, composition, next_interviews, roles

if TYPE_CHECKING:
    from latentnet import model_selection, plot

__all__ = [
    "MAP",
    "MCMC",
    "ConvergenceWarning",
    "DynamicLatentClusterModel",
    "DynamicLatentPositionModel",
    "LatentClusterModel",
    "LatentPositionModel",
    "LatentnetWarning",
    "Layers",
    "Network",
    "PriorDraws",
    "Priors",
    "Variational",
    "align_to",
    "bic",
    "calibrate",
    "compare",
    "compare_waves",
    "composition",
    "datasets",
    "diagnose",
    "effects",
    "families",
    "goodness_of_fit",
    "load",
    "loo",
    "merge",
    "model_selection",
    "next_interviews",
    "plot",
    "prior_sensitivity",
    "resume",
    "roles",
    "study",
]


if not TYPE_CHECKING:  # type checkers should still find misspelt names

    def __getattr__(name: str) -> Any:
        if name in ("model_selection", "plot"):
            return import_module(f"latentnet.{name}")
        return _absent(name)

    _absent = guide("latentnet", __all__)


def __dir__() -> list[str]:
    return sorted(__all__)

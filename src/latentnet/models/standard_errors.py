"""Standard errors of what is reported of a mode."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from latentnet.inference.base import InferenceResult
from latentnet.inference.curvature import STEP, beside_mode
from latentnet.problem.named import as_draws

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["add_standard_errors"]


def add_standard_errors(
    table: pd.DataFrame, model: Any, columns: Callable[[Any], dict[str, np.ndarray]], probability: float
) -> None:
    """Fill in `sd`, `lower` and `upper` of a summary of a mode, by the delta method; NaN where they are not to be had.

    Parameters
    ----------
    table : DataFrame
        By quantity.
    model : fitted estimator
    columns : callable
        Quantities of a model by name, each (1, n_draws).
    probability : float
    """
    table[["sd", "lower", "upper"]] = np.nan
    problem: Problem = model._problem
    beside = beside_mode(problem, model.draws_.pooled[0])
    if beside is None:
        return
    moved = copy.copy(model)
    theta = beside.reshape(1, -1, problem.n_parameters)
    moved.draws_ = as_draws(problem, InferenceResult(theta, "mode"), {}, {}, None)
    found = columns(moved)
    for name in table.index.intersection(list(found)):
        one, other = found[name].reshape(2, -1)
        table.loc[name, "sd"] = np.sqrt(np.sum((one - other) ** 2)) / (2.0 * STEP)
    half = float(ndtri(0.5 * (1.0 + probability))) * table["sd"]
    table["lower"], table["upper"] = table["mean"] - half, table["mean"] + half

"""Standard errors of what is reported of a mode."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from latentnet._exceptions import warn
from latentnet.inference.base import InferenceResult
from latentnet.inference.curvature import MOST_PARAMETERS, STEP, beside_mode
from latentnet.problem.named import as_draws

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["add_standard_errors"]

_NOT_CURVED = (
    "at the mode the posterior density is not curved as at a maximum in all directions, as where actors with the same "
    "ties lie on one spot"
)


def add_standard_errors(
    table: pd.DataFrame, model: Any, columns: Callable[[Any], dict[str, np.ndarray]], probability: float
) -> None:
    """Fill in `sd`, `lower` and `upper` of a summary of a mode, by the delta method; NaN where they are not to be had.

    Why they are not is in the table's ``attrs["standard_errors"]``, and where that is not by size a warning.

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
        of_size = problem.n_parameters > MOST_PARAMETERS
        why = f"there are over {MOST_PARAMETERS:,} parameters" if of_size else _NOT_CURVED
        table.attrs["standard_errors"] = f"none: {why}; inference='mcmc' and 'variational' have intervals"
        if not of_size:
            warn(f"summary has no standard errors (NaN): {why}; inference='mcmc' and 'variational' have intervals")
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

"""A comparison of models as a picture."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from latentnet.plot.look.colors import GREY, NEUTRAL
from latentnet.plot.look.frame import open_frame

__all__ = ["compare"]

_POINT = "#0072B2"


def compare(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw a table of `latentnet.compare`: how far each model is behind the best.

    Points are differences in expected log predictive density, bars reach two standard errors of the difference to
    either side: a bar that crosses the line is of a model that cannot be told from the best. Of ``criterion="bic"`` the
    points are differences of BIC, without bars.

    Parameters
    ----------
    table : DataFrame
        What `latentnet.compare` returns.
    ax : matplotlib Axes, optional
        None makes a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        For another table.

    Examples
    --------
    >>> import pandas as pd
    >>> from latentnet import plot
    >>> table = pd.DataFrame({"difference": [0.0, -9.1], "se_difference": [0.0, 3.2]}, index=["d=2", "d=1"])
    >>> ax = plot.compare(table)
    """
    if {"difference", "se_difference"} <= set(table.columns):
        error: Any = 2.0 * table["se_difference"].to_numpy()
        difference, name = table["difference"].to_numpy(), "elpd"
    elif "bic_difference" in table:
        difference, error, name = table["bic_difference"].to_numpy(), None, "BIC"
    else:
        raise ValueError(f"table must be one of latentnet.compare, but has the columns {list(table.columns)}")
    if ax is None:
        _, ax = plt.subplots(figsize=(5.0, 0.8 + 0.4 * len(table)), layout="constrained")
    at: Any = np.arange(len(table))
    ax.axvline(0.0, color=NEUTRAL, linewidth=1.0)
    ax.errorbar(difference, at, xerr=error, fmt="o", color=_POINT, ecolor=GREY, markersize=5, linewidth=1.2, capsize=2)
    ax.set_yticks(at, [str(label) for label in table.index])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(f"difference in {name} to the best")
    open_frame(ax)
    return ax

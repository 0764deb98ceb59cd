"""A comparison of models as a picture."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from latentnet.constraints import Rule, checked
from latentnet.plot.arguments import AXES
from latentnet.plot.look.colors import GREY, NEUTRAL
from latentnet.plot.look.frame import open_frame

__all__ = ["compare"]

_OF_ELPD, _OF_BIC = {"difference", "se_difference"}, {"bic_difference"}
_TABLE = Rule(
    "a table of latentnet.compare",
    lambda value: isinstance(value, pd.DataFrame) and any(columns <= {*value} for columns in (_OF_ELPD, _OF_BIC)),
)
_POINT = "#0072B2"


@checked(table=_TABLE, ax=AXES)
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
    if {*table} >= _OF_ELPD:
        error: Any = 2.0 * table["se_difference"].to_numpy()
        difference, name = table["difference"].to_numpy(), "elpd"
    else:
        difference, error, name = table["bic_difference"].to_numpy(), None, "BIC"
    if ax is None:
        _, ax = plt.subplots(figsize=(5.0, 0.8 + 0.4 * len(table)), layout="constrained")
    at: Any = np.arange(len(table))
    ax.axvline(0.0, color=NEUTRAL, linewidth=1.0)
    ax.errorbar(difference, at, xerr=error, fmt="o", color=_POINT, ecolor=GREY, markersize=5, linewidth=1.2, capsize=2)
    ax.set_yticks(at, [str(label) for label in table.index], parse_math=False)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(f"difference in {name} to the best")
    open_frame(ax)
    return ax

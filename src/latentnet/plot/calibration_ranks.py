"""A calibration as a picture: distributions of ranks beside those of uniform ones."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from latentnet.constraints import COUNT, FRACTION, checked, having
from latentnet.plot.look.colors import NEUTRAL
from latentnet.plot.look.frame import open_frame

__all__ = ["calibration_ranks"]

_RESULT = having("what latentnet.calibrate returns", "ranks", "bands")
_INSIDE, _OUTSIDE = "#0072B2", "#D55E00"


@checked(result=_RESULT, level=FRACTION, columns=COUNT)
def calibration_ranks(result: Any, *, level: float = 0.95, columns: int = 4) -> Figure:
    """Draw what `latentnet.calibrate` found, a panel for each quantity.

    A line is the distribution function of the ranks less that of uniform ones; the band holds all of it with
    probability `level`, if ranks are uniform. Where it leaves the band it is red. A hill in the left half and a valley
    in the right one are draws that do not spread far enough; a hill alone are draws that are too high, a valley alone
    too low.

    Parameters
    ----------
    result : Calibration
    level : float
        Of a panel's band; of many panels a few leave it: 1 − (1 − level)/panels is for all at once.
    columns : int

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    TypeError
        For another result.
    ValueError
        For a level that is not between 0 and 1.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from latentnet import plot
    >>> from latentnet.checking import Calibration
    >>> found = Calibration(pd.DataFrame({"intercept": np.arange(50) * 2}), pd.DataFrame())
    >>> figure = plot.calibration_ranks(found)
    """
    names = list(result.ranks.columns)
    width = min(columns, len(names))
    n_rows = -(-len(names) // width)
    figure, axes = plt.subplots(
        n_rows,
        width,
        figsize=(2.4 * width, 1.9 * n_rows),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    n, n_ranks = result.n_replications, result.n_ranks
    at = np.arange(1, n_ranks) / n_ranks
    low, high = (edge / n - at for edge in result.bands(level))
    for ax, name in zip(axes.flat, names, strict=False):
        below = np.cumsum(np.bincount(result.ranks[name], minlength=n_ranks))[:-1] / n - at
        out = bool(np.any((below < low - 1e-12) | (below > high + 1e-12)))
        _draw(ax, at, below, low, high, _OUTSIDE if out else _INSIDE)
        ax.set_title(name, fontsize=8, parse_math=False)
    for ax in axes.flat[len(names) :]:
        ax.set_axis_off()
    for ax in axes.flat[max(0, len(names) - width) : len(names)]:
        ax.tick_params(labelbottom=True)
    figure.supxlabel("rank of the true value", fontsize=9)
    figure.supylabel("distribution less uniform", fontsize=9)
    return figure


def _draw(ax: Any, at: np.ndarray, below: np.ndarray, low: np.ndarray, high: np.ndarray, color: str) -> None:
    ax.fill_between(at, low, high, step="mid", color=NEUTRAL, alpha=0.5, linewidth=0)
    ax.axhline(0.0, color="white", linewidth=0.8)
    ax.step(at, below, where="mid", color=color, linewidth=1.2)
    ax.tick_params(labelsize=7)
    open_frame(ax)

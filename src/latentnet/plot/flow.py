"""Where the members of each cluster went: a flow (alluvial) plot of two periods."""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from latentnet.constraints import checked, having
from latentnet.plot.arguments import AXES
from latentnet.plot.look.colors import NEUTRAL, categorical

__all__ = ["flow"]

FloatArray = NDArray[np.float64]

_WIDTH = 0.09  # of a column, of 1 between the columns' centres
_GAP = 0.03  # between the bars of a column, of all actors
_COMPARISON = having("what latentnet.compare_waves returns", "flow", "correspondence")
_THINNEST = 0.05  # expected actors: no band or bar thinner than this is drawn
_SIZE = 8.0


class _Bars(NamedTuple):
    """The bars of one column, in the order of the table's rows or columns."""

    bottoms: FloatArray
    heights: FloatArray
    colors: list[str]
    names: list[str]


@checked(comparison=_COMPARISON, ax=AXES)
def flow(comparison: Any, *, ax: Axes | None = None) -> Axes:
    """Draw how actors went from the clusters of one period to those of the next.

    The bars on the left are the clusters of the first period, on the right those of the second; a band is as wide as
    the expected number of actors who went that way, and has the colour of the cluster that they come from. A cluster of
    the second period has the colour of the one that it continues. Those who joined or left are grey.

    Parameters
    ----------
    comparison : result of `latentnet.compare_waves`
        Of two models with clusters.
    ax : matplotlib Axes, optional
        None makes a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the models had no clusters.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import pandas as pd
    >>> from latentnet import plot
    >>> table = pd.DataFrame([[8.0, 1.0, 2.0], [0.5, 9.5, 0.0], [1.0, 2.0, 0.0]], [0, 1, "joined"], [0, 1, "left"])
    >>> comparison = SimpleNamespace(flow=table, correspondence=pd.Series([0, 1], dtype="Int64"))
    >>> ax = plot.flow(comparison)
    """
    if comparison.flow is None:
        raise ValueError(
            "flow needs the clusters of both periods, but a model of the comparison has none; compare two "
            "fits of LatentClusterModel"
        )
    counts = np.asarray(comparison.flow, dtype=np.float64)
    origins, targets = _columns(counts, comparison.correspondence)
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 4.2), layout="constrained")
    _bands(ax, counts, origins, targets)
    for x, bars, title in ((0.0, origins, "first period"), (1.0, targets, "second period")):
        _draw_bars(ax, x, bars, counts.sum())
        ax.text(x, 1.0 + 2 * _GAP, title, ha="center", va="bottom", size=_SIZE + 1)
    low = min(bars.bottoms[bars.heights > 0].min() for bars in (origins, targets))
    ax.set(xlim=(-0.42, 1.42), ylim=(low - _GAP, 1.0 + 5 * _GAP))
    ax.set_axis_off()
    return ax


def _columns(counts: FloatArray, correspondence: Any) -> tuple[_Bars, _Bars]:
    """Bars of both periods; a cluster stands on the right at the height of the one that it continues."""
    n_first, n_second = counts.shape[0] - 1, counts.shape[1] - 1
    continues = [None if pd.isna(code) else int(code) for code in correspondence]
    n_new = sum(code is None for code in continues)
    palette = list(categorical(n_first + n_new))
    fresh = iter(palette[n_first:])
    colors = [next(fresh) if code is None else palette[code] for code in continues]
    order = sorted(range(n_second), key=lambda g: (n_first if continues[g] is None else continues[g], g))
    total = counts.sum()
    first = _stack(counts.sum(axis=1) / total, list(range(n_first + 1)))
    second = _stack(counts.sum(axis=0) / total, [*order, n_second])
    return (
        _Bars(*first, [*palette[:n_first], NEUTRAL], [*(f"cluster {g}" for g in range(n_first)), "joined"]),
        _Bars(*second, [*colors, NEUTRAL], [*(f"cluster {g}" for g in range(n_second)), "left"]),
    )


def _stack(heights: FloatArray, order: list[int]) -> tuple[FloatArray, FloatArray]:
    """Bottoms of bars that stand on each other, the first of the order on top."""
    bottoms, top = np.zeros(len(heights)), 1.0
    for g in order:
        bottoms[g] = top - heights[g]
        top = bottoms[g] - _GAP
    return bottoms, heights


def _bands(ax: Any, counts: FloatArray, origins: _Bars, targets: _Bars) -> None:
    total = counts.sum()
    left, right = origins.bottoms + origins.heights, targets.bottoms + targets.heights
    # Bands leave a bar in the order in which they arrive on the other side, so that few cross.
    rows, columns = np.argsort(-origins.bottoms), np.argsort(-targets.bottoms)
    starts, ends = np.zeros_like(counts), np.zeros_like(counts)
    for g in rows:
        starts[g, columns] = left[g] - np.cumsum(np.r_[0.0, counts[g, columns[:-1]]]) / total
    for h in columns:
        ends[rows, h] = right[h] - np.cumsum(np.r_[0.0, counts[rows[:-1], h]]) / total
    for g, h in zip(*np.nonzero(counts > _THINNEST), strict=True):
        patch = PathPatch(
            _band(starts[g, h], ends[g, h], counts[g, h] / total), facecolor=origins.colors[g], alpha=0.45, linewidth=0
        )
        patch.set_gid("flow")
        ax.add_patch(patch)


def _band(start: float, end: float, height: float) -> Path:
    """A band from the top height `start` on the left to `end` on the right."""
    near, far = _WIDTH / 2, 1.0 - _WIDTH / 2
    points = [
        (near, start), (0.5, start), (0.5, end), (far, end),
        (far, end - height), (0.5, end - height), (0.5, start - height), (near, start - height), (near, start),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])


def _draw_bars(ax: Any, x: float, bars: _Bars, total: float) -> None:
    """Bars about `x`, with their names and expected numbers of actors on the outer side."""
    side = -1.0 if x == 0.0 else 1.0
    for bottom, height, color, name in zip(*bars, strict=True):
        if height * total <= _THINNEST:
            continue
        ax.add_patch(Rectangle((x - _WIDTH / 2, bottom), _WIDTH, height, facecolor=color, linewidth=0, zorder=3))
        text = ax.text(
            x + side * (_WIDTH / 2 + 0.03), bottom + height / 2, f"{name} ({round(height * total, 1):g})", size=_SIZE,
            va="center", ha="right" if side < 0 else "left",
        )  # fmt: skip
        text.set_gid("bar")

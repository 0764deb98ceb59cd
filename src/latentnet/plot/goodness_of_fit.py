"""Observed statistics over the intervals of simulated networks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentnet.checks import shown
from latentnet.constraints import NAMES, checked, having, optional
from latentnet.plot.look.colors import GREY, NEUTRAL
from latentnet.plot.look.frame import open_frame

__all__ = ["goodness_of_fit"]

_RESULT = having("what latentnet.goodness_of_fit returns", "p_values", "simulated", "table")
_MOST_IN_A_ROW = 4
_MOST_TICKS = 12
_CROWDED = 5.0  # times as many dyads of one value as of any other
_MARGIN = 0.08
_LINE = "#0072B2"


@checked(result=_RESULT, statistics=optional(NAMES))
def goodness_of_fit(result: Any, statistics: str | Sequence[str] | None = None) -> Figure:
    """Draw what `latentnet.goodness_of_fit` found, a panel for each statistic.

    Grey bars are intervals of 90 % of the simulated networks, with their means as ticks; the line is the observed
    network. Where it leaves the bars, the model does not reproduce the network; p is that of the whole panel. Values of
    which one is far more frequent than all others, mostly 0, are scaled by roots.

    Parameters
    ----------
    result : GoodnessOfFit
    statistics : str, sequence of str, optional
        Which ones. None: all.

    Returns
    -------
    matplotlib.figure.Figure
        Of a joint model with a row of panels for each network.

    Raises
    ------
    ValueError
        For a statistic that the result has not.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import plot
    >>> from latentnet.datasets import load_sampson
    >>> model = latentnet.LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    >>> found = latentnet.goodness_of_fit(model, n_networks=20, random_state=1)
    >>> figure = plot.goodness_of_fit(found, ["in_degree", "distance"])
    >>> len(figure.axes)
    2
    """
    panels = _panels(result, statistics)
    joint = isinstance(panels[0][0], tuple)
    n_rows = len({key[0] for key, _ in panels}) if joint else math.ceil(len(panels) / _MOST_IN_A_ROW)
    columns = list(dict.fromkeys(key[1] for key, _ in panels)) if joint else []
    n_columns = len(columns) if joint else min(len(panels), _MOST_IN_A_ROW)
    figure, axes = plt.subplots(
        n_rows, n_columns, figsize=(3.1 * n_columns, 2.5 * n_rows), layout="constrained", squeeze=False
    )
    rows = list(dict.fromkeys(key[0] for key, _ in panels)) if joint else []
    used = set()
    for k, (key, table) in enumerate(panels):
        place = (rows.index(key[0]), columns.index(key[1])) if joint else divmod(k, n_columns)
        used.add(place)
        _draw(axes[place], table, _title(key), float(result.p_values[key]))
        if _statistic(key) == "values":
            _uncrowd(axes[place], table)
    for place in np.ndindex(axes.shape):
        if place not in used:
            axes[place].remove()
    return figure


def _panels(result: Any, statistics: str | Sequence[str] | None) -> list[tuple[Any, pd.DataFrame]]:
    """Keys of `p_values` with their part of the table, in its order."""
    wanted = [statistics] if isinstance(statistics, str) else statistics
    names = list(dict.fromkeys(result.p_values.index.get_level_values("statistic")))
    for name in wanted if wanted is not None else ():
        if name not in names:
            raise ValueError(f"statistics must be among {', '.join(map(repr, names))}, but has {shown(name)}")
    levels = result.table.index.names[:-1]
    parts = result.table.groupby(level=list(range(len(levels))), sort=False)
    found = [(key if len(levels) > 1 else key[0], part.droplevel(levels)) for key, part in parts]
    return [(key, part) for key, part in found if wanted is None or _statistic(key) in wanted]


def _statistic(key: Any) -> str:
    return key[1] if isinstance(key, tuple) else key


def _title(key: Any) -> str:
    name = _statistic(key).replace("_", " ")
    if not isinstance(key, tuple):
        return name
    return f"{_network(key[0])}: {name}"


def _network(name: Any) -> str:
    """Layer, site and period in words, as far as there are several."""
    if isinstance(name, tuple):
        return f"{name[0]}, {_network(name[1])}"
    return f"period {name}" if isinstance(name, int | np.integer) else str(name)


def _draw(ax: Axes, table: pd.DataFrame, title: str, p: float) -> None:
    at = np.arange(len(table))
    height = np.maximum(table["high"] - table["low"], 0.0)
    ax.bar(at, height, bottom=table["low"], width=0.7, color=NEUTRAL, alpha=0.7, linewidth=0)
    ax.hlines(table["mean"], at - 0.35, at + 0.35, color=GREY, linewidth=1.2)
    words = any(isinstance(value, str) for value in table.index)
    ax.plot(at, table["observed"], color=_LINE, marker="o", markersize=3.5, linewidth=0.0 if words else 1.6)
    middle, half = (len(at) - 1) / 2.0, max(len(at), 3) / 2.0
    ax.set_xlim(middle - half - 0.1, middle + half + 0.1)
    ax.use_sticky_edges = False
    ax.margins(y=_MARGIN)
    ax.set_title(f"{title} (p = {p:.2g})", size=9, parse_math=False)
    ax.tick_params(labelsize=8)
    shown = at if words else at[:: max(1, math.ceil(len(at) / _MOST_TICKS))]
    labels = ["∞" if value == np.inf else str(value) for value in table.index[shown]]
    tilted = words and len(at) > 3
    align = "right" if tilted else "center"
    ax.set_xticks(shown, labels, rotation=60 if tilted else 0, ha=align, rotation_mode="anchor", parse_math=False)
    open_frame(ax)


def _uncrowd(ax: Axes, table: pd.DataFrame) -> None:
    """Scale by roots where one value, mostly 0, has so many dyads that those of the others are not told apart."""
    *_, second, most = sorted([0.0, 0.0, *np.maximum(table["observed"], table["high"])])
    if most > _CROWDED * second:
        ax.set_yscale("function", functions=(_root, _square))
        ax.set_ylim(_square(-_MARGIN) * most, _square(1.0 + _MARGIN) * most)
        powers = 10.0 ** np.arange(1, 20)
        ax.set_yticks([0.0, *powers[(powers > 0.01 * most) & (powers <= most)]])


def _root(counts: Any) -> Any:
    return np.sign(counts) * np.sqrt(np.abs(counts))  # margins reach below 0


def _square(roots: Any) -> Any:
    return np.sign(roots) * np.square(roots)

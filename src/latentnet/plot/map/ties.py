"""Ties as thin lines, arrows or arcs, fainter the more there are."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch
from mpl_toolkits.mplot3d.art3d import Line3DCollection
from numpy.typing import NDArray

from latentnet.plot.map.scene import Canvas
from latentnet.plot.picture import MOST_ARROWS, by_place, half_ellipses, tie_looks

__all__ = ["draw_ties"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_COLOR = (0.32, 0.34, 0.38)


def draw_ties(
    scene: Canvas,
    tied: tuple[IntArray, FloatArray, NDArray[np.bool_]],
    radii: FloatArray,
    *,
    directed: bool,
    color: tuple[float, float, float] = _COLOR,
    bend: float = 0.0,
) -> None:
    """Draw ties, as `tie_pairs` returns them, beneath the actors.

    Weak ties are fainter than strong ones. Up to 250 directed ties are arrows (two heads where mutual),
    more are lines. With `bend` they leave the straight line by this share of their length, in two dimensions.
    """
    pairs, strength, mutual = tied
    if not len(pairs):
        return
    fade, width = tie_looks(strength)
    colors = np.column_stack([np.tile(color, (len(pairs), 1)), fade])
    arrows = directed and len(pairs) <= MOST_ARROWS and scene.n_shown == 2
    pairs, order = by_place(scene.coordinates, pairs, oriented=~mutual & arrows)
    strength, mutual = strength[order], mutual[order]
    if arrows:
        _draw_arrows(scene, pairs, mutual, colors, width, radii, bend)
        return
    segments = half_ellipses(scene.coordinates[pairs, 0]) if scene.n_shown == 1 else list(scene.coordinates[pairs])
    if bend and scene.n_shown == 2:
        segments = _bent(scene.coordinates[pairs], bend)
    kind = Line3DCollection if scene.n_shown == 3 else LineCollection
    lines = kind(segments, colors=colors, linewidths=width, zorder=3)
    lines.set_gid("ties")
    lines.set_rasterized(len(segments) > 20_000)  # a vector file of so many lines opens in no editor
    scene.ax.add_collection(lines, autolim=False)


def _bent(ends: FloatArray, bend: float) -> list[FloatArray]:
    """Curves (21, 2) between the ends (n_ties, 2, 2), as arrows of the same bend have them."""
    first, last = ends[:, 0], ends[:, 1]
    across = np.column_stack([last[:, 1] - first[:, 1], first[:, 0] - last[:, 0]])
    middle, t = 0.5 * (first + last) + bend * across, np.linspace(0.0, 1.0, 21)[:, None]
    return [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(first, middle, last, strict=True)]


def _draw_arrows(
    scene: Canvas,
    pairs: IntArray,
    mutual: NDArray[np.bool_],
    colors: FloatArray,
    width: float,
    radii: FloatArray,
    bend: float,
) -> None:
    for (i, j), both, color in zip(pairs, mutual, colors, strict=True):
        arrow = FancyArrowPatch(
            tuple(scene.coordinates[i]),
            tuple(scene.coordinates[j]),
            arrowstyle="<|-|>" if both else "-|>",
            mutation_scale=4.5,
            shrinkA=float(radii[i]) + 0.8,
            shrinkB=float(radii[j]) + 0.8,
            color=tuple(color),
            linewidth=width,
            joinstyle="miter",
            connectionstyle=f"arc3,rad={bend}",
            zorder=3,
        )
        arrow.set_gid("ties")
        arrow.set_in_layout(False)
        scene.ax.add_patch(arrow)

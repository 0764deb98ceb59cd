"""Ties as thin lines, arrows or arcs, fainter the more there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch
from mpl_toolkits.mplot3d.art3d import Line3DCollection
from numpy.typing import NDArray

from latentnet.plot.map.scene import Scene

__all__ = ["by_place", "draw_ties", "tie_pairs"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MOST_ARROWS = 250
_COLOR = (0.32, 0.34, 0.38)


def tie_pairs(network: Any) -> tuple[IntArray, FloatArray, NDArray[np.bool_]]:
    """Each tie once: actors (n_lines, 2), strength relative to the strongest, whether it runs both ways."""
    ties = network.ties.tocoo()
    sender, receiver = (np.asarray(end, dtype=np.int64) for end in (ties.row, ties.col))
    strength = np.abs(np.asarray(ties.data, dtype=np.float64))
    if network.two_mode:
        mutual = np.zeros(len(sender), dtype=bool)
    else:
        n = ties.shape[0]
        mutual = np.isin(sender * n + receiver, receiver * n + sender)
        first = ~mutual | (sender < receiver)
        if network.directed:  # a mutual tie is as strong as its stronger half
            both = ties.tocsr()
            strength = np.maximum(strength, np.abs(np.asarray(both[receiver, sender]).ravel()))
        sender, receiver, strength, mutual = sender[first], receiver[first], strength[first], mutual[first]
    top = strength.max(initial=0.0)
    return np.column_stack([sender, receiver]), strength / top if top > 0 else strength, mutual


def by_place(points: FloatArray, pairs: IntArray, *, oriented: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Ties from left to right, so that a file tells nothing of the order of the actors in the network.

    Parameters
    ----------
    points : (n_actors, n_shown) array
    pairs : (n_ties, 2) int array
    oriented : (n_ties,) bool array
        Ties that are drawn as running from the first actor to the second; of others the left end comes first.

    Returns
    -------
    pairs : (n_ties, 2) int array
    order : (n_ties,) int array
        Which of the given ties each is.
    """
    ends = points[pairs]
    leftmost = np.lexsort(np.moveaxis(ends, 2, 0)[::-1], axis=1)
    leftmost[oriented] = [0, 1]
    pairs = np.take_along_axis(pairs, leftmost, axis=1)
    order = np.lexsort(points[pairs].reshape(len(pairs), -1).T[::-1])
    return pairs[order], order


def draw_ties(scene: Scene, network: Any, radii: FloatArray) -> None:
    """Draw the ties of `network` beneath the actors.

    Weak ties are fainter than strong ones. Up to 250 directed ties are arrows (two heads where mutual),
    more are lines.
    """
    pairs, strength, mutual = tie_pairs(network)
    if not len(pairs):
        return
    alpha = float(np.clip(5.5 / np.sqrt(len(pairs)), 0.03, 0.6))
    width = float(np.clip(9.0 / np.sqrt(len(pairs)), 0.35, 0.8))
    fade = np.clip(alpha * (0.3 + 0.7 * strength), 0.02, 1.0)
    colors = np.column_stack([np.tile(_COLOR, (len(pairs), 1)), fade])
    arrows = network.directed and not network.two_mode and len(pairs) <= _MOST_ARROWS and scene.n_shown == 2
    pairs, order = by_place(scene.coordinates, pairs, oriented=~mutual & arrows)
    strength, mutual = strength[order], mutual[order]
    if arrows:
        _draw_arrows(scene, pairs, mutual, colors, width, radii)
        return
    segments = _arcs(scene.coordinates, pairs) if scene.n_shown == 1 else list(scene.coordinates[pairs])
    kind = Line3DCollection if scene.n_shown == 3 else LineCollection
    lines = kind(segments, colors=colors, linewidths=width, zorder=3)
    lines.set_gid("ties")
    lines.set_rasterized(len(segments) > 20_000)  # a vector file of so many lines opens in no editor
    scene.ax.add_collection(lines, autolim=False)


def _draw_arrows(
    scene: Scene,
    pairs: IntArray,
    mutual: NDArray[np.bool_],
    colors: FloatArray,
    width: float,
    radii: FloatArray,
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
            zorder=3,
        )
        arrow.set_gid("ties")
        arrow.set_in_layout(False)
        scene.ax.add_patch(arrow)


def _arcs(coordinates: FloatArray, pairs: IntArray) -> list[FloatArray]:
    """Half ellipses over a line, the highest of height 1."""
    x = coordinates[pairs, 0]
    turn = np.linspace(0.0, np.pi, 40)
    middle, reach = x.mean(axis=1), np.abs(x[:, 1] - x[:, 0]) / 2
    height = reach / max(float(reach.max()), 1e-12)
    return [
        np.column_stack([m + r * np.cos(turn), h * np.sin(turn)]) for m, r, h in zip(middle, reach, height, strict=True)
    ]

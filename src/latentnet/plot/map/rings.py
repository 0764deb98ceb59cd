"""Clusters: rings at one and two standard deviations, darker to the centre, and their means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.patches import Circle
from numpy.typing import NDArray

from latentnet.plot.map.scene import Canvas
from latentnet.plot.picture import RINGS, cluster_moments

__all__ = ["draw_rings"]

FloatArray = NDArray[np.float64]


def draw_rings(scene: Canvas, model: Any, palette: Sequence[str]) -> None:
    """Draw each cluster's rings and its number at its mean, which tells clusters apart without colour, too.

    Bands in one dimension, circles in two, spheres in three.
    """
    means, scales = cluster_moments(model)
    means = means[:, : scene.n_shown]
    for mean, scale, color in zip(means, scales, palette, strict=True):
        if scene.n_shown == 2:
            _circles(scene.ax, mean, scale, color)
        elif scene.n_shown == 1:
            for k in RINGS:
                scene.ax.axvspan(mean[0] - k * scale, mean[0] + k * scale, color=color, alpha=0.12, lw=0, zorder=1)
        else:
            _spheres(scene.ax, mean, scale, color)
    if scene.n_shown == 2:
        _centres(scene.ax, means)


def _circles(ax: Any, mean: FloatArray, scale: float, color: str) -> None:
    for k in RINGS:
        fill = Circle((mean[0], mean[1]), k * scale, facecolor=color, edgecolor="none", alpha=0.13, zorder=1)
        line = Circle((mean[0], mean[1]), k * scale, fill=False, edgecolor=color, alpha=0.55, lw=0.6, zorder=1.5)
        for ring in (fill, line):
            ring.set_gid("ring")
            ring.set_in_layout(False)
            ax.add_patch(ring)


def _spheres(ax: Any, mean: FloatArray, scale: float, color: str) -> None:
    along, around = np.meshgrid(np.linspace(0, np.pi, 13), np.linspace(0, 2 * np.pi, 25), indexing="ij")
    ball = np.stack([np.sin(along) * np.cos(around), np.sin(along) * np.sin(around), np.cos(along)])
    for k in RINGS:
        x, y, z = mean[:, None, None] + k * scale * ball
        ax.plot_surface(x, y, z, color=color, alpha=0.07, shade=False, linewidth=0, antialiased=False)


def _centres(ax: Any, means: FloatArray) -> None:
    halo = [patheffects.withStroke(linewidth=2.2, foreground="white")]
    for g, mean in enumerate(means):
        number = ax.text(
            mean[0], mean[1], str(g), color="#1a1a1a", size=8, weight="bold", ha="center", va="center",
            path_effects=halo, zorder=7, clip_on=True, in_layout=False,
        )  # fmt: skip
        number.set_gid("cluster-number")

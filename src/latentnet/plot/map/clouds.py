"""Posterior uncertainty of positions: clouds of draws, and contours that hold 50 and 90 % of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_rgba
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from latentnet.plot.map.scene import Canvas

__all__ = ["CONTENTS", "chosen_draws", "draw_clouds", "draw_contours", "draw_pooled_contours"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CONTENTS = (0.9, 0.5)  # probability inside each contour, outermost first
_MOST_DOTS = 400  # of one actor: more make a heavy file and no better picture
_GRID = 160


def chosen_draws(model: Any, actors: IntArray, n_shown: int) -> FloatArray:
    """Draws of the positions of `actors` on the axes that are shown, (n_all_draws, n_chosen, n_shown)."""
    draws = getattr(model, "draws_", None)
    if draws is None or draws.kind == "mode":
        has = "none" if draws is None else "only a mode, about which nothing is known"
        raise ValueError(
            f"`clouds` and `contours` need posterior draws, but this model has {has}; fit it with inference='mcmc'"
        )
    positions = np.asarray(draws.positions)
    chosen: FloatArray = positions[:, :, actors, :n_shown].astype(np.float64)
    return chosen.reshape(-1, len(actors), n_shown)


def draw_clouds(scene: Canvas, draws: FloatArray, colors: Sequence[str]) -> None:
    """One faint dot (in one dimension: a tick under the line) for up to 400 draws of each actor."""
    kept = draws[np.linspace(0, len(draws) - 1, min(_MOST_DOTS, len(draws))).astype(int)]
    alpha = float(np.clip(0.45 / draws.shape[1] ** 0.4, 0.06, 0.45))
    lane = min(0.16, 1.0 / len(colors)) * abs(scene.floor)
    if scene.n_shown == 1:
        scene.ax.set_ylim(bottom=scene.floor - (len(colors) + 0.3) * lane)
    for a, color in enumerate(colors):
        points = kept[:, a]
        if scene.n_shown == 1:
            top = scene.floor - a * lane
            cloud = scene.ax.vlines(points[:, 0], top - 0.9 * lane, top - 0.1 * lane, colors=color, alpha=alpha, lw=0.5)
        elif scene.n_shown == 2:
            cloud = scene.ax.scatter(*points.T, s=3.5, color=color, alpha=alpha, linewidths=0, zorder=2)
        else:
            cloud = scene.ax.scatter(*points.T, s=3.5, color=color, alpha=alpha, linewidths=0, depthshade=False)
        cloud.set_gid("cloud")
        cloud.set_in_layout(False)
        cloud.set_rasterized(draws.shape[1] > 20)


def draw_contours(scene: Canvas, draws: FloatArray, colors: Sequence[str]) -> None:
    """For each actor the smallest regions with 50 and 90 % of its draws; in one dimension its density."""
    _check_flat(scene)
    for a, color in enumerate(colors):
        _draw_density(scene, draws[:, a], _bandwidth(draws[:, a]), color)


def draw_pooled_contours(scene: Canvas, draws: FloatArray, color: str) -> None:
    """The same of all actors together, as smooth as those of single ones: all draws lie as far apart as clusters do."""
    _check_flat(scene)
    width = np.median([_bandwidth(draws[:, a]) for a in range(draws.shape[1])], axis=0)
    _draw_density(scene, draws.reshape(-1, draws.shape[2]), width, color)


def _check_flat(scene: Canvas) -> None:
    if scene.n_shown == 3:
        raise ValueError(
            "`contours` need a model with n_dims 1 or 2 (or above 3, two being shown); use `clouds` in 3-D"
        )


def _draw_density(scene: Canvas, points: FloatArray, width: FloatArray, color: str) -> None:
    if scene.n_shown == 1:
        _hanging_density(scene, points[:, 0], float(width[0]), color)
    else:
        _regions(scene, points, width, color)


def _bandwidth(points: FloatArray) -> FloatArray:
    """A little over Scott's rule, with the smaller of two spreads: a second mode must not blur the first."""
    n, d = points.shape
    quartiles = np.quantile(points, [0.25, 0.75], axis=0)
    spread = np.minimum(points.std(axis=0), (quartiles[1] - quartiles[0]) / 1.349)
    spread = np.where(spread > 0, spread, points.std(axis=0))
    width: FloatArray = 1.15 * np.maximum(spread, 1e-6) * float(n) ** (-1.0 / (d + 4))
    return width


def _regions(scene: Canvas, points: FloatArray, width: FloatArray, color: str) -> None:
    low, high = points.min(axis=0) - 3 * width, points.max(axis=0) + 3 * width
    edges = [np.linspace(low[k], high[k], _GRID + 1) for k in range(2)]
    counts, *_ = np.histogram2d(points[:, 0], points[:, 1], bins=edges)
    density = gaussian_filter(counts, width * _GRID / (high - low), mode="constant")
    ordered = np.sort(density, axis=None)[::-1]
    mass = np.cumsum(ordered) / ordered.sum()
    levels = np.maximum.accumulate([ordered[np.searchsorted(mass, content)] for content in CONTENTS])
    if not levels[-1] > levels[0]:
        levels = levels[:1]
    x, y = ((edge[1:] + edge[:-1]) / 2 for edge in edges)
    fill = [to_rgba(color, alpha) for alpha in (0.10, 0.22)][: len(levels)]
    filled = scene.ax.contourf(x, y, density.T, levels=[*levels, ordered[0] * 1.01], colors=fill, zorder=2)
    lines = scene.ax.contour(x, y, density.T, levels=levels, colors=[color], linewidths=0.8, alpha=0.8, zorder=2)
    for drawn in (filled, lines):
        drawn.set_gid("contour")
        drawn.set_in_layout(False)


def _hanging_density(scene: Canvas, points: FloatArray, width: float, color: str) -> None:
    low, high = points.min() - 3 * width, points.max() + 3 * width
    counts, edges = np.histogram(points, bins=_GRID, range=(low, high))
    density = gaussian_filter1d(counts.astype(float), width * _GRID / (high - low), mode="constant")
    depth = 0.9 * scene.floor * density / density.max()
    middle = (edges[1:] + edges[:-1]) / 2
    shape = scene.ax.fill_between(middle, 0.0, depth, color=color, alpha=0.2, linewidth=0.8, zorder=2)
    shape.set_gid("contour")
    shape.set_in_layout(False)

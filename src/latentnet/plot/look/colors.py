"""Colours for any number of categories, chosen to stay apart for colour-blind readers too."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["GREY", "NEUTRAL", "categorical"]

FloatArray = NDArray[np.float64]

NEUTRAL = "#b8b8b8"  # actors about whom the picture says nothing
GREY = "#5a5a5a"  # captions, scale bars, marks that belong to no category

# Okabe & Ito (2008), ordered so that the first few differ most, also to colour-blind readers.
_FIRST = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#1A1A1A")

# Linear sRGB to cone responses and on to OKLab (Ottosson 2020), where Euclidean distance is near perceived
# difference.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# How linear sRGB looks without red or green cones (Machado, Oliveira & Fernandes 2009, full severity).
_VISIONS = np.array(
    [
        np.eye(3),
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ]
)


def _lab(rgb: ArrayLike) -> FloatArray:
    """OKLab coordinates of colours in [0, 1] under the three visions, shape (3, n, 3)."""
    srgb = np.atleast_2d(np.asarray(rgb, dtype=np.float64))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.einsum("vij,nj->vni", _VISIONS, linear), 0.0, 1.0)
    lab: FloatArray = np.cbrt(seen @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def _rgb(code: str) -> tuple[float, float, float]:
    red, green, blue = (int(code[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


@cache
def categorical(n: int) -> tuple[str, ...]:
    """Colours for `n` categories, as far apart as can be for normal and colour-blind vision.

    The first eight are those of Okabe and Ito; each further colour is the one of a grid that lies farthest
    from all before it (and from white and from the grey of neutral actors), the distance being the smallest
    over normal, protanopic and deuteranopic vision. Deterministic, and a prefix of every longer list.

    Parameters
    ----------
    n : int
        Number of categories, 0 or more.

    Returns
    -------
    tuple of str
        `n` different colours as ``"#rrggbb"``.

    Examples
    --------
    >>> from latentnet.plot.look.colors import categorical
    >>> categorical(2)
    ('#0072B2', '#E69F00')
    """
    if n <= len(_FIRST):
        return _FIRST[:n]
    levels = np.linspace(0.0, 1.0, 18)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    lab = _lab(grid)
    # Neither so light that it fades on paper, nor so dark or dull that it passes for black or the neutral
    # grey.
    usable = (lab[0, :, 0] < 0.88) & (lab[0, :, 0] > 0.38) & (np.hypot(lab[0, :, 1], lab[0, :, 2]) > 0.05)
    grid, lab = grid[usable], lab[:, usable]
    chosen = list(_FIRST)
    distance = np.full(len(grid), np.inf)
    for code in (*chosen, "#ffffff", NEUTRAL):
        distance = np.minimum(distance, _distance_to(lab, _rgb(code)))
    while len(chosen) < n:
        best = grid[int(np.argmax(distance))]
        chosen.append("#" + "".join(f"{round(255 * level):02x}" for level in best))
        distance = np.minimum(distance, _distance_to(lab, best))
        distance[np.all(grid == best, axis=1)] = -np.inf
    return tuple(chosen)


def _distance_to(lab: FloatArray, rgb: ArrayLike) -> FloatArray:
    gaps: FloatArray = np.linalg.norm(lab - _lab(rgb), axis=-1).min(axis=0)
    return gaps

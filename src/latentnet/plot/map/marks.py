"""Actors' marks: discs, other shapes and pies, of a size that no zoom changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from latentnet.plot.look.shapes import outline, pie
from latentnet.plot.map.scene import Canvas

__all__ = ["CERTAIN", "ActorMarks", "Slices", "slices"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CERTAIN = 0.95  # from this membership probability on a disc says all that a pie could
_SLIVER = 0.005  # slices thinner than this are less than a hair wide


@dataclass
class Slices:
    """Pieces of marks: `owner` is the actor, `path` in units of the mark's radius, `color` the fill."""

    owner: list[int] = field(default_factory=list)
    path: list[Path] = field(default_factory=list)
    color: list[str] = field(default_factory=list)


def slices(
    colors: Sequence[str], shapes: IntArray, membership: FloatArray | None = None, palette: Sequence[str] = ()
) -> Slices:
    """Pieces that make up every actor's mark.

    Parameters
    ----------
    colors : sequence of n_actors str
        Fill of each whole mark.
    shapes : (n_actors,) int array
        Outline of each mark.
    membership : (n_actors, n_clusters) array or None
        Actors whose largest probability is under `CERTAIN` become pies; rows of NaN never do.
    palette : sequence of n_clusters str
        Colours of the clusters.
    """
    pieces = Slices()
    for i, shape in enumerate(shapes):
        if membership is None or not membership[i].max() < CERTAIN:
            pieces.owner.append(i)
            pieces.path.append(outline(int(shape)))
            pieces.color.append(colors[i])
            continue
        shares = np.where(membership[i] < _SLIVER, 0.0, membership[i])
        for path, share, color in zip(pie(int(shape), shares / shares.sum()), shares, palette, strict=True):
            if share > 0:
                pieces.owner.append(i)
                pieces.path.append(path)
                pieces.color.append(color)
    return pieces


class ActorMarks(PathCollection):
    """All actors' marks; the scene is asked at each drawing where they go, so any later resizing is right.

    Parameters
    ----------
    scene : Canvas
    pieces : Slices
    radii : (n_actors,) array
        Radius of each mark in points.
    hidden : (n_actors,) bool array
        Marks of actors without a name, under those of the others.

    Attributes
    ----------
    n_pies : int
        Number of actors drawn as a pie.
    """

    def __init__(self, scene: Canvas, pieces: Slices, radii: FloatArray, hidden: NDArray[np.bool_]) -> None:
        self._scene = scene
        self._radii = np.asarray(radii, dtype=np.float64)
        owner = np.array(pieces.owner, dtype=np.int64)
        # From left to right: files keep the order of drawing, and that of the network may be that of a known list.
        order = np.lexsort([*scene.coordinates[owner].T[::-1], ~hidden[owner]])
        self._owner = owner[order]
        self._pieces = Slices(self._owner.tolist(), [pieces.path[k] for k in order], [pieces.color[k] for k in order])
        self._n_slices = np.bincount(self._owner, minlength=len(radii))
        self.n_pies = int((self._n_slices > 1).sum())
        super().__init__(
            self._pieces.path, offset_transform=IdentityTransform(), edgecolors="white", linewidths=0.5, zorder=6
        )
        self.set_transform(IdentityTransform())  # axes would add their own
        self.set_in_layout(False)
        self._place()

    def _place(self) -> None:
        order = np.argsort(-self._scene.depth()[self._owner], kind="stable")
        owner = self._owner[order]
        self.set_paths([self._pieces.path[k] for k in order])
        self.set_facecolor([self._pieces.color[k] for k in order])
        self.set_sizes(self._radii[owner] ** 2)
        thick = np.where(self._n_slices[owner] > 1, 0.25, 0.5) * np.minimum(1.0, self._radii[owner] / 3.0)
        self.set_linewidth(thick.tolist())
        self.set_offsets(self._scene.pixels()[owner])

    def do_3d_projection(self) -> float:
        """Three-dimensional axes draw what is nearest last; marks stand before ties, clouds and clusters."""
        return -np.inf

    def draw(self, renderer: Any) -> None:
        """Place the marks by the axes as they are now, then draw them."""
        self._place()
        super().draw(renderer)

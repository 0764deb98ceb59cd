"""Where everything of an interactive picture goes, in pixels of the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentnet.plot.look.apart import VISIBLE, moved_apart
from latentnet.plot.map.labels import MOST_LABELS, along_ties, place
from latentnet.plot.picture import (
    cluster_extent,
    limits,
    mark_radius,
    round_length,
    shown_positions,
    stacked_rows,
)

__all__ = ["FONT_SIZE", "Layout", "PlacedLabels", "make_layout", "place_labels"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FONT_SIZE = 12.0  # pixels
_WIDTH = 720
_HEIGHTS = (440, 640)
_PIXELS_PER_INCH = 96.0
_STRIP = (250.0, 190.0)  # above and below the line of a one-dimensional picture
_SIDES = np.array(["left", "center", "right"])
_BAR = 26.0  # of the scale bar from the lower left corner


@dataclass(frozen=True)
class Layout:
    """A flat picture at the zoom at which it opens.

    Attributes
    ----------
    points : (n_actors, 2) array
        Coordinates to draw at; marks that would hide one another are moved apart. In one dimension the second is in
        pixels, since it only keeps dots apart.
    low, high : (2,) arrays
        Corners of the frame in those coordinates.
    size : tuple of int
        Width and height of the frame in pixels.
    radius : float
        Of an actor's mark, in pixels.
    flat : bool
        Whether both coordinates are the model's.
    """

    points: FloatArray
    low: FloatArray
    high: FloatArray
    size: tuple[int, int]
    radius: float
    flat: bool

    @property
    def scale(self) -> FloatArray:
        """Pixels in one unit of each coordinate."""
        return np.array(self.size) / (self.high - self.low)

    def pixels(self, points: FloatArray) -> FloatArray:
        """Where `points` are on the screen, from the lower left corner of the frame upwards."""
        return np.asarray((points - self.low) * self.scale)

    def bar(self) -> tuple[float, FloatArray]:
        """Length of the scale bar and its two ends, (2, 2)."""
        length = round_length(float(self.high[0] - self.low[0]))
        start = self.low + _BAR / self.scale
        return length, np.array([start, [start[0] + length, start[1]]])


def make_layout(model: Any, *, with_clusters: bool) -> Layout:
    """Lay a fitted model out: one latent dimension as a line, of two or more the first two."""
    shown = shown_positions(model)[:, :2]
    n, n_shown = shown.shape
    extent = cluster_extent(model, n_shown) if with_clusters else np.empty((0, n_shown))
    low, high = limits(model, shown, extent)
    radius = mark_radius(_HEIGHTS[1] / _PIXELS_PER_INCH, n) * _PIXELS_PER_INCH / 72.0
    if n_shown == 1:
        return _line(shown[:, 0], float(low[0]), float(high[0]), radius)
    span = high - low
    height = float(np.clip(_WIDTH * span[1] / span[0], *_HEIGHTS))
    # Where the frame has other proportions than the actors, the rest is margin: one unit is one length.
    per_pixel = max(span[0] / _WIDTH, span[1] / height)
    reach = np.array([_WIDTH, height]) * per_pixel / 2
    middle = (low + high) / 2
    points = moved_apart(shown, VISIBLE * radius * per_pixel)
    return Layout(points, middle - reach, middle + reach, (_WIDTH, round(height)), radius, flat=True)


def _line(x: FloatArray, low: float, high: float, radius: float) -> Layout:
    """Dots on a line; those that would touch hang below it."""
    rows = stacked_rows(x * _WIDTH / (high - low), 2.1 * radius)
    below = max(_STRIP[1], 2.1 * radius * (rows.max() + 2))
    corners = np.array([[low, -below], [high, _STRIP[0]]])
    points = np.column_stack([x, -2.1 * radius * rows])
    return Layout(points, corners[0], corners[1], (_WIDTH, round(_STRIP[0] + below)), radius, flat=False)


@dataclass(frozen=True)
class PlacedLabels:
    """Labels that found room, relative to the middle of their owners' marks.

    Attributes
    ----------
    owners : (n_labels,) int array
    offsets : (n_labels, 2) array
        Pixels to the label at half its height, rightwards and upwards.
    align : (n_labels,) str array
        Which of the label's sides is there: the one that is nearest to the mark.
    leaders : (n_labels, 2) array
        Pixels to the end of a fine line that joins mark and label, NaN where they are so close that none is needed.
    """

    owners: IntArray
    offsets: FloatArray
    align: NDArray[np.str_]
    leaders: FloatArray


def place_labels(
    layout: Layout, names: Sequence[str], owners: IntArray, radii: FloatArray, *, pairs: IntArray, crosses: FloatArray
) -> PlacedLabels:
    """Place labels as `plot.positions` does: on no mark, cross or other label, the first owners first."""
    owners = owners[:MOST_LABELS]
    points = layout.pixels(layout.points)
    sizes = np.array([[_text_width(name), 1.15 * FONT_SIZE] for name in names[: len(owners)]]).reshape(-1, 2)
    busy = along_ties(points[pairs if len(pairs) <= 1000 and layout.flat else pairs[:0]])
    bounds = np.array([3.0, 3.0, layout.size[0] - 3.0, layout.size[1] - 3.0])
    bar = layout.pixels(layout.bar()[1])
    others = np.vstack([layout.pixels(crosses), np.linspace(bar[0], bar[1], 12)])
    discs, reach = np.vstack([points, others]), np.append(radii, np.full(len(others), 6.0))
    boxes, led = place(discs, reach, owners, sizes, bounds, busy=busy, scale=_PIXELS_PER_INCH / 72.0)
    kept = ~np.isnan(boxes[:, 0])
    owners, boxes, led = owners[kept], boxes[kept], led[kept]
    boxes = boxes - np.tile(points[owners], 2)
    nearest = np.clip(0.0, boxes[:, :2], boxes[:, 2:])
    side = np.select([boxes[:, 0] > 0, boxes[:, 2] < 0], [0, 2], 1)
    x = np.choose(side, [boxes[:, 0], boxes[:, [0, 2]].mean(axis=1), boxes[:, 2]])
    offsets = np.column_stack([x, boxes[:, [1, 3]].mean(axis=1)])
    return PlacedLabels(owners, offsets, _SIDES[side], np.where(led[:, None], nearest, np.nan))


def _text_width(text: str) -> float:
    """A generous guess, as the reader's fonts are not known here."""
    ems = [1.02 if unicodedata.east_asian_width(c) in "WF" else 0.72 if c.isupper() else 0.57 for c in text]
    return FONT_SIZE * sum(ems) + 2.0

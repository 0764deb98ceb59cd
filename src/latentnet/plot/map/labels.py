"""Labels that lie on no mark and on no other label, placed anew whenever the axes change their size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

from latentnet.plot.look.colors import GREY
from latentnet.plot.map.scene import Canvas

__all__ = ["MOST_LABELS", "Labels", "along_ties", "place", "spread"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_LABELS = 300  # more could not be read; the actors with most ties come first
_SWEEPS = 3
# Beside and above read best; each further tier is another try with more room.
_ANGLES = np.deg2rad([0, 90, 180, 270, 35, 145, 325, 215, 60, 120, 300, 240])
_PREFERENCE = np.array([0.0, 0.3, 0.4, 0.5, 0.3, 0.5, 0.5, 0.7, 0.5, 0.6, 0.8, 0.8])
_GAPS = (1.5, 4.0, 9.0, 15.0)  # points between mark and label
_LEADER_FROM = 2  # tier from which a fine line ties the label to its mark
_MOST_LED = 60  # with more labels than this such lines would only add to the tangle


def along_ties(ends: FloatArray) -> FloatArray:
    """Twelve points on each line, whose ends are (n_lines, 2, 2): (12·n_lines, 2)."""
    along = np.linspace(0.15, 0.85, 12)[:, None, None]
    points: FloatArray = (along * ends[None, :, 0] + (1 - along) * ends[None, :, 1]).reshape(-1, 2)
    return points


def _candidates(point: FloatArray, radius: float, size: FloatArray, scale: float) -> tuple[FloatArray, FloatArray]:
    """Boxes (n_candidates, 4) as left, bottom, right, top around one mark, and what each costs by itself."""
    gaps = radius + scale * np.repeat(_GAPS, len(_ANGLES))
    angles = np.tile(_ANGLES, len(_GAPS))
    direction = np.column_stack([np.cos(angles), np.sin(angles)])
    centre = point + gaps[:, None] * direction + size / 2 * np.clip(1.4142 * direction, -1, 1)
    cost = np.tile(_PREFERENCE, len(_GAPS)) + 1.5 * np.repeat(np.arange(len(_GAPS)), len(_ANGLES))
    return np.hstack([centre - size / 2, centre + size / 2]), cost


def _hits_discs(boxes: FloatArray, points: FloatArray, radii: FloatArray) -> IntArray:
    """How many discs each box touches."""
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    near = (points + radii[:, None] > low).all(axis=1) & (points - radii[:, None] < high).all(axis=1)
    points, radii = points[near], radii[near]
    nearest = np.clip(points[None], boxes[:, None, :2], boxes[:, None, 2:])
    touched: IntArray = (((nearest - points) ** 2).sum(axis=2) < radii**2).sum(axis=1)
    return touched


def _crossed(boxes: FloatArray, points: FloatArray, radii: FloatArray, i: int) -> FloatArray:
    """How many other discs the line from disc `i` to each box crosses."""
    step = np.clip(points[i], boxes[:, :2], boxes[:, 2:]) - points[i]
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    others = np.delete(points, i, axis=0) - points[i]
    along = np.clip(others @ step.T / length, 0.0, 1.0)
    gap = np.linalg.norm(others[:, None] - along[:, :, None] * step[None], axis=2)
    crossed: FloatArray = (gap < np.delete(radii, i)[:, None]).sum(axis=0).astype(np.float64)
    return crossed


def _hits_boxes(boxes: FloatArray, others: FloatArray) -> NDArray[np.bool_]:
    """Whether each box overlaps any of `others` (rows of NaN are nothing)."""
    left_or_below = boxes[:, None, 2:] <= others[None, :, :2]
    right_or_above = boxes[:, None, :2] >= others[None, :, 2:]
    apart = np.logical_or(left_or_below, right_or_above).any(axis=2)
    overlaps: NDArray[np.bool_] = np.any(~apart & ~np.isnan(others[None, :, 0]), axis=1)
    return overlaps


def place(
    points: FloatArray,
    radii: FloatArray,
    owners: IntArray,
    sizes: FloatArray,
    bounds: FloatArray,
    *,
    busy: FloatArray | None = None,
    scale: float = 1.0,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Choose a box for each label: greedy in the given order, then a few sweeps in which each may improve.

    A box never leaves `bounds`, never touches a mark and never overlaps another box; among those that
    remain, boxes near their own mark, away from other marks and from `busy` points win. Deterministic.

    Parameters
    ----------
    points : (n_actors, 2) array
        Centres of all marks, in display units.
    radii : (n_actors,) array
        Radii of the marks.
    owners : (n_labels,) int array
        The actor of each label, most important first.
    sizes : (n_labels, 2) array
        Width and height of each label.
    bounds : (4,) array
        Left, bottom, right, top.
    busy : (n_busy, 2) array or None
        Points better left uncovered, such as points along ties.
    scale : float
        Display units in one point.

    Returns
    -------
    boxes : (n_labels, 4) array
        Left, bottom, right, top; NaN for a label without room.
    led : (n_labels,) bool array
        Whether the box is so far from its mark that a line should join them.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.plot.map.labels import place
    >>> boxes, led = place(
    ...     np.array([[50.0, 50.0]]),
    ...     np.array([4.0]),
    ...     np.array([0]),
    ...     np.array([[20.0, 8.0]]),
    ...     np.array([0.0, 0.0, 100.0, 100.0]),
    ... )
    >>> boxes
    array([[55.5, 46. , 75.5, 54. ]])
    """
    options: list[tuple[FloatArray, FloatArray, NDArray[np.bool_]]] = []
    for i, size in zip(owners, sizes, strict=True):
        boxes, cost = _candidates(points[i], float(radii[i]), size, scale)
        near = _hits_discs(boxes, points, radii + 3.0 * scale) - 1
        cost = cost + 0.8 * np.maximum(near, 0)
        if busy is not None and len(busy):
            cost = cost + 0.12 * _hits_discs(boxes, busy, np.full(len(busy), 0.1))
        free = (boxes[:, :2] >= bounds[:2]).all(axis=1) & (boxes[:, 2:] <= bounds[2:]).all(axis=1)
        free &= _hits_discs(boxes, points, radii + 0.4 * scale) == 0
        led = np.arange(len(boxes)) >= _LEADER_FROM * len(_ANGLES)
        if len(owners) > _MOST_LED:
            free &= ~led
        else:
            cost = cost + 1.2 * led * _crossed(boxes, points, radii, int(i))
        options.append((boxes[free], cost[free], led[free]))
    chosen, joined = np.full((len(owners), 4), np.nan), np.zeros(len(owners), dtype=bool)
    for _ in range(1 + _SWEEPS):
        for a, (boxes, cost, led) in enumerate(options):
            chosen[a] = np.nan
            open_ = np.flatnonzero(~_hits_boxes(boxes, chosen))
            if len(open_):
                best = open_[int(np.argmin(cost[open_]))]
                chosen[a], joined[a] = boxes[best], led[best]
    return chosen, joined


def spread(wanted: FloatArray, gap: float, low: float, high: float) -> FloatArray:
    """Places on a line at least `gap` apart and as near as can be to those wanted, in the same order.

    Least squares, then shifted into [low, high].

    Parameters
    ----------
    wanted : (n,) array
        Increasing; ``(n - 1) * gap`` at most ``high - low``.
    gap, low, high : float

    Returns
    -------
    (n,) array

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.plot.map.labels import spread
    >>> spread(np.array([5.0, 5.0, 9.0]), 2.0, 0.0, 10.0)
    array([4., 6., 9.])
    """
    steps = gap * np.arange(len(wanted))
    fitted = isotonic_regression(wanted - steps)
    placed: FloatArray = np.clip(fitted, low, max(low, high - (steps[-1] if len(steps) else 0.0))) + steps
    return placed


class Labels(Artist):
    """Places the labels just before they are drawn.

    Parameters
    ----------
    scene : Canvas
    names : sequence of str
        Label of each of `owners`.
    owners : (n_labels,) int array
        Actors to be labelled, most important first; those after the 300th are left out.
    radii : (n_actors,) array
        Radii of all marks in points.
    pairs : (n_ties, 2) int array
        Ties, which labels would rather not cover.
    crosses : (n_crosses, 2) array
        Data coordinates of other marks that labels must not cover.
    size : float
        Of the letters, in points.

    Attributes
    ----------
    texts : list of matplotlib.text.Text
        One a label, in the order of `owners`; those without room are invisible.
    """

    def __init__(
        self,
        scene: Canvas,
        names: Sequence[str],
        owners: IntArray,
        radii: FloatArray,
        *,
        pairs: IntArray,
        crosses: FloatArray,
        size: float,
    ) -> None:
        super().__init__()
        self._scene = scene
        self._owners, self._n_names = owners[:MOST_LABELS], len(owners)
        self._radii = radii
        self._crosses = crosses
        self._pairs = pairs if len(pairs) <= 1000 else pairs[:0]
        self._key: bytes = b""
        self.set_zorder(900)
        self.set_in_layout(False)
        self.texts = [self._text(names[a], size) for a in range(len(self._owners))]
        self._leaders = LineCollection([], colors=GREY, linewidths=0.4, transform=IdentityTransform())
        self._leaders.set_in_layout(False)

    def _text(self, name: str, size: float) -> Text:
        text = Text(0, 0, name, size=size, color="#1a1a1a", transform=IdentityTransform(), parse_math=False)
        text.set(zorder=901, in_layout=False, visible=False, ha="left", va="bottom", gid="actor-label")
        if self._scene.n_shown == 1:
            text.set(rotation=90)
        self._scene.ax.add_artist(text)
        return text

    def draw(self, renderer: Any) -> None:
        """Place the labels by the axes as they are now; the axes draw them next."""
        scale = self._scene.pixels_per_point()
        points = self._scene.pixels()
        key = np.append(points, [scale, *self._scene.ax.bbox.extents]).tobytes()
        if key != self._key and self.texts:
            self._key = key
            for text in self.texts:
                text.set_visible(True)  # what is invisible has no extent
            extents = [text.get_window_extent(renderer) for text in self.texts]
            sizes = np.array([[extent.width, extent.height] for extent in extents])
            if self._scene.n_shown == 1:
                self._hang(points, sizes, scale)
            else:
                self._set_beside(points, sizes, scale)
            left_out = self._n_names - sum(text.get_visible() for text in self.texts)
            self._scene.note(f"{left_out} of {self._n_names} names found no room" if left_out else "")
        self._leaders.set_figure(self._scene.ax.get_figure(root=True))
        self._leaders.draw(renderer)

    def _set_beside(self, points: FloatArray, sizes: FloatArray, scale: float) -> None:
        busy = along_ties(points[self._pairs])
        bounds = np.array(self._scene.ax.bbox.extents) + np.array([1, 1, -1, -1]) * 2 * scale
        discs, radii = points, self._radii * scale
        if len(self._crosses):
            discs = np.vstack([points, self._scene.ax.transData.transform(self._crosses)])
            radii = np.append(radii, np.full(len(self._crosses), 3.5 * scale))
        boxes, led = place(discs, radii, self._owners, sizes, bounds, busy=busy, scale=scale)
        leaders = []
        for text, box, far, i in zip(self.texts, boxes, led, self._owners, strict=True):
            text.set_visible(not np.isnan(box[0]))
            if text.get_visible():
                text.set_position((box[0], box[1]))
                if far:
                    leaders.append([points[i], np.clip(points[i], box[:2], box[2:])])
        self._leaders.set_segments(leaders)

    def _hang(self, points: FloatArray, sizes: FloatArray, scale: float) -> None:
        """Under a line: upright labels in the order of the actors, side by side, each joined to its dot."""
        left, _, right, _ = self._scene.ax.bbox.extents
        bottom = self._scene.ax.transData.transform((0.0, self._scene.floor))[1]
        gap = float(sizes[:, 0].max()) + 1.0 * scale
        room = max(1, int((right - left - 4 * scale) / gap))
        kept = np.arange(min(room, len(self.texts)))
        kept = kept[np.argsort(points[self._owners[kept], 0], kind="stable")]
        dots = points[self._owners[kept]]
        x = spread(dots[:, 0], gap, left + 2 * scale + gap / 2, right - 2 * scale - gap / 2)
        top = float(points[:, 1].min()) - 14 * scale
        for text in self.texts:
            text.set_visible(False)
        leaders = []
        for a, place_, dot in zip(kept, x, dots, strict=True):
            if top - sizes[a, 1] >= bottom:
                self.texts[a].set(visible=True, position=(place_ - sizes[a, 0] / 2, top - sizes[a, 1]))
                leaders.append([[place_, top + 1.5 * scale], [place_, top + 3 * scale], dot])
        self._leaders.set_segments(leaders)

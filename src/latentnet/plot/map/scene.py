"""Axes that show a latent space honestly: equal scales, no coordinates, a bar to measure distances by."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, AuxTransformBox, TextArea, VPacker
from matplotlib.ticker import MultipleLocator, NullFormatter
from mpl_toolkits.mplot3d import Axes3D, proj3d
from numpy.typing import NDArray

from latentnet.plot.look.apart import VISIBLE, moved_apart
from latentnet.plot.look.colors import GREY
from latentnet.plot.picture import limits, mark_radius, reading, round_length, shown_positions, stacked_rows

__all__ = ["CAPTION_SIZE", "Canvas", "fit_inside", "make_scene"]

FloatArray = NDArray[np.float64]

CAPTION_SIZE = 6.5
_LETTERS = 19.0  # of a caption in an inch
_EDGE = 0.01  # of the figure, left free


@dataclass
class Canvas:
    """Where every actor is drawn.

    Attributes
    ----------
    ax : Axes
        Three-dimensional if `coordinates` are.
    coordinates : (n_actors, n_shown) array
        Positions on the axes that are shown, `n_shown` being 1, 2 or 3. In two dimensions those of marks that would
        hide one another are moved apart.
    radius : float
        Radius of an actor's mark in points.
    floor : float
        In one dimension, the height under which no label hangs.
    words : matplotlib Text or TextArea
        The caption.
    """

    ax: Any
    coordinates: FloatArray
    radius: float = 1.0
    floor: float = 0.0
    words: Any = None

    @property
    def n_shown(self) -> int:
        """Number of latent dimensions on show."""
        return int(self.coordinates.shape[1])

    def pixels(self) -> FloatArray:
        """Centres of the actors' marks in display units as the axes are now, shape (n_actors, 2)."""
        if self.n_shown == 1:
            return self._stacked()
        points = self.coordinates
        if self.n_shown == 3:
            x, y, _ = proj3d.proj_transform(*points.T, self.ax.get_proj())
            points = np.column_stack([x, y])
        pixels: FloatArray = self.ax.transData.transform(points)
        return pixels

    def depth(self) -> FloatArray:
        """Order of drawing: the greatest is farthest from the reader."""
        if self.n_shown < 3:
            return np.zeros(len(self.coordinates))
        return np.asarray(proj3d.proj_transform(*self.coordinates.T, self.ax.get_proj())[2], dtype=np.float64)

    def pixels_per_point(self) -> float:
        """Display units in one point (1/72 inch)."""
        return float(self.ax.get_figure(root=True).dpi) / 72.0

    def note(self, text: str) -> None:
        """Say something on the caption's last line, which was kept for it; an empty text takes it back."""
        before, _, _ = self.words.get_text().rpartition("\n")
        self.words.set_text(f"{before}\n{text or ' '}")

    def inches(self) -> float:
        """Shorter side of the axes."""
        return float(min(self.ax.bbox.width, self.ax.bbox.height)) / float(self.ax.get_figure(root=True).dpi)

    def small(self) -> bool:
        """Whether the picture is the size of one column of a page or less."""
        return self.inches() < 2.6

    def _stacked(self) -> FloatArray:
        """Dots hang below the line in the first row where they touch no other: no jitter, none hidden."""
        line = np.column_stack([self.coordinates[:, 0], np.zeros(len(self.coordinates))])
        pixels: FloatArray = self.ax.transData.transform(line)
        diameter = 2.1 * self.radius * self.pixels_per_point()
        pixels[:, 1] -= diameter * stacked_rows(pixels[:, 0], diameter)
        return pixels


def make_scene(model: Any, ax: Axes | None, *, extent: FloatArray, wide: bool, more: Sequence[str] = ()) -> Canvas:
    """Axes for the positions of a fitted model, with limits, scale bar and caption.

    Parameters
    ----------
    model : fitted estimator
        Its `positions_` are shown: all of 1, 2 or 3 dimensions, the first two principal axes of more.
    ax : Axes or None
        None makes a new figure.
    extent : (n_points, n_shown) array
        Points beyond the actors that should lie within the limits.
    wide : bool
        Whether a new figure needs room for a legend.
    more : sequence of str
        Further lines of the caption; an empty one is kept for what `Canvas.note` says.

    Returns
    -------
    Canvas
    """
    coordinates = shown_positions(model)
    n_shown = coordinates.shape[1]
    low, high = limits(model, coordinates, extent)
    if ax is not None and n_shown < 3 and not _free(ax, n_shown):
        low, high = np.array([ax.get_xlim(), ax.get_ylim()][:n_shown]).T
    if ax is None:
        ax = _new_axes(n_shown, high - low, wide)
    elif (n_shown == 3) != isinstance(ax, Axes3D):
        need = "three-dimensional axes (`projection='3d'`)" if n_shown == 3 else "flat axes"
        raise ValueError(f"`ax` must be {need} for a model with n_dims={model.positions_.shape[1]}")
    _bare(ax, low, high)
    scene = Canvas(ax, coordinates, floor=ax.get_ylim()[0])
    scene.radius = mark_radius(scene.inches(), len(coordinates))
    if n_shown == 2:
        scene.coordinates = moved_apart(coordinates, VISIBLE * scene.radius * _data_per_point(ax))
    _caption(scene, model, float(high[0] - low[0]), more)
    return scene


def fit_inside(ax: Any) -> None:
    """Shrink axes that the user gave until all beside and under them lies in their cell of the figure."""
    figure = ax.get_figure(root=True)
    if figure.get_layout_engine() is not None:
        return
    found = ax.get_tightbbox()
    if found is None:
        return
    to_figure = figure.transFigure.inverted()
    around, inside, cell = found.transformed(to_figure), ax.bbox.transformed(to_figure), _cell(ax)
    if min(around.x0 - cell[0], around.y0 - cell[1], cell[2] - around.x1, cell[3] - around.y1) >= 0:
        return
    legend = ax.get_legend()
    beside = 0.0 if legend is None else legend.get_window_extent().transformed(to_figure).x1 - inside.x1
    left, bottom, width, height = ax.get_position(original=True).bounds
    right = min(left + width, cell[2] - beside - _EDGE)
    top = min(bottom + height, cell[3] - (around.y1 - inside.y1) - _EDGE)
    left = cell[0] + (inside.x0 - around.x0) + _EDGE  # the caption runs rightwards from there
    bottom = max(bottom, cell[1] + (inside.y0 - around.y0) + _EDGE)
    ax.set_position((left, bottom, max(right - left, 0.1), max(top - bottom, 0.1)))


def _cell(ax: Any) -> FloatArray:
    """Left, bottom, right and top of the part of the figure that axes of a grid have for themselves."""
    spec = ax.get_subplotspec()
    if spec is None:
        return np.array([0.0, 0.0, 1.0, 1.0])
    spec = spec.get_topmost_subplotspec()  # a colour scale takes a part of it
    n_rows, n_columns = spec.get_gridspec().get_geometry()
    rows, columns = spec.rowspan, spec.colspan
    return np.array([
        columns.start / n_columns, 1 - rows.stop / n_rows, columns.stop / n_columns, 1 - rows.start / n_rows
    ])  # fmt: skip


def _new_axes(n_shown: int, span: FloatArray, wide: bool) -> Axes:
    if n_shown == 3:
        figure = plt.figure(figsize=(6.2 if wide else 5.0, 4.6), layout="constrained")
        ax: Axes = figure.add_subplot(projection="3d")
        return ax
    if n_shown == 1:
        return plt.subplots(figsize=(7.0 if wide else 6.0, 3.6), layout="constrained")[1]
    width = 4.4
    height = float(np.clip(width * span[1] / span[0], 2.8, 5.6))
    return plt.subplots(figsize=(width + 1.3 * wide, height + 0.45), layout="compressed")[1]


def _free(ax: Axes, n_shown: int) -> bool:
    """Whether nobody has set limits of the axes that are shown."""
    return bool(ax.get_autoscalex_on() or (n_shown == 2 and ax.get_autoscaley_on()))


def _data_per_point(ax: Any) -> float:
    """Data units in one point of flat axes, whose scales are equal."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    inch = float(ax.get_figure(root=True).dpi)
    return max((right - left) * inch / ax.bbox.width, (top - bottom) * inch / ax.bbox.height) / 72.0


def _bare(ax: Any, low: FloatArray, high: FloatArray) -> None:
    """Limits and a light frame without tick labels: coordinates mean nothing, distances do."""
    if len(low) == 3:
        for k, name in enumerate("xyz"):
            getattr(ax, f"set_{name}lim")(low[k], high[k])
            axis = getattr(ax, f"{name}axis")
            axis.set_major_locator(MultipleLocator(round_length(high[0] - low[0])))
            axis.set_major_formatter(NullFormatter())
            axis.set_tick_params(color=(1.0, 1.0, 1.0, 0.0))
            axis.set_pane_color((1.0, 1.0, 1.0, 0.0))
            axis.pane.set_edgecolor("#e4e4e4")
            axis.line.set_color("#c8c8c8")
            axis._axinfo["grid"].update(color="#e4e4e4", linewidth=0.6)
        ax.set_box_aspect(high - low, zoom=_zoom(high - low))
        ax.set_proj_type("ortho")  # in perspective the same distance would have two lengths
        return
    ax.set_xlim(low[0], high[0])
    ax.set_xticks([])
    ax.set_yticks([])
    if len(low) == 2:
        ax.set_ylim(low[1], high[1])
        ax.set_aspect("equal", adjustable="box")
    else:
        ax.set_ylim(-0.8, 1.08)
        ax.axhline(0.0, color="#c8c8c8", linewidth=0.6, zorder=1.5)
    for spine in ax.spines.values():
        spine.set_color("#c8c8c8")
        spine.set_linewidth(0.6)


def _zoom(box: FloatArray) -> float:
    """Fill the axes with a box of these sides, seen from the default elevation 30, azimuth -60."""
    width = 0.87 * box[0] + 0.5 * box[1]
    height = 0.87 * box[2] + 0.5 * (0.5 * box[0] + 0.87 * box[1])
    return float(np.linalg.norm(box) * min(0.87 / width, 0.98 / height))


def _caption(scene: Canvas, model: Any, span: float, more: Sequence[str]) -> None:
    length = round_length(span)
    n_dims = model.positions_.shape[1]
    lines = [reading(model, length)]
    if n_dims > 3:
        spread = np.var(np.asarray(model.positions_, dtype=np.float64), axis=0)
        share = spread[:2].sum() / spread.sum() if spread.sum() > 0 else 1.0
        lines.insert(0, f"first 2 of {n_dims} principal axes ({share:.0%} of the spread)")
    ax = scene.ax
    if scene.n_shown == 3:
        lines[0] = f"grid lines are {length:g} apart; {lines[0]}"
    width = (_cell(ax)[2] - _cell(ax)[0]) * ax.get_figure(root=True).get_figwidth()
    wrapped = [
        part for line in [*lines, *more] for part in textwrap.wrap(line, max(20, int(_LETTERS * width))) or [" "]
    ]
    text = "\n".join(wrapped)
    style = {"size": CAPTION_SIZE, "color": GREY}
    if scene.n_shown == 3:
        scene.words = ax.text2D(0.5, 0.0, text, transform=ax.transAxes, ha="center", va="top", **style)
    else:
        words = TextArea(text, textprops=style)
        scene.words = words
        ax.add_artist(_scale_bar(ax, length, words))


def _scale_bar(ax: Any, length: float, words: TextArea) -> AnchoredOffsetbox:
    """A bar of that length in data units under the lower left corner, and what it says."""
    bar = AuxTransformBox(ax.transData)
    bar.add_artist(Line2D([0.0, length], [0.0, 0.0], color=GREY, linewidth=1.4, solid_capstyle="butt"))
    box = AnchoredOffsetbox(
        "upper left", child=VPacker(children=[bar, words], align="left", pad=0, sep=3), pad=0.0,
        borderpad=0.6, frameon=False, bbox_to_anchor=(0.0, 0.0), bbox_transform=ax.transAxes,
        prop=FontProperties(size=CAPTION_SIZE), zorder=902,
    )  # fmt: skip
    # After the labels, which say on its last line how many of them found no room.
    box.set_gid("scale-bar")
    return box

"""The drawing itself: bokeh glyphs at coordinates, in an order that says nothing about who is who."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, HoverTool, PanTool, Range1d, ResetTool, WheelZoomTool
from bokeh.plotting import figure
from numpy.typing import NDArray

from latentnet.plot.look.colors import GREY, NEUTRAL
from latentnet.plot.page.hover import Row
from latentnet.plot.page.layout import FONT_SIZE, Layout, PlacedLabels
from latentnet.plot.picture import (
    MOST_ARROWS,
    RINGS,
    by_place,
    cluster_moments,
    half_ellipses,
    tie_looks,
)

__all__ = ["FONT", "BokehCanvas"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
_TIE = "#52575f"
_INK = "#1a1a1a"


class BokehCanvas:
    """A bokeh figure without axes, whose two coordinates keep one scale at any zoom.

    Parameters
    ----------
    layout : Layout

    Attributes
    ----------
    figure : bokeh.plotting.figure
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        (left, bottom), (right, top) = layout.low.tolist(), layout.high.tolist()
        self.figure: Any = figure(
            frame_width=layout.size[0], frame_height=layout.size[1], x_range=Range1d(left, right),
            y_range=Range1d(bottom, top), toolbar_location="above", tools="", min_border=1,
            outline_line_color="#c8c8c8",
        )  # fmt: skip
        self.figure.axis.visible = False
        self.figure.grid.visible = False
        dimensions = "both" if layout.flat else "width"
        wheel = WheelZoomTool(dimensions=dimensions)
        self.figure.add_tools(PanTool(dimensions=dimensions), wheel, ResetTool())
        self.figure.toolbar.active_scroll = wheel
        self.figure.toolbar.logo = None

    def rings(self, model: Any, palette: Sequence[str]) -> None:
        """Clusters at one and two standard deviations, their numbers at their means apart."""
        means, scales = cluster_moments(model)
        for k in RINGS:
            if not self._layout.flat:
                self.figure.quad(
                    left=means[:, 0] - k * scales, right=means[:, 0] + k * scales, top=self._layout.high[1],
                    bottom=self._layout.low[1], fill_color=list(palette), fill_alpha=0.12, line_color=None,
                )  # fmt: skip
                continue
            self.figure.ellipse(
                means[:, 0], means[:, 1], width=2 * k * scales, height=2 * k * scales, fill_color=list(palette),
                fill_alpha=0.13, line_color=list(palette), line_alpha=0.55, line_width=0.8,
            )  # fmt: skip

    def centres(self, model: Any) -> None:
        """Means of the clusters, over everything else."""
        means = cluster_moments(model)[0]
        if not self._layout.flat:
            return
        self.figure.text(
            *means[:, :2].T, [str(g) for g in range(len(means))], text_align="center", text_baseline="middle",
            text_font=value(FONT), text_font_size="14px", text_font_style="bold", text_color=_INK,
            text_outline_color="white",
        )  # fmt: skip

    def origin(self) -> None:
        """The point from which lengths and angles of a bilinear model are read."""
        for color, width, size in (("white", 4.0, 13), (GREY, 1.8, 11)):
            self.figure.scatter([0.0], [0.0], marker="cross", size=size, line_color=color, line_width=width)

    def ties(self, pairs: IntArray, strength: FloatArray, mutual: NDArray[np.bool_], *, arrows: bool) -> None:
        """Lines, fainter the more there are, with arrow heads on them (two where a tie runs both ways)."""
        if not len(pairs):
            return
        arrows = arrows and len(pairs) <= MOST_ARROWS and self._layout.flat
        fade, width = tie_looks(strength)
        width *= 1.3
        pairs, order = by_place(self._layout.points, pairs, oriented=~mutual & arrows)
        (start, end), fade, mutual = np.swapaxes(self._layout.points[pairs], 0, 1), fade[order], mutual[order]
        if not self._layout.flat:
            arcs = half_ellipses(self._layout.points[pairs, 0], 0.9 * float(self._layout.high[1]))
            x, y = [list(part) for part in zip(*(arc.T for arc in arcs), strict=True)]
            self.figure.multi_line(x, y, line_color=_TIE, line_alpha=fade, line_width=width)
            return
        self.figure.segment(*start.T, *end.T, line_color=_TIE, line_alpha=fade, line_width=width)
        if arrows:
            self._heads(np.vstack([start, end[mutual]]), np.vstack([end, start[mutual]]), np.append(fade, fade[mutual]))

    def _heads(self, start: FloatArray, end: FloatArray, fade: FloatArray) -> None:
        """On the line and not at its end, so that no zoom parts them from it or hides them."""
        step = end - start
        at = start + 0.66 * step
        turn = np.arctan2(step[:, 1], step[:, 0]) - np.pi / 2
        self.figure.scatter(
            *at.T, marker="triangle", size=6, angle=turn, fill_color=_TIE, fill_alpha=np.minimum(1.0, 1.5 * fade),
            line_color=None,
        )  # fmt: skip

    def others(self, actors: IntArray, radii: FloatArray) -> None:
        """Actors of whom nothing is said."""
        if len(actors):
            self.figure.scatter(
                *self._by_place(actors)[1].T, marker="circle", size=2 * float(radii[actors[0]]), fill_color=NEUTRAL,
                line_color="white", line_width=0.8,
            )  # fmt: skip

    def marks(
        self, actors: IntArray, images: Sequence[str], radii: FloatArray, names: Sequence[str], rows: Sequence[Row]
    ) -> None:
        """Marks of named actors, and what is said when the reader points at one."""
        order, points = self._by_place(actors)
        if not len(points):
            return
        tooltips = _tooltip([heading for heading, _ in rows])
        data: dict[str, Any] = {"x": points[:, 0], "y": points[:, 1], "size": 2 * radii[actors][order]}
        data["image"] = [images[k] for k in order]
        data["name"] = [names[k] for k in order]
        for k, (_, texts) in enumerate(rows):
            data[f"row{k}"] = [texts[a] for a in order]
        source = ColumnDataSource(data)
        self.figure.image_url(url="image", x="x", y="y", w=None, h=None, anchor="center", source=source)
        spots = self.figure.scatter(
            "x", "y", marker="circle", size="size", source=source, fill_alpha=0.0, line_alpha=0.0, hover_fill_alpha=0.0,
            hover_line_color=_INK, hover_line_alpha=1.0, hover_line_width=2.0,
        )  # fmt: skip
        self.figure.add_tools(HoverTool(renderers=[spots], tooltips=tooltips, visible=False))

    def leaders(self, placed: PlacedLabels) -> None:
        """Fine lines from marks to labels that found room only at some distance."""
        order, points = self._by_place(placed.owners)
        lines = placed.leaders[order]
        joined = ~np.isnan(lines[:, 0])
        points, lines = points[joined], lines[joined]
        self.figure.ray(
            *points.T, length=np.linalg.norm(lines, axis=1), length_units="screen",
            angle=np.arctan2(lines[:, 1], lines[:, 0]), line_color=GREY, line_width=0.8,
        )  # fmt: skip

    def labels(self, placed: PlacedLabels, names: Sequence[str]) -> None:
        """Names beside marks, at the same distance on the screen at any zoom."""
        order, points = self._by_place(placed.owners)
        data = {"x": points[:, 0], "y": points[:, 1], "name": [names[k] for k in order]}
        data |= {
            "right": placed.offsets[order, 0],
            "down": -placed.offsets[order, 1],
            "align": list(placed.align[order]),
        }
        self.figure.text(
            "x", "y", "name", x_offset="right", y_offset="down", text_align="align", source=ColumnDataSource(data),
            text_baseline="middle", text_font=value(FONT), text_font_size=f"{FONT_SIZE:g}px", text_color=_INK,
        )  # fmt: skip

    def bar(self) -> None:
        """How long a distance is."""
        ends = self._layout.bar()[1]
        self.figure.segment(*ends[0], *ends[1], line_color=GREY, line_width=2.5)

    def _by_place(self, actors: IntArray) -> tuple[IntArray, FloatArray]:
        """Order and points of actors from left to right: the network's order may be that of a known list."""
        points = self._layout.points[actors].reshape(-1, 2)
        order = np.lexsort((points[:, 1], points[:, 0]))
        return order, points[order]


def _tooltip(headings: Sequence[str]) -> str:
    """Template of the hover; bokeh puts columns in and escapes what they say."""
    cell = "padding:1px 10px 1px 0;vertical-align:top"
    rows = "".join(
        f'<tr><td style="{cell};color:{GREY}">{_literal(heading)}</td><td style="{cell}">@row{k}</td></tr>'
        for k, heading in enumerate(headings)
    )
    return (
        f'<div style="font:{FONT_SIZE:g}px/1.35 {FONT};max-width:320px"><b>@name</b>'
        f'<table style="border-spacing:0">{rows}</table></div>'
    )


def _literal(text: str) -> str:
    """Text of which neither HTML nor bokeh's templates make anything else."""
    return escape(text).replace("@", "&#64;").replace("$", "&#36;")

"""Marks and legends as SVG, from the same outlines and handles as those that matplotlib draws."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.path import Path
from numpy.typing import NDArray

from latentnet.plot.look.legend import Section
from latentnet.plot.look.looks import Looks
from latentnet.plot.look.shapes import outline
from latentnet.plot.map.marks import slices

__all__ = ["as_image", "legend_html", "mark_images"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_DISC = outline(0)
_ICON = 20.0  # pixels
_PIXELS_PER_POINT = 1.2 * 96.0 / 72.0  # larger than on paper


def mark_images(look: Looks, actors: IntArray, radii: FloatArray) -> list[str]:
    """Image of the mark of each of `actors`, as an address that holds the image itself."""
    membership = None if look.membership is None else look.membership[actors]
    pieces = slices([look.colors[i] for i in actors], look.shapes[actors], membership, look.palette)
    parts: list[list[str]] = [[] for _ in actors]
    counts = np.bincount(np.array(pieces.owner, dtype=np.int64), minlength=len(actors))
    for owner, path, color in zip(pieces.owner, pieces.path, pieces.color, strict=True):
        radius = float(radii[actors[owner]])
        edge = 0.45 if counts[owner] > 1 else 0.8
        parts[owner].append(_shape(path, radius, color, edge * min(1.0, radius / 5.0)))
    # Spikes of a star of the area of a disc reach twice as far as the disc.
    return [as_image("".join(part), 4.0 * float(radii[i]) + 2.0) for part, i in zip(parts, actors, strict=True)]


def as_image(inside: str, size: float) -> str:
    """Address that holds an SVG image with its origin in the middle."""
    return "data:image/svg+xml;base64," + base64.b64encode(_svg(inside, size).encode()).decode()


def _svg(inside: str, size: float) -> str:
    half = size / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size:.2f}" height="{size:.2f}" '
        f'viewBox="{-half:.2f} {-half:.2f} {size:.2f} {size:.2f}">{inside}</svg>'
    )


def _shape(path: Path, radius: float, color: str, edge: float) -> str:
    style = f'fill="{color}" stroke="#fff" stroke-width="{edge:.2f}" stroke-linejoin="round"'
    if np.array_equal(path.vertices, _DISC.vertices):
        return f'<circle r="{radius:.2f}" {style}/>'
    points = np.asarray(path.vertices)[: -1 if path.codes is not None else None] * [radius, -radius]
    return f'<polygon points="{" ".join(f"{x:.2f},{y:.2f}" for x, y in points)}" {style}/>'


def legend_html(look: Looks) -> str:
    """The sections of the legend and the colour scale, ready to be put beside the picture."""
    found = [_section(section) for section in look.sections if section.entries]
    if look.scale is not None:
        found.append(_scale(look.scale, look.scale_name))
    return "".join(found)


def _section(section: Section) -> str:
    heading = f"<h2>{escape(section.heading)}</h2>" if section.heading else ""
    rows = (
        f"<li>{_svg(_icon(handle), _ICON)}<span>{escape(str(text))}</span></li>" for handle, text in section.entries
    )
    return f"<section>{heading}<ul>{''.join(rows)}</ul></section>"


def _icon(handle: Line2D | tuple[Line2D, ...]) -> str:
    """What matplotlib would draw for a handle of `latentnet.plot.look.legend`."""
    lines: Sequence[Line2D] = handle if isinstance(handle, tuple) else (handle,)
    return "".join(_marker(line) for line in lines)


def _marker(line: Line2D) -> str:
    radius = float(line.get_markersize()) * _PIXELS_PER_POINT / 2
    marker: Any = line.get_marker()
    color = to_hex(line.get_markerfacecolor())
    if marker == "+":
        arms = f"M{-radius:.1f} 0H{radius:.1f}M0 {-radius:.1f}V{radius:.1f}"
        return f'<path d="{arms}" stroke="{to_hex(line.get_color())}"/>'
    if isinstance(marker, Path):
        return _shape(marker, radius, color, 0.0)
    if line.get_fillstyle() == "left":
        other = to_hex(line.get_markerfacecoloralt())
        half = f"M0 {-radius:.2f}A{radius:.2f} {radius:.2f} 0 0 {{}} 0 {radius:.2f}Z"
        return f'<path d="{half.format(0)}" fill="{color}"/><path d="{half.format(1)}" fill="{other}"/>'
    alpha = line.get_alpha()
    opacity = 1.0 if alpha is None else float(alpha)
    return f'<circle r="{radius:.2f}" fill="{color}" fill-opacity="{opacity:.2f}"/>'


def _scale(scale: Any, name: str) -> str:
    stops = ",".join(to_hex(scale.cmap(at)) for at in np.linspace(0.0, 1.0, 9))
    return (
        f'<section><h2>{escape(name)}</h2><div class="scale"><i style="background:linear-gradient(to top,{stops})"></i>'
        f"<span>{scale.norm.vmax:.4g}</span><span>{scale.norm.vmin:.4g}</span></div></section>"
    )

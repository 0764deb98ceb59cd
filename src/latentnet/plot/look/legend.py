"""One legend beside the axes, in sections with a heading each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from matplotlib.legend_handler import HandlerBase, HandlerTuple
from matplotlib.lines import Line2D

from latentnet.plot.look.colors import GREY
from latentnet.plot.look.shapes import outline

__all__ = ["Section", "add_legend", "line_handle", "mark_handle", "rings_handle", "split_handle"]

_MOST_ROWS = 26


@dataclass
class Section:
    """A heading and its entries, pairs of a handle and a text."""

    heading: str
    entries: list[tuple[Any, str]] = field(default_factory=list)


class _Heading(Line2D):
    """Stands in the place of a handle before a heading."""


class _HeadingHandler(HandlerBase):
    """Takes the handle's room away, so that headings start where handles do."""

    def legend_artist(self, legend: Any, orig_handle: Any, fontsize: float, handlebox: Any) -> Line2D:
        handlebox.width = -legend.handletextpad * fontsize
        return Line2D([], [])


def mark_handle(color: str, shape: int = 0, size: float = 6.5) -> Line2D:
    """An actor's mark."""
    return Line2D([], [], linestyle="none", marker=outline(shape), color=color, markersize=size, markeredgewidth=0)


def line_handle(color: str) -> Line2D:
    """A tie."""
    return Line2D([], [], color=color, linewidth=1.4)


def split_handle(left: str, right: str) -> Line2D:
    """A mark in two halves, for pies."""
    return Line2D(
        [], [], linestyle="none", marker="o", fillstyle="left", markersize=6.5, markerfacecolor=left,
        markerfacecoloralt=right, markeredgecolor="white", markeredgewidth=0.4,
    )  # fmt: skip


def rings_handle() -> tuple[Line2D, ...]:
    """Two concentric rings."""
    outer = Line2D([], [], linestyle="none", marker="o", markersize=11, color=GREY, alpha=0.25, markeredgewidth=0)
    inner = Line2D([], [], linestyle="none", marker="o", markersize=6, color=GREY, alpha=0.35, markeredgewidth=0)
    return outer, inner


def add_legend(ax: Any, sections: list[Section]) -> None:
    """Put the sections to the right of `ax`, in as many columns as it takes."""
    sections = [section for section in sections if section.entries]
    if not sections:
        return
    handles: list[Any] = []
    texts: list[str] = []
    headings = []
    for section in sections:
        if texts:
            handles.append(_Heading([], []))
            texts.append("")
        if section.heading:
            headings.append(len(texts))
            handles.append(_Heading([], []))
            texts.append(section.heading)
        for handle, text in section.entries:
            handles.append(handle)
            texts.append(text)
    legend = ax.legend(
        handles, texts, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0,
        frameon=False, fontsize=7.5, handlelength=1.3, handletextpad=0.5, labelspacing=0.45, columnspacing=1.0,
        ncols=-(-len(texts) // _MOST_ROWS),
        handler_map={tuple: HandlerTuple(ndivide=1, pad=0.0), _Heading: _HeadingHandler()},
    )  # fmt: skip
    for k, text in enumerate(legend.get_texts()):
        text.set_parse_math(False)
        if k in headings:
            text.set_fontweight("bold")

"""Colours that users choose: actual ones, palettes for categories, colour maps for numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import CSS4_COLORS, Colormap, is_color_like, to_hex

from latentnet.checks import shown
from latentnet.constraints import Rule, goes_through
from latentnet.plot.look.attributes import OF_ACTORS, Encoding
from latentnet.plot.look.colors import categorical

__all__ = ["actual_colors", "check_palettes", "chosen_palette"]


def actual_colors(color: Any, network: Any) -> list[str] | None:
    """Hexadecimal colours where `color` is one colour or a colour for each actor, else None.

    A name counts as a colour if it is one of CSS ("red") or hexadecimal ("#c00000"): letters such as "b" and "k" are as
    likely to be somebody's categories. A column of the attributes comes first.
    """
    n = len(network.actors)
    if isinstance(color, str):
        return [to_hex(color)] * n if color not in network.attributes.columns and _is_color(color) else None
    if color is None:
        return None
    OF_ACTORS.demand("`color`", color)
    if isinstance(color, pd.Series):
        if not all(_is_color(value) for value in color) or set(color.index) != set(network.actors):
            return None
        color = color.reindex(list(network.actors))
    values = list(color)
    return [to_hex(value) for value in values] if len(values) == n and all(map(_is_color, values)) else None


def _is_color(value: Any) -> bool:
    if isinstance(value, str):
        return (value.lower() in CSS4_COLORS or value.startswith("#")) and is_color_like(value)
    is_triple = isinstance(value, tuple | list | np.ndarray) and len(value) in (3, 4)
    return is_triple and not any(isinstance(part, str) for part in value) and is_color_like(tuple(value))


def _becomes_a_color(value: Any) -> bool:
    try:
        return bool(to_hex(value))
    except (TypeError, ValueError):  # NaN, too, which matplotlib holds for like a colour
        return False


def check_palettes(palette: Any, cmap: Any, colored: Encoding | None) -> None:
    """Raise a ValueError for a palette or colour map that has nothing to colour, or is none."""
    if palette is not None and (colored is None or colored.codes is None):
        raise ValueError("`palette` gives categories their colours, but `color` has none; use `cmap` for numbers")
    if cmap is not None and (colored is None or colored.values is None):
        raise ValueError("`cmap` is a colour scale for numbers, but `color` gives none; use `palette` for categories")
    if isinstance(cmap, str) and cmap not in colormaps:
        raise ValueError(f"`cmap` must be the name of a matplotlib colour map such as 'cividis', but is {shown(cmap)}")
    if cmap is not None and not isinstance(cmap, str | Colormap):
        raise ValueError(f"`cmap` must be the name of a colour map or one of matplotlib's, but is {shown(cmap)}")


_PALETTE = Rule("a sequence or a mapping of colours", goes_through).or_("one", lambda value: isinstance(value, str))


def chosen_palette(palette: Any, categories: Sequence[str]) -> list[str]:
    """One colour for each category: ours, the user's by order, or the user's by category."""
    if palette is None:
        return list(categorical(len(categories)))
    if isinstance(palette, Mapping):
        given = {str(category): value for category, value in palette.items()}
        missing = [category for category in categories if category not in given]
        if missing:
            raise ValueError(
                f"`palette` has no colour for {shown(missing[0])}; it needs one for each of {list(categories)}"
            )
        values = [given[category] for category in categories]
    else:
        _PALETTE.demand("`palette`", palette)
        values = [palette] if isinstance(palette, str) else list(palette)
        if len(values) < len(categories):
            raise ValueError(
                f"`palette` must have a colour for each of the {len(categories)} categories of `color`, but is "
                f"{shown(palette)}"
            )
        values = values[: len(categories)]
    wrong = [value for value in values if not _becomes_a_color(value)]
    if wrong:
        raise ValueError(f"`palette` must hold colours such as 'red' or '#c00000', but has {shown(wrong[0])}")
    return [to_hex(value) for value in values]

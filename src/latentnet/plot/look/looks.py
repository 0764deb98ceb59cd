"""What each actor looks like and what the legend says about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize, to_hex
from numpy.typing import NDArray

from latentnet.plot.look.attributes import Encoding, check_revealed_text, encode, encode_mode
from latentnet.plot.look.colors import GREY, NEUTRAL, categorical
from latentnet.plot.look.legend import Section, mark_handle, rings_handle, split_handle
from latentnet.plot.look.palettes import actual_colors, check_palettes, chosen_palette
from latentnet.plot.look.shapes import N_SHAPES
from latentnet.plot.look.sizes import mark_sizes
from latentnet.plot.map.marks import CERTAIN

__all__ = ["Looks", "make_looks"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_COLORS_A_SHAPE = 10  # beyond so many categories colour alone no longer tells them apart
_PLAIN = categorical(1)[0]


@dataclass
class Looks:
    """Colour and shape of every actor, with the legend that explains them.

    Attributes
    ----------
    colors : list of n_actors str
    shapes : (n_actors,) int array
    hidden : (n_actors,) bool array
        Actors left out by `reveal`: small neutral discs whatever the rest says.
    membership : (n_actors, n_clusters) array or None
        Where given, uncertain actors become pies in colours of `palette`; NaN for hidden ones.
    palette : tuple of str
        Colours of the clusters, empty where none are shown.
    sections : list of Section
    scale : ScalarMappable or None
        Colour scale of a numeric attribute, and its name.
    scale_name : str
    plain : bool
        Whether colour says nothing yet, so that clouds may use it.
    sizes : (n_actors,) array
        Factors of the marks' radii.
    """

    colors: list[str]
    shapes: IntArray
    hidden: BoolArray
    membership: FloatArray | None = None
    palette: tuple[str, ...] = ()
    sections: list[Section] = field(default_factory=list)
    scale: ScalarMappable | None = None
    scale_name: str = ""
    plain: bool = False
    sizes: FloatArray = field(default_factory=lambda: np.ones(0))


def make_looks(
    model: Any,
    hidden: BoolArray,
    *,
    color: Any = None,
    shape: Any = None,
    size: Any = None,
    palette: Any = None,
    cmap: Any = None,
    clusters: bool = False,
) -> Looks:
    """Decide colours, shapes and sizes from the arguments of `positions`.

    Colour: the attribute, else the cluster, else the mode of a two-mode network. Shape: the attribute, else
    the mode, else, for a colour attribute of more than ten categories, a second key to the category.
    """
    network = model.network_
    n = len(hidden)
    look = Looks([_PLAIN] * n, np.zeros(n, dtype=np.int64), hidden)
    mode = encode_mode(network.mode) if network.two_mode else None
    actual = None if palette is not None else actual_colors(color, network)
    colored = None if color is None or actual is not None else encode("color", color, network, numbers=True)
    check_palettes(palette, cmap, colored)
    shaped = mode if shape is None else encode("shape", shape, network, numbers=False)
    if clusters:
        look.palette = categorical(model.membership_.shape[1])
    if colored is None and actual is None and not clusters:
        colored = mode
    if actual is not None:
        look.colors = actual
    elif colored is None and clusters:
        _color_by_cluster(look, model)
    elif colored is not None and colored.values is not None:
        _color_by_number(look, colored, cmap)
    look.plain = colored is None and actual is None and not clusters
    if (colored is not None or actual is not None) and clusters:
        look.palette = (GREY,) * len(look.palette)  # colour already speaks of the attribute
        look.sections.append(Section("cluster", [_rings_entry(look)]))
    _color_and_shape(look, colored, shaped, palette)
    look.sizes, section = mark_sizes(size, model, ~hidden)
    look.sections.append(section)
    _hide(look)
    if hidden.any():
        look.sections.append(Section("", [(mark_handle(NEUTRAL, size=5), "other actors")]))
    names = [label for label, gone in zip(network.actors, hidden, strict=True) if gone]
    texts = [text for section in look.sections for _, text in [(None, section.heading), *section.entries]]
    check_revealed_text([*texts, look.scale_name], names)
    return look


def _color_by_cluster(look: Looks, model: Any) -> None:
    labels = np.asarray(model.labels_, dtype=np.int64)
    look.membership = np.array(model.membership_, dtype=np.float64)
    look.colors = [look.palette[g] for g in labels]
    section = Section("cluster", [(mark_handle(code), str(g)) for g, code in enumerate(look.palette)])
    if (look.membership[~look.hidden].max(axis=1, initial=0.0) < CERTAIN).any():
        first, second = look.palette[0], look.palette[1 % len(look.palette)]
        section.entries.append((split_handle(first, second), "probabilities"))
    section.entries.append(_rings_entry(look))
    look.sections.append(section)


def _rings_entry(look: Looks) -> tuple[Any, str]:
    return rings_handle(), "1 and 2 sd"


def _color_by_number(look: Looks, colored: Encoding, cmap: Any) -> None:
    values = np.where(look.hidden, np.nan, np.asarray(colored.values))
    known = values[~np.isnan(values)]
    # The end of the usual scale is left off: its yellow fades on paper.
    given = None if cmap is None else colormaps[cmap] if isinstance(cmap, str) else cmap
    ramp = given if given is not None else ListedColormap(colormaps["viridis"](np.linspace(0.0, 0.92, 256)))
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    look.scale = ScalarMappable(Normalize(low, high), ramp)
    look.scale_name = colored.name
    look.colors = [NEUTRAL if np.isnan(v) else to_hex(tuple(ramp(look.scale.norm(v)))) for v in values]
    if np.isnan(values[~look.hidden]).any():
        look.sections.append(Section("", [(mark_handle(NEUTRAL), "missing")]))


def _color_and_shape(look: Looks, colored: Encoding | None, shaped: Encoding | None, given: Any) -> None:
    """Categories: colours, shapes and their sections, one section where both tell the same."""
    seen = ~look.hidden
    if shaped is not None:
        _check_shapes(shaped)
        codes = np.asarray(shaped.codes)
        look.shapes = np.where(codes < 0, len(shaped.categories), codes)
    if colored is None or colored.codes is None:
        if shaped is not None:
            look.sections.append(_shape_section(shaped, seen))
        return
    count = len(colored.categories)
    same = shaped is not None and shaped.codes is not None and np.array_equal(colored.codes, shaped.codes)
    if shaped is None and given is None and count > _COLORS_A_SHAPE:
        if count > _COLORS_A_SHAPE * N_SHAPES:
            raise ValueError(
                f"`color` has {count} categories, but at most {_COLORS_A_SHAPE * N_SHAPES} can be "
                "told apart; merge some, or give numbers as floats for a colour scale"
            )
        palette = [categorical(_COLORS_A_SHAPE)[c % _COLORS_A_SHAPE] for c in range(count)]
        key = np.append(np.arange(count) // _COLORS_A_SHAPE, 0)
        look.shapes = key[colored.codes]
    else:
        palette = chosen_palette(given, colored.categories)
        key = np.arange(count + 1) * int(same)
    look.colors = [NEUTRAL if code < 0 else palette[code] for code in colored.codes]
    look.sections.append(_section(colored, [*palette, NEUTRAL], key, seen))
    if shaped is not None and not same:
        look.sections.append(_shape_section(shaped, seen))


def _shape_section(shaped: Encoding, seen: BoolArray) -> Section:
    count = len(shaped.categories) + 1
    return _section(shaped, [GREY] * count, np.arange(count), seen)


def _check_shapes(shaped: Encoding) -> None:
    needed = len(shaped.categories) + bool((np.asarray(shaped.codes) < 0).any())
    if needed > N_SHAPES:
        raise ValueError(
            f"`shape` has {needed} categories (missing counts as one), but only {N_SHAPES} shapes can be "
            "told apart; use `color`, or merge some"
        )


def _section(encoding: Encoding, palette: Sequence[str], key: IntArray, seen: BoolArray) -> Section:
    """Entries of the categories among the actors on view (any other would speak of a hidden one).

    The last of the colours `palette` and of the shapes `key` stands for missing values.
    """
    codes = np.asarray(encoding.codes)[seen]
    section = Section(encoding.name)
    for code, category in [*enumerate(encoding.categories), (-1, "missing")]:
        if (codes == code).any():
            section.entries.append((mark_handle(palette[code], int(key[code])), category))
    return section


def _hide(look: Looks) -> None:
    look.colors = [NEUTRAL if gone else code for code, gone in zip(look.colors, look.hidden, strict=True)]
    look.shapes = np.where(look.hidden, 0, look.shapes)
    look.sizes = np.where(look.hidden, 0.75, look.sizes)
    if look.membership is not None:
        look.membership = np.where(look.hidden[:, None], np.nan, look.membership)

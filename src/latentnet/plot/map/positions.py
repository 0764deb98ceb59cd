"""`latentnet.plot.positions`: the picture of a fitted model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from latentnet.constraints import FLAG, PICTURED, checked
from latentnet.network.labels import actor_places, label_index
from latentnet.plot.arguments import AXES, TITLE
from latentnet.plot.look.attributes import check_revealed_text
from latentnet.plot.look.colors import GREY, NEUTRAL, categorical
from latentnet.plot.look.legend import Section, add_legend, line_handle
from latentnet.plot.look.looks import Looks, make_looks
from latentnet.plot.look.names import label_texts
from latentnet.plot.map.clouds import chosen_draws, draw_clouds, draw_contours, draw_pooled_contours
from latentnet.plot.map.density import draw_density, is_dense
from latentnet.plot.map.labels import Labels
from latentnet.plot.map.marks import ActorMarks, slices
from latentnet.plot.map.rings import draw_rings
from latentnet.plot.map.scene import CAPTION_SIZE, Canvas, fit_inside, make_scene
from latentnet.plot.map.ties import draw_ties
from latentnet.plot.picture import (
    by_degree,
    cluster_extent,
    crosses,
    has_origin,
    hidden_actors,
    layers_of,
    shown_positions,
    tie_pairs,
)
from latentnet.plot.shown import chosen

__all__ = ["positions"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_POOLED = "pooled"
_BEND = 0.16  # between neighbouring layers' ties, as a share of their length


@checked(model=PICTURED, ax=AXES, clusters=FLAG, ties=FLAG, title=TITLE)
def positions(
    model: Any,
    *,
    ax: Axes | None = None,
    reveal: Sequence[Any] | None = None,
    color: Any = None,
    shape: Any = None,
    clusters: bool = True,
    clouds: Sequence[Any] | str | None = None,
    contours: Sequence[Any] | str | None = None,
    ties: bool = True,
    labels: Any = True,
    size: Any = None,
    palette: Any = None,
    cmap: Any = None,
    title: str | None = None,
    what: Any = "point",
    align_to: Any = None,
) -> Axes:
    """Draw the actors where the model places them, with their ties, names and clusters.

    The positions are the point estimate ``model.positions_``. Positions are known only up to rotation and
    reflection (and translation, where the similarity is a distance), so the axes bear no coordinates but a
    bar that shows how long a distance is. Of up to 300 actors, those whose marks would hide one another are moved apart
    by up to about their size. One latent dimension is drawn as a line with ties as arcs over
    it, where dots that would hide one another hang below the line; three as a scene that can be turned; of
    more, the first two principal axes are shown and the caption says so. Of over 5,000 actors in a plane densities are
    drawn, cell by cell, in the mean of the actors' colours, in place of marks and lines, and names only where `labels`
    or `reveal` asks for them.

    A cluster model shows each cluster as rings at one and two standard deviations, darker to the centre,
    with its number at its mean. Actors whose largest membership
    probability is under 0.95 are pies of their probabilities. Clusters are numbered as in
    ``model.labels_``.

    Labels never overlap marks or each other. Where there is no room (many actors) labels are left out,
    those of the actors with fewest ties first; at most 300 are tried; a line under the picture says how many are left
    out.

    Parameters
    ----------
    model : fitted estimator
        Position or cluster model.
    ax : matplotlib Axes, optional
        Axes to draw into, three-dimensional for three latent dimensions; None makes a new figure. Where the figure
        makes no room by itself, the axes shrink until legend and caption fit into the figure. Flat axes whose limits
        were set before keep them.
    reveal : sequence of actors, optional
        Name only these actors; all others are the same neutral dots, whatever `color` and `shape` say, and
        the legend speaks of nobody else. None names everybody.
    color : str or sequence of shape (n_actors,), optional
        Column of ``network.attributes``, or values in the order of ``model.actors_`` (a Series: by label).
        Texts, booleans and up to ten different integers are categories; other numbers get a colour scale.
        More than ten categories use shape as well. Replaces colours and pies of clusters, whose rings turn
        grey. One actual colour, or one for each actor, is taken as it is: CSS names ("red"), "#c00000", or
        triples.
    shape : str or sequence of shape (n_actors,), optional
        As `color`; up to twelve categories. By default the mode in a two-mode network.
    clusters : bool, default True
        Whether to show the clusters of a cluster model.
    clouds : sequence of actors or "all", optional
        Show posterior draws of the positions of these actors.
    contours : sequence of actors, "all" or "pooled", optional
        Show the regions that hold 50 and 90 % of the posterior of each of these actors, or of the draws of
        all actors together ("pooled"). Not in three dimensions.
    ties : bool, default True
        Whether to draw ties: arrows for up to 250 directed ties (two heads if mutual), else lines, fainter
        for values nearer 0 and the more ties there are. Several kinds of ties (`Layers`) have a colour each.
    labels : bool, mapping or sequence, default True
        Whether to name actors; or a list of the actors to name, texts by actor (of these alone), or a list of
        n_actors texts.
    size : str, Series or sequence of shape (n_actors,), optional
        What the areas of marks are in proportion to: "degree", a random effect of the model ("sociality", "sender",
        "receiver": its odds ratio), a numeric column of ``network.attributes``, or numbers.
    palette : sequence or mapping of colours, optional
        Colours of the categories of `color`, in their order or by category.
    cmap : str or Colormap, optional
        Colour scale of the numbers of `color`.
    title : str, optional
    what : "point", int or array of shape (n_actors, n_dims), default "point"
        What to draw: the point estimate, the draw of that number (all chains end to end), or given positions.
    align_to : fitted estimator, DataFrame by actor or array of shape (n_actors, n_dims), optional
        Turn the picture so that it lies as this one does.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        For unknown actors, attributes or colours, a model without latent space, axes of the wrong kind, clouds or
        `what` of a model without draws, or a text that would name an actor left out by `reveal`.

    References
    ----------
    Handcock, M. S., Raftery, A. E. & Tantrum, J. M. (2007). Model-based clustering for social networks.
    *Journal of the Royal Statistical Society A* 170, 301-354.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np, pandas as pd, scipy.sparse as sp
    >>> from latentnet import plot
    >>> network = SimpleNamespace(
    ...     actors=np.array(["Ann", "Bob", "Cem"], dtype=object),
    ...     directed=False,
    ...     two_mode=False,
    ...     mode=None,
    ...     ties=sp.csr_array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]),
    ...     attributes=pd.DataFrame(index=["Ann", "Bob", "Cem"]),
    ... )
    >>> model = SimpleNamespace(network_=network, positions_=np.array([[0.0, 1], [0, 0], [1, 0]]))
    >>> ax = plot.positions(model)  # any fitted model of the library does the same
    >>> sorted(text.get_text() for text in ax.texts)
    ['Ann', 'Bob', 'Cem']
    """
    model = chosen(model, what, align_to)
    network, n_shown = model.network_, shown_positions(model).shape[1]
    hidden = hidden_actors(reveal, network.actors)
    with_clusters = bool(clusters) and hasattr(model, "cluster_means_")
    look = make_looks(
        model, hidden, color=color, shape=shape, size=size, palette=palette, cmap=cmap, clusters=with_clusters
    )
    tied = tie_pairs(network)
    dense = is_dense(len(network.actors), n_shown)
    labels = False if dense and labels is True and reveal is None else labels
    names = by_degree(label_texts(labels, network.actors, hidden), tied[0])
    uncertainty = _Uncertainty(model, clouds, contours, look, n_shown)
    extent = [uncertainty.extent()]
    if with_clusters:
        extent.append(cluster_extent(model, n_shown))
    given = ax is not None
    wide = bool(look.sections) or (ties and bool(layers_of(model)))
    scene = make_scene(model, ax, extent=np.vstack(extent), wide=wide, more=_more_lines(uncertainty, names, dense))
    radii = look.sizes * scene.radius * (1.0 if look.membership is None else 1.2)  # room for slices
    if dense:
        draw_density(scene, look.colors, tied[0] if ties else None)
    elif ties:
        _draw_all_ties(scene, model, look, radii, tied)
    if with_clusters:
        draw_rings(scene, model, look.palette)
    uncertainty.draw(scene)
    _finish(scene, model, look, None if dense else radii, names, tied[0])
    if title is not None:
        scene.ax.set_title(title, fontsize=9, parse_math=False)
    if given:
        fit_inside(scene.ax)
    drawn: Axes = scene.ax
    return drawn


def _draw_all_ties(
    scene: Canvas, model: Any, look: Looks, radii: FloatArray, tied: tuple[IntArray, FloatArray, NDArray[np.bool_]]
) -> None:
    """Draw ties, those of every layer in a colour of its own, and bent, so that they do not hide each other."""
    network, layers = model.network_, layers_of(model)
    if not layers:
        draw_ties(scene, tied, radii, directed=network.directed and not network.two_mode)
        return
    section, taken = Section("ties"), max(len(look.palette), 1)  # by clusters, or by plain marks
    for k, (layer, code) in enumerate(zip(layers, categorical(taken + len(layers))[taken:], strict=True)):
        pairs, strength, mutual = tie_pairs(layer.problem.network)
        of_layer, bend = (layer.actors[pairs], strength, mutual), _BEND * (k - 0.5 * (len(layers) - 1))
        directed = layer.problem.network.directed
        draw_ties(scene, of_layer, radii, directed=directed, color=to_rgb(code), bend=bend)
        section.entries.append((line_handle(code), layer.name))
    hidden = [label for label, gone in zip(network.actors, look.hidden, strict=True) if gone]
    check_revealed_text([layer.name for layer in layers], hidden)
    look.sections.append(section)


def _more_lines(uncertainty: _Uncertainty, names: dict[int, str], dense: bool) -> list[str]:
    """What is said under the picture beside how to read distances."""
    lines = []
    if uncertainty.cloud_draws is not None or uncertainty.contour_draws is not None:
        lines.append("clouds and contours are of draws, which lie farther out than their consensus, the marks")
    if dense:
        lines.append("densities of actors and of ties: the stronger the more, by logs")
    if names:
        lines.append("")  # for the number of names left out, known once the picture has its size
    return lines


class _Uncertainty:
    """The arguments `clouds` and `contours`, checked and with their draws."""

    def __init__(self, model: Any, clouds: Any, contours: Any, look: Looks, n_shown: int) -> None:
        actors = label_index(model.network_.actors)
        empty = np.empty(0, dtype=np.int64)
        everybody = np.arange(len(actors))
        self.pooled = isinstance(contours, str) and contours == _POOLED
        self.clouds = everybody if _is(clouds, "all") else empty
        self.contours = everybody if _is(contours, "all") or self.pooled else empty
        if clouds is not None and not _is(clouds, "all"):
            self.clouds = actor_places(clouds, actors, "`clouds`")
        if contours is not None and not _is(contours, "all") and not self.pooled:
            self.contours = actor_places(contours, actors, "`contours`")
        # Files keep the order of drawing; that of the network may be that of a known list.
        self.clouds, self.contours = (self._by_place(model, chosen) for chosen in (self.clouds, self.contours))
        self.cloud_draws = chosen_draws(model, self.clouds, n_shown) if len(self.clouds) else None
        self.contour_draws = chosen_draws(model, self.contours, n_shown) if len(self.contours) else None
        self.n_shown = n_shown
        self.look = look
        self._color()

    @staticmethod
    def _by_place(model: Any, actors: IntArray) -> IntArray:
        return actors[np.lexsort(shown_positions(model)[actors].T[::-1])]

    def _color(self) -> None:
        """Where colour is free, it tells the chosen actors apart."""
        chosen = list(dict.fromkeys([*self.clouds, *(() if self.pooled else self.contours)]))
        if not self.look.plain or not chosen:
            return
        palette = categorical(8)
        self.look.colors = [NEUTRAL] * len(self.look.colors)
        for k, i in enumerate(chosen):
            if not self.look.hidden[i]:
                self.look.colors[i] = palette[k % len(palette)]

    def extent(self) -> FloatArray:
        """Corners of nearly all draws, so that the limits include them."""
        drawn = [draws for draws in (self.cloud_draws, self.contour_draws) if draws is not None]
        corners = [np.quantile(draws.reshape(-1, self.n_shown), (0.001, 0.999), axis=0) for draws in drawn]
        return np.vstack([np.empty((0, self.n_shown)), *corners])

    def draw(self, scene: Canvas) -> None:
        """Contours first, clouds on them."""
        if self.contour_draws is not None:
            if self.pooled:
                draw_pooled_contours(scene, self.contour_draws, GREY)
            else:
                draw_contours(scene, self.contour_draws, [self.look.colors[i] for i in self.contours])
        if self.cloud_draws is not None:
            draw_clouds(scene, self.cloud_draws, [self.look.colors[i] for i in self.clouds])


def _is(given: Any, word: str) -> bool:
    return isinstance(given, str) and given == word


def _finish(
    scene: Canvas, model: Any, look: Looks, radii: FloatArray | None, names: dict[int, str], pairs: IntArray
) -> None:
    """Marks (where there are radii), labels, legend, colour scale."""
    ax, network = scene.ax, model.network_
    if has_origin(model):
        ax.plot(*([0.0],) * scene.n_shown, marker="+", color=GREY, markersize=7, zorder=2, gid="origin")
    if radii is not None:
        pieces = slices(look.colors, look.shapes, look.membership, look.palette)
        marks = ActorMarks(scene, pieces, radii, look.hidden)
        marks.set_gid("actors")
        ax.add_artist(marks)
    if names:
        radii = np.zeros(len(look.colors)) if radii is None else radii
        owners = np.array(list(names), dtype=np.int64)
        size = 6.5 if len(network.actors) > 40 or scene.small() else 7.5
        others = crosses(model, with_clusters=bool(look.palette)) if scene.n_shown == 2 else np.empty((0, 2))
        ax.add_artist(Labels(scene, list(names.values()), owners, radii, pairs=pairs, crosses=others, size=size))
    if look.scale is not None:
        bar = ax.get_figure(root=True).colorbar(look.scale, ax=ax, shrink=0.5, aspect=20, pad=0.02)
        bar.set_label(look.scale_name, size=7.5, parse_math=False)
        bar.ax.tick_params(labelsize=CAPTION_SIZE)
        bar.outline.set_visible(False)
    add_legend(ax, look.sections)

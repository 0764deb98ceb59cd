"""`latentnet.plot.positions_html`: the picture of a fitted model as a page to be explored."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentnet.constraints import FLAG, PATH, PICTURED, checked
from latentnet.plot.arguments import TITLE
from latentnet.plot.look.attributes import check_revealed_text
from latentnet.plot.look.looks import Looks, make_looks
from latentnet.plot.look.names import label_texts
from latentnet.plot.look.palettes import actual_colors
from latentnet.plot.page.hover import Row, hover_rows
from latentnet.plot.page.layout import Layout, PlacedLabels, make_layout, place_labels
from latentnet.plot.page.marks import legend_html, mark_images
from latentnet.plot.picture import by_degree, crosses, has_origin, hidden_actors, reading, tie_pairs
from latentnet.plot.shown import chosen

__all__ = ["positions_html"]

FloatArray = NDArray[np.float64]


@checked(model=PICTURED, path=PATH, clusters=FLAG, ties=FLAG, title=TITLE)
def positions_html(
    model: Any,
    path: str | PathLike[str],
    *,
    reveal: Sequence[Any] | None = None,
    color: Any = None,
    shape: Any = None,
    clusters: bool = True,
    ties: bool = True,
    labels: Any = True,
    roles: Any = None,
    size: Any = None,
    palette: Any = None,
    cmap: Any = None,
    title: str | None = None,
    what: Any = "point",
    align_to: Any = None,
) -> Path:
    """Write the picture of `plot.positions` as one HTML file in which a reader can zoom and point at actors.

    The file holds all that it needs and opens in any browser without a network; it even forbids the browser to
    connect to one. Pointing at an actor shows its name and, as far as the model and the arguments have them: the
    clusters to which it belongs with their probabilities (those of at least 5 %), its role, its distance from the
    cluster's centre in the cluster's standard deviations as drawn, its number of ties and how many of them lead to
    other clusters, and the attributes given as `color` and `shape`.

    What differs from `plot.positions`: three latent dimensions are shown by the first two principal axes, as more
    are; heads of arrows sit on their lines; names without room appear when pointed at.

    Needs bokeh: ``pip install 'latentnet[html]'``.

    Parameters
    ----------
    model : fitted estimator
        Position or cluster model.
    path : path-like
        File to write; an old one is replaced.
    reveal : sequence of actors, optional
        Name only these actors; all others are the same neutral dots, which say nothing when pointed at. Their names
        are nowhere in the file, nor is their order in the network. None names everybody. For what one respondent
        knows, give that respondent and those whom he or she named (see the example). Ties still show who is tied to
        whom among the named ones, and so what others answered; ``ties=False`` leaves them out.
    color, shape, size, palette, cmap, title, what, align_to : optional
        As for `plot.positions`.
    clusters : bool, default True
        Whether to show the clusters of a cluster model, and to speak of them.
    ties : bool, default True
        Whether to draw ties and to tell their numbers.
    labels : bool, mapping or sequence, default True
        As for `plot.positions`; pointing at a mark shows its name in any case.
    roles : DataFrame, optional
        Result of ``latentnet.roles(model)``: adds each actor's role and its probability.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    ImportError
        If bokeh is not installed.
    NotFittedError
        If the model is not fitted.
    ValueError
        For unknown actors or attributes, a model without latent space, a table `roles` of other actors, or a text
        that would name an actor left out by `reveal`.

    Examples
    --------
    A page for Ann that names her and those whom she named:

    >>> import tempfile
    >>> from types import SimpleNamespace
    >>> import numpy as np, pandas as pd
    >>> from latentnet import Network, plot
    >>> names = pd.DataFrame({"who": ["Ann", "Bob"], "whom": ["Bob", "Cem"]})
    >>> network = Network.from_nominations(names, respondent="who", nominee="whom")
    >>> model = SimpleNamespace(network_=network, positions_=np.array([[0.0, 1], [0, 0], [1, 0]]))  # any fitted one
    >>> known = ["Ann", *network.to_networkx()["Ann"]]
    >>> known
    ['Ann', 'Bob']
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = plot.positions_html(model, folder + "/ann.html", reveal=known)
    ...     text = page.read_text(encoding="utf-8")
    >>> '"Ann"' in text, '"Cem"' in text
    (True, False)
    """
    _require_bokeh()
    model = chosen(model, what, align_to)
    with_clusters = bool(clusters) and hasattr(model, "cluster_means_")
    layout = make_layout(model, with_clusters=with_clusters)
    network = model.network_
    hidden = hidden_actors(reveal, network.actors)
    look = make_looks(
        model, hidden, color=color, shape=shape, size=size, palette=palette, cmap=cmap, clusters=with_clusters
    )
    lines = tie_pairs(network)
    beside = by_degree(label_texts(labels, network.actors, hidden), lines[0])
    named = np.flatnonzero(~hidden)
    tied = lines if ties else None
    told = [one for one in (color, shape) if actual_colors(one, network) is None]
    rows = hover_rows(
        model, named, attributes=told, clusters=with_clusters, pairs=tied[0] if tied else None, roles=roles
    )
    texts = sorted({text for heading, values in rows for text in (heading, *values)})
    check_revealed_text(texts, [label for label, gone in zip(network.actors, hidden, strict=True) if gone])
    text = _drawn(model, layout, look, rows, tied, beside, title)
    path = Path(path)
    path.write_text(text, encoding="utf-8")
    return path


def _require_bokeh() -> None:
    try:
        import bokeh  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "`positions_html` needs bokeh, which is not installed; install it with the extra `html` of this library: "
            "pip install 'latentnet[html]'"
        ) from error


def _drawn(
    model: Any,
    layout: Layout,
    look: Looks,
    rows: Sequence[Row],
    tied: Any,
    beside: dict[int, str],
    title: str | None,
) -> str:
    from latentnet.plot.page.figure import BokehCanvas
    from latentnet.plot.page.page import page

    network, named = model.network_, np.flatnonzero(~look.hidden)
    radii = look.sizes * layout.radius * (1.0 if look.membership is None else 1.2)
    names = [str(network.actors[i]) for i in named]
    placed = _labelled(model, layout, look, radii, tied, beside) if beside else None
    canvas = BokehCanvas(layout)
    if look.palette:
        canvas.rings(model, look.palette)
    if tied is not None:
        canvas.ties(*tied, arrows=network.directed and not network.two_mode)
    if has_origin(model):
        canvas.origin()
    if placed is not None:
        canvas.leaders(placed)
    canvas.others(np.flatnonzero(look.hidden), radii)
    canvas.marks(named, mark_images(look, named, radii), radii, names, rows)
    if look.palette:
        canvas.centres(model)
    if placed is not None:
        canvas.labels(placed, [beside[i] for i in placed.owners])
    canvas.bar()
    return page(
        canvas.figure,
        title=title,
        legend=legend_html(look),
        caption=_caption(model, layout),
        hover=bool(len(named)),
    )


def _labelled(
    model: Any, layout: Layout, look: Looks, radii: FloatArray, tied: Any, beside: dict[int, str]
) -> PlacedLabels:
    """Room for names, the first ones first."""
    others = crosses(model, with_clusters=bool(look.palette)) if layout.flat else np.empty((0, 2))
    pairs = np.empty((0, 2), dtype=np.int64) if tied is None else tied[0]
    owners = np.array(list(beside), dtype=np.int64)
    return place_labels(layout, list(beside.values()), owners, radii, pairs=pairs, crosses=others)


def _caption(model: Any, layout: Layout) -> str:
    n_dims = np.asarray(model.positions_).shape[1]
    shown = f"First 2 of {n_dims} principal axes. " if n_dims > 2 else ""
    return f"{shown}The bar is a {reading(model, layout.bar()[0])}."

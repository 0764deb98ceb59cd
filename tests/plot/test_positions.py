"""`plot.positions`: what is drawn, where labels lie, what `reveal` keeps secret, and every number of dimensions."""

from __future__ import annotations

import io
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from matplotlib.patches import ArrowStyle
from matplotlib.text import Text

import latentnet
from latentnet import plot
from latentnet._exceptions import NotFittedError
from latentnet.datasets import load_sampson
from latentnet.families import Bernoulli
from latentnet.plot.map.marks import ActorMarks
from tests.plot.fakes import MONKS, cluster_model, position_model


def drawn(ax: Any) -> Any:
    ax.get_figure().canvas.draw()
    return ax


def marks(ax: Any) -> ActorMarks:
    (found,) = [child for child in ax.get_children() if isinstance(child, ActorMarks)]
    return found


def with_gid(ax: Any, gid: str) -> list[Any]:
    return [child for child in ax.get_children() if child.get_gid() == gid]


def legend_texts(ax: Any) -> list[str]:
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def shown_labels(ax: Any) -> list[Any]:
    return [text for text in with_gid(ax, "actor-label") if text.get_visible()]


def placed(ax: Any) -> np.ndarray:
    """Where the marks are on the screen, in the order of the actors; no pies."""
    return np.asarray(marks(ax).get_offsets())[np.argsort(marks(ax)._owner)]


def saved(ax: Any) -> str:
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        ax.get_figure().savefig(buffer, format="svg")
    return buffer.getvalue()


def assert_labels_apart(ax: Any) -> None:
    """No visible label overlaps another, any actor's disc, or the edge of the axes."""
    boxes = [text.get_window_extent() for text in shown_labels(ax)]
    for a, box in enumerate(boxes):
        for other in boxes[a + 1 :]:
            width = min(box.x1, other.x1) - max(box.x0, other.x0)
            height = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert min(width, height) <= 1e-6
        assert min(box.x0 - ax.bbox.x0, box.y0 - ax.bbox.y0, ax.bbox.x1 - box.x1, ax.bbox.y1 - box.y1) >= 0
    collection = marks(ax)
    centres = np.asarray(collection.get_offsets())
    radii = np.sqrt(collection.get_sizes()) * ax.get_figure().dpi / 72
    for box in boxes:
        nearest = np.clip(centres, [box.x0, box.y0], [box.x1, box.y1])
        assert (np.linalg.norm(nearest - centres, axis=1) >= radii - 1e-6).all()


@pytest.mark.parametrize("size", [(3.3, 3.0), (6.0, 5.0)])
@pytest.mark.parametrize(("n", "least"), [(18, 16), (34, 28), (200, 40)])
def test_labels_overlap_neither_points_nor_each_other(n: int, least: int, size: tuple[float, float]) -> None:
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    drawn(plot.positions(position_model(n, 2), ax=ax))
    assert_labels_apart(ax)
    assert len(shown_labels(ax)) >= least * (1 if size[0] > 4 else 0.5)
    figure.set_size_inches(4.5, 7.0)  # labels are placed anew when the figure changes
    drawn(ax)
    assert_labels_apart(ax)


def test_the_picture_is_deterministic() -> None:
    first, second = (drawn(plot.positions(position_model(34, 2))) for _ in range(2))
    where = [[text.get_position() for text in with_gid(ax, "actor-label")] for ax in (first, second)]
    assert where[0] == where[1]


def test_points_are_drawn_where_the_model_puts_them_on_equal_scales() -> None:
    model = position_model(18, 2, actors=MONKS)
    ax = drawn(plot.positions(model))
    pixels = placed(ax)
    between = np.linalg.norm(pixels[:, None] - pixels[None], axis=2)
    distance = np.linalg.norm(model.positions_[:, None] - model.positions_[None], axis=2)
    roomy = np.sort(distance, axis=1)[:, 1] > 0.3  # others may be moved apart, so that every mark is seen
    assert roomy.sum() >= 10
    off = ~np.eye(18, dtype=bool) & np.outer(roomy, roomy)
    ratio = between[off] / distance[off]
    assert np.ptp(ratio) < 1e-6 * ratio.mean()
    assert [*ax.get_xticks(), *ax.get_yticks()] == []  # coordinates mean nothing
    assert len(with_gid(ax, "scale-bar")) == 1


@pytest.mark.parametrize(
    ("family", "is_log_odds"),
    [("bernoulli", True), (Bernoulli(), True), (Bernoulli("probit"), False), (Bernoulli("cloglog"), False),
     ("poisson", False)],
)  # fmt: skip
def test_the_caption_speaks_of_log_odds_where_the_linear_predictor_is_one(family: Any, is_log_odds: bool) -> None:
    model = position_model(18, 2)
    model.family = family
    (box,) = with_gid(plot.positions(model), "scale-bar")
    words = [text.get_text() for text in box.findobj(Text)]
    assert len(words) == 1
    assert ("log odds of a tie" in words[0]) == is_log_odds
    assert "orientation is arbitrary" in words[0]


def test_every_tie_is_drawn_once() -> None:
    model = position_model(18, 2)
    (lines,) = with_gid(plot.positions(model), "ties")
    assert len(lines.get_segments()) == model.network_.n_ties // 2
    directed = position_model(18, 2, directed=True)
    ties = directed.network_.ties.toarray()
    pairs = int(((ties + ties.T) > 0).sum() // 2)
    arrows = with_gid(plot.positions(directed), "ties")
    assert len(arrows) == pairs
    two_heads = [isinstance(arrow.get_arrowstyle(), ArrowStyle.CurveFilledAB) for arrow in arrows]
    assert sum(two_heads) == int((ties * ties.T).sum() // 2)
    assert with_gid(plot.positions(model, ties=False), "ties") == []


def test_many_ties_are_fainter() -> None:
    def alpha(n: int) -> float:
        (lines,) = with_gid(plot.positions(position_model(n, 2), labels=False), "ties")
        return float(lines.get_colors()[:, 3].max())

    assert alpha(150) < 0.5 * alpha(20)


def test_weak_ties_are_fainter_than_strong_ones() -> None:
    model = position_model(3, 2)
    model.network_.ties = sp.csr_array([[0.0, 1, 9], [1, 0, 0], [9, 0, 0]])
    (lines,) = with_gid(plot.positions(model), "ties")
    weak, strong = lines.get_colors()[:, 3]
    assert weak < 0.6 * strong


def test_no_ties_at_all() -> None:
    for d in (1, 2, 3):
        model = position_model(4, d)
        model.network_.ties = sp.csr_array((4, 4))
        drawn(plot.positions(model))


@pytest.mark.parametrize("d", [1, 2, 3, 5])
@pytest.mark.parametrize("clusters", [False, True])
def test_any_number_of_dimensions(d: int, clusters: bool) -> None:
    model = cluster_model(24, 3, d) if clusters else position_model(24, d)
    ax = drawn(plot.positions(model, clouds=[model.actors_[0]]))
    assert len(np.unique(marks(ax)._owner)) == 24
    assert len(with_gid(ax, "cloud")) == 1
    words = " ".join(text.get_text() for text in ax.get_figure().findobj(mpl.text.Text))
    assert ("principal axes" in words) == (d == 5)
    assert hasattr(ax, "get_zlim") == (d == 3)
    if d != 1:
        assert_labels_apart(ax)


def test_in_one_dimension_no_dot_hides_another_and_x_is_exact() -> None:
    model = position_model(30, 1)
    ax = drawn(plot.positions(model))
    pixels = placed(ax)
    x = ax.transData.transform(np.column_stack([model.positions_[:, 0], np.zeros(30)]))[:, 0]
    assert np.allclose(pixels[:, 0], x)
    gaps = np.linalg.norm(pixels[:, None] - pixels[None], axis=2) + 1e9 * np.eye(30)
    assert gaps.min() >= 2 * np.sqrt(marks(ax).get_sizes().max()) * ax.get_figure().dpi / 72
    boxes = sorted((text.get_window_extent() for text in shown_labels(ax)), key=lambda box: box.x0)
    assert len(boxes) >= 25
    assert all(left.x1 <= right.x0 + 1e-6 for left, right in pairwise(boxes))


def test_three_dimensions_follow_a_turn() -> None:
    ax = drawn(plot.positions(position_model(12, 3)))
    before = np.sort(np.asarray(marks(ax).get_offsets()), axis=0)
    ax.view_init(80, 10)
    drawn(ax)
    assert np.abs(np.sort(np.asarray(marks(ax).get_offsets()), axis=0) - before).max() > 10
    assert_labels_apart(ax)


def test_bilinear_positions_show_their_origin() -> None:
    model = position_model(12, 2)
    model.similarity = "bilinear"
    model.positions_ = model.positions_ + 10
    ax = plot.positions(model)
    assert len(with_gid(ax, "origin")) == 1
    assert ax.get_xlim()[0] < 0 < ax.get_xlim()[1]


# ---- clusters -------------------------------------------------------------------------------------------


def test_uncertain_actors_are_pies_and_certain_ones_discs() -> None:
    model = cluster_model(60, 4, radius=2.0)
    uncertain = int((model.membership_.max(axis=1) < 0.95).sum())
    assert 5 < uncertain < 55
    ax = plot.positions(model)
    assert marks(ax).n_pies == uncertain
    assert len(with_gid(ax, "ring")) == 4 * 2 * 2
    assert legend_texts(ax) == ["cluster", "0", "1", "2", "3", "probabilities", "1 and 2 sd"]
    plain = plot.positions(model, clusters=False)
    assert marks(plain).n_pies == 0
    assert with_gid(plain, "ring") == []
    assert legend_texts(plain) == []


def test_rings_have_the_clusters_scales() -> None:
    model = cluster_model(30, 3)
    radii = {round(ring.get_radius(), 9) for ring in with_gid(plot.positions(model), "ring")}
    weights = model.membership_ / model.membership_.sum(axis=0)
    for g in range(3):
        centre = weights[:, g] @ model.positions_
        variance = weights[:, g] @ ((model.positions_ - centre) ** 2).mean(axis=1)
        assert {round(k * np.sqrt(variance), 9) for k in (1, 2)} <= radii
    assert len(radii) == 6


def test_twenty_clusters_are_numbered_and_differ_in_colour() -> None:
    ax = plot.positions(cluster_model(160, 20, radius=6.0))
    assert sorted(int(text.get_text()) for text in with_gid(ax, "cluster-number")) == list(range(20))
    assert len({handle.get_color() for handle in ax.get_legend().legend_handles[1:21]}) == 20


def test_colour_by_attribute_leaves_rings_grey_and_draws_no_pies() -> None:
    model = cluster_model(30, 3, radius=1.5)
    ax = plot.positions(model, color=["a", "b", "c"] * 10)
    assert marks(ax).n_pies == 0
    assert len({tuple(ring.get_facecolor()[:3]) for ring in with_gid(ax, "ring")[::2]}) == 1
    assert legend_texts(ax) == ["cluster", "1 and 2 sd", "", "a", "b", "c"]


# ---- colour and shape ------------------------------------------------------------------------------------


def attributed(n: int = 18) -> Any:
    model = position_model(n, 2)
    model.network_.attributes = pd.DataFrame(
        {
            "group": np.resize(["Turks", "Outcasts", "Loyal"], n),
            "age": np.linspace(18.5, 60, n),
            "office": pd.Series(np.resize(["cook", None], n)).to_numpy(),
            "site": [f"site {i}" for i in range(n)],
            "wave": np.resize([2, 1], n),
        },
        index=list(model.actors_),
    )
    return model


def test_categories_by_colour_and_shape_share_a_legend_entry() -> None:
    both = plot.positions(attributed(), color="group", shape="group")
    assert legend_texts(both) == ["group", "Loyal", "Outcasts", "Turks"]
    apart = plot.positions(attributed(), color="group", shape="office")
    assert legend_texts(apart) == ["group", "Loyal", "Outcasts", "Turks", "", "office", "cook", "missing"]


def test_numbers_get_a_scale_and_few_integers_categories() -> None:
    ax = plot.positions(attributed(), color="age")
    assert [other.get_ylabel() for other in ax.get_figure().axes if other is not ax] == ["age"]
    assert legend_texts(plot.positions(attributed(), color="wave")) == ["wave", "1", "2"]


def test_many_categories_differ_in_colour_or_shape() -> None:
    ax = plot.positions(attributed(40), color="site")
    handles = ax.get_legend().legend_handles[1:]
    look = {(handle.get_color(), handle.get_marker().vertices.tobytes()) for handle in handles}
    assert len(look) == 40
    assert legend_texts(ax)[1:4] == ["site 0", "site 1", "site 2"]


def test_a_series_is_matched_by_label() -> None:
    model = attributed()
    group = model.network_.attributes["group"]
    assert (
        plot.positions(model, color=group[::-1]).findobj(ActorMarks)[0].get_facecolor()
        == plot.positions(model, color="group").findobj(ActorMarks)[0].get_facecolor()
    ).all()


def test_two_modes_have_two_shapes_that_the_legend_names() -> None:
    model = position_model(32, 2, n_rows=18)
    ax = plot.positions(model)
    assert legend_texts(ax) == ["mode", "row actors", "column actors"]
    assert len({path.vertices.tobytes() for path in marks(ax).get_paths()}) == 2
    clustered = plot.positions(cluster_model(32, 3, n_rows=18))
    assert legend_texts(clustered)[-2:] == ["row actors", "column actors"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"color": "gruop"}, ["gruop", "did you mean 'group'", "'age'"]),
        ({"shape": "site"}, ["18 categories", "12 shapes"]),
        ({"color": [1, 2]}, ["18 actors", "has 2 values"]),
        ({"color": 3}, ["attribute's name", "3"]),
        ({"color": pd.Series([1] * 18)}, ["index", "model.actors_"]),
        ({"reveal": "Actor 1"}, ["sequence of labels", "write [label]"]),
        ({"reveal": ["Actor 99"]}, ["Actor 99", "not among its 18 actors"]),
        ({"clouds": ["Nobody"]}, ["clouds", "Nobody"]),
        ({"contours": "Actor 1"}, ["contours", "write [label]"]),
    ],
)
def test_errors_name_the_argument_and_the_fix(arguments: dict[str, Any], words: list[str]) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        plot.positions(attributed(), **arguments)
    assert [word for word in words if word not in str(caught.value)] == []
    assert plt.get_fignums() == []


def test_models_that_cannot_be_drawn() -> None:
    with pytest.raises(NotFittedError, match="fit"):
        plot.positions(latentnet.LatentPositionModel())
    model = position_model(5, 2)
    model.draws_ = None
    with pytest.raises(ValueError, match=r"has none; .*mcmc"):
        plot.positions(model, clouds="all")
    mode = latentnet.LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    for argument in ("clouds", "contours"):
        with pytest.raises(ValueError, match=r"only a mode.*mcmc"):
            plot.positions(mode, **{argument: "all"})
    with pytest.raises(ValueError, match="three-dimensional"):
        plot.positions(position_model(5, 3), ax=plt.subplots()[1])
    model.positions_ = np.empty((5, 0))
    with pytest.raises(ValueError, match="no latent space"):
        plot.positions(model)


# ---- uncertainty -----------------------------------------------------------------------------------------


def test_clouds_and_contours_of_chosen_actors() -> None:
    model = position_model(18, 2, actors=MONKS)
    ax = drawn(plot.positions(model, clouds=["Gregory", "Victor"], contours=["Hugh"]))
    assert len(with_gid(ax, "cloud")) == 2
    assert len(with_gid(ax, "contour")) == 2
    coloured = {tuple(color) for color in marks(ax).get_facecolor()}
    assert len(coloured) == 4  # three chosen, the rest neutral
    assert len(with_gid(plot.positions(model, clouds="all"), "cloud")) == 18
    assert len(with_gid(plot.positions(model, contours="pooled"), "contour")) == 2
    with pytest.raises(ValueError, match="clouds"):
        plot.positions(position_model(5, 3), contours="all")


def test_contours_hold_what_they_say() -> None:
    """50 and 90 % of 40,000 normal draws: a binomial error of 0.0025 and a smoothing bias under 0.02."""
    rng = np.random.default_rng(3)
    model = position_model(3, 2)
    points = rng.normal(size=(4, 10_000, 3, 2)) * [1.0, 0.4]
    model.draws_ = SimpleNamespace(kind="chains", positions=points)
    ax = drawn(plot.positions(model, contours=[model.actors_[0]]))
    lines = with_gid(ax, "contour")[1]
    inside = [path.contains_points(points[:, :, 0].reshape(-1, 2)).mean() for path in lines.get_paths()]
    assert np.abs(np.array(inside) - [0.9, 0.5]).max() < 0.035


def test_pooled_contours_hold_what_they_say_where_clusters_lie_far_apart() -> None:
    """Of 40,000 draws about two places: the same errors; what is as smooth as all draws are wide would hold all."""
    model = position_model(6, 2)
    places = np.repeat([[-9.0, 0.0], [9.0, 0.0]], 3, axis=0)
    points = places + 0.5 * np.random.default_rng(3).normal(size=(4, 2_000, 6, 2))
    model.positions_, model.draws_ = places, SimpleNamespace(kind="chains", positions=points)
    ax = drawn(plot.positions(model, contours="pooled"))
    lines, (low, high) = with_gid(ax, "contour")[1], ax.get_xlim()
    inside = [path.contains_points(points.reshape(-1, 2)).mean() for path in lines.get_paths()]
    assert np.abs(np.array(inside) - [0.9, 0.5]).max() < 0.035
    across = np.concatenate([path.vertices[:, 0] for path in lines.get_paths()])
    assert low < across.min()
    assert across.max() < high


# ---- secrets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2, 3])
def test_hidden_names_are_nowhere_in_the_file_nor_in_the_figure(d: int) -> None:
    model = cluster_model(18, 3, d, actors=MONKS)
    ax = plot.positions(model, reveal=["Gregory", "Hugh"], clouds="all")
    text = saved(ax)
    assert "Gregory" in text
    assert "Hugh" in text
    assert [name for name in MONKS if name in text and name not in ("Gregory", "Hugh")] == []
    # PDF hides its text in codes of glyphs: what no artist says, no format can show
    words = {artist.get_text() for artist in ax.get_figure().findobj(mpl.text.Text)}
    assert words & set(MONKS) == {"Gregory", "Hugh"}


def test_hidden_actors_all_look_the_same() -> None:
    model = attributed()
    ax = plot.positions(model, reveal=["Actor 0", "Actor 2"], color="group", shape="group")
    assert legend_texts(ax) == ["group", "Loyal", "Turks", "", "other actors"]
    hidden = ~np.isin(marks(ax)._owner, [0, 2])
    assert len({tuple(color) for color in marks(ax).get_facecolor()[hidden]}) == 1
    assert marks(ax).get_sizes()[hidden].max() < marks(ax).get_sizes()[~hidden].min()
    assert marks(plot.positions(cluster_model(18, 3, radius=1.0), reveal=[])).n_pies == 0


def test_a_legend_may_not_give_a_hidden_name_away() -> None:
    model = position_model(18, 2, actors=MONKS)
    team = ["team of Peter"] * 18
    with pytest.raises(ValueError, match="team of Peter"):
        plot.positions(model, reveal=["Hugh"], color=team)
    plot.positions(model, reveal=["Hugh", "Peter"], color=team)


def test_a_hidden_actors_number_does_not_stretch_the_scale() -> None:
    model = position_model(4, 2)
    ax = plot.positions(model, reveal=["Actor 0", "Actor 1"], color=[1.0, 2.0, 300.0, 4.0])
    (bar,) = [other for other in ax.get_figure().axes if other is not ax]
    assert bar.get_ylim() == (1.0, 2.0)


# ---- manners ---------------------------------------------------------------------------------------------


def test_nothing_is_printed_or_set_globally(capsys: pytest.CaptureFixture[str]) -> None:
    before = dict(mpl.rcParams)
    drawn(plot.positions(cluster_model(30, 3), clouds="all", contours="all"))
    assert dict(mpl.rcParams) == before
    assert capsys.readouterr() == ("", "")


def test_given_axes_are_used_and_no_figure_is_made() -> None:
    _, axes = plt.subplots(1, 2)
    assert plot.positions(position_model(12, 2), ax=axes[1]) is axes[1]
    assert len(plt.get_fignums()) == 1


def test_labels_are_shown_as_written() -> None:
    model = position_model(3, 2, actors=["$x^2$", "a_b", "50 %"])
    assert {text.get_text() for text in shown_labels(drawn(plot.positions(model)))} == {"$x^2$", "a_b", "50 %"}


def test_plot_does_not_load_arviz() -> None:
    code = "import sys, latentnet.plot; sys.exit(any(name.startswith('arviz') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0

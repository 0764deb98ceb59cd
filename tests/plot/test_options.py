"""Labels, colours, sizes and positions as users want them, and what is refused."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from latentnet import plot
from latentnet.plot.map.marks import ActorMarks
from latentnet.plot.picture import shown_positions
from tests.plot.fakes import MONKS, cluster_model, position_model


def marks(ax: Any) -> ActorMarks:
    (found,) = [child for child in ax.get_children() if isinstance(child, ActorMarks)]
    return found


def colors(ax: Any) -> list[str]:
    """Of the actors' marks, in the order of the actors."""
    return [to_hex(color) for color in marks(ax).get_facecolor()[np.argsort(marks(ax)._owner)]]


def names(ax: Any) -> list[str]:
    ax.get_figure().canvas.draw()
    return sorted(child.get_text() for child in ax.get_children() if child.get_gid() == "actor-label")


def legend(ax: Any) -> list[str]:
    return [] if ax.get_legend() is None else [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (True, MONKS),
        (False, []),
        (None, []),
        (["Hugh", "Mark"], ["Hugh", "Mark"]),
        ({"Hugh": "the novice", "Mark": 3}, ["3", "the novice"]),
        (pd.Series({"Hugh": "h"}), ["h"]),
        ([f"monk {i}" for i in range(18)], [f"monk {i}" for i in range(18)]),
        (MONKS[::-1], MONKS),  # a list of actors names actors, whatever its order
    ],
)
def test_labels(labels: Any, expected: list[str]) -> None:
    assert names(plot.positions(position_model(18, 2, actors=MONKS), labels=labels)) == sorted(expected)


@pytest.mark.parametrize("labels", ["yes", 3, ["Hugo"], {"Hugo": "x"}, ["a"] * 17])
def test_labels_that_are_none_are_refused(labels: Any) -> None:
    with pytest.raises(ValueError, match=r"`labels`"):
        plot.positions(position_model(18, 2, actors=MONKS), labels=labels)


def test_labels_never_name_hidden_actors() -> None:
    model = position_model(18, 2, actors=MONKS)
    assert names(plot.positions(model, reveal=["Hugh"], labels={"Hugh": "H", "Mark": "M"})) == ["H"]
    for text in ("a friend of Mark", "MARK", "hugh_mark", "the Marks", "John  Boscos"):
        with pytest.raises(ValueError, match=r"whom `reveal` leaves out"):
            plot.positions(model, reveal=["Hugh"], labels={"Hugh": text})
    plot.positions(model, reveal=["Hugh"], labels={"Hugh": "Marketing"})  # another word


@pytest.mark.parametrize("color", ["tomato", ["tomato"] * 18, ["#ff6347"] * 18, [(1.0, 0.38823529, 0.27843137)] * 18])
def test_actual_colours_are_taken_as_they_are(color: Any) -> None:
    ax = plot.positions(position_model(18, 2, actors=MONKS), color=color)
    assert set(colors(ax)) == {"#ff6347"}
    assert legend(ax) == []


def test_a_series_of_colours_is_read_by_actor_and_columns_come_first() -> None:
    model = position_model(18, 2, actors=MONKS)
    given = pd.Series(["red"] * 9 + ["blue"] * 9, index=MONKS)
    assert colors(plot.positions(model, color=given[::-1]))[0] == "#ff0000"
    model.network_.attributes["red"] = ["x", "y"] * 9
    assert legend(plot.positions(model, color="red")) == ["red", "x", "y"]


def test_palettes_by_order_and_by_category_and_colour_maps() -> None:
    model = position_model(18, 2, actors=MONKS)
    groups = ["b", "a"] * 9
    assert colors(plot.positions(model, color=groups, palette=["red", "blue"]))[:2] == ["#0000ff", "#ff0000"]
    assert colors(plot.positions(model, color=groups, palette={"b": "red", "a": "0.5"}))[:2] == ["#ff0000", "#808080"]
    colored = colors(plot.positions(model, color=["red", "blue"] * 9, palette=["lime", "black"]))
    assert colored[:2] == ["#000000", "#00ff00"]  # with a palette, colours' names are categories like others
    numbers = np.linspace(0.0, 1.0, 18)
    assert colors(plot.positions(model, color=numbers, cmap="gray"))[0] == "#000000"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"palette": ["red"]}, "palette"),
        ({"cmap": "gray"}, "cmap"),
        ({"color": ["a", "b"] * 9, "palette": ["red"]}, "palette"),
        ({"color": ["a", "b"] * 9, "palette": {"a": "red"}}, "'b'"),
        ({"color": ["a", "b"] * 9, "palette": ["red", "nocolour"]}, "'nocolour'"),
        ({"color": np.linspace(0, 1, 18), "cmap": "nomap"}, "'nomap'"),
        ({"color": np.linspace(0, 1, 18), "cmap": 3}, "cmap"),
        ({"size": "nothing"}, "size"),
        ({"size": ["x"] * 18}, "size"),
        ({"size": [-1.0] * 18}, "size"),
        ({"size": [np.nan] * 18}, "size"),
        ({"what": "mean"}, "what"),
        ({"what": 10_000}, "what"),
        ({"what": True}, "what"),
        ({"what": np.zeros((3, 2))}, "what"),
        ({"align_to": np.zeros((18, 3))}, "align_to"),
        ({"align_to": np.zeros((3, 2))}, "align_to"),
        ({"align_to": pd.DataFrame(np.zeros((2, 2)), index=["a", "b"])}, "align_to"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        plot.positions(position_model(18, 2, actors=MONKS), **options)


def test_areas_are_in_proportion_to_degree_random_effects_or_numbers() -> None:
    model = position_model(18, 2, actors=MONKS)
    plain = marks(plot.positions(model))._radii[0]
    given = marks(plot.positions(model, size=np.repeat([1.0, 2.0], 9)))._radii / plain
    assert given[-1] ** 2 / given[0] ** 2 == pytest.approx(2.0)
    ax = plot.positions(model, size="degree")
    degree = np.asarray(model.network_.ties.sum(axis=1)).ravel()
    by_degree = marks(ax)._radii
    assert np.all(np.diff(by_degree[np.argsort(degree)]) >= 0)
    assert legend(ax)[0] == "degree"
    effects = np.random.default_rng(1).normal(size=(2, 5, 18))
    model.draws_.variables = {"sociality": effects}
    by_effect = marks(plot.positions(model, size="sociality"))._radii
    assert np.all(np.diff(by_effect[np.argsort(effects.mean(axis=(0, 1)))]) >= 0)


def test_a_draw_and_given_positions_are_drawn() -> None:
    model = position_model(6, 2)
    shown = [
        plot.positions(model, what=what, ties=False)
        for what in (3, np.asarray(model.draws_.positions).reshape(-1, 6, 2)[3])
    ]
    first, second = (np.asarray(marks(ax)._scene.coordinates) for ax in shown)
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - marks(plot.positions(model))._scene.coordinates).max() > 0.01


def test_maps_are_turned_the_same_side_up() -> None:
    model = position_model(18, 2, actors=MONKS)
    turned = SimpleNamespace(**vars(model))
    turned.positions_ = model.positions_[:, ::-1] * [1, -1] + 3.0
    frame = pd.DataFrame(model.positions_, index=MONKS).sample(frac=1.0, random_state=1)
    for reference in (model, frame, model.positions_):
        drawn = plot.shown.chosen(turned, "point", reference)
        np.testing.assert_allclose(shown_positions(drawn), model.positions_, atol=1e-12)
    axes = plot.pairs({"one": model, "two": turned})
    scenes = [marks(ax)._scene.coordinates for ax in axes]
    np.testing.assert_allclose(scenes[0], scenes[1], atol=1e-9)
    assert [ax.get_title() for ax in axes] == ["one", "two"]
    for wrong in ({}, [model], {"three": position_model(6, 3)}):
        with pytest.raises(ValueError, match="models"):
            plot.pairs(wrong)


def test_maps_side_by_side_have_one_scale() -> None:
    small = position_model(18, 2, actors=MONKS)
    large = SimpleNamespace(**vars(small))
    large.positions_ = 3.0 * small.positions_
    alone = [plot.positions(model) for model in (small, large)]
    assert alone[0].get_xlim() != alone[1].get_xlim()
    axes = plot.pairs({"small": small, "large": large})
    for limits in ([ax.get_xlim() for ax in axes], [ax.get_ylim() for ax in axes]):
        assert limits[0] == limits[1]
        assert limits[0][1] - limits[0][0] > 3.0 * 0.9 * np.ptp(small.positions_, axis=0).min()
    assert len(plt.get_fignums()) == 3


def test_limits_that_were_set_before_are_kept() -> None:
    _, ax = plt.subplots()
    ax.set(xlim=(-9.0, 9.0), ylim=(-8.0, 8.0))
    plot.positions(position_model(18, 2, actors=MONKS), ax=ax)
    assert ax.get_xlim() == (-9.0, 9.0)
    assert ax.get_ylim() == (-8.0, 8.0)
    _, ax = plt.subplots()
    ax.set(xlim=(-9.0, 9.0))  # with half a choice, none
    plot.positions(position_model(18, 2, actors=MONKS), ax=ax)
    assert ax.get_xlim() != (-9.0, 9.0)


def test_given_axes_keep_all_within_their_cell() -> None:
    figure, axes = plt.subplots(2, 2, figsize=(6, 6))
    for ax in axes.ravel():
        plot.positions(cluster_model(18, 3, actors=MONKS), ax=ax, title="three clusters")
    figure.canvas.draw()
    for (row, column), ax in np.ndenumerate(axes):
        box = ax.get_tightbbox().transformed(figure.transFigure.inverted())
        assert column / 2 - 1e-6 <= box.x0
        assert box.x1 <= (column + 1) / 2 + 1e-6
        assert 1 - (row + 1) / 2 - 1e-6 <= box.y0
        assert box.y1 <= 1 - row / 2 + 1e-6


def test_the_caption_says_how_many_names_found_no_room() -> None:
    ax = plot.positions(position_model(90, 2, scale=0.3))
    ax.get_figure().canvas.draw()
    visible = [child for child in ax.get_children() if child.get_gid() == "actor-label" and child.get_visible()]
    assert f"{90 - len(visible)} of 90 names found no room" in marks(ax)._scene.words.get_text()


def test_clusters_bear_their_numbers() -> None:
    ax = plot.positions(cluster_model(18, 3, actors=MONKS))
    assert [child.get_text() for child in ax.get_children() if child.get_gid() == "cluster-number"] == ["0", "1", "2"]


def test_the_page_takes_the_same_options(tmp_path: Path) -> None:
    pytest.importorskip("bokeh", reason="bokeh is not installed")
    model = cluster_model(18, 3, actors=MONKS)
    page = plot.positions_html(
        model, tmp_path / "page.html", color=["tomato"] * 18, size="degree", labels=["Hugh"], title="Monks & co", what=2
    )
    text = page.read_text(encoding="utf-8")
    assert "<h1>Monks &amp; co</h1>" in text
    assert text.count("degree") > 0

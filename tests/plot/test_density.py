"""Pictures of many actors: densities in place of marks and lines."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet import plot
from latentnet.plot.map.marks import ActorMarks


def _model(n: int) -> Any:
    rng = np.random.default_rng(1)
    positions = rng.standard_normal((n, 2)) * [3.0, 2.0]
    side = positions[:, 0] > 0.0
    i, j = rng.integers(n, size=(2, 4 * n))
    within = (side[i] == side[j]) & (i != j)  # no tie crosses the middle
    ties = sparse.csr_array((np.ones(within.sum()), (i[within], j[within])), shape=(n, n))
    network = SimpleNamespace(
        actors=np.arange(n).astype(object),
        directed=False,
        two_mode=False,
        mode=None,
        ties=sparse.csr_array(((ties + ties.T) > 0).astype(float)),
        attributes=pd.DataFrame({"side": np.where(side, "right", "left")}),
    )
    return SimpleNamespace(network_=network, positions_=positions)


def _image(ax: Any, name: str) -> np.ndarray:
    (found,) = [image for image in ax.get_images() if image.get_gid() == name]
    return np.asarray(found.get_array())


def test_many_actors_are_a_density_of_them_and_of_their_ties() -> None:
    model = _model(5001)
    began = time.process_time()
    ax = plot.positions(model, color="side")
    assert time.process_time() - began < 20.0  # measured: 1
    actors, ties = _image(ax, "actors"), _image(ax, "ties")
    assert not [child for child in ax.get_children() if isinstance(child, ActorMarks)]
    assert len(ax.texts) == 0
    extent = ax.get_images()[-1].get_extent()
    cell = (extent[1] - extent[0]) / actors.shape[1]
    column, row = ((model.positions_ - [extent[0], extent[2]]) / cell).astype(int).T
    counts = np.zeros(actors.shape[:2])
    np.add.at(counts, (row, column), 1.0)
    assert np.array_equal(actors[..., 3] > 0.0, counts > 0)
    assert np.all(np.diff([actors[counts == k, 3].mean() for k in range(4)]) > 0.0)
    alone = np.unique(actors[counts == 1][:, :3], axis=0)
    assert len(alone) == 2  # the two sides' colours, unmixed where one actor is alone
    middle = int(-extent[0] / (extent[1] - extent[0]) * ties.shape[1])
    assert ties[:, middle - 1 : middle + 2, 3].mean() < 0.5 * ties[:, middle - 40 : middle - 20, 3].mean()
    assert {text.get_text() for text in ax.get_legend().get_texts()} >= {"left", "right"}
    ax.get_figure().canvas.draw()


def test_fewer_actors_are_marks_and_names_can_be_asked_for() -> None:
    few = plot.positions(_model(300), labels=False)
    assert len(few.get_images()) == 0
    many = plot.positions(_model(5001), labels=[17], ties=False)
    many.get_figure().canvas.draw()
    assert [text.get_text() for text in many.texts if text.get_gid() == "actor-label"] == ["17"]
    assert [image.get_gid() for image in many.get_images()] == ["actors"]

"""`plot.membership`, `plot.coclustering`, `plot.n_clusters`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import latentnet
from latentnet import plot
from latentnet._exceptions import NotFittedError
from tests.plot.fakes import MONKS, cluster_model, position_model


def sorted_actors(model: Any) -> list[int]:
    return sorted(range(len(model.labels_)), key=lambda i: (model.labels_[i], -model.membership_[i].max()))


def test_membership_bars_are_sorted_and_full() -> None:
    model = cluster_model(18, 3, radius=1.2, actors=MONKS)
    ax = plot.membership(model)
    order = sorted_actors(model)
    assert [label.get_text() for label in ax.get_yticklabels()] == [MONKS[i] for i in order]
    widths = np.array([[bar.get_width() for bar in container] for container in ax.containers])
    assert np.allclose(widths, model.membership_[order].T)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["cluster", "0", "1", "2"]


def test_membership_of_many_actors_is_a_heat_map() -> None:
    model = cluster_model(160, 5, radius=1.5)
    ax = plot.membership(model)
    assert np.allclose(ax.images[0].get_array(), model.membership_[sorted_actors(model)])
    assert not ax.containers


@pytest.mark.parametrize("n", [18, 90])
def test_coclustering_is_ordered_by_cluster(n: int) -> None:
    model = cluster_model(n, 3, radius=1.2)
    ax = plot.coclustering(model)
    order = sorted_actors(model)
    assert np.allclose(ax.images[0].get_array(), model.coclustering_[np.ix_(order, order)])
    assert len(ax.get_yticks()) == (n if n == 18 else 0)
    ax.get_figure().canvas.draw()


def test_n_clusters_marks_the_mode() -> None:
    model = SimpleNamespace(labels_=None, n_clusters_probabilities_=pd.Series({4: 0.25, 2: 0.15, 3: 0.6}))
    ax = plot.n_clusters(model)
    heights = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in ax.patches}
    assert heights == {2: 0.15, 3: 0.6, 4: 0.25}
    assert [text.get_text() for text in ax.texts] == ["0.60"]
    colors = [to_rgb(bar.get_facecolor()) for bar in ax.patches]
    assert colors[0] == colors[2] != colors[1]


def test_given_axes_are_used() -> None:
    model = cluster_model(18, 3)
    for draw in (plot.membership, plot.coclustering, plot.n_clusters):
        _, ax = plt.subplots()
        assert draw(model, ax=ax) is ax


@pytest.mark.parametrize("draw", [plot.membership, plot.coclustering, plot.n_clusters])
def test_models_without_clusters(draw: Any) -> None:
    with pytest.raises(NotFittedError, match="fit"):
        draw(latentnet.LatentClusterModel())
    with pytest.raises(ValueError, match="LatentClusterModel"):
        draw(position_model(5, 2))
    with pytest.raises(ValueError, match="mcmc"):
        draw(SimpleNamespace(labels_=np.zeros(3)))

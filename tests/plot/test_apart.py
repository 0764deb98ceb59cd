"""Marks that would hide one another are moved apart, no others, and none far."""

from __future__ import annotations

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.spatial.distance import pdist

from latentnet import plot
from latentnet.plot.look.apart import VISIBLE, moved_apart
from latentnet.plot.map.marks import ActorMarks
from latentnet.plot.page.layout import make_layout


@pytest.mark.parametrize("n", [2, 7, 40])
def test_one_spot_becomes_a_small_swarm(n):
    points = np.vstack([np.full((n, 2), 3.0), [[30.0, 3.0], [31.5, 3.0]]])
    moved = moved_apart(points, 1.0)
    assert pdist(moved).min() > 0.97
    assert np.linalg.norm(moved - points, axis=1).max() < 0.9 * np.sqrt(n)
    np.testing.assert_array_equal(moved[-2:], points[-2:])
    np.testing.assert_allclose(moved[:n].mean(axis=0), 3.0, atol=0.1)
    np.testing.assert_array_equal(moved_apart(points, 1.0), moved)


def test_points_with_room_and_crowds_stay():
    rng = np.random.default_rng(1)
    apart = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert moved_apart(apart, 1.0) is apart
    crowd = rng.normal(size=(301, 2))
    assert moved_apart(crowd, 1.0) is crowd
    assert moved_apart(apart[:1], 1.0).shape == (1, 2)


@pytest.fixture
def model():
    """Five people on one spot and two elsewhere."""
    positions = np.array([[0.0, 0.0]] * 5 + [[4.0, 0.0], [0.0, 3.0]])
    names = [f"person {k}" for k in range(7)]
    network = SimpleNamespace(
        actors=np.array(names, dtype=object),
        directed=True,
        two_mode=False,
        mode=None,
        ties=sp.csr_array(np.eye(7, k=1)),
        attributes=pd.DataFrame(index=names),
    )
    return SimpleNamespace(network_=network, positions_=positions)


def test_every_mark_of_a_picture_is_seen(model):
    ax = plot.positions(model, reveal=["person 1"])
    ax.get_figure().canvas.draw()
    (marks,) = (artist for artist in ax.collections if isinstance(artist, ActorMarks))
    radius = np.sqrt(marks.get_sizes().max()) * ax.get_figure().dpi / 72.0
    assert pdist(marks.get_offsets()).min() > 0.9 * radius
    assert marks._owner[-1] == 1  # on top of those who are not named
    plt.close("all")


def test_every_mark_of_a_page_is_seen(model):
    layout = make_layout(model, with_clusters=False)
    assert pdist(layout.points * layout.scale).min() > 0.95 * VISIBLE * layout.radius

"""Branches of a network, and the move that swings them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from latentnet import Network, Priors
from latentnet.families import Bernoulli
from latentnet.inference.moves.branches import Branches, Swings, find_branches, swing
from latentnet.inference.moves.move import Move, new_state
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from tests.inference.scenes import scene_of


def _problem(network: Network, n_dims: int) -> Problem:
    return make_problem(network, family=Bernoulli(), similarity="distance", n_dims=n_dims, effects=(), priors=Priors())


def test_groups_that_one_actor_cuts_off_are_found() -> None:
    club = Network.from_networkx(nx.karate_club_graph(), weight=None)
    found = find_branches(*_problem(club, 2).graph)
    assert found.hubs.tolist() == [0]
    assert found.members.tolist() == [4, 5, 6, 10, 16]
    ring = Network.from_networkx(nx.cycle_graph(8))
    assert find_branches(*_problem(ring, 2).graph).hubs.size == 0
    starts, neighbours = _problem(Network.from_networkx(nx.path_graph(5)), 2).graph
    path = find_branches(starts, neighbours)
    groups = [path.members[a:b].tolist() for a, b in zip(path.starts[:-1], path.starts[1:], strict=True)]
    assert sorted(zip(path.hubs.tolist(), groups, strict=True)) == [(2, [0, 1]), (2, [3, 4])]


@pytest.mark.parametrize(
    "n_dims", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(3, marks=pytest.mark.slow)]
)
def test_swinging_leaves_the_joint_distribution(n_dims: int) -> None:
    """From an exact draw of parameters and ties it leads to another: paired z tests, false-alarm rate 1e-4 in all."""
    n, replicates = 6, 3000
    rng = np.random.default_rng(n_dims)
    branches = Branches(np.array([0, 3]), np.array([0, 2, 4]), np.array([1, 2, 4, 5]))
    before, after = np.zeros((replicates, 4)), np.zeros((replicates, 4))
    moved, move = 0.0, Move(swing, Swings(2, branches)).bind()
    for r in range(replicates):
        scale = np.exp(0.3 * rng.standard_normal())
        z = scale * rng.standard_normal((n, n_dims))
        intercept = 1.0 + rng.standard_normal()
        # The positions' prior given σ, and the ties given both: σ and the intercept stay where they are.
        eta = intercept - np.linalg.norm(z[:, None] - z, axis=-1)
        ties = np.tril(rng.random((n, n)) < 1.0 / (1.0 + np.exp(-eta)), -1).astype(float)
        problem = _problem(Network.from_array(ties + ties.T, directed=False), n_dims)
        theta = np.concatenate([z.T.ravel(), [intercept, np.log(scale)]])
        state = new_state(theta, n_dims)
        scene = scene_of(problem.target(np.float32), state, rng)
        state.log_likelihood[0] = scene.bound.log_likelihood(state.theta)
        moved += scene.make(move)
        for out, values in ((before, theta), (after, state.theta)):
            at = values[: n * n_dims].reshape(n_dims, n).T
            gaps = np.linalg.norm(at[[1, 2, 4]] - at[[4, 3, 0]], axis=1)
            out[r] = [*gaps, (at[[1, 2, 4, 5]] ** 2).sum()]
    assert 0.1 < moved / replicates < 0.95
    change = after - before
    z_scores = change.mean(axis=0) / (change.std(axis=0, ddof=1) / np.sqrt(replicates))
    assert np.abs(z_scores).max() < 4.5

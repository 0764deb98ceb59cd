"""Branches of a network, and the move that swings them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from latentnet import Network, Priors
from latentnet.compiled import kernel
from latentnet.families import Bernoulli
from latentnet.inference.moves.branches import Branches, find_branches, swing
from latentnet.inference.moves.iteration import new_state
from latentnet.likelihood.verbs import log_likelihood
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem


def _problem(network: Network, n_dims: int) -> Problem:
    return make_problem(network, family=Bernoulli(), similarity="distance", n_dims=n_dims, effects=(), priors=Priors())


@kernel
def _swing(target, state, branches, count, rng):  # type: ignore[no-untyped-def]
    state.log_likelihood[0] = log_likelihood(target.likelihood, state.theta)
    return swing(target, state, branches, count, rng)


def test_groups_that_one_actor_cuts_off_are_found() -> None:
    club = Network.from_networkx(nx.karate_club_graph(), weight=None)
    found = _problem(club, 2).branches
    assert found.hubs.tolist() == [0]
    assert found.members.tolist() == [4, 5, 6, 10, 16]
    ring = Network.from_networkx(nx.cycle_graph(8))
    assert _problem(ring, 2).branches.hubs.size == 0
    starts, neighbours = _problem(Network.from_networkx(nx.path_graph(5)), 2).graph
    path = find_branches(starts, neighbours)
    groups = [path.members[a:b].tolist() for a, b in zip(path.starts[:-1], path.starts[1:], strict=True)]
    assert sorted(zip(path.hubs.tolist(), groups, strict=True)) == [(2, [0, 1]), (2, [3, 4])]


@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_swinging_leaves_the_joint_distribution(n_dims: int) -> None:
    """From an exact draw of parameters and ties it leads to another: paired z tests, false-alarm rate 1e-4 in all."""
    n, replicates = 6, 3000
    rng = np.random.default_rng(n_dims)
    branches = Branches(np.array([0, 3]), np.array([0, 2, 4]), np.array([1, 2, 4, 5]))
    before, after = np.zeros((replicates, 4)), np.zeros((replicates, 4))
    moved = 0
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
        moved += _swing(problem.target(np.float32), state, branches, 2, rng)
        for out, values in ((before, theta), (after, state.theta)):
            at = values[: n * n_dims].reshape(n_dims, n).T
            gaps = np.linalg.norm(at[[1, 2, 4]] - at[[4, 3, 0]], axis=1)
            out[r] = [*gaps, (at[[1, 2, 4, 5]] ** 2).sum()]
    assert 0.1 < moved / (2 * replicates) < 0.95
    change = after - before
    z_scores = change.mean(axis=0) / (change.std(axis=0, ddof=1) / np.sqrt(replicates))
    assert np.abs(z_scores).max() < 4.5

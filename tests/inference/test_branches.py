"""Branches and crowds of a network, and the move that swings them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy import stats

from latentnet import MCMC, DynamicLatentPositionModel, LatentPositionModel, Network, Priors
from latentnet.effects import Sociality
from latentnet.families import Bernoulli
from latentnet.inference.moves.adaptation import new_step
from latentnet.inference.moves.arrangement import Arrangement, rearrange
from latentnet.inference.moves.branches import Groups, Swings, find_groups, new_swings, swing
from latentnet.inference.moves.move import BoundMove, Move, new_state
from latentnet.inference.moves.path_length import LENGTH, new_path_length
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from tests.inference.scenes import scene_of


def _problem(network: Network, n_dims: int) -> Problem:
    return make_problem(network, family=Bernoulli(), similarity="distance", n_dims=n_dims, effects=(), priors=Priors())


def _listed(groups: Groups) -> list[tuple[list[int], list[int]]]:
    """Members and anchors."""
    packed = ((groups.starts, groups.members), (groups.anchor_starts, groups.anchors))
    members, anchors = ([one.tolist() for one in np.split(values, ends[1:-1])] for ends, values in packed)
    return sorted(zip(members, anchors, strict=True)) if len(groups) else []


def test_groups_that_one_actor_cuts_off_are_found() -> None:
    club = Network.from_networkx(nx.karate_club_graph(), weight=None)
    assert _listed(find_groups(*_problem(club, 2).graph).branches) == [([4, 5, 6, 10, 16], [0])]
    ring = Network.from_networkx(nx.cycle_graph(8))
    assert len(find_groups(*_problem(ring, 2).graph).branches) == 0
    path = Network.from_networkx(nx.path_graph(5))
    assert _listed(find_groups(*_problem(path, 2).graph).branches) == [([0, 1], [2]), ([3, 4], [2])]


def test_crowds_are_groups_that_several_actors_tie_to_others() -> None:
    cliques = Network.from_networkx(nx.ring_of_cliques(6, 5))
    found = _listed(find_groups(*_problem(cliques, 2).graph).crowds)
    for k in range(6):
        assert (list(range(5 * k, 5 * k + 5)), sorted([(5 * k + 5) % 30, (5 * k - 4) % 30])) in found
    assert all(2 <= len(members) <= 15 and len(anchors) > 1 for members, anchors in found)
    assert all(not set(members) & set(anchors) for members, anchors in found)
    apart = Network.from_networkx(nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(5)))
    dense = Network.from_networkx(nx.ring_of_cliques(3, 30))
    empty = Network.from_array(np.zeros((6, 6)), directed=False)
    for network in (apart, dense, empty):
        assert len(find_groups(*_problem(network, 2).graph).crowds) == 0


def test_components_turn_about_themselves_and_about_the_others() -> None:
    graph = nx.disjoint_union_all([nx.path_graph(5), nx.path_graph(4), nx.path_graph(7), nx.empty_graph(1)])
    first, last = list(range(5)), list(range(9, 16))
    others = sorted(set(range(17)) - set(first))
    groups = find_groups(*_problem(Network.from_networkx(graph), 2).graph)
    assert _listed(groups.components) == [(first, first), (first, others), (last, last)]
    assert [one for one, _ in _listed(groups.arranged)] == [first, last]
    for whole in (nx.path_graph(9), nx.disjoint_union(nx.path_graph(9), nx.path_graph(4))):
        groups = find_groups(*_problem(Network.from_networkx(whole), 2).graph)
        assert len(groups.arranged) == 0
        assert len(groups.components) == nx.number_connected_components(whole) - 1


@pytest.mark.filterwarnings("ignore")
def test_components_swing_within_one_network() -> None:
    graph = nx.disjoint_union(nx.cycle_graph(6), nx.cycle_graph(7))
    network = Network.from_networkx(graph)
    engine = MCMC(n_draws=20, n_warmup=20, n_chains=1, thin=1, progress=False)
    for model, given, swings in (
        (LatentPositionModel(inference=engine, random_state=1), network, True),
        (DynamicLatentPositionModel(inference=engine, random_state=1), {"a": [network], "b": [network]}, False),
    ):
        assert ("component_swing_rate" in model.fit(given).posterior_.sample_stats) == swings


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_nothing_swings_without_a_map_or_over_periods() -> None:
    network = Network.from_networkx(nx.ring_of_cliques(6, 5))
    engine = MCMC(n_draws=20, n_warmup=20, n_chains=1, thin=1, progress=False)
    for model, swings in (
        (LatentPositionModel(inference=engine, random_state=1).fit(network), True),
        (
            LatentPositionModel(similarity=None, effects=[Sociality()], inference=engine, random_state=1).fit(network),
            False,
        ),
        (DynamicLatentPositionModel(inference=engine, random_state=1).fit([network, network]), False),
    ):
        assert ("crowd_swing_rate" in model.posterior_.sample_stats) == swings


def test_crowds_swing_the_more_the_longer_trajectories_are() -> None:
    problem = _problem(Network.from_networkx(nx.ring_of_cliques(6, 5)), 2)
    crowds = find_groups(*problem.graph).crowds
    path, step, rng = new_path_length(np.zeros(1), np.ones(1)).tuning, new_step(), np.random.default_rng(1)
    state = new_state(np.append(rng.standard_normal(60), [0.0, 0.0]), 2)
    scene = scene_of(problem.target(np.float32), state, rng)
    state.log_likelihood[0] = scene.bound.log_likelihood(state.theta)
    move = Move(swing, new_swings(crowds, path, step)).bind()
    for length, of_step, tries in ((4.0, 1.0, 0), (4.0, 0.5, 1), (16.0, 0.25, 8), (32.0, 0.01, 16)):
        path[LENGTH], step[0] = length, np.log(of_step)
        before, _ = rng.bit_generator.state["state"]["state"], scene.make(move)
        assert (rng.bit_generator.state["state"]["state"] == before) == (tries == 0)
        rates = {round(scene.make(move) * max(tries, 1), 9) % 1.0 for _ in range(50)}
        assert rates == {0.0}  # shares of so many tries


def _check_joint_distribution(move: BoundMove, n: int, n_dims: int, watched: np.ndarray) -> None:
    """Exact draws of positions, σ, the intercept and ties stay exact. Paired z tests, false-alarm rate 1e-4 in all."""
    replicates, rng = 3000, np.random.default_rng(n_dims)
    first, second = watched
    before, after = (np.zeros((replicates, len(first) + 1)) for _ in range(2))
    moved = 0.0
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
            gaps = np.linalg.norm(at[first] - at[second], axis=1)
            out[r] = [*gaps, (at[1 : n - 1] ** 2).sum()]
    assert 0.1 < moved / replicates < 0.95
    change = after - before
    z_scores = change.mean(axis=0) / (change.std(axis=0, ddof=1) / np.sqrt(replicates))
    assert np.abs(z_scores).max() < stats.norm.isf(0.5e-4 / z_scores.size)


_DIMS = pytest.mark.parametrize(
    "n_dims", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(3, marks=pytest.mark.slow)]
)


@_DIMS
def test_swinging_leaves_the_joint_distribution(n_dims: int) -> None:
    """Of a branch, a crowd and a component."""
    alone = np.array([0, 2, 3])
    groups = Groups.of([(np.array([1, 2]), np.array([0])), (np.array([4, 5]), np.array([1, 3])), (alone, alone)])
    move = Move(swing, Swings(2, 0.0, np.zeros(5), np.zeros(4), groups)).bind()
    _check_joint_distribution(move, 6, n_dims, np.array([[1, 2, 4], [4, 3, 0]]))


@_DIMS
@pytest.mark.parametrize("sizes", [(1, 3), pytest.param((2, 3, 2), marks=pytest.mark.slow)])
def test_arranging_leaves_the_joint_distribution(sizes: tuple[int, ...], n_dims: int) -> None:
    """Of two groups, one of which is mirrored, and of three, which also change places and turn in pairs."""
    starts = np.cumsum([0, *sizes])
    path, step = new_path_length(np.zeros(1), np.ones(1)).tuning, new_step()
    move = Move(rearrange, Arrangement(starts, np.arange(starts[-1]), path, step)).bind()
    _check_joint_distribution(move, int(starts[-1]) + 1, n_dims, np.array([[0, 1, 2, 3], [1, 2, 4, 4]]))


def test_components_change_places() -> None:
    """On a line none can pass through another: of three and a smaller one all come to lie in all orders."""
    whole = nx.disjoint_union_all([nx.complete_graph(size) for size in (6, 6, 6, 5)])
    problem = _problem(Network.from_networkx(whole), 1)
    rng = np.random.default_rng(3)
    z = np.repeat([-12.0, -4.0, 4.0, 12.0], [6, 6, 6, 5]) + rng.standard_normal(23)
    state = new_state(np.append(z, [3.0, 2.0]), 1)
    scene = scene_of(problem.target(np.float32), state, rng)
    state.log_likelihood[0] = scene.bound.log_likelihood(state.theta)
    starts, members, *_ = find_groups(*problem.graph).arranged
    path, step = new_path_length(np.zeros(1), np.ones(1)).tuning, new_step()
    move = Move(rearrange, Arrangement(starts, members, path, step)).bind()
    orders = set()
    for _ in range(1000):
        scene.make(move)
        means = [part.mean() for part in np.split(state.theta[:23], starts[1:-1])]
        orders.add(tuple(np.argsort(means)))
    assert len(orders) == 24

"""Networks drawn from fitted models under the design of the observed ones, one for each network of the model."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from latentnet.checking.observed import Observed
from latentnet.network import Network, replayed, with_ties
from latentnet.network.changed import hidden_as
from latentnet.predictive.predictive import Predictive
from latentnet.predictive.self_ties import simulated_self_ties
from latentnet.predictive.simulation import ranked_wishes, simulated_ties

__all__ = ["replays"]


def replays(
    model: Any, networks: Sequence[Observed], n_networks: int, rng: np.random.Generator
) -> Iterator[list[Network]]:
    """Networks like the observed ones, each time of one posterior draw for all of them.

    Parameters
    ----------
    model : fitted estimator
    networks : sequence of Observed
        All of the model, in their order.
    n_networks : int
    rng : numpy.random.Generator

    Yields
    ------
    list of Network
        In the order of `networks`.
    """
    pooled = model.draws_.pooled
    kinds = [list(some) for _, some in itertools.groupby(networks, lambda one: one.kind.name)]
    for _ in range(n_networks):
        theta = pooled[rng.integers(len(pooled))]
        yield [network for some in kinds for network in _replay(some, theta, rng)]


def _replay(networks: Sequence[Observed], theta: np.ndarray, rng: np.random.Generator) -> list[Network]:
    """Of the sites and periods of one kind of ties, under a draw of the whole model."""
    kind = networks[0].kind
    problem, own = kind.problem, kind.parameters(theta)
    if problem.presences is None:
        return [Predictive(problem, own[None]).simulate(0, rng, observed=True)]
    joined = problem.network
    if joined.n_nominations is None:
        ties = simulated_ties(problem, own, rng)
    else:
        ties = replayed(joined, ranked_wishes(problem, own, rng)).ties
    loops, found = simulated_self_ties(problem, own, rng), []
    for one in networks:
        part = ties[one.places][:, one.places].tocsr()
        of_it = None if loops is None or one.network.self_ties is None else loops[one.places]
        found.append(hidden_as(with_ties(one.network, part, of_it), one.network))
    return found

"""Networks drawn from fitted models under the design of the observed ones, one for each network of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from latentnet.network import Network, replayed, with_ties
from latentnet.network.changed import hidden_as
from latentnet.predictive.self_ties import simulated_self_ties
from latentnet.predictive.simulation import ranked_wishes, simulated_ties

__all__ = ["observed_networks", "replays"]


def observed_networks(model: Any) -> dict[Any, Network]:
    """Networks that a model was fitted to by their names: periods, or (site, period); one without a name is None."""
    if not hasattr(model, "networks_"):
        return {None: model.network_}
    if model.sites_ is None:
        return dict(enumerate(model.networks_))
    return {(site, k): network for site in model.sites_ for k, network in enumerate(model.networks_[site])}


def replays(model: Any, n_networks: int, rng: np.random.Generator) -> Iterator[list[Network]]:
    """Networks like the observed ones, each time of one posterior draw for all of them.

    Parameters
    ----------
    model : fitted estimator
    n_networks : int
    rng : numpy.random.Generator

    Yields
    ------
    list of Network
        In the order of `observed_networks`.
    """
    for _ in range(n_networks):
        if hasattr(model, "networks_"):
            yield _joint_replay(model, rng)
        else:
            yield model.simulate(random_state=rng, observed=True)


def _joint_replay(model: Any, rng: np.random.Generator) -> list[Network]:
    problem, joined, pooled = model._problem, model.network_, model.draws_.pooled
    theta = pooled[rng.integers(len(pooled))]
    if joined.n_nominations is None:
        ties = simulated_ties(problem, theta, rng)
    else:
        ties = replayed(joined, ranked_wishes(problem, theta, rng)).ties
    loops, networks = simulated_self_ties(problem, theta, rng), []
    for k, network in enumerate(observed_networks(model).values()):
        where = problem.presences.of_network(k)
        part = ties[where][:, where].tocsr()
        own = None if loops is None or network.self_ties is None else loops[where]
        networks.append(hidden_as(with_ties(network, part, own), network))
    return networks

"""Roles of actors: who is at the core of a cluster, who bridges it to others."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import chi2

from latentnet._random import RandomState, as_generator
from latentnet.checks import fits_square, whole_number
from latentnet.constraints import COUNT, FITTED, SEED, checked, optional
from latentnet.network.dyads import were_observed
from latentnet.network.sparse import entry_rows, keep_entries
from latentnet.posterior.clusters import ClusterDraws
from latentnet.study.centrality import betweenness, eigenvector
from latentnet.study.reading import (
    Floats,
    actor_index,
    add_intervals,
    need_clusters,
    predictive,
    thinned,
    tie_probabilities,
)

__all__ = ["roles"]

_MOST_DRAWS = 1000
_ROLES = np.array(["core", "bridger", "peripheral", "isolated"], dtype=object)


class _ExpectedTies(NamedTuple):
    """Expected ties of every draw, each (n_draws, n_actors)."""

    within: Floats
    between: Floats
    participation: Floats


@checked(model=FITTED, top=optional(COUNT), n_networks=COUNT, random_state=SEED)
def roles(
    model: Any, *, top: int | None = None, n_networks: int = 200, random_state: RandomState = None
) -> pd.DataFrame:
    """Posterior of every actor's place in its cluster and between clusters.

    Everything is computed draw by draw, so that it carries the uncertainty of positions, clusters and labels. Numbers
    are posterior means; ``_low`` and ``_high`` are equal-tailed 90 % intervals.

    Parameters
    ----------
    model : LatentClusterModel
        Fitted. At most 1,000 of its draws are used, evenly spaced; under ``n_clusters="auto"`` those with
        `n_clusters_` occupied clusters.
    top : int, optional
        How many actors of a draw count as its bridgers. Default: a tenth of the actors, rounded up. The number used is
        in ``.attrs["top"]`` of the result.
    n_networks : int
        Networks to simulate for the centralities, one for each of as many draws, evenly spaced.
    random_state : None, int, SeedSequence, Generator or RandomState
        For those networks.

    Returns
    -------
    DataFrame by actor, in the order of `model.actors_`
        ``cluster``
            Most probable cluster, `model.labels_`.
        ``membership``
            Its probability.
        ``ring``
            Distance to that cluster's centre in that cluster's standard deviations.
        ``ties_within``, ``ties_between``
            Expected ties within the actor's cluster and to other clusters, Σ_j P(Y_ij > 0) by the labels of the draw.
            In a directed network the mean of ties sent and received. All dyads count, whether observed or not.
        ``bridging``
            (ties within · ties between)^½: high only where both are.
        ``p_bridger``
            Probability of being among the `top` actors by bridging.
        ``participation``
            1 − Σ_g (k_ig / k_i)², where k_ig are expected ties to cluster g and k_i all of them (Guimerà & Amaral
            2005): 0 with ties to one cluster only. High for actors with few ties, too: read it beside ``bridging``.
        ``eigenvector``, ``betweenness``
            Centralities, as networkx defines them, of networks simulated from the draws in which observed dyads keep
            their values; ties count as present or absent. Direction counts, where there is one.
        ``role``, ``p_role``
            The most probable of four classes, and its probability. In each draw an actor is a *bridger* if it is among
            the `top` by bridging; else *isolated* if it expects less than one tie in all; else *core* if it is
            within the ring around its cluster's centre that holds half of a normal cluster, and expects at least as
            many ties within as the median member of the cluster; else *peripheral*.

    Raises
    ------
    ValueError
        If the model has no clusters, or a number is out of range.
    MemoryError
        If there are too many actors for centralities, which need matrices of all pairs.

    References
    ----------
    Brandes, U. (2001). A faster algorithm for betweenness centrality. J. Mathematical Sociology 25, 163–177.
    Guimerà, R. & Amaral, L. A. N. (2005). Functional cartography of complex metabolic networks. Nature 433, 895–900.

    Examples
    --------
    >>> from latentnet import LatentClusterModel, MCMC, roles
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentClusterModel(3, inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson())
    >>> table = roles(model, random_state=1)
    >>> table.attrs["top"], bool(table.loc["Romauld", "ties_between"] > 1)
    (2, True)
    """
    need_clusters(model, "roles")
    n = model.n_actors_
    fix = "labels_ and membership_ are by actor, and networkx has centralities of the network as observed"
    fits_square("expected ties and shortest paths for each pair", n, 60.0, fix=fix)
    top = math.ceil(n / 10) if top is None else whole_number("top", top, 1, n - 1)
    clusters = model.draws_.clusters.thinned(_MOST_DRAWS)
    own = np.asarray(model.labels_)
    ring = _rings(model, clusters, own)
    ties = _expected_ties(model, clusters)
    bridging = np.sqrt(ties.within * ties.between)
    bridger = np.zeros(bridging.shape, dtype=bool)
    np.put_along_axis(bridger, np.argsort(-bridging, axis=1, kind="stable")[:, :top], True, axis=1)
    eigen, between = _centralities(model, thinned(clusters.indices, n_networks), as_generator(random_state))
    shares = _role_shares(ring, ties, bridger, own, model.draws_.n_dims)
    best = np.argmax(shares, axis=0)
    table = pd.DataFrame(
        {"cluster": own, "membership": np.asarray(model.membership_)[np.arange(n), own]}, actor_index(model.actors_)
    )
    add_intervals(table, ring=ring, ties_within=ties.within, ties_between=ties.between, bridging=bridging)
    table["p_bridger"] = bridger.mean(axis=0)
    add_intervals(table, participation=ties.participation, eigenvector=eigen, betweenness=between)
    table["role"], table["p_role"] = _ROLES[best], shares[best, np.arange(n)]
    table.attrs["top"] = top
    return table


def _rings(model: Any, clusters: ClusterDraws, own: Any) -> Floats:
    """Distance to the centre of the modal cluster in its standard deviations, (n_draws, n_actors)."""
    positions = model.draws_.positions.reshape(-1, len(own), model.draws_.n_dims)[clusters.indices]
    distance = np.linalg.norm(positions - clusters.means[:, own], axis=2)
    return np.asarray(distance / np.sqrt(clusters.variances[:, own]))


def _expected_ties(model: Any, clusters: ClusterDraws) -> _ExpectedTies:
    n_clusters = int(clusters.labels.max()) + 1
    found = _ExpectedTies(*(np.empty(clusters.labels.shape) for _ in range(3)))
    rows = np.arange(clusters.labels.shape[1])
    for s, (index, labels) in enumerate(zip(clusters.indices, clusters.labels, strict=True)):
        p = tie_probabilities(predictive(model, [index]))
        indicators = np.eye(n_clusters)[labels]
        by_cluster = 0.5 * (p @ indicators + p.T @ indicators)
        total = by_cluster.sum(axis=1)
        found.within[s] = by_cluster[rows, labels]
        found.between[s] = np.maximum(total - found.within[s], 0.0)
        found.participation[s] = 1.0 - (by_cluster**2).sum(axis=1) / np.maximum(total, np.finfo(float).tiny) ** 2
    return found


def _role_shares(ring: Floats, ties: _ExpectedTies, bridger: Any, own: Any, n_dims: int) -> Floats:
    """Share of draws in which each actor has each role, (4, n_actors)."""
    isolated = ~bridger & (ties.within + ties.between < 1.0)
    enough = np.zeros(ring.shape, dtype=bool)
    for g in np.unique(own):
        members = own == g
        enough[:, members] = ties.within[:, members] >= np.median(ties.within[:, members], axis=1, keepdims=True)
    core = ~bridger & ~isolated & enough & (ring <= math.sqrt(chi2.ppf(0.5, n_dims)))
    peripheral = ~(bridger | isolated | core)
    return np.stack([of.mean(axis=0) for of in (core, bridger, peripheral, isolated)])


def _centralities(model: Any, indices: Any, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Eigenvector and betweenness centrality of one network of each draw, (n_draws, n_actors)."""
    network = model.network_
    known, certain = _symmetric(network), network.observed.n_dyads == network.observed.n_dyads_possible
    eigen, between = np.empty((2, len(indices), network.n_actors))
    draws = predictive(model, indices)
    for s in range(len(indices)):
        if s and certain:  # nothing is left to chance
            eigen[s], between[s] = eigen[0], between[0]
            continue
        ties = known if certain else known + _unobserved(network, _symmetric(draws.simulate(s, rng)))
        eigen[s], between[s] = eigenvector(ties), betweenness(ties)
    return eigen, between


def _unobserved(network: Any, ties: Any) -> Any:
    """Those of some ties that are no observed dyads."""
    i, j = entry_rows(ties), ties.indices
    seen = were_observed(network, i, j)
    if not network.directed:
        seen |= were_observed(network, j, i)
    return keep_entries(ties, ~seen)


def _symmetric(network: Any) -> Any:
    """Ties, in both directions where they have none."""
    return network.ties + network.ties.T if network.two_mode else network.ties

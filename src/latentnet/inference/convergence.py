"""Agreement: the quantities that are watched, how far the chains agree on them, and the rule that says whether enough.

None of them feels how the map lies, so draws need not be aligned.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.network.sparse import entries_at
from latentnet.posterior.clusters import occupied_counts
from latentnet.posterior.diagnostics import mean_ess, r_hat
from latentnet.predictive.predictive import Predictive
from latentnet.problem.named import as_draws

if TYPE_CHECKING:
    from latentnet.inference.base import InferenceResult
    from latentnet.network import Network
    from latentnet.posterior.draws import Draws
    from latentnet.problem.layers import Layer
    from latentnet.problem.problem import Problem

__all__ = [
    "MOST_DYADS",
    "R_HAT_OF_ALL",
    "R_HAT_OF_MOST",
    "SHARE_OF_MOST",
    "Agreement",
    "agreement",
    "first_look",
    "in_layers",
    "linear_predictors_of",
    "monitored_dyads",
]

MOST_DYADS = 2000
# The rule.
R_HAT_OF_MOST = 1.01
R_HAT_OF_ALL = 1.02
SHARE_OF_MOST = 0.99
_FIRST_DYADS = 200
# Of the number of clusters, as Vehtari et al. (2021) want of any quantity; a tenth of the draws where these are few.
_EFFECTIVE_DRAWS = 400


class Agreement(NamedTuple):
    """How far chains agree.

    Parameters
    ----------
    scalars : dict of str to float
        R-hat by name.
    senders, receivers : int ndarray of shape (n_dyads,)
    dyads : ndarray of shape (n_dyads,)
        R-hat of their linear predictors.
    of_number : float
        Effective draws of the number of clusters over those wanted; infinite where the number is not learned.
    """

    scalars: dict[str, float]
    senders: np.ndarray
    receivers: np.ndarray
    dyads: np.ndarray
    of_number: float = np.inf

    @property
    def share(self) -> float:
        """Share of the dyads whose R-hat is as most should have it."""
        return float(np.mean(self.dyads < R_HAT_OF_MOST))

    @property
    def worst(self) -> float:
        """The worst R-hat of all, infinite where one is NaN."""
        found = np.array([*self.scalars.values(), *self.dyads])
        return float(np.nan_to_num(found, nan=np.inf).max(initial=1.0))

    @property
    def holds(self) -> bool:
        """Whether the rule holds."""
        return self.worst < R_HAT_OF_ALL and self.share >= SHARE_OF_MOST

    @property
    def settled(self) -> bool:
        """Whether chains need not run on: the rule holds, and probabilities of numbers of clusters are good for use."""
        return self.holds and self.of_number >= 1.0

    @property
    def length_needed(self) -> float:
        """About how many times as many draws the rule would take: R-hat² − 1 falls as draws grow."""
        # A product, as a power raises where chains stand still and R-hat is beyond 1e154.
        needed = [(self.worst * self.worst - 1.0) / (R_HAT_OF_ALL**2 - 1.0)]
        if self.dyads.size:
            of_most = float(np.quantile(np.nan_to_num(self.dyads, nan=np.inf), SHARE_OF_MOST, method="lower"))
            needed.append((of_most * of_most - 1.0) / (R_HAT_OF_MOST**2 - 1.0))
        return max(needed)


def agreement(problem: Problem, draws: Draws) -> Agreement:
    """Judge chains by every scalar, and by the dyads that are watched.

    Parameters
    ----------
    problem : Problem
    draws : Draws
        Aligned or not.
    """
    return _of_dyads(problem, draws, *monitored_dyads(problem, MOST_DYADS))


def first_look(problem: Problem, result: InferenceResult, last: bool) -> Agreement:
    """The same of chains that may run on: a few of the dyads first, and all that are watched only if these agree.

    Parameters
    ----------
    problem : Problem
    result : InferenceResult
        Not aligned.
    last : bool
        Whether the chains will not run on whatever this says, so that it had better be of all dyads.
    """
    extra: dict[str, np.ndarray] = {}
    of_number = np.inf
    if result.n_components is not None and problem.counts_clusters:
        assert result.labels is not None
        counts = occupied_counts(result.labels.reshape(-1, result.labels.shape[2]))
        extra = {"n_clusters": counts.reshape(result.draws.shape[:2]), "n_components": result.n_components}
        if len(result.draws) > 1:
            of_number = float(mean_ess(extra["n_clusters"][None])[0]) / min(_EFFECTIVE_DRAWS, counts.size / 10)
    draws = as_draws(problem, result, extra, {}, None)
    senders, receivers = monitored_dyads(problem, MOST_DYADS)
    step = max(1, len(senders) // _FIRST_DYADS)
    found = _of_dyads(problem, draws, senders[::step], receivers[::step])
    if step > 1 and (last or found.worst < R_HAT_OF_ALL):
        found = _of_dyads(problem, draws, senders, receivers)
    return found._replace(of_number=of_number)


def _of_dyads(problem: Problem, draws: Draws, senders: np.ndarray, receivers: np.ndarray) -> Agreement:
    scalars = {
        name: float(r_hat(values))
        for name, values in draws.watched().items()
        if values.dtype.kind == "f" or np.ptp(values) > 0  # all chains may well agree on a number of clusters
    }
    of_dyads = r_hat(linear_predictors_of(problem, draws, senders, receivers))
    return Agreement(scalars, senders, receivers, of_dyads)


def linear_predictors_of(problem: Problem, draws: Draws, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
    """Linear predictors by chain and draw, (n_chains, n_draws, n_dyads); of layers, each dyad's in one of these."""
    if problem.layers:
        eta = np.empty((len(draws.pooled), len(senders)))
        for layer, some, i, j in in_layers(problem, senders, receivers):
            own = Predictive(layer.problem, layer.parameters(draws.pooled))
            eta[:, some] = own.values("linear_predictor", i, j)
    else:
        eta = Predictive(problem, draws.pooled).values("linear_predictor", senders, receivers)
    return eta.reshape(draws.n_chains, draws.n_draws, -1)


def in_layers(
    problem: Problem, senders: np.ndarray, receivers: np.ndarray
) -> Iterator[tuple[Layer, np.ndarray, np.ndarray, np.ndarray]]:
    """Each layer with the dyads that are watched there, which of all they are, and their places in it.

    A dyad is watched in one of the layers that have both actors, by turns.
    """
    places = np.stack([layer.places(problem.n_actors) for layer in problem.layers])
    both = (places[:, senders] >= 0) & (places[:, receivers] >= 0)
    turn = (senders + receivers) % np.maximum(both.sum(axis=0), 1)
    chosen = both & (np.cumsum(both, axis=0) - 1 == turn)
    for k, layer in enumerate(problem.layers):
        some = np.flatnonzero(chosen[k])
        yield layer, some, places[k, senders[some]], places[k, receivers[some]]


def monitored_dyads(problem: Problem, most: int) -> tuple[np.ndarray, np.ndarray]:
    """All dyads i > j (row × column in two-mode networks), or about `most` of them, half of them tied.

    Of joint models those within a network. The same at every call.
    """
    network, presences = problem.network, problem.presences
    n_networks = 1 if presences is None else 1 + int(presences.network.max())
    senders, receivers = _dyads_of(network, most * n_networks)
    if problem.layers:
        found = [
            some[entries_at(layer.problem.network.impossible, i, j) == 0.0]
            for layer, some, i, j in in_layers(problem, senders, receivers)
        ]
        within = np.sort(np.concatenate(found))
    else:
        within = np.flatnonzero(entries_at(network.impossible, senders, receivers) == 0.0)
    if presences is not None:
        within = within[presences.network[senders[within]] == presences.network[receivers[within]]]
        within = within[np.linspace(0, len(within) - 1, min(most, len(within))).astype(np.intp)]
    return senders[within], receivers[within]


def _dyads_of(network: Network, most: int) -> tuple[np.ndarray, np.ndarray]:
    n = network.n_actors
    n_rows = network.n_row_actors if network.two_mode else 0
    n_dyads = n_rows * (n - n_rows) if n_rows else n * (n - 1) // 2
    if n_dyads <= most and n_rows:
        senders, receivers = np.divmod(np.arange(n_dyads), n - n_rows)
        return senders, receivers + n_rows
    if n_dyads <= most:
        return np.tril_indices(n, -1)
    rng = np.random.default_rng(0)
    ties = network.ties.tocoo()
    tied = rng.permutation(ties.nnz)[: most // 2]
    i, j = ties.row[tied], ties.col[tied]
    more = rng.integers(n, size=(2, most - tied.size))
    if n_rows:
        more = np.stack([rng.integers(n_rows, size=more.shape[1]), rng.integers(n_rows, n, size=more.shape[1])])
    apart = more[0] != more[1]
    return np.concatenate([i, more[0][apart]]), np.concatenate([j, more[1][apart]])

"""Folds of a network: dyads, actors or respondents that take turns at being held out."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from latentnet._exceptions import ArgumentError
from latentnet._random import RandomState, as_generator
from latentnet.checks import fits_square, is_whole, shown, whole_number
from latentnet.component import Named
from latentnet.constraints import checked
from latentnet.families.designs import designs_of_lists
from latentnet.network import Network, as_network
from latentnet.network.changed import without_self_ties_of_unknown
from latentnet.network.layers import Layers
from latentnet.network.sparse import entries_at

__all__ = ["ActorKFold", "DyadKFold", "RespondentKFold", "folds_of", "one_network"]

Dyads = list[tuple[Any, Any]]


def one_network(network: Any) -> Network:
    """Read a network whose dyads are to be held out, of which there must be one."""
    if isinstance(network, Layers):
        raise ArgumentError(
            f"network must be one network, whose dyads are held out, but is {shown(network)}; "
            "compare(models, criterion='kfold') holds out pairs of all layers, and with_unobserved(dyads) those "
            "of one, which model.layer(name) then scores"
        )
    return as_network(network)


class _KFold(Named, BaseEstimator):
    """What the three have in common: units are dealt out to folds, and each fold hides the dyads of its units."""

    def __init__(self, n_splits: int = 5, random_state: RandomState = None) -> None:
        self.n_splits = n_splits
        self.random_state = random_state

    @checked()
    def split(self, network: Any) -> Iterator[tuple[Network, Dyads]]:
        """Yield each fold's part to learn from, and the dyads that it holds out.

        Parameters
        ----------
        network : as for `fit`

        Yields
        ------
        training : Network
            The network with the fold's dyads unobserved; actors, attributes and design stay, and so do self-ties, but
            for those of actors of whom no dyad is left.
        held_out : list of (sender, receiver) labels
            Observed dyads of `network`.

        Raises
        ------
        ValueError
            If there are fewer units than folds, or the network has no such units.
        MemoryError
            If all dyads, as a list, would not fit into memory.
        """
        n_splits = whole_number("n_splits", self.n_splits, 2)
        network = one_network(network)
        if network.observed.n_dyads == 0:
            raise ArgumentError("network must have observed dyads to hold out, but has none")
        fix = (
            "hold out some ties and some other dyads, cv=[(network.with_unobserved(dyads), dyads)], and score what "
            "predict_proba(dyads) says, as scoring='roc_auc' does"
        )
        fits_square("folds of all observed dyads", network.n_actors, 100.0, fix=fix)
        senders, receivers = network.observed.dyads()
        of_fold = self._folds(network, senders, receivers, n_splits, as_generator(self.random_state))
        actors = network.actors
        for fold in range(n_splits):
            held = of_fold(fold)
            dyads = list(zip(actors[senders[held]].tolist(), actors[receivers[held]].tolist(), strict=True))
            yield without_self_ties_of_unknown(network.with_unobserved(dyads)), dyads

    def _folds(
        self, network: Network, senders: np.ndarray, receivers: np.ndarray, n_splits: int, rng: np.random.Generator
    ) -> Any:
        """A function from a fold's number to its dyads, as a boolean array."""
        raise NotImplementedError


class DyadKFold(_KFold):
    """Hold out dyads: what the model says of dyads between actors that it knows from their other dyads.

    Both directions of a directed pair are in one fold, since each tells of the other. Pairs with ties and without are
    dealt out evenly.

    Parameters
    ----------
    n_splits : int
    random_state : None, int, SeedSequence, Generator or RandomState
        An integer gives the same folds at every call.

    Examples
    --------
    >>> from latentnet.datasets import load_sampson
    >>> from latentnet.model_selection import DyadKFold
    >>> folds = list(DyadKFold(3, random_state=1).split(load_sampson()))
    >>> [len(held_out) for training, held_out in folds]
    [102, 102, 102]
    >>> folds[0][0].observed.n_dyads
    204
    """

    def _folds(
        self, network: Network, senders: np.ndarray, receivers: np.ndarray, n_splits: int, rng: np.random.Generator
    ) -> Any:
        if designs_of_lists(network):
            raise ValueError(
                "DyadKFold needs dyads that were observed one by one, but the network's lists have a cap or an order, "
                "and a list with gaps says nothing; use RespondentKFold"
            )
        n = np.int64(network.n_actors)
        low, high = np.minimum(senders, receivers), np.maximum(senders, receivers)
        codes, unit = np.unique(low * n + high, return_inverse=True)
        _check_units("DyadKFold", "observed pairs", len(codes), n_splits)
        tied = np.zeros(len(codes), dtype=bool)
        values = entries_at(network.ties, senders, receivers)
        np.logical_or.at(tied, unit, values != 0.0)
        fold = _dealt(tied, n_splits, rng)[unit]
        return lambda number: fold == number


class ActorKFold(_KFold):
    """Hold out actors, with all of their dyads: what the model says of people of whom it knows nothing.

    The actors stay in the network with no dyad observed, so a model places them by its prior or mixture.

    Parameters
    ----------
    n_splits, random_state
        As for `DyadKFold`.
    """

    def _folds(
        self, network: Network, senders: np.ndarray, receivers: np.ndarray, n_splits: int, rng: np.random.Generator
    ) -> Any:
        _check_units("ActorKFold", "actors", network.n_actors, n_splits)
        fold = _dealt(
            network.mode == 1 if network.mode is not None else np.zeros(network.n_actors, bool), n_splits, rng
        )
        return lambda number: (fold[senders] == number) | (fold[receivers] == number)


class RespondentKFold(_KFold):
    """Hold out respondents, each with the whole list of names: the unit where lists have a cap or an order.

    What others say of them stays.

    Parameters
    ----------
    n_splits, random_state
        As for `DyadKFold`.
    """

    def _folds(
        self, network: Network, senders: np.ndarray, receivers: np.ndarray, n_splits: int, rng: np.random.Generator
    ) -> Any:
        if not (network.directed or network.two_mode):
            raise ValueError(
                "RespondentKFold needs a network in which each actor sends ties of his or her own, but this one is "
                "undirected; use ActorKFold"
            )
        asked = np.unique(senders)
        _check_units("RespondentKFold", "respondents", len(asked), n_splits)
        fold = np.full(network.n_actors, -1)
        fold[asked] = _dealt(np.zeros(len(asked), dtype=bool), n_splits, rng)
        return lambda number: fold[senders] == number


def _check_units(name: str, units: str, number: int, n_splits: int) -> None:
    if number < n_splits:
        raise ValueError(
            f"n_splits of {name} must be at most the number of {units}, {number}, but is {n_splits}; take fewer folds"
        )


def _dealt(kinds: np.ndarray, n_splits: int, rng: np.random.Generator) -> np.ndarray:
    """The fold of each unit: those of one kind after those of the other, like cards."""
    order = np.lexsort((rng.random(len(kinds)), kinds))
    folds = np.empty(len(kinds), np.int64)
    folds[order] = np.arange(len(kinds)) % n_splits
    return folds


def folds_of(cv: Any, network: Network) -> list[tuple[Network, Dyads]]:
    """Read `cv`: a number of folds, an object with `split(network)`, or the folds themselves.

    A number means dyads, or respondents where lists have a cap or an order, dealt out in the same way at every call.
    """
    if hasattr(cv, "split") and not isinstance(cv, str | bytes | ModuleType):
        return list(cv.split(network))
    if is_whole(cv):
        whole_number("cv", cv, 2, max(network.observed.n_dyads, 2))
        return list(
            (RespondentKFold if designs_of_lists(network) else DyadKFold)(int(cv), random_state=0).split(network)
        )
    try:
        folds = [(training, list(held_out)) for training, held_out in cv]
    except Exception:  # whatever comes of going through something else
        folds = []
    if not folds or not all(isinstance(training, Network) and held_out for training, held_out in folds):
        raise ValueError(
            f"cv must be a number of folds, an object such as DyadKFold(5), or a list of (training Network, held-out "
            f"dyads), but is {shown(cv)}"
        )
    return folds

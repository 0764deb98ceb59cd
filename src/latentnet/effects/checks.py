"""What an effect refuses: kinds of networks, covariates that do not vary; and what these are over the observed dyads.

They are read from blocks of rows: nothing of size n² is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.checks import shown
from latentnet.network.changed import fully_observed
from latentnet.network.sparse import entry_rows

if TYPE_CHECKING:
    from latentnet.effects.base import Effect
    from latentnet.network import Network
    from latentnet.network.observed import ObservedDyads

__all__ = [
    "Moments",
    "actor_classes",
    "attribute_cells",
    "attribute_moments",
    "cell_moments",
    "check_receivers",
    "check_senders",
    "check_varies",
    "class_counts",
    "dyad_moments",
    "observed_counts",
    "possible_cells",
    "refuse_two_mode",
    "refuse_undirected",
    "role_moments",
]

_CELLS = 1 << 18
_FEWER = 8  # times fewer classes than actors, for a walk over pairs of classes to pay

Covariate = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Moments(NamedTuple):
    """Of each coefficient's covariate over the observed dyads."""

    mean_square: np.ndarray  # (n_coefficients,)
    smallest: np.ndarray  # (n_coefficients,)
    largest: np.ndarray  # (n_coefficients,)


def _observed_blocks(network: Network) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows and their mask (n_rows, n_actors) of observed dyads, each undirected one once; all, if none was observed."""
    n, observed = network.n_actors, network.observed
    n_rows, none_observed = network.n_row_actors, observed.n_dyads == 0
    asked, missing = observed.asked, observed.missing
    height = max(1, _CELLS // n)
    columns = np.arange(n)
    for first in range(0, n_rows, height):
        block = slice(first, min(first + height, n_rows))
        own = np.arange(block.start, block.stop)[:, np.newaxis]
        if network.two_mode:
            mask = np.broadcast_to(columns >= n_rows, (len(own), n)).copy()
        else:
            mask = columns != own if network.directed else columns < own
        if not none_observed:
            mask[~asked[block]] = False
            single = missing[block]
            mask[entry_rows(single), single.indices] = False
        yield block, mask


def _observed(network: Network) -> ObservedDyads:
    """The observed dyads; all, if none was observed."""
    return (network if network.observed.n_dyads else fully_observed(network)).observed


def observed_counts(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Observed dyads that each actor sends, and receives, (n_actors,) both; all dyads, if none was observed."""
    return _observed(network).counts()


def actor_classes(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Actors that are alike in data (n_rows, n_actors): the class of each, and the first two actors of each class.

    Returns
    -------
    classes : int ndarray of shape (n_actors,)
    members : int ndarray of shape (2, n_classes)
        The second is the first again where a class has one actor.
    """
    _, first, classes = np.unique(data, axis=1, return_index=True, return_inverse=True)
    classes = classes.reshape(-1)
    order = np.argsort(classes, kind="stable")
    starts = np.searchsorted(classes[order], np.arange(len(first) + 1))
    return classes, np.stack([first, order[np.minimum(starts[:-1] + 1, starts[1:] - 1)]])


def class_counts(network: Network, classes: np.ndarray) -> np.ndarray:
    """Observed ordered dyads from each class of actors to each (n_classes, n_classes); all, if none was observed."""
    observed = _observed(network)
    size, modes = int(classes.max()) + 1, network.mode
    sends = observed.asked if modes is None else observed.asked & (modes == 0)
    sent = np.bincount(classes[sends], minlength=size).astype(np.float64)
    received = np.bincount(classes if modes is None else classes[modes == 1], minlength=size)
    counts = np.outer(sent, received)
    if modes is None:  # nobody has a dyad with himself
        counts -= np.diag(sent)
    missing = observed.missing
    np.add.at(counts, (classes[entry_rows(missing)], classes[missing.indices]), -1.0)
    return np.asarray(counts)


def _by_class(network: Network, data: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Representatives of classes and counts of dyads between these; None where classes are many."""
    classes, members = actor_classes(data)
    if _FEWER * members.shape[1] > network.n_actors:
        return None
    return data[:, members[0]], class_counts(network, classes)


def attribute_moments(network: Network, data: np.ndarray, covariates: Covariate) -> Moments:
    """Moments of covariates that hang on the two actors' data alone.

    Parameters
    ----------
    network : Network
    data : ndarray of shape (n_rows, n_actors)
    covariates : callable
        Of the data of some senders (n_rows, n_senders) and receivers: each coefficient's x (·, n_senders, n_receivers).
    """
    found = _by_class(network, data)
    if found is None:
        size = len(covariates(data[:, :1], data[:, :1]))
        return dyad_moments(network, size, lambda rows: covariates(data[:, rows], data))
    kinds, counts = found
    x, seen = covariates(kinds, kinds), counts > 0.0
    square = (x**2 * counts).sum(axis=(1, 2)) / counts.sum()
    return Moments(square, x[:, seen].min(axis=1), x[:, seen].max(axis=1))


def attribute_cells(network: Network, data: np.ndarray, n_coefficients: int, cells: Covariate) -> Moments:
    """Moments of indicators: `cells` is the coefficient of each dyad, -1 for none; else as `attribute_moments`."""
    found = _by_class(network, data)
    if found is None:
        return cell_moments(network, n_coefficients, lambda rows: cells(data[:, rows], data).astype(np.int64))
    kinds, counts = found
    places = cells(kinds, kinds).astype(np.int64) + 1
    return _of_counts(np.bincount(places.ravel(), weights=counts.ravel(), minlength=n_coefficients + 1))


def dyad_moments(network: Network, n_coefficients: int, covariates: Callable[[slice], Iterable[np.ndarray]]) -> Moments:
    """Moments of covariates; ``covariates(rows)`` gives each coefficient's x (n_rows, n_actors)."""
    total = np.zeros(n_coefficients)
    smallest, largest = np.full(n_coefficients, np.inf), np.full(n_coefficients, -np.inf)
    n_dyads: int = 0
    for rows, mask in _observed_blocks(network):
        n_dyads += int(np.count_nonzero(mask))
        for c, block in enumerate(covariates(rows)):
            x = block[mask]
            total[c] += x @ x
            smallest[c] = min(smallest[c], x.min(initial=np.inf))
            largest[c] = max(largest[c], x.max(initial=-np.inf))
    return Moments(total / n_dyads, smallest, largest)


def cell_moments(network: Network, n_coefficients: int, cells: Callable[[slice], np.ndarray]) -> Moments:
    """Moments of indicators; ``cells(rows)`` gives the coefficient of each dyad (n_rows, n_actors), -1 for none."""
    counts = np.zeros(n_coefficients + 1)
    for rows, mask in _observed_blocks(network):
        counts += np.bincount(cells(rows)[mask] + 1, minlength=n_coefficients + 1)
    return _of_counts(counts)


def _of_counts(counts: np.ndarray) -> Moments:
    """Moments of indicators from numbers of dyads: of those without a coefficient, and of each coefficient's."""
    total, counts = counts.sum(), counts[1:]
    return Moments(counts / total, (counts == total).astype(np.float64), (counts > 0.0).astype(np.float64))


def possible_cells(
    network: Network, sender_codes: np.ndarray, receiver_codes: np.ndarray, n_levels: int, networks: np.ndarray | None
) -> np.ndarray:
    """Whether there is any dyad, observed or not, from a sender of a level to a receiver of a level.

    Parameters
    ----------
    network : Network
    sender_codes, receiver_codes : ndarray of shape (n_actors,)
        Levels of actors, as senders and as receivers.
    n_levels : int
    networks : int ndarray of shape (n_actors,) or None
        Which of several networks each is in; none has dyads to another.

    Returns
    -------
    bool ndarray of shape (n_levels, n_levels)
    """
    found = np.zeros((n_levels, n_levels), dtype=bool)
    everyone = np.zeros(network.n_actors, np.int64) if networks is None else networks
    for number in range(int(everyone.max()) + 1):
        here = everyone == number
        senders, receivers = (here, here) if network.mode is None else (network.mode == 0, network.mode == 1)
        sending = np.bincount(sender_codes[senders].astype(np.int64), minlength=n_levels)
        receiving = np.bincount(receiver_codes[receivers].astype(np.int64), minlength=n_levels)
        pairs = np.outer(sending, receiving)
        if network.mode is None:  # nobody has a dyad with himself
            pairs -= np.diag(sending)
        found |= pairs > 0
    return found


def role_moments(network: Network, values: np.ndarray, role: int) -> Moments:
    """Moments of x_ij = values[:, i] (role 0) or values[:, j] (role 1); values are (n_coefficients, n_actors)."""
    counts = observed_counts(network)[role]
    seen = values[:, counts > 0]
    return Moments(values**2 @ counts / counts.sum(), seen.min(axis=1), seen.max(axis=1))


def check_varies(effect: Effect, names: tuple[str, ...], moments: Moments, otherwise: str = "") -> None:
    """Refuse covariates that do not vary over the observed dyads: the intercept says the same.

    Parameters
    ----------
    effect : Effect
    names : tuple of str
        Of the coefficients.
    moments : Moments
    otherwise : str
        A further way out, for the message.
    """
    for name, square, low, high in zip(names, *moments, strict=True):
        if high - low <= 1e-12 * max(abs(low), abs(high)):
            raise ValueError(
                f"effects: the covariate of {shown(name)} must vary, but it is {low:g} in every observed dyad, which "
                f"cannot be told from the intercept; leave {shown(effect)} out{otherwise}"
            )
        if not 0.0 < square < np.inf:
            raise ValueError(
                f"effects: the covariate of {shown(name)} has values from {low:g} to {high:g}, whose squares no float "
                "holds; rescale it"
            )


def refuse_undirected(effect: Effect, network: Network, instead: str) -> None:
    """Refuse networks whose dyads have no sender and receiver."""
    if not network.has_direction:
        raise ValueError(
            f"effects: {shown(effect)} tells senders from receivers, but the network is undirected; {instead}, or read "
            "the network with directed=True"
        )


def refuse_two_mode(effect: Effect, network: Network, instead: str) -> None:
    """Refuse networks in which no actor both sends and receives."""
    if network.two_mode:
        raise ValueError(
            f"effects: {shown(effect)} needs actors that can have ties to each other, but the network is two-mode, "
            f"with ties from row actors to column actors alone; {instead}"
        )


def check_senders(effect: Effect, network: Network) -> None:
    """Refuse networks with less than two observed rows."""
    n_seen = int(np.count_nonzero(observed_counts(network)[0]))
    if n_seen < 2:
        raise ValueError(
            f"effects: {shown(effect)} needs observed rows of at least 2 senders, but the network has {n_seen}; sender "
            "effects are not identified: leave them out"
        )


def check_receivers(effect: Effect, network: Network) -> None:
    """Refuse networks with less than two columns of which a dyad was observed."""
    n_seen = int(np.count_nonzero(observed_counts(network)[1]))
    if n_seen < 2:
        raise ValueError(
            f"effects: {shown(effect)} needs observed dyads of at least 2 receivers, but the network has {n_seen}; "
            "receiver effects are not identified: leave them out"
        )

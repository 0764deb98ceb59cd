"""What a covariate is over the observed dyads, from blocks of rows: nothing of size n² is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.network.changed import fully_observed
from latentnet.network.sparse import entry_rows

if TYPE_CHECKING:
    from latentnet.effects.base import Effect
    from latentnet.network import Network

__all__ = ["Moments", "check_varies", "dyad_moments", "observed_counts", "role_moments"]

_CELLS = 1 << 18


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


def observed_counts(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Observed dyads that each actor sends, and receives, (n_actors,) both; all dyads, if none was observed."""
    return (network if network.observed.n_dyads else fully_observed(network)).observed.counts()


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
                f"effects: the covariate of {name!r} must vary, but it is {low:g} in every observed dyad, which cannot "
                f"be told from the intercept; leave {effect!r} out{otherwise}"
            )
        if not 0.0 < square < np.inf:
            raise ValueError(
                f"effects: the covariate of {name!r} has values from {low:g} to {high:g}, whose squares no float "
                "holds; rescale it"
            )

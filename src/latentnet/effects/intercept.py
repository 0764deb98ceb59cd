"""The intercept: the linear predictor of two actors at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.base import BoundEffect, Effect
from latentnet.priors.values import Values
from latentnet.signatures import RUN_ACTOR, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.network.joined import Presences

__all__ = ["Intercept", "NetworkIntercepts", "NoIntercept"]


class Intercept(Effect):
    """A constant in every dyad's linear predictor; every model has one unless `NoIntercept` is among its effects."""

    implied = True

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """One value, no data."""
        return BoundEffect(1, np.zeros((1, 1)), ("intercept",), symmetric=True)

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """The intercept."""
        return (Values("intercept", role="intercept"),)

    def shared(self, presences: Presences) -> Effect:
        """An intercept for each network."""
        return NetworkIntercepts(presences.network)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += intercept."""
        for p in range(eta.size):
            eta[p] += values[0]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂intercept = Σ score."""
        total = score.dtype.type(0.0)
        for p in range(score.size):
            total += score[p]
        gradient[0] += total


class NetworkIntercepts(Intercept):
    """An intercept for each of several networks that are modelled as one.

    Parameters
    ----------
    networks : int ndarray of shape (n_actors,)
        Number of the network that each actor is in; dyads between two networks are never observed.
    """

    def __init__(self, networks: np.ndarray) -> None:
        self.networks = networks

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """A value for each network; the data (1, n_actors) hold their numbers."""
        count = int(self.networks.max()) + 1
        names = tuple(f"intercept[{k}]" for k in range(count))
        return BoundEffect(count, self.networks[np.newaxis].astype(np.float64), names, symmetric=True)

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """The intercepts, by network."""
        return (Values("intercept", (bound.size,), ("network",), role="intercept"),)

    @property
    def given(self) -> Effect:
        """The intercept of one network."""
        return Intercept()

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """The intercept of one network."""
        return self.given, self.given.bind(network, n_dims)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += the intercept of the network that the run's actor is in."""
        for r in range(runs.shape[0]):
            row = eta[runs[r, RUN_OFFSET] : runs[r, RUN_OFFSET] + runs[r, RUN_LENGTH]]
            intercept = values[int(data[0, runs[r, RUN_ACTOR]])]
            for p in range(row.size):
                row[p] += intercept

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂intercept = Σ score over its network."""
        for r in range(runs.shape[0]):
            force = score[runs[r, RUN_OFFSET] : runs[r, RUN_OFFSET] + runs[r, RUN_LENGTH]]
            total = score.dtype.type(0.0)
            for p in range(force.size):
                total += force[p]
            gradient[int(data[0, runs[r, RUN_ACTOR]])] += total


class NoIntercept(Effect):
    """Leave the intercept out: the linear predictor of two actors at the same place is what the other effects say.

    Examples
    --------
    >>> from latentnet import LatentPositionModel
    >>> from latentnet.effects import NoIntercept
    >>> LatentPositionModel(effects=[NoIntercept()]).effects
    [NoIntercept()]
    """

    leaves_out_intercept = True

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Nothing to add."""
        return BoundEffect(0, np.zeros((1, 1)))

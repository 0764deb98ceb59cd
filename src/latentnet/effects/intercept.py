"""The intercept: the linear predictor of two actors at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.base import BoundEffect, Effect

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Intercept", "NoIntercept"]


class Intercept(Effect):
    """A constant in every dyad's linear predictor; every model has one unless `NoIntercept` is among its effects."""

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """One value, no data."""
        return BoundEffect(1, np.zeros((1, 1)), ("intercept",), np.ones(1), symmetric=True)

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += intercept."""
        for p in range(eta.size):
            eta[p] += values[0]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂intercept = Σ score."""
        total = 0.0
        for p in range(score.size):
            total += score[p]
        gradient[0] += total


class NoIntercept(Effect):
    """Leave the intercept out: the linear predictor of two actors at the same place is what the other effects say.

    Examples
    --------
    >>> from latentnet import LatentPositionModel
    >>> from latentnet.effects import NoIntercept
    >>> LatentPositionModel(effects=[NoIntercept()]).effects
    [NoIntercept()]
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Nothing to add."""
        return BoundEffect(0, np.zeros((1, 1)))

"""What a family is: how the ties follow from the linear predictor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from latentnet._contract import Component

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Family"]


class Family(Component):
    """Base class of families.

    Subclasses define the static functions ``log_likelihood`` and ``score`` (`latentnet._contract`) and the methods
    below. A family that owns values (a variance, cut-points) names them in `value_names` and keeps them unconstrained
    in the parameter vector.
    """

    name: ClassVar[str]
    unit: ClassVar[str] = "dyad"  # what the likelihood factorises over: "dyad", "row" or "pair"
    value_names: ClassVar[tuple[str, ...]] = ()

    def check(self, network: Network) -> None:
        """Raise a ValueError that names the fix where a tie's value is outside of the family's support."""
        raise NotImplementedError

    def mean(self, eta: np.ndarray, values: np.ndarray) -> np.ndarray:
        """E[Y | η], element by element."""
        raise NotImplementedError

    def tie_probability(self, eta: np.ndarray, values: np.ndarray) -> np.ndarray:
        """P(Y > 0 | η), element by element."""
        raise NotImplementedError

    def simulate(self, eta: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One draw of Y for each η."""
        raise NotImplementedError

    def start_intercept(self, mean: float) -> float:
        """Linear predictor at which E[Y] is about `mean`: where optimisers start."""
        raise NotImplementedError

"""Binary ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from latentnet.constraints import Rule, among
from latentnet.families.base import Family
from latentnet.families.links import LINKS

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Bernoulli"]


class Bernoulli(Family):
    """Ties are present (1) or absent (0), with link(P(Y_ij = 1)) = η_ij.

    Parameters
    ----------
    link : {"logit", "probit", "cloglog"}
        P(Y_ij = 1) is logistic(η), the normal distribution function Φ(η), or 1 − exp(−exp(η)). With the last, ties are
        those pairs that met at least once, where encounters are Poisson with log mean η.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, section 4.3.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.families import Bernoulli
    >>> nothing = np.zeros((0, 1))
    >>> Bernoulli().mean(np.array([0.0]), np.array([]), nothing, nothing)
    array([0.5])
    >>> Bernoulli(link="cloglog").mean(np.array([0.0]), np.array([]), nothing, nothing).round(3)
    array([0.632])
    """

    name = "bernoulli"
    binary = True

    rules: ClassVar[Mapping[str, Rule]] = {"link": among(*LINKS)}

    def __init__(self, link: str = "logit") -> None:
        self.link = link

    @property
    def pair_sum(self) -> Literal["softplus"] | None:
        """That of log odds."""
        return "softplus" if type(self) is Bernoulli and self.link == "logit" else None

    @property
    def single_precision(self) -> bool:
        """Under the logit link."""
        return self.link == "logit"

    def check(self, network: Network) -> None:
        """Ties must be 0 or 1."""
        values = network.ties.data
        if np.any(values != 1.0):
            worst = values[values != 1.0]
            fix = (
                "use family='ordinal' for grades such as -1, 0 and 1, or family='gaussian' for real numbers"
                if worst.min() < 0.0
                else "use family='poisson' for counts, put NaN in place of codes such as 9 that mean 'not known', or "
                "ignore the weights (Network.from_networkx(graph, weight=None), or Network.from_edges without `value`)"
            )
            raise ValueError(
                f"family 'bernoulli' needs ties in {{0, 1}}, but the network has values from {worst.min():g} to "
                f"{worst.max():g}; {fix}"
            )

    def kernels(self) -> tuple[Any, Any]:
        """The verbs of the link."""
        return LINKS[self.link].kernels

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """P(Y = 1)."""
        return LINKS[self.link].probability(eta)

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """P(Y = 1)."""
        return self.mean(eta, values, data, dyads)

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """0.0 or 1.0 for each η."""
        return (rng.random(eta.shape) < self.mean(eta, values, data, dyads)).astype(np.float64)

    def predictor_name(self) -> str:
        """Log odds, under the logit link."""
        return LINKS[self.link].predictor_name

    def start_intercept(self, mean: float) -> float:
        """Link of the density, kept finite."""
        return LINKS[self.link].predictor(mean)

"""What a family is: how the ties follow from the linear predictor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np
from scipy import sparse

from latentnet.component import Component
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = ["BoundFamily", "Family", "Frame", "Variable", "mean_tie"]


class BoundFamily(NamedTuple):
    """A family made ready for one network; its own values are unconstrained in the parameter vector.

    A value is either N(0, 1/precision), or log σ of a σ² that is scaled inverse chi-square.
    """

    start: np.ndarray = np.zeros(0)  # (n_values,) where optimisers start
    precision: np.ndarray = np.zeros(0)  # (n_values,) of the normal priors; 0 where `scales` has the prior
    scales: tuple[tuple[int, float, float], ...] = ()  # (which value, v0, df): df·v0/σ² ~ χ²(df)
    logs: np.ndarray = np.zeros(0)  # (n_values,) 1.0 where a normal value is the log of what is reported, else 0.0
    data: np.ndarray = np.zeros((1, 1))  # (·, ·) float64 that its verbs read


class Frame(NamedTuple):
    """Where the linear predictor of an average dyad lies, and the unit that it is measured in, as the ties say."""

    centre: float = 0.0
    unit: float = 1.0


def mean_tie(network: Network) -> float:
    """Mean over the observed dyads, absent ties being 0."""
    total = network.ties.sum() / (1.0 if network.has_direction else 2.0)
    return float(total) / max(network.observed.n_dyads, 1)


class Variable(NamedTuple):
    """What a family's values mean on the natural scale."""

    values: np.ndarray  # (..., *dims)
    dims: tuple[str, ...] = ()
    coords: Mapping[str, Any] = {}


class Family(Component):
    """Base class of families.

    Subclasses define the static functions ``log_likelihood`` and ``score`` (`latentnet.signatures`) and the methods
    below. In these, ``eta`` is (..., n_dyads), or (2, ..., n_dyads) where the unit is the pair (i→j, j→i); ``values``
    are the family's own, unconstrained; ``data`` is what `bind` prepared and ``dyads`` (·, n_dyads) what `dyad_data`
    gives.
    """

    given_as = "family"
    name: ClassVar[str]
    unit: ClassVar[str] = "dyad"  # what the likelihood factorises over: "dyad", "row", "network" or "pair"
    binary: ClassVar[bool] = False  # whether a tie is there or not, and nothing else
    coefficient_names: ClassVar[tuple[str, ...]] = ()  # names of its first values, where these are coefficients

    @property
    def given(self) -> Family:
        """The distribution of a single tie, where a design or reciprocity made another of it."""
        return self

    @property
    def pair_sum(self) -> Literal["softplus", "exponential"] | None:
        """What is summed over all dyads where the log-likelihood is Σ y·η less that sum: log(1 + exp η), or exp η.

        Kernels for it are formulas written out, so that subclasses, which may have others, have to say it anew.
        """
        return None

    @property
    def single_precision(self) -> bool:
        """Whether its ``score`` holds for arrays of float32 too, as that of effects may (`latentnet.effects.base`)."""
        return False

    def check(self, network: Network) -> None:
        """Raise a ValueError that names the fix where a tie's value is outside of the family's support."""
        raise NotImplementedError

    def check_again(self, network: Network, data: np.ndarray) -> None:
        """Check another network of the same actors, to be scored; `data` is what `bind` prepared for the fit."""
        self.check(network)

    def frame(self, network: Network) -> Frame:
        """Centre and unit of the linear predictor: 0 and 1 where it has units of its own, as log odds do."""
        return Frame()

    def present(self, network: Network) -> sparse.csr_array:
        """Dyads that count as tied for whoever needs a graph: where searches start, and whom they look at first."""
        return sparse.csr_array(network.ties != 0)

    def prior_defaults(self, network: Network, priors: Priors) -> dict[str, float]:
        """Numbers that `priors` leaves open, and whose defaults depend on the ties."""
        return {}

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        """Prepare for a network, with resolved priors."""
        return BoundFamily()

    def values(self, bound: BoundFamily) -> tuple[Values, ...]:
        """What it owns, as rows of the table of parameters that begin within its slice: coefficients first.

        Parameters
        ----------
        bound : BoundFamily
        """
        names, size = self.coefficient_names, len(bound.start)
        rows = [Values(name, role="coefficient", start=k) for k, name in enumerate(names)]
        if size > len(names):
            rest = (size - len(names),)
            rows.append(Values("family", rest, ("value",), role="family", reported=False, start=len(names)))
        return tuple(rows)

    def dyad_data(self, network: Network, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        """What the verbs read by dyad: (·, n_dyads)."""
        return np.zeros((0, len(senders)))

    def kernels(self) -> tuple[Any, Any]:
        """The functions ``log_likelihood`` and ``score``; a family with links chooses here."""
        return type(self).log_likelihood, type(self).score  # type: ignore[attr-defined]

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """E[Y | η], of the shape of `eta`."""
        raise NotImplementedError

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """P(Y > 0 | η), of the shape of `eta`."""
        raise NotImplementedError

    def statistics(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """Expected sufficient statistics beside E[Y], (·, n_dyads).

        Where a likelihood of expected ties is wanted (minimum Kullback–Leibler estimates), the verbs find their
        posterior means below `dyad_data`, and E[Y] in place of the ties.
        """
        return np.zeros((0, eta.shape[-1]))

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """One draw of Y, of the shape of `eta`."""
        raise NotImplementedError

    def predictor_name(self) -> str:
        """What the linear predictor is of a tie, in words that follow "a distance of 2:", such as "log odds of a tie".

        Empty where it has no name that a reader of a picture knows.
        """
        return ""

    def start_intercept(self, mean: float) -> float:
        """Linear predictor at which E[Y] is about `mean`: where optimisers start."""
        raise NotImplementedError

    def variables(self, values: np.ndarray, data: np.ndarray) -> dict[str, Variable]:
        """What is reported of the family's own values (..., n_values), by name; coefficients are left out."""
        return {}

"""What an effect is: a slice of the parameter vector, and two verbs that connect it to the linear predictor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from latentnet.component import Component
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.network.joined import Presences

__all__ = ["BoundEffect", "Correlation", "Effect", "RandomGroup"]


class RandomGroup(NamedTuple):
    """Values N(0, σ²) of one kind of actor, with σ² learned; places are within the effect's slice.

    σ² has the prior that `Priors` gives to random effects.
    """

    name: str  # the variable's name; its variance is `{name}_variance`
    start: int
    stop: int
    scale: int  # where log σ is, behind the values
    shift: float  # how much every dyad's linear predictor rises where all of the values do by 1
    dim: str = "actor"  # or "row_actor", "column_actor"


class Correlation(NamedTuple):
    """Two random groups of the same actors, correlated: ρ = tanh of the value at `place`, with density ¾(1 − ρ²)."""

    name: str
    first: int  # which of the effect's groups
    second: int
    place: int


class BoundEffect(NamedTuple):
    """An effect made ready for one network."""

    size: int  # values it owns in the parameter vector
    data: np.ndarray  # (·, ·) float64 that its verbs read
    names: tuple[str, ...] = ()  # coefficients, which are its first values; none for positions and random effects
    groups: tuple[RandomGroup, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    symmetric: bool = False  # whether η_ij and η_ji always get the same, so that a pair can be computed once
    correlated: int = -1  # where atanh of partial correlations of all groups begins, -1 without; behind their scales
    reference: str | None = None  # the level, or pair of them, that coefficients are differences from


class Effect(Component):
    """Base class of effects.

    Subclasses define the static functions ``add(runs, values, data, eta, work)`` and ``pull(runs, values, data, score,
    work, gradient)`` (`latentnet.signatures`) and the method `bind`. What `shared` and `at` say of joint
    models holds as it stands here for effects without a value, or data, for each actor.

    Attributes
    ----------
    implied : bool
        Whether models have it without its being among their `effects`, as they have the intercept and a similarity.
    of_self_ties : bool
        Whether it is of actors' ties to themselves, which are no dyads: of pairs it says nothing.
    couples_pairs : bool
        Whether it makes the two ties of a pair depend on each other, which the pairs' distribution then says.
    leaves_out_intercept : bool
        Whether all that it says is that the model has no intercept.
    single_precision : bool
        Whether `add` and `pull` hold for arrays of float32 too (`latentnet.signatures`): constants are then written in
        the kind of η or of the scores, ``eta.dtype.type(0.5)``. Subclasses with verbs of their own declare it anew.
    excludes : mapping from Effect classes to str
        Effects that it cannot stand beside, and why: the message continues "effects has A() beside B(), ".
    """

    implied: ClassVar[bool] = False
    of_self_ties: ClassVar[bool] = False
    couples_pairs: ClassVar[bool] = False
    leaves_out_intercept: ClassVar[bool] = False
    single_precision: ClassVar[bool] = False
    excludes: ClassVar[Mapping[type[Effect], str]] = {}

    @property
    def given(self) -> Effect:
        """The effect as the user gave it, where `shared` made another of it."""
        return self

    @property
    def of_one_layer(self) -> Effect:
        """The effect as a model of one kind of ties has it: another one where layers have something in common."""
        return self

    def check_bound(self, bound: BoundEffect) -> None:
        """Raise a ValueError that names the fix where what it is in a network does not go with what was asked."""

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Check the effect against a network and prepare its data.

        Parameters
        ----------
        network : Network
        n_dims : int
            Dimensions of the latent space, 0 without one.
        """
        raise NotImplementedError(f"{type(self).__name__} must define bind(network, n_dims)")

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """What it owns, as rows of the table of parameters that begin within its slice.

        Parameters
        ----------
        bound : BoundEffect
        n_dims : int
            Dimensions of the latent space.
        """
        rows = [Values(name, role="coefficient", start=k) for k, name in enumerate(bound.names)]
        for group in bound.groups:
            size = group.stop - group.start
            rows.append(Values(group.name, (size,), (group.dim,), role="term", start=group.start))
            rows.append(Values(f"{group.name}_variance", transform="variance", start=group.scale))
        rows += [Values(one.name, transform="correlation", start=one.place) for one in bound.correlations]
        rest = bound.size - sum(row.size for row in rows)  # of an effect that does not say what its values are
        if rest > 0:
            name = type(self).__name__
            rows.append(Values(name, (rest,), (name,), role="term", reported=False, start=len(bound.names)))
        return tuple(rows)

    def shared(self, presences: Presences) -> Effect:
        """The effect in a joint model of several networks, which are one network of presences.

        Parameters
        ----------
        presences : Presences
            Whose presence each is (`actors`), and in which of the networks (`network`).
        """
        return self

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """The effect of a joint model in one of its networks, and as bound to that one.

        Parameters
        ----------
        bound : BoundEffect
            As bound to all of the networks.
        network : Network
        presences : int ndarray of shape (n_actors,)
            Which presence each of the network's actors is.
        n_dims : int
        """
        return self, self.bind(network, n_dims) if bound.data.size > 1 else bound

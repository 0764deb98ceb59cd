"""Random effects of actors who are in several networks: one value for all of an actor's presences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.base import BoundEffect, Correlation, Effect, RandomGroup
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET, RUN_SWAPPED

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.network.joined import Presences

__all__ = ["ActorValues", "SharedValues"]


class ActorValues(Effect):
    """A random effect with a value for each actor: in a joint model, for each actor and not each presence."""

    def shared(self, presences: Presences) -> Effect:
        """One value for all of an actor's presences."""
        return SharedValues(self, presences.actors)


def _share_values(bound: BoundEffect, actors: np.ndarray, dim: str) -> BoundEffect:
    """A bound random effect with a value for each of several actors in place of each presence.

    Parameters
    ----------
    bound : BoundEffect
        Its groups are of the sender, the receiver, both (in this order), or of whoever is part of the dyad.
    actors : int ndarray of shape (n_presences,)
        Whose value each presence has.
    dim : str
        Name of the values' axis.

    Returns
    -------
    BoundEffect
        The data (2, n_presences) say where the value of each presence is as a sender and as a receiver, -1 where it has
        none.
    """
    n, count = int(actors.max()) + 1, len(bound.groups)
    groups = tuple(
        RandomGroup(group.name, k * n, (k + 1) * n, count * n + k, group.shift, dim)
        for k, group in enumerate(bound.groups)
    )
    correlations = tuple(Correlation(one.name, one.first, one.second, count * n + count) for one in bound.correlations)
    data = np.full((2, len(actors)), -1.0)
    for k, group in enumerate(groups):
        roles = {"sender": (0,), "receiver": (1,)}.get(group.name, (0, 1))
        for role in roles:
            data[role] = k * n + actors
    size = count * (n + 1) + len(correlations)
    return BoundEffect(size, data, groups=groups, correlations=correlations, symmetric=bound.symmetric)


class SharedValues(Effect):
    """A random effect of actors in several networks that are modelled as one.

    Parameters
    ----------
    effect : Sociality, Sender, Receiver or SenderReceiver
    actors : int ndarray of shape (n_presences,)
        Number of the actor that each presence is of.
    """

    def __init__(self, effect: Effect, actors: np.ndarray) -> None:
        self.effect = effect
        self.actors = actors

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """A value for each actor (and role), then scales and correlation; refused where the effect itself is."""
        return _share_values(self.effect.bind(network, n_dims), self.actors, "presence")

    @property
    def given(self) -> Effect:
        """The effect of one network."""
        return self.effect

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """A value for each of its actors."""
        return self, _share_values(bound, np.arange(network.n_actors), "actor")

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += the sender's value as a sender and the receiver's as a receiver."""
        for r in range(runs.shape[0]):
            row = eta[runs[r, RUN_OFFSET] : runs[r, RUN_OFFSET] + runs[r, RUN_LENGTH]]
            role = runs[r, RUN_SWAPPED]  # of the run's own actor: 0 is the sender
            at, others = int(data[role, runs[r, RUN_ACTOR]]), data[1 - role, runs[r, RUN_COLUMN] :]
            own = values[at] if at >= 0 else eta.dtype.type(0.0)
            for p in range(row.size):
                row[p] += own
            if row.size > 0 and others[0] >= 0.0:
                for p in range(row.size):
                    row[p] += values[int(others[p])]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂value = Σ of the scores of the dyads in which it counts."""
        for r in range(runs.shape[0]):
            force = score[runs[r, RUN_OFFSET] : runs[r, RUN_OFFSET] + runs[r, RUN_LENGTH]]
            role = runs[r, RUN_SWAPPED]
            at, others = int(data[role, runs[r, RUN_ACTOR]]), data[1 - role, runs[r, RUN_COLUMN] :]
            if at >= 0:
                own = score.dtype.type(0.0)
                for p in range(force.size):
                    own += force[p]
                gradient[at] += own
            if force.size > 0 and others[0] >= 0.0:
                for p in range(force.size):
                    gradient[int(others[p])] += force[p]

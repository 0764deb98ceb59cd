"""What effects of one attribute share."""

from __future__ import annotations

import copy
from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from latentnet.effects.attributes import expanded
from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.observed_dyads import check_varies, role_moments
from latentnet.effects.requirements import refuse_undirected

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.network.joined import Presences

__all__ = ["AttributeEffect", "RoleCovariate"]


class AttributeEffect(Effect):
    """An effect of one of the network's attributes."""

    networks: np.ndarray | None = None  # (n_presences,) in a joint model, which network each is in

    def __init__(self, attribute: Hashable) -> None:
        self.attribute = attribute

    def shared(self, presences: Presences) -> Effect:
        """The same effect, which knows whose dyads are possible."""
        same = copy.copy(self)
        same.networks = presences.network
        return same

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """With what was learned of all of the networks, such as levels; the data is by column."""
        return self, bound._replace(data=np.ascontiguousarray(bound.data[:, presences]))


class RoleCovariate(AttributeEffect):
    """An attribute of the dyad's sender, or of its receiver."""

    role: ClassVar[int]  # 0 is the sender, 1 the receiver; in two-mode networks these are rows and columns
    word: ClassVar[str]

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Coefficients; the data (n_coefficients, n_actors) holds their covariates.

        Raises
        ------
        ValueError
            If the network is undirected or has no such attribute, it is missing or infinite for an actor of this role,
            or a covariate is the same in all observed dyads.
        """
        refuse_undirected(self, network, f"use SocialityCovariate({self.attribute!r})")
        wanted = (np.arange(network.n_actors) >= network.n_row_actors) == bool(self.role) if network.two_mode else None
        values, labels, levels = expanded(self, network, self.attribute, wanted)
        names = tuple(f"{self.word}({label})" for label in labels)
        moments = role_moments(network, values, self.role)
        check_varies(self, names, moments, ", or merge the level with another" if levels else "")
        return BoundEffect(len(names), values, names, moments.mean_square)

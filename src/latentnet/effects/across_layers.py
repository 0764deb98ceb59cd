"""What effects say across layers: each of these holds an effect, which is that of one layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latentnet.effects.base import BoundEffect, Effect

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["AcrossLayers", "plain"]


class AcrossLayers(Effect):
    """An effect with something that layers have in common; in a model of one kind of ties it is the effect itself.

    Parameters
    ----------
    effect : Effect
    """

    def __init__(self, effect: Effect) -> None:
        self.effect = effect

    @property
    def of_self_ties(self) -> bool:  # type: ignore[override]
        """As the effect's."""
        return self.effect.of_self_ties

    @property
    def couples_pairs(self) -> bool:  # type: ignore[override]
        """As the effect's."""
        return self.effect.couples_pairs

    def check_parameters(self) -> None:
        """Check also the effect's."""
        super().check_parameters()
        self.effect.check_parameters()

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """As in a model of one kind of ties."""
        return self.effect.bind(network, n_dims)


def plain(effect: Effect) -> Effect:
    """An effect as a model of one kind of ties has it."""
    return effect.effect if isinstance(effect, AcrossLayers) else effect

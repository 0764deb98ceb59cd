"""What effects say across layers: each of these holds an effect, which is that of one layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.effects.base import BoundEffect, Effect

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["AcrossLayers", "InLayers", "JoinedEffect", "across_layers"]


class InLayers(NamedTuple):
    """An effect in each of several layers."""

    names: Sequence[str]  # of the layers
    bound: Sequence[BoundEffect]
    units: Sequence[float]  # of each one's linear predictor
    actors: Sequence[np.ndarray]  # which of all actors, or presences, the values of each layer's are of
    n_actors: int
    dim: str  # name of the axis of all actors' values


class JoinedEffect(NamedTuple):
    """The same effect of all layers together."""

    bound: BoundEffect
    places: Sequence[np.ndarray]  # where each of a layer's values is, within the joint ones
    correlations: Sequence[tuple[int, int, int, int]] = ()  # layer, place among its values, and which two joint groups


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

    @property
    def of_one_layer(self) -> Effect:
        """The effect that it holds."""
        return self.effect

    def joined(self, layers: InLayers) -> JoinedEffect:
        """The effect of all layers together."""
        raise NotImplementedError(f"{type(self).__name__} must define joined(layers)")


def across_layers(effects: Iterable[Effect]) -> list[AcrossLayers]:
    """Those with something that layers have in common."""
    return [effect for effect in effects if isinstance(effect, AcrossLayers)]

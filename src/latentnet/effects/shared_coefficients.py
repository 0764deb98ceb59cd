"""Coefficients that layers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from latentnet.checks import shown
from latentnet.constraints import Rule
from latentnet.effects.across_layers import AcrossLayers, InLayers, JoinedEffect
from latentnet.effects.base import BoundEffect, Effect
from latentnet.network.labels import unique_union

__all__ = ["Shared"]


def _has_coefficients(effect: object) -> bool:
    return isinstance(effect, Effect) and effect.of_one_layer is effect and not effect.leaves_out_intercept


class Shared(AcrossLayers):
    """An effect whose coefficients are the same in all layers, in place of coefficients of each layer's own.

    Without it, each of the `Layers` has coefficients of its own. A coefficient that some layers lack, such as that of a
    level that does not occur there, is shared by the others. Its prior counts once: its precision is the mean of those
    that the layers' own coefficients would have. In a model of one kind of ties it is the effect itself.

    Parameters
    ----------
    effect : Effect
        One with coefficients. Layers whose families differ in unit (Gaussian ties in pence beside ties that are present
        or absent) have few coefficients in common that mean something.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, Layers, MAP
    >>> from latentnet.datasets import load_sampson_waves
    >>> from latentnet.effects import Homophily, Reciprocity, Shared
    >>> first, second, third = load_sampson_waves()
    >>> layers = Layers({"early": first, "late": third})
    >>> effects = [Shared(Homophily("group")), Reciprocity()]
    >>> model = LatentPositionModel(effects=effects, inference=MAP(n_starts=1), random_state=1).fit(layers)
    >>> list(model.coefficients_.index)
    ['homophily(group)', 'reciprocity[early]', 'reciprocity[late]']
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "effect": Rule("an effect with coefficients, such as Homophily('group')", _has_coefficients)
    }

    def check_bound(self, bound: BoundEffect) -> None:
        """It must have coefficients alone."""
        if bound.size > len(bound.names):
            alone = self.effect
            raise ValueError(
                f"effects: {shown(self)} shares coefficients, but {shown(alone)} has values of actors, which may be "
                f"correlated: take Correlated({shown(alone)}), or {shown(alone)} for values of each layer's own"
            )

    def joined(self, layers: InLayers) -> JoinedEffect:
        """The coefficients of all layers, of which each is in some.

        Raises
        ------
        ValueError
            If coefficients are differences from a level, which is not the same in all layers.
        """
        first, *others = zip(layers.names, layers.bound, strict=True)
        for name, one in others:
            if one.reference != first[1].reference:
                raise ValueError(
                    f"effects: {shown(self)} needs coefficients that are differences from one level in all layers, but "
                    f"this is {shown(first[1].reference)} in {shown(first[0])} and {shown(one.reference)} in "
                    f"{shown(name)}; give Mixing a reference=, covariates as numbers (0 and 1), or leave Shared out"
                )
        every = tuple(unique_union(one.names for one in layers.bound))
        places = [np.array([every.index(name) for name in one.names], np.int64) for one in layers.bound]
        return JoinedEffect(BoundEffect(len(every), np.zeros((1, 1)), every), places)

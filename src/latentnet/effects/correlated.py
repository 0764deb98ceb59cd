"""Random effects of actors that are correlated across layers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from latentnet.constraints import Rule, instance
from latentnet.effects.across_layers import AcrossLayers, InLayers, JoinedEffect
from latentnet.effects.base import BoundEffect, RandomGroup
from latentnet.effects.shared import ActorValues
from latentnet.priors.values import Values

__all__ = ["Correlated", "pairs_of", "roles"]


class Correlated(AcrossLayers):
    """A random effect whose values an actor has in each layer, correlated across layers.

    Without it, the values of an actor in two layers are independent beforehand. With it, those of all layers (and of
    ``SenderReceiver()`` in both roles) are normal with a variance for each and correlations between them, whose prior
    is LKJ(2), det(R): of a single correlation ρ it is ¾(1 − ρ²), as in ``SenderReceiver()``. So what one kind of ties
    says of an actor helps in the others. Who is missing from a layer has a value there, too, as the other layers
    foretell it. In a model of one kind of ties it is the effect itself.

    Parameters
    ----------
    effect : Sociality, Sender, Receiver or SenderReceiver

    References
    ----------
    Lewandowski, D., Kurowicka, D. & Joe, H. (2009). Generating random correlation matrices based on vines and extended
    onion method. Journal of Multivariate Analysis 100, 1989–2001.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, Layers, MCMC
    >>> from latentnet.datasets import load_sampson_waves
    >>> from latentnet.effects import Correlated, Receiver
    >>> first, second, third = load_sampson_waves()
    >>> model = LatentPositionModel(effects=[Correlated(Receiver())], inference=MCMC(200, 200, 2), random_state=1)
    >>> table = model.fit(Layers({"early": first, "late": third})).layer_table()
    >>> bool(-1.0 < table.loc["early", "receiver_correlation[late]"] < 1.0)
    True
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "effect": instance("a random effect of actors, such as Sociality() or SenderReceiver()", ActorValues)
    }

    def joined(self, layers: InLayers) -> JoinedEffect:
        """The values of all layers, of each as many as there are actors in some; then their scales and correlations.

        The data says the unit of each group's linear predictor.
        """
        named = zip(layers.bound, layers.names, layers.units, strict=True)
        own = [(group, name, unit) for one, name, unit in named for group in one.groups]
        n, count = layers.n_actors, len(own)
        groups = tuple(
            RandomGroup(f"{group.name}[{name}]", k * n, (k + 1) * n, count * n + k, group.shift, layers.dim)
            for k, (group, name, _) in enumerate(own)
        )
        size = count * (n + 1) + count * (count - 1) // 2
        of_units = np.array([[unit for _, _, unit in own]])
        whole = BoundEffect(size, of_units, groups=groups, correlated=count * (n + 1))
        return JoinedEffect(whole, *_places(layers, whole))

    def values(self, bound: BoundEffect, n_dims: int) -> tuple[Values, ...]:
        """Values and variance of each layer, and the correlations of all pairs of these."""
        rows = []
        for group in bound.groups:
            role, _, rest = group.name.partition("[")
            rows.append(Values(group.name, (group.stop - group.start,), (group.dim,), role="term", start=group.start))
            rows.append(Values(f"{role}_variance[{rest}", transform="variance", start=group.scale))
        name, count = f"{'_'.join(roles(bound))}_correlation", bound.size - bound.correlated
        rows.append(Values(name, (count,), ("layer_pair",), transform="correlations", start=bound.correlated))
        return tuple(rows)


def _places(layers: InLayers, whole: BoundEffect) -> tuple[list[np.ndarray], list[tuple[int, int, int, int]]]:
    """Where each layer's values and scales are, and its own correlations: functions of all, which it does not read."""
    places, correlations, g = [], [], 0
    for k, (one, whose) in enumerate(zip(layers.bound, layers.actors, strict=True)):
        here = np.full(one.size, whole.correlated)
        correlations += [(k, of.place, g + of.first, g + of.second) for of in one.correlations]
        for group, of_all in zip(one.groups, whole.groups[g:], strict=False):
            here[group.start : group.stop] = of_all.start + whose
            here[group.scale] = of_all.scale
        places.append(here)
        g += len(one.groups)
    return places, correlations


def roles(bound: BoundEffect) -> list[str]:
    """What actors' values are of: "sociality", or "sender" and "receiver"."""
    return list(dict.fromkeys(group.name.partition("[")[0] for group in bound.groups))


def pairs_of(bound: BoundEffect) -> list[str]:
    """Names of the pairs of groups, in the order of their correlations; of one role by their layers alone."""
    several = len(roles(bound)) > 1
    names = [group.name if several else group.name.partition("[")[2][:-1] for group in bound.groups]
    return [f"{names[j]}, {names[i]}" for i, j in lower_pairs(len(names))]


def lower_pairs(count: int) -> list[tuple[int, int]]:
    """Below the diagonal, row by row: the order of correlations."""
    return [(i, j) for i, j in itertools.product(range(count), repeat=2) if j < i]

"""Reading a model's constructor parameters.

Names become objects, and everything is checked before anything is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet._exceptions import ArgumentError
from latentnet.checks import forgotten_call, one_of, shown, whole_number
from latentnet.constraints import Rule, goes_through
from latentnet.effects import EFFECTS, Effect, Similarity, read_similarity
from latentnet.families import FAMILIES, Family
from latentnet.inference import Engine
from latentnet.meant import attribute_meant
from latentnet.network import Network
from latentnet.network.reading import is_igraph, is_networkx
from latentnet.priors import Priors

if TYPE_CHECKING:
    from latentnet.network.layers import Given

__all__ = [
    "EngineLike",
    "FamilyLike",
    "LayersName",
    "Number",
    "SimilarityLike",
    "misplaced",
    "read_effects",
    "read_families",
    "read_family",
    "read_n_dims",
    "read_priors",
]

# What type checkers take for the constructors' arguments; the names are those of the tables that are read below.
Number: TypeAlias = int | Literal["auto"]
SimilarityLike: TypeAlias = Literal["distance", "squared_distance", "bilinear"] | Similarity | None
FamilyLike: TypeAlias = Literal["bernoulli", "binomial", "poisson", "negative_binomial", "gaussian", "ordinal"] | Family
EngineLike: TypeAlias = Literal["auto", "mcmc", "map", "prior", "variational"] | Engine
LayersName: TypeAlias = Literal["shared", "around"]

_EFFECTS = Rule("a sequence of effects such as [Sociality()]", goes_through, "; for none write effects=()")


def read_n_dims(n_dims: Any, similarity: Any) -> int:
    """Dimensions of the latent space, 0 without one."""
    space = read_similarity(similarity)
    if isinstance(n_dims, str) and n_dims == "auto":
        if space is None:
            return 0
        raise ValueError("n_dims must be a number here, but is 'auto', which only fit infers; give model.n_dims_")
    fix = misplaced(n_dims) or "; for no latent space use similarity=None"
    found = whole_number("n_dims", n_dims, 1, otherwise=" or 'auto'", fix=fix)
    return 0 if space is None else found


def misplaced(value: Any) -> str:
    """What to do with a network or a formula of R where a number should be."""
    if isinstance(value, str) and "~" in value:
        return (
            "; in place of R's formula write LatentClusterModel(n_clusters=3, n_dims=2, effects=[...]).fit(network), "
            "as the page 'Coming from R' says of each term"
        )
    kinds = Network | np.ndarray | pd.DataFrame
    of_network = isinstance(value, kinds) or sparse.issparse(value) or is_networkx(value) or is_igraph(value)
    return "; the network is given to fit: model.fit(network)" if of_network else ""


def read_family(family: Any, argument: str = "family") -> Family:
    """A family by name or instance."""
    if isinstance(family, Family):
        family.check_parameters()
        return family
    hint = forgotten_call(family)
    return FAMILIES[one_of(argument, family, FAMILIES, otherwise=" or an instance of a Family", fix=hint)]()


def read_families(family: Any, given: Given) -> list[Family]:
    """The family of what is fitted, or that of every layer."""
    if given.stack is None:
        return [read_family(family)]
    own = given.stack.families
    return [
        read_family(own[name], f"families[{shown(name)}]") if name in own else read_family(family)
        for name in given.stack.names
    ]


def read_effects(effects: Any) -> tuple[Effect, ...]:
    """A sequence of effects."""
    if isinstance(effects, Effect):
        raise TypeError(f"effects must be a sequence of effects, but is one effect; write effects=[{shown(effects)}]")
    if isinstance(effects, str):
        raise ArgumentError(f"effects must be {_EFFECTS.says}, but is {shown(effects)}{_effect_meant(effects)}")
    _EFFECTS.demand("effects", effects)
    found = tuple(effects)
    for effect in found:
        if not isinstance(effect, Effect):
            raise TypeError(
                f"effects must hold instances from latentnet.effects, but has {shown(effect)}{_effect_meant(effect)}"
            )
        effect.check_parameters()
    return found


def _effect_meant(effect: Any) -> str:
    """What to write for a class, or for a name such as R's "nodematch('x')"."""
    name = effect.partition("(")[0].strip() if isinstance(effect, str) else ""
    hint = attribute_meant(name, EFFECTS)
    return forgotten_call(effect) or (f"; {hint}" if hint else "")


def read_priors(priors: Any) -> Priors:
    """None is the defaults."""
    if priors is None:
        return Priors()
    if not isinstance(priors, Priors):
        hint = "; write Priors(**...) of it" if isinstance(priors, Mapping) else ""
        raise ArgumentError(f"priors must be None or a latentnet.Priors, but is {shown(priors)}{hint}")
    priors.check_parameters()
    return priors

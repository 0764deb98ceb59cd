"""Reading a model's constructor parameters.

Names become objects, and everything is checked before anything is computed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from latentnet.effects import SIMILARITIES, Effect
from latentnet.families import FAMILIES, Family
from latentnet.inference import ENGINES, Engine
from latentnet.priors import Priors

__all__ = ["read_effects", "read_engine", "read_family", "read_n_dims", "read_priors"]


def _choices(names: Any) -> str:
    return ", ".join(repr(name) for name in names)


def read_n_dims(n_dims: Any, similarity: Any) -> int:
    """Dimensions of the latent space, 0 without one."""
    if similarity is not None and similarity not in SIMILARITIES:
        raise ValueError(f"similarity must be one of {_choices(SIMILARITIES)} or None, but is {similarity!r}")
    if isinstance(n_dims, bool) or not isinstance(n_dims, int | np.integer) or n_dims < 1:
        raise ValueError(
            f"n_dims must be an integer of at least 1, but is {n_dims!r}; for no latent space use similarity=None"
        )
    return 0 if similarity is None else int(n_dims)


def read_family(family: Any) -> Family:
    """A family by name or instance."""
    if isinstance(family, Family):
        return family
    if isinstance(family, str) and family in FAMILIES:
        return FAMILIES[family]()
    hint = f"; write {family.__name__}() with parentheses" if isinstance(family, type) else ""
    raise ValueError(f"family must be one of {_choices(FAMILIES)} or an instance of a Family, but is {family!r}{hint}")


def read_effects(effects: Any) -> tuple[Effect, ...]:
    """A sequence of effects."""
    if isinstance(effects, Effect):
        raise TypeError(f"effects must be a sequence of effects, but is one effect; write effects=[{effects!r}]")
    if effects is None or isinstance(effects, str):
        raise TypeError(
            f"effects must be a sequence such as [Sociality()], but is {effects!r}; for none write effects=()"
        )
    found = tuple(effects)
    for effect in found:
        if not isinstance(effect, Effect):
            hint = f"; write {effect.__name__}() with parentheses" if isinstance(effect, type) else ""
            raise TypeError(f"effects must hold instances from latentnet.effects, but has {effect!r}{hint}")
    return found


def read_priors(priors: Any) -> Priors:
    """None is the defaults."""
    if priors is None:
        return Priors()
    if not isinstance(priors, Priors):
        raise TypeError(f"priors must be None or a latentnet.Priors, but is {priors!r}")
    return priors


def read_engine(inference: Any) -> Engine:
    """An engine by name or instance, its parameters checked."""
    if isinstance(inference, str) and inference in ENGINES:
        inference = ENGINES[inference]()
    if not isinstance(inference, Engine):
        raise ValueError(
            f"inference must be one of {_choices(ENGINES)} or an engine such as MCMC(n_draws=2000), but is "
            f"{inference!r}"
        )
    inference.check()
    return inference

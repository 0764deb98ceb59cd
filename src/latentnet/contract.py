"""The contract for extensions: all that the author of a family, an effect, a similarity or an engine imports.

``docs/add_a_family.md``, ``add_an_effect.md``, ``add_a_similarity.md`` and ``add_an_engine.md`` each write one and need
nothing else of the library but its ordinary public names. `latentnet.signatures` says how compiled verbs are called.
"""

from __future__ import annotations

from latentnet.compiled import exp, fast_kernel, first_class_functions, inline_kernel, kernel, softplus
from latentnet.component import Component
from latentnet.effects.base import BoundEffect, Correlation, Effect, RandomGroup
from latentnet.effects.similarity import Similarity
from latentnet.families.base import BoundFamily, Family, Variable
from latentnet.inference.base import InferenceResult
from latentnet.inference.start import start_parameters
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.target import log_posterior
from latentnet.signatures import (
    EFFECT_ADD,
    EFFECT_PULL,
    FAMILY_LOG_LIKELIHOOD,
    FAMILY_SCORE,
    RUN_ACTOR,
    RUN_COLUMN,
    RUN_LENGTH,
    RUN_OFFSET,
    RUN_SWAPPED,
)

__all__ = [
    "EFFECT_ADD",
    "EFFECT_PULL",
    "FAMILY_LOG_LIKELIHOOD",
    "FAMILY_SCORE",
    "RUN_ACTOR",
    "RUN_COLUMN",
    "RUN_LENGTH",
    "RUN_OFFSET",
    "RUN_SWAPPED",
    "BoundEffect",
    "BoundFamily",
    "Component",
    "Correlation",
    "Effect",
    "Family",
    "InferenceResult",
    "Problem",
    "RandomGroup",
    "Similarity",
    "Variable",
    "exp",
    "fast_kernel",
    "first_class_functions",
    "inline_kernel",
    "kernel",
    "log_posterior",
    "make_problem",
    "softplus",
    "start_parameters",
]

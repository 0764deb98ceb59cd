"""The contract for extensions: all that the author of one imports, beside the library's ordinary public names.

``docs/add_a_family.md``, ``add_an_effect.md``, ``add_a_similarity.md`` and ``add_an_engine.md`` each write one.
`latentnet.signatures` says how the verbs of families and effects are called; a prior of positions
(`latentnet.priors.positions`) and a likelihood (`latentnet.likelihood.verbs`) implement the verbs listed there.
"""

from __future__ import annotations

from latentnet.compiled import (
    exp,
    fast_kernel,
    first_class_functions,
    implements,
    inline_kernel,
    kernel,
    offers,
    softplus,
)
from latentnet.component import Component
from latentnet.effects.base import BoundEffect, Correlation, Effect, RandomGroup
from latentnet.effects.checks import check_varies, dyad_moments
from latentnet.effects.shared import ActorValues
from latentnet.effects.similarity import Similarity
from latentnet.families.base import BoundFamily, Family, Variable
from latentnet.inference.base import Engine, InferenceResult
from latentnet.inference.start import start_parameters
from latentnet.likelihood import LIKELIHOODS
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    add_likelihood_gradient,
    change_of_swap,
    couples_actors,
    information,
    linear_predictors,
    log_likelihood,
    own_scratch,
    tie_probabilities,
    with_expected_ties,
)
from latentnet.priors.positions import (
    PositionPrior,
    Space,
    add_positions_gradient,
    draw_positions,
    draw_shift,
    place_own_values,
    position_log_density,
    positions_log_density,
    positions_natural_change,
    prepare_actors,
    redraw_own_values,
    redraw_position,
    scale_own_values,
    set_own_mass,
    with_scratch,
    write_labels,
)
from latentnet.priors.values import Values
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
    "LIKELIHOODS",
    "RUN_ACTOR",
    "RUN_COLUMN",
    "RUN_LENGTH",
    "RUN_OFFSET",
    "RUN_SWAPPED",
    "ActorValues",
    "BoundEffect",
    "BoundFamily",
    "Component",
    "Correlation",
    "Effect",
    "Engine",
    "Family",
    "InferenceResult",
    "PositionPrior",
    "Problem",
    "RandomGroup",
    "Similarity",
    "Space",
    "Values",
    "Variable",
    "actor_log_likelihood",
    "add_likelihood_gradient",
    "add_positions_gradient",
    "change_of_swap",
    "check_varies",
    "couples_actors",
    "draw_positions",
    "draw_shift",
    "dyad_moments",
    "exp",
    "fast_kernel",
    "first_class_functions",
    "implements",
    "information",
    "inline_kernel",
    "kernel",
    "linear_predictors",
    "log_likelihood",
    "log_posterior",
    "make_problem",
    "offers",
    "own_scratch",
    "place_own_values",
    "position_log_density",
    "positions_log_density",
    "positions_natural_change",
    "prepare_actors",
    "redraw_own_values",
    "redraw_position",
    "scale_own_values",
    "set_own_mass",
    "softplus",
    "start_parameters",
    "tie_probabilities",
    "with_expected_ties",
    "with_scratch",
    "write_labels",
]

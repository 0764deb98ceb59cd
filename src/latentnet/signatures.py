"""The block contract: how effects and families meet the likelihood, one block of packed dyads at a time.

The likelihood is evaluated in blocks of whole rows (`likelihood/packed.py`). For one block, each effect *adds* its part
to η; the family maps (y, η, its own values) to the log-likelihood of each unit and to the scores ∂ℓ/∂η; each effect
*pulls* the scores back to the gradient of its values. Effects never see each other or the family, a family never sees
an effect or a prior. Both are small Python classes whose verbs are static functions in Numba's language with the
signatures below; they are compiled once each, cached on disk, and handed to the engines as first-class functions, so a
new combination compiles nothing.

A *run* is a stretch of consecutive columns of one row: see the names of its entries below.
"""

from __future__ import annotations

from numba import types

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
    "SINGLE_EFFECT_ADD",
    "SINGLE_EFFECT_PULL",
    "SINGLE_FAMILY_SCORE",
]

# RUN_LENGTH columns of actor RUN_ACTOR, from RUN_COLUMN on, lie at RUN_OFFSET in the block. The actor is the sender and
# the columns are receivers, or the other way round where RUN_SWAPPED is 1.
RUN_ACTOR, RUN_COLUMN, RUN_OFFSET, RUN_LENGTH, RUN_SWAPPED = range(5)

_runs = types.Array(types.int64, 2, "C")
_vector = types.Array(types.float64, 1, "C")
_matrix = types.Array(types.float64, 2, "C")
_mask = types.Array(types.uint8, 2, "C")
_singles = types.Array(types.float32, 1, "C")
_single_matrix = types.Array(types.float32, 2, "C")

# add(runs, values, data, eta, work): eta (size,) += this effect's part. `work` (size,) is kept until the block's
# `pull`.
EFFECT_ADD = types.void(_runs, _vector, _matrix, _vector, _vector)
# pull(runs, values, data, score, work, gradient): gradient (values.size,) += Σ score · ∂η/∂values; score is 0 at
# unobserved dyads, but for the unobserved half of a pair.
EFFECT_PULL = types.void(_runs, _vector, _matrix, _vector, _vector, _vector)
# log_likelihood(runs, y, observed, eta, data, dyads, values, out): y, observed and eta are (halves, size), with two
# halves (i→j, j→i) where the unit is the pair; data (·, ·) is what the family's `bind` prepared, dyads (·, size) what
# it knows of each dyad (for the first half); out (size,) comes filled with 0 and gets each unit's log-likelihood (a
# row's at its first dyad). A block holds whole rows, all of them where the unit is the network. What stands at
# unobserved dyads of `dyad` families is not read.
FAMILY_LOG_LIKELIHOOD = types.void(_runs, _matrix, _mask, _matrix, _matrix, _matrix, _vector, _vector)
# score(runs, y, observed, eta, data, dyads, values, score, gradient): score (halves, size) = ∂ℓ/∂η; gradient
# (values.size,) += ∂ℓ/∂values, over observed dyads alone.
FAMILY_SCORE = types.void(_runs, _matrix, _mask, _matrix, _matrix, _matrix, _vector, _matrix, _vector)

# The same for leapfrog steps in single precision, of classes that declare `single_precision`. What an effect or family
# knows stays float64, as differences of large numbers may be small, and so does the gradient, which is a sum over rows.
SINGLE_EFFECT_ADD = types.void(_runs, _singles, _matrix, _singles, _singles)
SINGLE_EFFECT_PULL = types.void(_runs, _singles, _matrix, _singles, _singles, _vector)
SINGLE_FAMILY_SCORE = types.void(
    _runs, _single_matrix, _mask, _single_matrix, _matrix, _matrix, _singles, _single_matrix, _vector
)

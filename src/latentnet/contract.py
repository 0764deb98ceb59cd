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

import inspect
from typing import Any

import numpy as np
import pandas as pd
from numba import types
from scipy import sparse

__all__ = [
    "EFFECT_ADD",
    "EFFECT_PULL",
    "FAMILY_LOG_LIKELIHOOD",
    "FAMILY_SCORE",
    "RUN_ACTOR",
    "RUN_COLUMN",
    "RUN_LENGTH",
    "RUN_OFFSET",
    "RUN_PERIOD",
    "RUN_SWAPPED",
    "Component",
]

# The columns RUN_COLUMN .. + RUN_LENGTH of actor RUN_ACTOR lie at RUN_OFFSET in the block. The actor is the sender and
# the columns are receivers, or the other way round where RUN_SWAPPED is 1.
RUN_ACTOR, RUN_COLUMN, RUN_OFFSET, RUN_LENGTH, RUN_SWAPPED, RUN_PERIOD = range(6)

_runs = types.Array(types.int64, 2, "C")
_vector = types.Array(types.float64, 1, "C")
_matrix = types.Array(types.float64, 2, "C")
_mask = types.Array(types.uint8, 2, "C")

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


class Component:
    """Parameters by name, as scikit-learn's estimators have them, for effects, families, priors and engines."""

    @classmethod
    def _parameter_names(cls) -> list[str]:
        signature = inspect.signature(cls.__init__)
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        return [name for name, p in signature.parameters.items() if name != "self" and p.kind not in kinds]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters of the constructor by name (``deep`` is there for scikit-learn's sake)."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Component:
        """Set parameters by name and return the component."""
        names = self._parameter_names()
        for name, value in params.items():
            if name not in names:
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}; it has {names or 'none'}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={_shown(value)}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({arguments})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Component) or type(self) is not type(other):
            return False
        mine, theirs = self.get_params(), other.get_params()
        return all(_same(value, theirs[name]) for name, value in mine.items())

    def __hash__(self) -> int:
        shapes = (np.shape(v) if _is_matrix(v) else repr(v) for v in self.get_params().values())
        return hash((type(self), *shapes))


def _is_matrix(value: Any) -> bool:
    return len(getattr(value, "shape", ())) > 0


def _shown(value: Any) -> str:
    return f"<{type(value).__name__} of shape {value.shape}>" if _is_matrix(value) else repr(value)


def _same(first: Any, second: Any) -> bool:
    """Whether two parameters are equal; matrices by content, frames also by label."""
    if first is second:
        return True
    if not (_is_matrix(first) and _is_matrix(second)):
        return repr(first) == repr(second)
    frames = [isinstance(one, pd.DataFrame) for one in (first, second)]
    if frames[0] != frames[1] or (
        frames[0] and not (first.index.equals(second.index) and first.columns.equals(second.columns))
    ):
        return False
    try:
        return np.array_equal(_numbers(first), _numbers(second), equal_nan=True)
    except (TypeError, ValueError):  # something that nobody can use
        return False


def _numbers(matrix: Any) -> np.ndarray:
    dense = matrix.toarray() if sparse.issparse(matrix) else matrix
    return np.asarray(dense, dtype=np.float64)

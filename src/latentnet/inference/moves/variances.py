"""Exact draws of what gradients hold: random effects' variances and levels, and the positions' prior's own values."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.priors.intercept import Level
from latentnet.priors.positions import redraw_own_values
from latentnet.priors.random_effects import redraw_variances, shift_effects

__all__ = ["Effects", "OwnValues", "redraw_effects", "redraw_values"]


class Effects(NamedTuple):
    """Random effects and intercepts as the prior has them (`priors.joint.Prior`)."""

    groups: np.ndarray
    correlations: np.ndarray
    level: Level


def redraw_effects(target, state, move, rng):
    """Draw variances given the effects, and levels against the intercepts."""
    redraw_variances(move, state.theta, rng)
    shift_effects(move, state.theta, rng)
    return 1.0


class OwnValues(NamedTuple):
    """The prior of the positions, and the masses that follow its own values."""

    positions: Any
    mass: np.ndarray


def redraw_values(target, state, move, rng):
    """Gibbs draws of the positions' prior's own values and labels."""
    redraw_own_values(move.positions, state.theta, state.labels, move.mass, rng)
    return 1.0

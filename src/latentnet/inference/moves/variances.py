"""Exact draws of what gradients hold: random effects' variances and levels, and the positions' prior's own values."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentnet.priors.correlated import redraw_block, shift_block
from latentnet.priors.intercept import Level
from latentnet.priors.positions import redraw_own_values
from latentnet.priors.random_effects import redraw_variances, shift_effects

__all__ = ["Blocks", "Effects", "OwnValues", "redraw_blocks", "redraw_effects", "redraw_values"]


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


class Blocks(NamedTuple):
    """The same where groups have a correlation matrix."""

    groups: np.ndarray
    blocks: np.ndarray
    level: Level
    work: np.ndarray  # scratch


def redraw_blocks(target, state, move, rng):
    """Draw variances and correlations given the effects, and levels against the intercepts."""
    for b in range(move.blocks.shape[0]):
        redraw_block(move.groups, move.blocks[b], state.theta, move.work, rng)
        shift_block(move.groups, move.level, move.blocks[b], state.theta, move.work, rng)
    return 1.0


class OwnValues(NamedTuple):
    """The prior of the positions, and the masses that follow its own values."""

    positions: Any
    mass: np.ndarray


def redraw_values(target, state, move, rng):
    """Gibbs draws of the positions' prior's own values and labels."""
    redraw_own_values(move.positions, state.theta, state.labels, move.mass, rng)
    return 1.0

"""What warm-up learns, and nothing else: the leapfrog step size and the proposal of the joint scale and location block.

Everything here is frozen after warm-up, so the draws come from one Markov chain.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from latentnet.compiled import inline_kernel

__all__ = ["Adaptation", "freeze", "learn_block", "learn_step_size", "new_adaptation"]

# Entries of `Adaptation.step`.
LOG_STEP, LOG_STEP_MEAN, ERROR, COUNT = range(4)
# Entries of `Adaptation.block`: log of the proposal's scale, and running moments of (log scale of the positions,
# intercept).
LOG_SCALE, N_MOMENTS, MEAN_0, MEAN_1, VAR_0, COV, VAR_1 = range(7)


class Adaptation(NamedTuple):
    """Tuning of one chain."""

    step: np.ndarray  # (4,) dual averaging
    block: np.ndarray  # (7,)
    block_factor: np.ndarray  # (3,) Cholesky factor (l00, l10, l11) of the block's proposal


def new_adaptation() -> Adaptation:
    """Tuning before the first iteration."""
    step = np.array([math.log(0.1), math.log(0.1), 0.0, 0.0])
    return Adaptation(step, np.zeros(7), np.array([0.1, 0.0, 0.3]))


@inline_kernel
def learn_step_size(adaptation, acceptance, target_acceptance):
    """One update of Nesterov's dual averaging (Hoffman & Gelman 2014, their constants)."""
    step = adaptation.step
    step[COUNT] += 1.0
    count = step[COUNT]
    weight = 1.0 / (count + 10.0)
    step[ERROR] = (1.0 - weight) * step[ERROR] + weight * (target_acceptance - acceptance)
    step[LOG_STEP] = -math.sqrt(count) / 0.05 * step[ERROR]  # shrinks towards a step of 1 in units of the mass
    share = count**-0.75
    step[LOG_STEP_MEAN] = share * step[LOG_STEP] + (1.0 - share) * step[LOG_STEP_MEAN]


@inline_kernel
def learn_block(adaptation, log_scale, intercept, accepted, learn_moments, iteration):
    """Tune the block's proposal to acceptance 0.3 and, once the chain has settled, give it the posterior's shape."""
    block = adaptation.block
    block[LOG_SCALE] += (iteration + 1.0) ** -0.6 * (accepted - 0.3)
    if not learn_moments:
        return
    block[N_MOMENTS] += 1.0
    count = block[N_MOMENTS]
    old_0, old_1 = log_scale - block[MEAN_0], intercept - block[MEAN_1]
    block[MEAN_0] += old_0 / count
    block[MEAN_1] += old_1 / count
    block[VAR_0] += old_0 * (log_scale - block[MEAN_0])
    block[VAR_1] += old_1 * (intercept - block[MEAN_1])
    block[COV] += old_0 * (intercept - block[MEAN_1])
    if count >= 20.0:
        factor = adaptation.block_factor
        factor[0] = math.sqrt(block[VAR_0] / count + 1e-6)
        factor[1] = block[COV] / count / factor[0]
        factor[2] = math.sqrt(max(block[VAR_1] / count - factor[1] ** 2, 0.0) + 1e-6)


@inline_kernel
def freeze(adaptation):
    """From here on use the averaged step size."""
    adaptation.step[LOG_STEP] = adaptation.step[LOG_STEP_MEAN]

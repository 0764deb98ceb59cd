"""What warm-up learns, and nothing else: the leapfrog step size and the proposal of the joint scale and location block.

Everything here is frozen after warm-up, so the draws come from one Markov chain.
"""

from __future__ import annotations

import math

import numpy as np

from latentnet.compiled import inline_kernel, larger

__all__ = ["freeze", "learn_block", "learn_step_size", "new_block", "new_step"]

# Entries of the step's tuning, by dual averaging.
LOG_STEP, LOG_STEP_MEAN, ERROR, COUNT = range(4)
# Entries of the block's tuning: log of the proposal's scale, running moments of (log scale of the positions,
# intercept), and the Cholesky factor of the proposal.
LOG_SCALE, N_MOMENTS, MEAN_0, MEAN_1, VAR_0, COV, VAR_1, FACTOR_00, FACTOR_10, FACTOR_11 = range(10)


def new_step() -> np.ndarray:
    """Tuning of the step size before the first iteration."""
    return np.array([math.log(0.1), math.log(0.1), 0.0, 0.0])


def new_block() -> np.ndarray:
    """Tuning of the block before the first iteration."""
    return np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0, 0.3])


@inline_kernel
def learn_step_size(step, acceptance, target_acceptance, centre, hold):
    """One update of Nesterov's dual averaging (Hoffman & Gelman 2014), held by `hold` (their 0.05) to exp(`centre`)."""
    step[COUNT] += 1.0
    count = step[COUNT]
    weight = 1.0 / (count + 10.0)
    step[ERROR] = (1.0 - weight) * step[ERROR] + weight * (target_acceptance - acceptance)
    step[LOG_STEP] = centre - math.sqrt(count) / hold * step[ERROR]
    share = count**-0.75
    step[LOG_STEP_MEAN] = share * step[LOG_STEP] + (1.0 - share) * step[LOG_STEP_MEAN]


@inline_kernel
def learn_block(block, log_scale, intercept, accepted, learn_moments, iteration):
    """Tune the block's proposal to acceptance 0.3 and, once the chain has settled, give it the posterior's shape."""
    block[LOG_SCALE] += (iteration + 1.0) ** -0.6 * (accepted - 0.3)
    if learn_moments:
        block[N_MOMENTS] += 1.0
        count = block[N_MOMENTS]
        old_0, old_1 = log_scale - block[MEAN_0], intercept - block[MEAN_1]
        block[MEAN_0] += old_0 / count
        block[MEAN_1] += old_1 / count
        block[VAR_0] += old_0 * (log_scale - block[MEAN_0])
        block[VAR_1] += old_1 * (intercept - block[MEAN_1])
        block[COV] += old_0 * (intercept - block[MEAN_1])
        if count >= 20.0:
            block[FACTOR_00] = math.sqrt(block[VAR_0] / count + 1e-6)
            block[FACTOR_10] = block[COV] / count / block[FACTOR_00]
            block[FACTOR_11] = math.sqrt(larger(block[VAR_1] / count - block[FACTOR_10] ** 2, 0.0) + 1e-6)


@inline_kernel
def freeze(step):
    """From here on use the averaged step size."""
    step[LOG_STEP] = step[LOG_STEP_MEAN]

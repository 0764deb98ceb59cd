"""Hand-fused loops of the plain models in two dimensions: what the library's gradients are measured against.

Each is what a good Numba programmer would write for this one model, with the library's vectorisable exponential.
All repeat themselves inside of compiled code, and so do the library's gradients: no call from Python is timed.
"""

from __future__ import annotations

import numba
import numpy as np

from latentnet.compiled import UNCOUNTED, exp
from latentnet.likelihood.composed import composed_gradient
from latentnet.likelihood.fused import fused_gradient

_fast = numba.njit(
    cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc", "nnan", "ninf"}
)


_add_fused_gradient = numba.njit(**UNCOUNTED)(fused_gradient.py_func)  # as the sampler has it


@numba.njit(**UNCOUNTED)
def repeat_fused(likelihood, theta, gradient, n_repeats):
    for _ in range(n_repeats):
        _add_fused_gradient(likelihood, theta, gradient)


@numba.njit(**UNCOUNTED)
def repeat_composed(likelihood, theta, gradient, n_repeats):
    for _ in range(n_repeats):
        composed_gradient(likelihood, theta, gradient)


@_fast
def repeat_gather(weights, both, similarity, z, theta, gradient, n_repeats):
    """All ordered pairs, row by row: each actor gathers its force, nothing is scattered.

    The arithmetic has the dtype of the scratch `z`, (2, n). η is symmetric, so in a directed network
    (`both` is 2) one row stands for both directions, with weights y_ij + y_ji.
    """
    n = z.shape[1]
    real = z.dtype.type
    one, tiny, large, half = real(1.0), real(1e-30), real(80.0), real(0.5)
    x, y = z[0], z[1]
    for _ in range(n_repeats):
        for i in range(n):
            x[i] = real(theta[i])
            y[i] = real(theta[n + i])
        b = real(theta[2 * n])
        count = real(both)
        slope = 0.0
        for i in range(n):
            row = weights[i]
            x_i, y_i = x[i], y[i]
            f = g = total = real(0.0)
            if similarity == 0:
                for j in range(n):
                    u, v = x_i - x[j], y_i - y[j]
                    distance = np.sqrt(max(u * u + v * v, tiny))
                    residual = row[j] - count / (one + exp(min(distance - b, large)))
                    force = residual / distance
                    total += residual
                    f -= force * u
                    g -= force * v
                total += count / (one + exp(-b))  # j = i, which exerts no force
            elif similarity == 1:
                for j in range(n):
                    u, v = x_i - x[j], y_i - y[j]
                    residual = row[j] - count / (one + exp(min(u * u + v * v - b, large)))
                    total += residual
                    f -= residual * u
                    g -= residual * v
                f, g = f + f, g + g
                total += count / (one + exp(-b))
            else:
                for j in range(n):
                    residual = row[j] - count / (one + exp(min(-b - (x_i * x[j] + y_i * y[j]), large)))
                    total += residual
                    f += residual * x[j]
                    g += residual * y[j]
                own = count / (one + exp(-b - (x_i * x_i + y_i * y_i)))
                total += own
                f += own * x_i
                g += own * y_i
            gradient[i] += f
            gradient[n + i] += g
            slope += half * total
        gradient[2 * n] += slope


@_fast
def repeat_scatter(weights, directed, theta, gradient, n_repeats):
    """Distance, float64: rows over j < i (all j if directed); each dyad gives both of its actors their forces.

    With a directed network this is the loop of a model whose η is not symmetric: each dyad has its own exponential.
    """
    n = weights.shape[0]
    x, y = theta[:n], theta[n : 2 * n]
    pulled_x, pulled_y = gradient[:n], gradient[n : 2 * n]
    for _ in range(n_repeats):
        b = theta[2 * n]
        slope = 0.0
        for i in range(n):
            row = weights[i]
            x_i, y_i = x[i], y[i]
            f = g = 0.0
            for j in range(n if directed else i):
                u, v = x_i - x[j], y_i - y[j]
                distance = np.sqrt(max(u * u + v * v, 1e-200))
                residual = row[j] - 1.0 / (1.0 + exp(distance - b))
                force = residual / distance
                slope += residual
                f += force * u
                g += force * v
                pulled_x[j] += force * u
                pulled_y[j] += force * v
            pulled_x[i] -= f
            pulled_y[i] -= g
        if directed:
            slope += n / (1.0 + exp(-b))
        gradient[2 * n] += slope

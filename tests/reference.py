"""Naive NumPy twins of the compiled code: one dyad at a time, straight from the equations; slow on purpose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def similarity(name: str | None, z_i: np.ndarray, z_j: np.ndarray) -> float:
    """What the latent space adds to a dyad's linear predictor."""
    if name is None:
        return 0.0
    if name == "bilinear":
        return float(np.dot(z_i, z_j))
    squared = float(np.sum((z_i - z_j) ** 2))
    return -squared if name == "squared_distance" else -np.sqrt(squared)


def dyads(network: object) -> list[tuple[int, int]]:
    """Every observed dyad once: j < i if undirected, else ordered."""
    observed = network.observed.toarray()  # type: ignore[attr-defined]
    n = len(observed)
    undirected = not network.directed and not network.two_mode  # type: ignore[attr-defined]
    return [(i, j) for i in range(n) for j in range(i if undirected else n) if i != j and observed[i, j]]


def bernoulli_log_likelihood(y: float, eta: float) -> float:
    """log P(y | eta) of one binary tie."""
    return y * eta - np.logaddexp(0.0, eta)


def plain_log_likelihood(network: object, z: np.ndarray, intercept: float, name: str | None) -> float:
    """Log-likelihood of the intercept-and-similarity Bernoulli model; z is (n, d)."""
    y = network.ties.toarray()  # type: ignore[attr-defined]
    return float(
        sum(bernoulli_log_likelihood(y[i, j], intercept + similarity(name, z[i], z[j])) for i, j in dyads(network))
    )


def central_difference(function: Callable[[np.ndarray], float], theta: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Gradient by fourth-order central differences."""
    gradient = np.zeros_like(theta)
    for p in range(theta.size):
        shift = np.zeros_like(theta)
        shift[p] = step
        near = function(theta + shift) - function(theta - shift)
        far = function(theta + 2 * shift) - function(theta - 2 * shift)
        gradient[p] = (8 * near - far) / (12 * step)
    return gradient

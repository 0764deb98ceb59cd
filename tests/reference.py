"""Naive NumPy twins of the compiled code: one dyad at a time, straight from the equations; slow on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import stats

from latentnet.effects import SIMILARITIES, Similarity
from latentnet.likelihood.composed import Composed
from latentnet.problem.problem import Problem


def name_of(space: Similarity | None) -> str | None:
    """The name of a similarity of the library."""
    return None if space is None else next(name for name, kind in SIMILARITIES.items() if type(space) is kind)


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
    """Log P(y | eta) of one binary tie."""
    return y * eta - np.logaddexp(0.0, eta)


def linear_predictor(
    z: np.ndarray, intercept: float, name: str | None, extra: Callable[[int, int], float] | None = None
) -> np.ndarray:
    """Linear predictor from every sender (row) to every receiver; z is (n, d), `extra` adds further effects' parts."""
    n = len(z)
    eta = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            eta[i, j] = intercept + similarity(name, z[i], z[j]) + (0.0 if extra is None else extra(i, j))
    return eta


def log_likelihood(
    network: object,
    eta: np.ndarray,
    family: Callable[[float, float], float] = bernoulli_log_likelihood,
    actor: int | None = None,
) -> float:
    """Sum of family(y, eta) over observed dyads; with `actor`, over those that the actor is part of."""
    y = network.ties.toarray()  # type: ignore[attr-defined]
    kept = [(i, j) for i, j in dyads(network) if actor is None or actor in (i, j)]
    return float(sum(family(y[i, j], eta[i, j]) for i, j in kept))


def log_prior(z: np.ndarray, intercept: float | None, variance: float, priors: object) -> float:
    """Normalised log density of positions, intercept (None: there is none) and the positions' variance."""
    df, scale = priors.position_variance_df, priors.position_variance_scale  # type: ignore[attr-defined]
    value = stats.invgamma.logpdf(variance, df / 2.0, scale=df * scale / 2.0)
    value += sum(stats.norm.logpdf(z_ik, 0.0, np.sqrt(variance)) for z_ik in np.ravel(z))
    if intercept is not None:
        value += stats.norm.logpdf(intercept, 0.0, np.sqrt(priors.intercept_variance))  # type: ignore[attr-defined]
    return float(value)


def log_posterior(
    network: object, z: np.ndarray, intercept: float, variance: float, name: str | None, priors: object
) -> float:
    """Log of likelihood times prior of the plain model, on the natural scale of the variance."""
    eta = linear_predictor(z, intercept, name)
    return log_likelihood(network, eta) + log_prior(z, intercept, variance, priors)


def plain_log_likelihood(network: object, z: np.ndarray, intercept: float, name: str | None) -> float:
    """Log-likelihood of the intercept-and-similarity Bernoulli model; z is (n, d)."""
    return log_likelihood(network, linear_predictor(z, intercept, name))


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


def as_composed(problem: Problem) -> Problem:
    """The same problem, whose likelihood is the composed one whatever else could stand for it; so is its whole's."""
    composed, whole = replace(problem), replace(problem.whole)
    for one in (composed, whole):
        one.__dict__["likelihood"] = one.__dict__["exact"] = Composed.bind(one)
    composed.__dict__["whole"] = whole
    return composed

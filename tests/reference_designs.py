"""Naive twins of the observation designs: from the definitions, by adaptive quadrature, simulation and enumeration."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from scipy import integrate, special, stats

NOISE = {"logit": stats.logistic(), "probit": stats.norm(), "cloglog": stats.gumbel_r()}


def density(link: str, x: float) -> float:
    """Density of the noise; written out, because scipy's frozen distributions take 50 µs a call."""
    if link == "logit":
        return float(np.exp(-abs(x)) / (1.0 + np.exp(-abs(x))) ** 2)
    if link == "probit":
        return float(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))
    return float(np.exp(-x - np.exp(-x))) if x > -700 else 0.0


def below(link: str, x: float) -> float:
    """P(noise ≤ x)."""
    if link == "logit":
        return float(special.expit(x))
    if link == "probit":
        return float(special.ndtr(x))
    return float(np.exp(-np.exp(-x))) if x > -700 else 0.0


def above(link: str, x: float) -> float:
    """P(noise > x)."""
    if link == "cloglog":
        return float(-np.expm1(-np.exp(-x))) if x > -700 else 1.0
    return below(link, -x)


def _adaptive(function: Callable[[float], float], low: float, high: float, tolerance: float = 1e-10) -> float:
    """Adaptive Gauss–Kronrod over pieces of length 1 or so."""
    edges = np.linspace(low, high, int(np.ceil(high - low)) + 1)
    parts = [integrate.quad(function, a, b, epsabs=0.0, epsrel=tolerance)[0] for a, b in itertools.pairwise(edges)]
    return float(sum(parts))


def full_list(link: str, named: Sequence[float], unnamed: Sequence[float], end: float | None = None) -> float:
    """Probability that these are the greatest utilities, all positive: summed over whose is the smallest named."""
    end = max([0.0, *named, *unnamed]) + 45.0 if end is None else end
    total = 0.0
    for j, smallest in enumerate(named):
        others = [eta for k, eta in enumerate(named) if k != j]

        def at(t: float, smallest: float = smallest, others: list[float] = others) -> float:
            value = density(link, t - smallest)
            for eta in others:
                value *= above(link, t - eta)
            for eta in unnamed:
                value *= below(link, t - eta)
            return value

        total += _adaptive(at, 0.0, end)
    return total


def ordered_list(link: str, named: Sequence[float], unnamed: Sequence[float], full: bool) -> float:
    """Probability of u_1 > … > u_r > 0 and of the un-named, by nested quadrature from the greatest downwards."""
    end = max([0.0, *named, *unnamed]) + 40.0

    def exceeds(s: int, t: float) -> float:
        """P(u_1 > … > u_s > t)."""
        if s == 1:
            return above(link, t - named[0])
        return integrate.quad(
            lambda v: density(link, v - named[s - 1]) * exceeds(s - 1, v), t, end, epsabs=1e-13, epsrel=1e-11, limit=200
        )[0]

    def last(t: float) -> float:
        value = density(link, t - named[-1]) * (exceeds(len(named) - 1, t) if len(named) > 1 else 1.0)
        for eta in unnamed:
            value *= below(link, (t if full else 0.0) - eta)
        return value

    return float(integrate.quad(last, 0.0, end, epsabs=1e-13, epsrel=1e-11, limit=200)[0])


def simulated_lists(link: str, eta: np.ndarray, cap: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Lists (n, cap) of n respondents with these η, greatest utility first, −1 where there is no further name."""
    utilities = eta + NOISE[link].rvs(size=(n, len(eta)), random_state=rng)
    order = np.argsort(-utilities, axis=1)[:, :cap]
    return np.where(np.take_along_axis(utilities, order, axis=1) > 0.0, order, -1)


def tie(link: str, eta: float) -> float:
    """P(Y = 1)."""
    return above(link, -eta)


def row(link: str, named: Sequence[float], unnamed: Sequence[float]) -> float:
    """Probability of an ordinary row."""
    return float(np.prod([tie(link, eta) for eta in named]) * np.prod([below(link, -eta) for eta in unnamed]))


def pair(y: Sequence[float | None], eta: Sequence[float], rho: float) -> float:
    """Probability of what was seen of a pair (None: not observed), by listing the four outcomes."""
    weights = {(a, b): np.exp(a * eta[0] + b * eta[1] + a * b * rho) for a in (0, 1) for b in (0, 1)}
    fitting = [w for (a, b), w in weights.items() if y[0] in (a, None) and y[1] in (b, None)]
    return float(sum(fitting) / sum(weights.values()))


def conditioned(link: str, y: np.ndarray, eta: np.ndarray, observed: np.ndarray, columns: Sequence[int]) -> float:
    """Log-probability of the observed ties, given that each of `columns` has at least one."""
    value = 0.0
    for i, j in zip(*np.nonzero(observed), strict=True):
        value += np.log(tie(link, eta[i, j]) if y[i, j] else below(link, -eta[i, j]))
    for j in columns:
        rows = np.flatnonzero(observed[:, j])
        if len(rows):
            value -= np.log(1.0 - np.prod([below(link, -eta[i, j]) for i in rows]))
    return float(value)

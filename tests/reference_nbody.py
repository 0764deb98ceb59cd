"""Naive twins of the sums over pairs of points: every grid point with every other, every point with every other."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np


@cache
def smooth_term(length: float, intercept: float, cutoff: float) -> float:
    """The term beyond the cut-off; within, its Taylor series in d², by a polynomial through many points near by."""
    if length >= cutoff:
        return math.log1p(math.exp(intercept - length))
    total, t = 0.0, length**2 - cutoff**2
    for m in range(6):  # derivatives by Cauchy's integral over a circle
        angles = 2.0 * np.pi * np.arange(128) / 128
        radius = 0.4 * cutoff**2
        circle = np.sqrt(cutoff**2 + radius * np.exp(1j * angles))
        values = np.log(1.0 + np.exp(intercept - circle))
        total += float(np.mean(values * np.exp(-1j * m * angles)).real) / radius**m * t**m
    return total


def spline(x: float) -> float:
    """Cubic B-spline about 0."""
    x = abs(x)
    if x >= 2.0:
        return 0.0
    return (2.0 - x) ** 3 / 6.0 if x >= 1.0 else 2.0 / 3.0 - x**2 + x**3 / 2.0


def mesh_sum(points: np.ndarray, intercept: float, origin: np.ndarray, spacing: float, shape: tuple[int, ...],
             cutoff: float) -> float:  # fmt: skip
    """Sum over pairs of points (d, n) of smooth terms, interpolated by splines on a periodic grid."""
    d, n = points.shape
    places = list(np.ndindex(*shape))
    term, filters = np.zeros((len(places), len(places))), np.zeros((len(places), len(places)))
    for a, p in enumerate(places):
        for b, q in enumerate(places):
            steps = [min(abs(p[k] - q[k]), shape[k] - abs(p[k] - q[k])) for k in range(d)]
            term[a, b] = smooth_term(spacing * math.sqrt(sum(s * s for s in steps)), intercept, cutoff)
            filters[a, b] = math.prod(spline(s) for s in steps)
    kernel = np.linalg.solve(filters, np.linalg.solve(filters, term).T)
    weights = np.zeros((n, len(places)))
    for i in range(n):
        for a, p in enumerate(places):
            weights[i, a] = math.prod(spline((points[k, i] - origin[k]) / spacing - p[k]) for k in range(d))
    pairs = weights @ kernel @ weights.T
    return 0.5 * (pairs.sum() - n * smooth_term(0.0, intercept, cutoff))


def near_sum(points: np.ndarray, intercept: float, cutoff: float) -> float:
    """Sum over near pairs of terms less their smooth parts."""
    total = 0.0
    for i in range(points.shape[1]):
        for j in range(i):
            length = float(np.linalg.norm(points[:, i] - points[:, j]))
            if length < cutoff:
                total += math.log1p(math.exp(intercept - length)) - smooth_term(length, intercept, cutoff)
    return total


def softplus_sum(points: np.ndarray, intercept: float) -> tuple[float, np.ndarray, float]:
    """Exact sum over pairs, its gradient, and its derivative by the intercept."""
    gap = points[:, :, None] - points[:, None, :]
    length = np.sqrt((gap**2).sum(axis=0))
    eta = intercept - length
    probability = 1.0 / (1.0 + np.exp(-eta))
    np.fill_diagonal(probability, 0.0)
    np.fill_diagonal(length, 1.0)
    terms = np.logaddexp(0.0, eta)
    gradient = -(probability * gap / length).sum(axis=2)
    return 0.5 * (terms.sum() - np.trace(terms)), gradient, 0.5 * probability.sum()


def kind_sum(term: str, points: np.ndarray, pairs: Any) -> tuple[Any, ...]:
    """Value, gradient, slopes by intercepts, and sums by first and second point, pair by pair."""
    d, n = points.shape
    value, gradient, slopes = 0.0, np.zeros((d, n)), np.zeros(len(pairs.intercepts))
    of_first, of_second = np.zeros(n), np.zeros(n)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            kind = pairs.kinds[pairs.classes[i], pairs.classes[j]]
            length = max(math.sqrt(sum((points[k, i] - points[k, j]) ** 2 for k in range(d))), 1e-100)
            eta, weight = pairs.intercepts[kind] - length, pairs.first[i] * pairs.second[j]
            f = math.exp(eta) if term == "exponential" else math.log1p(math.exp(eta))
            slope = math.exp(eta) if term == "exponential" else 1.0 / (1.0 + math.exp(-eta))
            value += weight * f
            slopes[kind] += weight * slope
            of_first[i] += weight * f
            of_second[j] += weight * f
            for k in range(d):
                step = -weight * slope * (points[k, i] - points[k, j]) / length
                gradient[k, i] += step
                gradient[k, j] -= step
    return value, gradient, slopes, of_first, of_second

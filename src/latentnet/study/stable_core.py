"""Alignment of two waves on the actors that stayed where they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from latentnet.posterior.procrustes import Invariance

__all__ = ["Wave", "align_pairs", "stable_core"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_WITHIN = 0.95  # of its uncertainty's region: an actor of the core
_MOST_ROUNDS = 50
_FEW_DRAWS = 250  # for variances of all distances
_FLOOR = 1e-12


@dataclass(frozen=True)
class Wave:
    """Aligned draws of the common actors' positions in one wave, (n_draws, n_common, n_dims)."""

    draws: Floats
    joint: bool = False  # whether the draws are those of one joint model, with those of the other wave

    def pairs(self, other: Wave) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Indices of draws of this wave and of the other: of a joint model the same draws.

        Those of two fits are paired so that equal seeds do not make equal pairs.
        """
        if self.joint:
            return np.arange(len(self.draws)), np.arange(len(self.draws))
        n = max(len(self.draws), len(other.draws))
        return np.arange(n) % len(self.draws), (np.arange(n) + len(other.draws) // 2) % len(other.draws)


def stable_core(before: Wave, after: Wave, invariance: Invariance) -> tuple[Flags, Floats]:
    """Find the actors to align two waves on.

    Parameters
    ----------
    before, after : Wave
    invariance : {"none", "orthogonal", "isometry"}

    Returns
    -------
    bool ndarray of shape (n_common,)
        The core.
    ndarray of shape (n_common,)
        Weights: inverse variances of displacement.
    """
    first, second = before.draws.mean(axis=0), after.draws.mean(axis=0)
    n, d = first.shape
    spread = _covariances(before.draws) + _covariances(after.draws)
    spread += _FLOOR * (1.0 + np.trace(spread.mean(axis=0))) * np.eye(d)
    weights = d / np.trace(spread, axis1=1, axis2=2)
    weights = weights / weights.max()
    least = (n + d + 1) // 2
    core = _smallest(_changes(before.draws, after.draws), least)
    cutoff = chi2.ppf(_WITHIN, d)
    for _ in range(_MOST_ROUNDS):
        moved = _onto(second[None], first[None], weights * core, invariance)[0] - first
        distance = np.einsum("ik,ikl,il->i", moved, np.linalg.inv(spread), moved)
        following = (distance <= cutoff) | _smallest(distance, least)
        if np.array_equal(following, core):
            break
        core = following
    return core, weights


def align_pairs(before: Wave, after: Wave, core: Flags, weights: Floats, invariance: Invariance) -> Floats:
    """Displacements of pairs of draws, the second of each aligned on the first, (n_pairs, n_common, n_dims)."""
    one, other = before.pairs(after)
    weights = weights * core
    # All in one frame, that of the first wave's mean.
    first = _onto(before.draws, before.draws.mean(axis=0)[None], weights, invariance)[one]
    return np.asarray(_onto(after.draws[other], first, weights, invariance) - first)


def _onto(source: Floats, target: Floats, weights: Floats, invariance: Invariance) -> Floats:
    """Configurations (n, n_actors, n_dims) brought onto targets, by weighted least squares; no change of scale."""
    if invariance == "none":
        return source
    share = (weights / weights.sum())[:, None]
    from_, to = np.zeros((1, 1, source.shape[2])), np.zeros((1, 1, source.shape[2]))
    if invariance == "isometry":
        from_ = (source * share).sum(axis=1, keepdims=True)
        to = (target * share).sum(axis=1, keepdims=True)
    left, _, right = np.linalg.svd(np.swapaxes(source - from_, 1, 2) @ ((target - to) * share))
    return np.asarray((source - from_) @ (left @ right) + to)


def _covariances(draws: Floats) -> Floats:
    """Posterior covariance of each actor's position, (n_actors, n_dims, n_dims)."""
    centred = draws - draws.mean(axis=0)
    return np.einsum("sik,sil->ikl", centred, centred) / max(len(draws) - 1, 1)


def _smallest(values: Floats, count: int) -> Flags:
    chosen = np.zeros(len(values), dtype=bool)
    chosen[np.argsort(values, kind="stable")[:count]] = True
    return chosen


def _changes(before: Floats, after: Floats) -> Floats:
    """Median over the others of the standardised change of each actor's distances; needs no alignment."""
    found = np.empty(before.shape[1])
    few = [draws[:: max(1, len(draws) // _FEW_DRAWS)] for draws in (before, after)]
    for i in range(before.shape[1]):
        one, other = (np.delete(np.linalg.norm(draws - draws[:, i, None], axis=2), i, axis=1) for draws in few)
        scale = np.sqrt(one.var(axis=0) + other.var(axis=0)) + _FLOOR
        found[i] = np.median(np.abs(one.mean(axis=0) - other.mean(axis=0)) / scale)
    return found

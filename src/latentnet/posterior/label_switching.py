"""Relabelling the clusters of every draw, so that cluster g means the same in all of them.

Stephens, "Dealing with label switching in mixture models", JRSS B 62(4), 2000: the labels that minimise the
Kullback–Leibler divergence of the draws' membership probabilities from their own mean. Given the mean, each
draw is an assignment problem (cubic in the number of clusters; of few clusters trying all permutations, which are
factorial, is faster); the two steps alternate until no draw changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

__all__ = ["relabel"]

Array = npt.NDArray[np.float64]
Permutations = npt.NDArray[np.intp]

_BATCH_VALUES = 1 << 20
_MAX_PASSES = 100
_N_STARTS = 8
_N_TRIAL_DRAWS = 200
_SMOOTHING = 0.1  # of one draw as the first mean: a single draw's near-zeros are no evidence about the others
_TINY = 1e-30
_FEW = 4  # clusters, of which all permutations are tried


def relabel(responsibilities: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Permutations:
    """Find the permutation of every draw's clusters under which the draws agree best.

    Parameters
    ----------
    responsibilities : array_like, (n_draws, n_actors, n_clusters)
        Membership probabilities of every pooled draw; float32 is fine, sums are in float64. Indicators of
        sampled labels work too.
    reference : array_like, (n_actors, n_clusters), optional
        Membership probabilities to start from, whose labels are then kept where the draws leave the choice.
        By default the best of several draws spread over the run.

    Returns
    -------
    ndarray of int, (n_draws, n_clusters)
        Cluster g of draw s was cluster ``permutations[s, g]``: relabelled means are ``means[s,
        permutations[s]]``, responsibilities ``responsibilities[s][:, permutations[s]]`` and labels
        ``np.argsort(permutations[s])[labels[s]]``.

    Raises
    ------
    ValueError
        If the shape is wrong or the memberships of an actor are not probabilities that sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.posterior.label_switching import relabel
    >>> draw = np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]])
    >>> relabel(np.stack([draw, draw[:, ::-1], draw]))
    array([[0, 1],
           [1, 0],
           [0, 1]])
    """
    draws = _checked(responsibilities)
    if reference is None:
        mean = _best_start(draws)
    else:
        mean = np.asarray(reference, dtype=np.float64)
        if mean.shape != draws.shape[1:]:
            raise ValueError(
                f"reference must have the shape (n_actors, n_clusters) = {draws.shape[1:]} of one draw, "
                f"but its shape is {mean.shape}; give the memberships of the same actors and clusters"
            )
    *_, permutations = _passes(draws, mean)
    return permutations


def _checked(responsibilities: npt.ArrayLike) -> npt.NDArray[np.floating]:
    draws = np.asarray(responsibilities)
    if draws.ndim != 3 or min(draws.shape) < 1:
        raise ValueError(
            "responsibilities must have the shape (n_draws, n_actors, n_clusters) without an empty axis, "
            f"but theirs is {draws.shape}; pool chains and draws into the first axis"
        )
    if draws.dtype.kind != "f":
        draws = draws.astype(np.float64)
    for part in _batches(draws):
        sums = draws[part].sum(axis=2, dtype=np.float64)
        if not (draws[part].min() >= 0 and np.abs(sums - 1).max() < 1e-3):
            raise ValueError(
                "responsibilities must be probabilities that sum to 1 over the clusters, but in draws "
                f"{part.start} to {part.stop - 1} the smallest is {draws[part].min()}, and the sums go from "
                f"{sums.min()} to {sums.max()}; divide each by its sum"
            )
    return draws


def _batches(draws: npt.NDArray[np.floating]) -> Iterator[slice]:
    size = max(1, _BATCH_VALUES // (draws.shape[1] * draws.shape[2]))
    for start in range(0, len(draws), size):
        yield slice(start, min(start + size, len(draws)))


def _passes(draws: npt.NDArray[np.floating], mean: Array) -> Iterator[Permutations]:
    """Alternate the two steps from a first mean; yield the permutations of every pass that changes them."""
    previous = None
    for _ in range(_MAX_PASSES):
        permutations = _assign(draws, mean)
        if previous is not None and np.array_equal(permutations, previous):
            return
        yield permutations
        mean, previous = _mean(draws, permutations), permutations


def _assign(draws: npt.NDArray[np.floating], mean: Array) -> Permutations:
    """The permutation of each draw that diverges least from the mean."""
    log_mean = np.log(np.maximum(mean, _TINY)).T
    parts = [_highest(log_mean @ draws[part].astype(np.float64)) for part in _batches(draws)]
    return np.concatenate(parts)


def _highest(gains: Array) -> Permutations:
    """The assignment of highest sum in each of (n_draws, n_clusters, n_clusters)."""
    n_clusters = gains.shape[1]
    if n_clusters > _FEW:
        return np.array([linear_sum_assignment(gain, maximize=True)[1] for gain in gains], dtype=np.intp)
    every = np.array(list(itertools.permutations(range(n_clusters))), dtype=np.intp)
    chosen = np.eye(n_clusters)[every].reshape(len(every), -1)
    return every[np.argmax(gains.reshape(len(gains), -1) @ chosen.T, axis=1)]


def _mean(draws: npt.NDArray[np.floating], permutations: Permutations) -> Array:
    total = np.zeros(draws.shape[1:])
    n_clusters = draws.shape[2]
    for part in _batches(draws):
        if n_clusters > _FEW:
            total += np.take_along_axis(draws[part], permutations[part, None, :], axis=2).sum(axis=0, dtype=np.float64)
            continue
        # The sum of those that are permuted alike is permuted, not each of them.
        codes = permutations[part] @ n_clusters ** np.arange(n_clusters)
        for code, first in zip(*np.unique(codes, return_index=True), strict=True):
            alike = draws[part][codes == code].sum(axis=0, dtype=np.float64)
            total += alike[:, permutations[part][first]]
    return total / len(draws)


def _divergence(draws: npt.NDArray[np.floating], permutations: Permutations) -> float:
    """Kullback–Leibler divergence of the permuted draws from their mean, summed over draws and actors."""
    mean = _mean(draws, permutations)
    # The summed cross-entropy depends on the permuted draws by their mean alone.
    cross_entropy = -len(draws) * np.sum(mean * np.log(np.maximum(mean, _TINY)))
    negative_entropy = 0.0
    for part in _batches(draws):
        values = draws[part].astype(np.float64)
        negative_entropy += float(np.sum(values * np.log(np.maximum(values, _TINY))))
    return float(negative_entropy + cross_entropy)


def _best_start(draws: npt.NDArray[np.floating]) -> Array:
    """The smoothed draw, of several over the run, from which one pass over a thinned set agrees best."""
    trial = draws[:: -(-len(draws) // _N_TRIAL_DRAWS)]
    starts = np.unique(np.linspace(0, len(draws) - 1, _N_STARTS).astype(int))
    smoothed = (1 - _SMOOTHING) * draws[starts].astype(np.float64) + _SMOOTHING / draws.shape[2]
    divergences = [_divergence(trial, _assign(trial, start)) for start in smoothed]
    return np.asarray(smoothed[int(np.argmin(divergences))])

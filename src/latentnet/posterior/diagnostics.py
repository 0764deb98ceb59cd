"""Convergence diagnostics and summaries of many quantities at once.

R-hat, effective sample sizes (ESS) and Monte Carlo standard errors (MCSE) by Vehtari, Gelman, Simpson,
Carpenter & Bürkner, "Rank-normalization, folding, and localization: an improved R-hat", Bayesian Analysis
16(2), 2021. The numbers are ArviZ's; ArviZ takes milliseconds a quantity, too long for all the dyads of a
network. Where ArviZ 0.x and 1.x differ (an odd number of draws: the summary of 0.x folds about the median
before it drops the middle draw), these follow 1.x. The tail ESS is that of the 5 % and 95 % quantiles, as in
the paper and ArviZ 0.x; ArviZ 1.x takes its quantiles from a global setting.

Throughout, `draws` has shape (n_chains, n_draws, ...) and every function works on the trailing axes at once.
A diagnostic is NaN for a quantity with a NaN among its draws, and for fewer than 4 draws a chain; R-hat is
also NaN for a single chain and for a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri

from latentnet.checks import shown
from latentnet.posterior.diagnostic_kernels import folded_scores, rank_scores, sequence_ess

__all__ = ["mean_ess", "r_hat", "summarise"]

Array = npt.NDArray[np.float64]

_MIN_DRAWS = 4
_BATCH_VALUES = 1 << 18  # draws of one batch of quantities: 2 MB, so that the passes over them stay in cache
_TILE = 128
_TAILS = (0.05, 0.95)
_R_HAT = ("r_hat",)
_COLUMNS = ("mean", "median", "sd", "lower", "upper", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat")


def r_hat(draws: npt.ArrayLike) -> Array:
    """Rank-normalised split R-hat: the larger of the bulk's and that of the draws folded about their median.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)

    Returns
    -------
    ndarray, (...)
        NaN for fewer than two chains or four draws, for constants, and where a draw is NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.posterior.diagnostics import r_hat
    >>> draws = np.random.default_rng(1).normal(size=(4, 500, 3))
    >>> bool(np.all(r_hat(draws) < 1.02))
    True
    """
    return _evaluate(draws, lambda block: {"r_hat": block.r_hat()} if block.n_draws >= _MIN_DRAWS else {}, _R_HAT)[
        "r_hat"
    ]


def summarise(draws: npt.ArrayLike, probability: float = 0.9) -> dict[str, Array]:
    """Summarise every quantity: moments, equal-tailed interval, Monte Carlo errors and diagnostics.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)
    probability : float
        Posterior probability of the interval, in (0, 1).

    Returns
    -------
    dict of str to ndarray, (...)
        In this order ``mean, median, sd, lower, upper, mcse_mean, mcse_sd, ess_bulk, ess_tail, r_hat``.

    Raises
    ------
    ValueError
        If `draws` has fewer than two axes, or `probability` is not inside (0, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.posterior.diagnostics import summarise
    >>> summary = summarise(np.random.default_rng(1).normal(size=(4, 500, 10)))
    >>> summary["lower"].shape
    (10,)
    """
    _check_probability(probability)
    tails = ((1 - probability) / 2, (1 + probability) / 2)

    def compute(block: _Block) -> dict[str, Array]:
        location = block.location(tails)
        return location | block.diagnostics() if block.n_draws >= _MIN_DRAWS else location

    return _evaluate(draws, compute, _COLUMNS)


def _check_probability(probability: float) -> None:
    if not 0 < probability < 1:
        raise ValueError(f"probability must be inside (0, 1), but it is {shown(probability)}; use for instance 0.9")


def _evaluate(
    draws: npt.ArrayLike, compute: Callable[[_Block], dict[str, Array]], names: tuple[str, ...]
) -> dict[str, Array]:
    """Apply `compute` to batches of quantities; what it leaves out is NaN. Trailing shapes are kept."""
    array = np.asarray(draws)
    if array.ndim < 2 or array.dtype.kind not in "biuf":
        raise ValueError(
            "draws must be an array of real numbers of shape (n_chains, n_draws, ...), but its shape is "
            f"{array.shape} and its dtype {array.dtype}; give a single chain as draws[None]"
        )
    n_chains, n_draws = array.shape[:2]
    n_quantities = math.prod(array.shape[2:])
    pooled = array.reshape(n_chains * n_draws, n_quantities)
    results = {name: np.full(n_quantities, np.nan) for name in names}
    batch = max(1, _BATCH_VALUES // max(1, n_chains * n_draws))
    for start in range(0, n_quantities if n_chains * n_draws else 0, batch):
        block = _Block(_transposed(pooled[:, start : start + batch]), n_chains)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            computed = compute(block)
        missing = np.isnan(block.draws).any(axis=1)
        for name, values in computed.items():
            results[name][start : start + batch] = np.where(missing, np.nan, values)
    return {name: values.reshape(array.shape[2:]) for name, values in results.items()}


def _transposed(pooled: npt.NDArray[Any]) -> Array:
    """Copy (n_pooled, n_quantities) to contiguous quantities by tiles, five times as fast as in one go."""
    transposed = np.empty(pooled.shape[::-1])
    for start in range(0, pooled.shape[0], _TILE):
        transposed[:, start : start + _TILE] = pooled[start : start + _TILE].T
    return transposed


@lru_cache(maxsize=8)
def _normal_scores(n_values: int) -> Array:
    """Normal scores of the average ranks 0, 1/2, 1, ..., n_values with Blom's offset (ranks begin at 1)."""
    ranks = np.arange(2 * n_values + 1) / 2
    scores: Array = ndtri(np.maximum(ranks - 3 / 8, 0) / (n_values + 1 / 4))
    scores.flags.writeable = False
    return scores


def mean_ess(series: npt.NDArray[Any]) -> Array:
    """Effective sample sizes of the means of (n_quantities, n_chains, n_draws), the chains as they are."""
    _, n_chains, n_draws = series.shape
    means = series.mean(axis=2)
    length = next_fast_len(2 * n_draws, real=True)
    spectra = rfft(series - means[:, :, None], n=length, axis=2).view(np.float64)
    # One inverse transform a quantity is enough: the autocovariances are averaged over the chains.
    np.square(spectra, out=spectra)
    summed = spectra.sum(axis=1)
    covariances = irfft(summed[:, ::2] + summed[:, 1::2], n=length, axis=1)[:, :n_draws]
    covariances /= n_draws * n_chains
    between = means.var(axis=1, ddof=1)
    ess = np.empty(series.shape[0])
    sequence_ess(covariances, between, n_chains, ess)
    # Constants have no autocorrelation; only where the variance may be rounding is the range looked at.
    rounding = 1e-30 + (1e-13 * np.abs(means).max(axis=1)) ** 2
    for q in np.flatnonzero(covariances[:, 0] + between <= rounding):
        if np.ptp(series[q].astype(np.float64)) < np.finfo(np.float64).resolution:
            ess[q] = n_chains * n_draws
    return ess


def _split_r_hat(scores: Array) -> Array:
    """R-hat of (n_quantities, n_chains, n_draws), the chains as they are."""
    n_draws = scores.shape[2]
    means = scores.mean(axis=2)
    deviations = scores - means[:, :, None]
    within = np.einsum("qcs,qcs->q", deviations, deviations) / (scores.shape[1] * (n_draws - 1))
    between = n_draws * means.var(axis=1, ddof=1)
    return np.asarray(np.sqrt((between / within + n_draws - 1) / n_draws))


class _Block:
    """A batch of quantities, pooled draws contiguous, and what the diagnostics need of it, each step once."""

    def __init__(self, draws: Array, n_chains: int) -> None:
        self.draws = draws
        self.n_chains = n_chains
        self.n_draws = draws.shape[1] // n_chains

    def _split(self, pooled: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Halve chains, (n_quantities, 2 n_chains, n_draws // 2), without the middle one of odd draws."""
        half = self.n_draws // 2
        if self.n_draws % 2:
            chains = pooled.reshape(-1, self.n_chains, self.n_draws)
            pooled = np.concatenate([chains[:, :, :half], chains[:, :, half + 1 :]], axis=2)
        return pooled.reshape(-1, 2 * self.n_chains, half)

    @cached_property
    def split(self) -> Array:
        """Split draws, (n_quantities, 2 n_chains, n_draws // 2)."""
        return self._split(self.draws)

    @cached_property
    def _ranking(self) -> tuple[npt.NDArray[np.intp], Array, Array]:
        """Order, ascending values and normal scores of the split draws."""
        pooled = self.split.reshape(self.split.shape[0], -1)
        order = np.argsort(pooled, axis=1)
        values, scores = np.empty_like(pooled), np.empty_like(pooled)
        rank_scores(pooled, order, _normal_scores(pooled.shape[1]), values, scores)
        return order, values, scores

    @property
    def scores(self) -> Array:
        """Normal scores of the split draws, in their own order."""
        return self._ranking[2].reshape(self.split.shape)

    @cached_property
    def _ascending(self) -> Array:
        """All draws in order."""
        return np.sort(self.draws, axis=1) if self.n_draws % 2 else self._ranking[1]

    def quantile(self, probability: float) -> Array:
        """Interpolate linearly between order statistics, from the nearer one, as `numpy.quantile` does."""
        position = probability * (self.draws.shape[1] - 1)
        k = min(int(position), self.draws.shape[1] - 2) if self.draws.shape[1] > 1 else 0
        low, high = self._ascending[:, k], self._ascending[:, min(k + 1, self.draws.shape[1] - 1)]
        weight = position - k
        if weight == 0:
            return np.asarray(low)
        # The end that is nearer, so that a draw equal to the quantile compares as equal.
        return np.asarray(low + (high - low) * weight if weight < 0.5 else high - (high - low) * (1 - weight))

    @cached_property
    def _deviations(self) -> tuple[Array, Array]:
        """Means, and deviations from them; by way of the first draw, so that a constant's are exactly 0."""
        first = self.draws[:, :1]
        deviations = self.draws - first
        means = deviations.mean(axis=1, keepdims=True)
        deviations -= means
        return (first + means)[:, 0], deviations

    @cached_property
    def _squares(self) -> Array:
        return np.asarray(self._deviations[1] ** 2)

    def r_hat(self) -> Array:
        """Rank-normalised split R-hat, the larger of bulk and folded; NaN for one chain."""
        if self.n_chains < 2:
            return np.full(self.draws.shape[0], np.nan)
        order, values, _ = self._ranking
        folded = np.empty_like(values)
        folded_scores(values, order, _normal_scores(values.shape[1]), folded)
        bulk, tail = _split_r_hat(self.scores), _split_r_hat(folded.reshape(self.split.shape))
        # Not np.maximum: two values, equally frequent, are constant when folded, and the tail is NaN.
        return np.where(tail > bulk, tail, bulk)

    def ess_quantile(self, probability: float) -> Array:
        """Effective sample size of the share of draws up to the quantile."""
        return mean_ess(self._split(self.draws <= self.quantile(probability)[:, None]))

    def ess_tail(self) -> Array:
        """Effective sample size of the 5 % or the 95 % quantile, the smaller."""
        return np.minimum(self.ess_quantile(_TAILS[0]), self.ess_quantile(_TAILS[1]))

    def ess_sd(self) -> Array:
        """Effective sample size of the mean of the squared deviations."""
        return mean_ess(self._split(self._squares))

    @cached_property
    def sd(self) -> Array:
        """Standard deviation of the pooled draws."""
        return np.asarray(np.sqrt(self._squares.sum(axis=1) / (self.draws.shape[1] - 1)))

    def mcse_mean(self) -> Array:
        """Monte Carlo standard error of the mean."""
        return np.asarray(self.sd / np.sqrt(mean_ess(self.split)))

    def mcse_sd(self) -> Array:
        """Monte Carlo standard error of the standard deviation, from that of the variance."""
        variance = self._squares.mean(axis=1)
        variance_of_variance = ((self._squares**2).mean(axis=1) - variance**2) / self.ess_sd()
        return np.asarray(np.sqrt(variance_of_variance / variance / 4))

    def location(self, tails: tuple[float, float]) -> dict[str, Array]:
        """Columns that need no diagnostics."""
        median, lower, upper = (self.quantile(share) for share in (0.5, *tails))
        return {"mean": self._deviations[0], "median": median, "sd": self.sd, "lower": lower, "upper": upper}

    def diagnostics(self) -> dict[str, Array]:
        """Columns that need at least four draws a chain."""
        return {
            "mcse_mean": self.mcse_mean(),
            "mcse_sd": self.mcse_sd(),
            "ess_bulk": mean_ess(self.scores),
            "ess_tail": self.ess_tail(),
            "r_hat": self.r_hat(),
        }

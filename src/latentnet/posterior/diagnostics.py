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
from typing import Any

import numpy as np
import numpy.typing as npt

from latentnet.posterior.diagnostic_block import Array, Block, mean_ess

__all__ = [
    "ess_bulk",
    "ess_mean",
    "ess_quantile",
    "ess_sd",
    "ess_tail",
    "mcse_mean",
    "mcse_sd",
    "r_hat",
    "summarise",
]

_MIN_DRAWS = 4
_BATCH_VALUES = 1 << 18  # draws of one batch of quantities: 2 MB, so that the passes over them stay in cache
_TILE = 128
_COLUMNS = ("mean", "sd", "lower", "upper", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat")


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
    return _diagnostic(draws, lambda block: block.r_hat())


def ess_bulk(draws: npt.ArrayLike) -> Array:
    """Effective sample size of the rank-normalised draws.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)

    Returns
    -------
    ndarray, (...)
    """
    return _diagnostic(draws, lambda block: mean_ess(block.scores))


def ess_tail(draws: npt.ArrayLike) -> Array:
    """Effective sample size of the tails: the smaller of those of the 5 % and the 95 % quantile.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)

    Returns
    -------
    ndarray, (...)
    """
    return _diagnostic(draws, lambda block: block.ess_tail())


def ess_quantile(draws: npt.ArrayLike, probability: float) -> Array:
    """Effective sample size of the estimate of one quantile.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)
    probability : float
        Of the quantile, in (0, 1).

    Returns
    -------
    ndarray, (...)
    """
    _check_probability(probability)
    return _diagnostic(draws, lambda block: block.ess_quantile(probability))


def ess_mean(draws: npt.ArrayLike) -> Array:
    """Effective sample size of the mean.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)

    Returns
    -------
    ndarray, (...)
    """
    return _diagnostic(draws, lambda block: mean_ess(block.split))


def ess_sd(draws: npt.ArrayLike) -> Array:
    """Effective sample size of the standard deviation.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)

    Returns
    -------
    ndarray, (...)
    """
    return _diagnostic(draws, lambda block: block.ess_sd())


def mcse_mean(draws: npt.ArrayLike) -> Array:
    """Monte Carlo standard error of the mean.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)

    Returns
    -------
    ndarray, (...)
        0 for a constant.
    """
    return _diagnostic(draws, lambda block: block.mcse_mean())


def mcse_sd(draws: npt.ArrayLike) -> Array:
    """Monte Carlo standard error of the standard deviation.

    Parameters
    ----------
    draws : array_like, (n_chains, n_draws, ...)

    Returns
    -------
    ndarray, (...)
        NaN for a constant.
    """
    return _diagnostic(draws, lambda block: block.mcse_sd())


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
        In this order ``mean, sd, lower, upper, mcse_mean, mcse_sd, ess_bulk, ess_tail, r_hat``.

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

    def compute(block: Block) -> dict[str, Array]:
        location = block.location(tails)
        return location | block.diagnostics() if block.n_draws >= _MIN_DRAWS else location

    return _evaluate(draws, compute, _COLUMNS)


def _check_probability(probability: float) -> None:
    if not 0 < probability < 1:
        raise ValueError(f"probability must be inside (0, 1), but it is {probability!r}; use for instance 0.9")


def _diagnostic(draws: npt.ArrayLike, compute: Callable[[Block], Array]) -> Array:
    def compute_enough(block: Block) -> dict[str, Array]:
        return {"value": compute(block)} if block.n_draws >= _MIN_DRAWS else {}

    return _evaluate(draws, compute_enough, ("value",))["value"]


def _evaluate(
    draws: npt.ArrayLike, compute: Callable[[Block], dict[str, Array]], names: tuple[str, ...]
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
        block = Block(_transposed(pooled[:, start : start + batch]), n_chains)
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

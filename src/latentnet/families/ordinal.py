"""Graded and signed ties."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.special import expit

from latentnet.compiled import exp, kernel, softplus
from latentnet.constraints import Rule, optional
from latentnet.families.base import BoundFamily, Family, Variable
from latentnet.families.links import logit
from latentnet.network.dyads import tie_place
from latentnet.network.labels import listing

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = ["Ordinal"]

_MOST_FOUND_LEVELS = 50
_LARGEST = 1e150
_BEYOND = 1e300  # stands for the cut-points below the lowest and above the highest level
_LARGEST_LOG_GAP = 300.0


def _are_levels(value: Any) -> bool:
    levels = np.asarray(value)
    return levels.ndim == 1 and levels.dtype.kind in "biuf" and bool(np.isfinite(levels).all())


_LEVELS = Rule("a sequence of finite numbers", _are_levels)


class Ordinal(Family):
    """A tie has one of a few ordered levels (weak, strong; against, neither, for): P(Y ≤ level_k) = logistic(c_k − η).

    The first cut-point is 0, since η has an intercept (under `NoIntercept` this 0 is an assumption about the data). Its
    own values are the logs of the gaps between neighbouring cut-points, N(0, ``priors.cutpoint_log_gap_variance``).
    With two levels there are none: ties are Bernoulli on these levels.

    Parameters
    ----------
    levels : sequence of numbers, optional
        In ascending order, 0 among them: an absent tie is an observed 0. Default: 0 and all values of the network.

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B 42, 109–142.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.families import Ordinal
    >>> log_gaps, levels, nothing = np.zeros(1), np.array([[-1.0, 0.0, 1.0]]), np.zeros((0, 1))
    >>> Ordinal([-1, 0, 1]).variables(log_gaps, levels)["cutpoints"].values
    array([0., 1.])
    >>> Ordinal([-1, 0, 1]).statistics(np.array([0.0]), log_gaps, levels, nothing).round(3)
    array([[0.5  ],
           [0.231],
           [0.269]])
    """

    name = "ordinal"

    rules: ClassVar[Mapping[str, Rule]] = {"levels": optional(_LEVELS)}

    def __init__(self, levels: Sequence[float] | np.ndarray | None = None) -> None:
        self.levels = levels

    def check(self, network: Network) -> None:
        """Ties must have the levels' values, at least two of them."""
        levels = self._levels(network)
        if levels.size < 2:
            raise ValueError(
                f"family 'ordinal' needs at least two levels, but has {levels.tolist()}; give them, for example "
                "Ordinal(levels=[-1, 0, 1])"
            )
        largest = float(np.abs(levels).max())
        if largest > _LARGEST:
            raise ValueError(
                f"family 'ordinal' cannot have levels as large as {largest:g}, whose sums no float holds; number the "
                "levels, for example -1, 0, 1"
            )
        values = network.ties.data
        strange = np.flatnonzero(~np.isin(values, levels))
        if strange.size:
            raise ValueError(
                f"family 'ordinal' needs ties in its levels {levels.tolist()}, but the value "
                f"{tie_place(network, int(strange[0]))} is {values[strange[0]]:g}; add the level, or recode the tie"
            )

    def check_again(self, network: Network, data: np.ndarray) -> None:
        """Ties must have levels of the fit."""
        strange = np.setdiff1d(network.ties.data, data[0])
        if strange.size:
            raise ValueError(
                f"family 'ordinal' was fitted to the levels {data[0].tolist()}, but network has the value "
                f"{strange[0]:g}; fit with Ordinal(levels=...) that has it"
            )

    def _levels(self, network: Network) -> np.ndarray:
        """(n_levels,), checked."""
        if self.levels is None:
            found = np.union1d(network.ties.data, [0.0])
            if found.size > _MOST_FOUND_LEVELS:
                raise ValueError(
                    f"family 'ordinal' takes the network's values as its levels, but there are {found.size}, from "
                    f"{listing(found[:3].tolist())} on; use family 'gaussian' for real values, 'poisson' for counts, "
                    "or say that it is so by Ordinal(levels=...)"
                )
            return found
        levels = np.asarray(self.levels, dtype=np.float64)
        if (np.diff(levels) <= 0.0).any():
            raise ValueError(f"levels must be distinct and in ascending order, got {levels.tolist()}; sort them")
        if 0.0 not in levels:
            raise ValueError(f"levels must have 0, the value of an absent tie, got {levels.tolist()}; add it")
        return levels

    def bind(self, network: Network, priors: Priors) -> BoundFamily:
        """Log gaps, which start at 0; data are the levels."""
        levels = self._levels(network)
        size = levels.size - 2
        precision = np.full(size, 1.0 / priors.cutpoint_log_gap_variance)
        return BoundFamily(np.zeros(size), precision, (), np.ones(size), levels[None])

    def mean(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """Σ level·P(level)."""
        total = np.zeros(eta.shape)
        for level, log_probability in zip(data[0], _log_probabilities(eta, values, data), strict=True):
            total += level * np.exp(log_probability)
        return total

    def tie_probability(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """P(Y > 0)."""
        zero = int(np.flatnonzero(data[0] == 0.0)[0])
        if zero == data.shape[1] - 1:
            return np.zeros(eta.shape)
        return np.asarray(expit(eta - _cutpoints(values)[..., zero, None]))

    def statistics(self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray) -> np.ndarray:
        """Probabilities of the levels: (n_levels, n_dyads)."""
        return np.exp(np.stack(list(_log_probabilities(eta, values, data))))

    def simulate(
        self, eta: np.ndarray, values: np.ndarray, data: np.ndarray, dyads: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """A level for each η."""
        cutpoints, uniform = _cutpoints(values), rng.random(eta.shape)
        places = np.zeros(eta.shape, np.int64)
        for k in range(data.shape[1] - 1):
            places += uniform > expit(cutpoints[..., k, None] - eta)
        return np.asarray(data[0][places])

    def start_intercept(self, mean: float) -> float:
        """By halving an interval where the levels are given, else the logit of the mean, kept between 0.05 and 0.95."""
        if self.levels is None:
            return logit(min(max(mean, 0.05), 0.95))
        data = np.asarray(self.levels, dtype=np.float64)[None]
        gaps = np.zeros(data.shape[1] - 2)
        low, high = -7.0, 7.0 + gaps.size
        for _ in range(30):
            middle = 0.5 * (low + high)
            is_above = self.mean(np.array([middle]), gaps, data, data)[0] > mean
            low, high = (low, middle) if is_above else (middle, high)
        return 0.5 * (low + high)

    def variables(self, values: np.ndarray, data: np.ndarray) -> dict[str, Variable]:
        """The cut-points, the leading 0 among them; nothing where there are two levels."""
        if values.shape[-1] == 0:
            return {}
        names = [f"{level:.12g}" for level in data[0]]
        between = [f"{low}|{high}" for low, high in pairwise(names)]
        return {"cutpoints": Variable(_cutpoints(values), ("cutpoint",), {"cutpoint": between})}

    @staticmethod
    def log_likelihood(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
    ) -> None:
        """Log P(Y); with the levels' probabilities below the dyads' data, its mean under these."""
        levels, ties, predictor = data[0], y[0], eta[0]
        edges, log_gaps = _edges(values), _log_gap_factors(values)
        if dyads.shape[0] == 0:
            for p in range(out.size):
                k = _place(levels, ties[p])
                x = predictor[p]
                out[p] = log_gaps[k] - softplus(x - edges[k + 1]) - softplus(edges[k] - x)
        else:
            out[:] = 0.0
            for k in range(levels.size):
                weights = dyads[k]
                for p in range(out.size):
                    x = predictor[p]
                    out[p] += weights[p] * (log_gaps[k] - softplus(x - edges[k + 1]) - softplus(edges[k] - x))

    @staticmethod
    def score(
        runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
    ) -> None:
        """F(c_{k−1} − η) − F(η − c_k), F the logistic function, and the derivatives of the log gaps."""
        levels, ties, predictor, out = data[0], y[0], eta[0], score[0]
        edges = _edges(values)
        totals = np.zeros((3, levels.size))  # by level: weight, Σ of either logistic function
        if dyads.shape[0] == 0:
            for p in range(out.size):
                k = _place(levels, ties[p])
                x = predictor[p]
                lower, upper = 1.0 / (1.0 + exp(x - edges[k])), 1.0 / (1.0 + exp(edges[k + 1] - x))
                out[p] = lower - upper
                if observed[0, p]:
                    totals[0, k] += 1.0
                    totals[1, k] += lower
                    totals[2, k] += upper
        else:
            out[:] = 0.0
            for k in range(levels.size):
                weights = dyads[k]
                for p in range(out.size):
                    x = predictor[p]
                    out[p] += weights[p] * (1.0 / (1.0 + exp(x - edges[k])) - 1.0 / (1.0 + exp(edges[k + 1] - x)))
            for k in range(levels.size):
                for p in range(out.size):
                    if observed[0, p]:
                        weight, x = dyads[k, p], predictor[p]
                        totals[0, k] += weight
                        totals[1, k] += weight / (1.0 + exp(x - edges[k]))
                        totals[2, k] += weight / (1.0 + exp(edges[k + 1] - x))
        _add_gap_slopes(values, totals, gradient)


def _cutpoints(values: np.ndarray) -> np.ndarray:
    """The cut-points, 0 and then sums of gaps: (..., n_levels − 1)."""
    gaps = np.exp(np.minimum(values, _LARGEST_LOG_GAP))
    first = np.zeros((*values.shape[:-1], 1))
    return np.concatenate([first, np.cumsum(gaps, axis=-1)], axis=-1)


def _log_probabilities(eta: np.ndarray, values: np.ndarray, data: np.ndarray) -> Iterator[np.ndarray]:
    """Log P of each level in turn, of the shape of `eta`."""
    cutpoints, last = _cutpoints(values), data.shape[1] - 1
    for k in range(last + 1):
        log_probability = np.zeros(eta.shape)
        if k < last:
            log_probability -= np.logaddexp(0.0, eta - cutpoints[..., k, None])
        if k > 0:
            log_probability -= np.logaddexp(0.0, cutpoints[..., k - 1, None] - eta)
        if 0 < k < last:
            gap = np.minimum(values[..., k - 1, None], _LARGEST_LOG_GAP)
            small = gap - 0.5 * np.exp(gap)
            log_probability += np.where(gap < -20.0, small, np.log(-np.expm1(-np.exp(np.maximum(gap, -20.0)))))
        yield log_probability


# With a = c_{k−1} − η and b = c_k − η, F(b) − F(a) = F(b)·F(−a)·(1 − exp(a − b)): no difference of like numbers.


@kernel
def _edges(values):
    """Cut-points from below the lowest to above the highest level: (n_levels + 1,)."""
    edges = np.zeros(values.size + 3)
    edges[0] = -_BEYOND
    for m in range(values.size):
        edges[m + 2] = edges[m + 1] + math.exp(min(values[m], _LARGEST_LOG_GAP))
    edges[values.size + 2] = _BEYOND
    return edges


@kernel
def _log_gap_factors(values):
    """log(1 − exp(−gap)) by level; 0 for the lowest and the highest: (n_levels,)."""
    factors = np.zeros(values.size + 2)
    for m in range(values.size):
        x = min(values[m], _LARGEST_LOG_GAP)
        factors[m + 1] = x - 0.5 * math.exp(x) if x < -20.0 else math.log(-math.expm1(-math.exp(x)))
    return factors


@kernel
def _place(levels, value):
    """Which level a value has."""
    k = 0
    while k < levels.size - 1 and levels[k] < value:
        k += 1
    return k


@kernel
def _add_gap_slopes(values, totals, gradient):
    """A gap moves all cut-points above it, and its own level's log(1 − exp(−gap))."""
    above = 0.0
    for m in range(values.size - 1, -1, -1):
        above += totals[2, m + 1] - totals[1, m + 2]
        x = min(values[m], _LARGEST_LOG_GAP)
        gap = math.exp(x)
        own = 0.0 if gap > 700.0 else (gap / math.expm1(gap) if x > -700.0 else 1.0)
        gradient[m] += gap * above + totals[0, m + 1] * own

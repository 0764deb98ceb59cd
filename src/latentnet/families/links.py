"""Links of binary ties: how the probability of a tie follows from the linear predictor, and how it is computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, ndtr, ndtri

from latentnet.compiled import exp, softplus
from latentnet.families.noise import (
    CLOGLOG,
    LOGIT,
    PROBIT,
    log_above,
    log_below,
    log_hazard,
    reversed_hazard,
)

__all__ = ["LARGEST_LOG_MEAN", "LINKS", "Link", "capped_mean", "logit"]

# Means beyond exp(300), 1e130, go on as a straight line in log-likelihoods and as a constant in scores: finite in sums
# of squares.
LARGEST_LOG_MEAN = 300.0


class Link(NamedTuple):
    """A link; a tie stands for η + noise > 0."""

    name: str
    code: int  # by which compiled code of all links branches (`noise.py`)
    probability: Callable[[np.ndarray], np.ndarray]  # P(Y = 1) at η
    predictor: Callable[[float], float]  # η at a probability, kept within 0.001 and 0.999
    noise: Callable[[np.ndarray], np.ndarray]  # the noise's quantile at uniform numbers
    predictor_name: str  # what η is, in words; empty where it has no common name
    kernels: tuple[Any, Any]  # the verbs `log_likelihood` and `score` of a family whose unit is the dyad


def capped_mean(log_mean: np.ndarray) -> np.ndarray:
    """exp(log_mean), at most exp(`LARGEST_LOG_MEAN`)."""
    return np.asarray(np.exp(np.minimum(log_mean, LARGEST_LOG_MEAN)))


def _kept(probability: float) -> float:
    return min(max(probability, 1e-3), 1.0 - 1e-3)


def logit(probability: float) -> float:
    """Log odds of a probability, kept within 0.001 and 0.999."""
    kept = _kept(probability)
    return math.log(kept / (1.0 - kept))


# The verbs take ties between 0 and 1 too: minimum Kullback–Leibler estimates hand over expected ones.


def _logit_log_likelihood(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
) -> None:
    """Y·η − log(1 + exp(η))."""
    ties, predictor = y[0], eta[0]
    for p in range(out.size):
        out[p] = ties[p] * predictor[p] - softplus(predictor[p])


def _logit_score(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
) -> None:
    """Y − logistic(η)."""
    ties, predictor, out, one = y[0], eta[0], score[0], eta.dtype.type(1.0)
    for p in range(out.size):
        out[p] = ties[p] - one / (one + exp(-predictor[p]))


def _probit_log_likelihood(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
) -> None:
    """Y·log Φ(η) + (1 − Y)·log Φ(−η)."""
    for p in range(out.size):
        tie, x = y[0, p], eta[0, p]
        out[p] = tie * log_below(PROBIT, x) + (1.0 - tie) * log_below(PROBIT, -x)


def _probit_score(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
) -> None:
    for p in range(score.shape[1]):
        tie, x = y[0, p], eta[0, p]
        score[0, p] = tie * reversed_hazard(PROBIT, x) - (1.0 - tie) * reversed_hazard(PROBIT, -x)


def _cloglog_log_likelihood(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, out: Any
) -> None:
    """Y·log(1 − exp(−exp(η))) − (1 − Y)·exp(η)."""
    for p in range(out.size):
        tie, x = y[0, p], eta[0, p]
        mean = exp(min(x, LARGEST_LOG_MEAN)) * (1.0 + max(x - LARGEST_LOG_MEAN, 0.0))
        out[p] = tie * log_above(CLOGLOG, -x) - (1.0 - tie) * mean


def _cloglog_score(
    runs: Any, y: Any, observed: Any, eta: Any, data: Any, dyads: Any, values: Any, score: Any, gradient: Any
) -> None:
    for p in range(score.shape[1]):
        tie, x = y[0, p], eta[0, p]
        score[0, p] = tie * exp(log_hazard(CLOGLOG, -x)) - (1.0 - tie) * exp(min(x, LARGEST_LOG_MEAN))


LINKS: dict[str, Link] = {
    link.name: link
    for link in (
        Link(
            "logit",
            LOGIT,
            expit,
            logit,
            lambda uniform: np.asarray(np.log(uniform) - np.log1p(-uniform)),
            "log odds of a tie",
            (_logit_log_likelihood, _logit_score),
        ),
        Link(
            "probit",
            PROBIT,
            ndtr,
            lambda probability: float(ndtri(_kept(probability))),
            ndtri,
            "",
            (_probit_log_likelihood, _probit_score),
        ),
        Link(
            "cloglog",
            CLOGLOG,
            lambda eta: np.asarray(-np.expm1(-capped_mean(eta))),
            lambda probability: math.log(-math.log1p(-_kept(probability))),
            lambda uniform: np.asarray(-np.log(-np.log(uniform))),
            "",
            (_cloglog_log_likelihood, _cloglog_score),
        ),
    )
}

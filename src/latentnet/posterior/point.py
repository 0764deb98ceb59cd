"""Minimum Kullback–Leibler positions: the point estimate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["minimum_kullback_leibler"]

Maximise = Callable[[Callable[[np.ndarray], tuple[float, np.ndarray]], np.ndarray], np.ndarray]


def minimum_kullback_leibler(
    log_likelihood: Callable[[np.ndarray], tuple[float, np.ndarray]],
    free: np.ndarray,
    start: np.ndarray,
    maximise: Maximise,
) -> np.ndarray:
    """Parameters whose tie distribution is closest, in Kullback–Leibler divergence, to the posterior predictive one.

    The divergence from the posterior predictive distribution, as a function of the parameters, is minus the expected
    log-likelihood of a network drawn from it (Shortreed, Handcock & Hoff 2006). The likelihood is an exponential
    family's, so that is the log-likelihood with posterior means of the sufficient statistics in place of the ties.

    Parameters
    ----------
    log_likelihood : callable
        Log-likelihood of the expected ties and its gradient, of the whole parameter vector.
    free : int ndarray
        Entries of the parameter vector to move: positions, coefficients, random effects.
    start : ndarray of shape (n_parameters,)
        A draw of high density; the other entries stay as they are.
    maximise : callable
        An optimiser, of (function with gradient, start).

    Returns
    -------
    ndarray of shape (n_parameters,)
    """
    theta = start.copy()

    def of_free(values: np.ndarray) -> tuple[float, np.ndarray]:
        theta[free] = values
        value, gradient = log_likelihood(theta)
        return value, gradient[free]

    best = maximise(of_free, start[free])
    theta[free] = best
    return theta

"""Likelihoods of Python's, which moves call back from compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentnet.compiled import offers
from latentnet.likelihood import verbs as likelihoods
from latentnet.native import Callback

__all__ = ["CalledBack"]


class CalledBack:
    """The entries of a likelihood that is not compiled.

    Trajectories ask for the value where they asked for the last gradient: what was found at one place is kept, unless
    they have forces of their own.
    """

    def __init__(self, likelihood: Any) -> None:
        self._likelihood = likelihood
        self._has_forces = offers(likelihood, likelihoods.trajectory_forces)
        self._theta, self._value, self._gradient = np.zeros(0), 0.0, np.zeros(0)
        self.log_likelihood = Callback(self._log_likelihood, 1)
        self.add_likelihood_gradient = Callback(self._add_gradient, 2)

    def _go(self, theta: np.ndarray) -> None:
        if not np.array_equal(theta, self._theta):
            self._theta = np.zeros(0)  # nothing is known where it fails
            self._value, self._gradient = likelihoods.value_and_gradient(self._likelihood, theta)
            self._theta = theta.copy()

    def _log_likelihood(self, theta: np.ndarray) -> float:
        self._go(theta)
        return self._value

    def _add_gradient(self, theta: np.ndarray, gradient: np.ndarray) -> None:
        if self._has_forces:
            gradient += likelihoods.trajectory_forces(self._likelihood, theta)
            return
        self._go(theta)
        gradient += self._gradient

    def reraise(self) -> None:
        """Raise what a call from compiled code raised, if one did."""
        self.log_likelihood.reraise()
        self.add_likelihood_gradient.reraise()

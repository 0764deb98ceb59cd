"""How probable numbers of dimensions are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Evidence"]


class Evidence(NamedTuple):
    """Probability of the ties under models of 1, 2, ... dimensions, as estimated.

    Parameters
    ----------
    steps : ndarray of shape (most - 1,)
        What each dimension after the first one adds to its log.
    errors : ndarray of shape (most - 1,)
        Standard errors of these.
    ratio : float
        Prior probability of a number over that of the one before.
    """

    steps: np.ndarray
    errors: np.ndarray
    ratio: float

    @property
    def _log_weights(self) -> np.ndarray:
        """Log posterior of the numbers, (most,), up to a constant."""
        return np.concatenate([[0.0], np.cumsum(self.steps + np.log(self.ratio))])

    @property
    def n_dims(self) -> int:
        """The most probable number."""
        return int(np.argmax(self._log_weights)) + 1

    @property
    def probabilities(self) -> np.ndarray:
        """Posterior of the numbers, (most,)."""
        weights = np.exp(self._log_weights - self._log_weights.max())
        return np.asarray(weights / weights.sum())

    @property
    def log_evidence(self) -> np.ndarray:
        """Less that of the most probable number, (most,)."""
        found = np.concatenate([[0.0], np.cumsum(self.steps)])
        return np.asarray(found - found[self.n_dims - 1])

    @property
    def standard_errors(self) -> np.ndarray:
        """Of `log_evidence`, (most,); 0 for the most probable number."""
        squares = np.concatenate([[0.0], np.cumsum(self.errors**2)])
        return np.asarray(np.sqrt(np.abs(squares - squares[self.n_dims - 1])))

    @property
    def rivals(self) -> list[int]:
        """Other numbers that may be the most probable one: the estimates differ by under three standard errors.

        These are from four chains: three of them are 95 % of Student's t with 3 degrees of freedom.
        """
        behind = self._log_weights.max() - self._log_weights
        return [int(k) + 1 for k in np.flatnonzero(behind < 3.0 * self.standard_errors)]

"""Independent Gaussians of actors' positions and of all other parameters, fitted by stochastic gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from latentnet.problem.coordinates import Centred

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["Gaussians", "Slope"]

Slope = Callable[[np.ndarray], np.ndarray]  # gradient of the log density

_OTHERS = 0.2  # steps of the other parameters' means, in the data's units, as a share of those of positions in theirs
_FIRST, _SECOND = 0.9, 0.99  # Adam's rates of forgetting


class Gaussians:
    """The approximation: means, and a Cholesky factor for each actor, in units of a first guess of its deviation.

    Intercepts are those of average covariates, as coefficients say little of these: independent of each other are they
    wherever a covariate has its zero.

    Parameters
    ----------
    problem : Problem
        Positions first.
    mean : ndarray of shape (n_parameters,)
        Where it begins.
    mass : ndarray of shape (n_parameters,), optional
        About the precision of each parameter but positions; None: that of numbers which all ties tell of.
    """

    def __init__(self, problem: Problem, mean: np.ndarray, mass: np.ndarray | None = None) -> None:
        n, d = problem.n_actors, problem.n_dims
        self.n_actors, self.n_dims, self.mean = n, d, mean.copy()
        self._centred = Centred(problem)
        self._centred.of(self.mean)
        self.n_positions, self.intercept = n * d, problem.intercept
        precision = problem.degrees / d + np.exp(
            -2.0 * mean[problem.log_scale]
        )  # a tie tells about one of d directions
        self.unit = 1.0 / np.sqrt(precision)
        lower = np.tril_indices(d)
        self._entries, self._diagonal = lower, np.flatnonzero(lower[0] == lower[1])
        self.factor = np.zeros((len(lower[0]), n))  # logs on the diagonal
        self.log_deviation = np.full(len(mean) - n * d, -0.5 * np.log(1.0 + problem.degrees.sum()))
        if mass is not None:
            self.log_deviation = -0.5 * np.log(mass[n * d :])
        self._others = _OTHERS * problem.units[n * d :]
        sizes = len(mean), self.factor.size, self.log_deviation.size
        self._moments = [np.zeros((2, size)) for size in sizes]
        self._steps = 0

    def _factors(self) -> np.ndarray:
        """Entries of each actor's factor, (n_entries, n_actors), in the space's units."""
        found = self.factor.copy()
        found[self._diagonal] = np.exp(found[self._diagonal])
        return found * self.unit

    @property
    def point(self) -> np.ndarray:
        """The mean, as a parameter vector."""
        return self._centred.parameters(self.mean.copy())

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """A parameter vector, and the standard normal numbers that it came from."""
        noise = rng.standard_normal(self.mean.size)
        theta, of_positions = self.mean.copy(), noise[: self.n_positions].reshape(self.n_dims, self.n_actors)
        moved = theta[: self.n_positions].reshape(self.n_dims, self.n_actors)
        for entry, row, column in zip(self._factors(), *self._entries, strict=True):
            moved[row] += entry * of_positions[column]
        theta[self.n_positions :] += np.exp(self.log_deviation) * noise[self.n_positions :]
        return self._centred.parameters(theta), noise

    def step(self, slope_at: Slope, rate: float, rng: np.random.Generator) -> None:
        """Climb the evidence lower bound by one step of Adam, along the gradient at one draw."""
        theta, noise = self.draw(rng)
        slope = self._centred.gradient(slope_at(theta))
        pulls = slope[: self.n_positions].reshape(self.n_dims, self.n_actors)
        of_noise = noise[: self.n_positions].reshape(self.n_dims, self.n_actors)
        of_factor = self.unit * pulls[self._entries[0]] * of_noise[self._entries[1]]
        of_factor[self._diagonal] *= np.exp(self.factor[self._diagonal])
        of_factor[self._diagonal] += 1.0  # of the entropy
        deviation = np.exp(self.log_deviation)
        of_deviation = slope[self.n_positions :] * noise[self.n_positions :] * deviation + 1.0
        rates = rate * np.concatenate([np.tile(self.unit, self.n_dims), self._others])
        self._steps += 1
        self.mean += rates * self._adam(0, slope)
        self.factor += rate * self._adam(1, of_factor.ravel()).reshape(self.factor.shape)
        self.log_deviation += rate * self._adam(2, of_deviation)

    def _adam(self, which: int, gradient: np.ndarray) -> np.ndarray:
        """The direction of a step: the mean gradient of late, divided by the root of its mean square."""
        first, second = self._moments[which]
        first += (1.0 - _FIRST) * (gradient - first)
        second += (1.0 - _SECOND) * (gradient**2 - second)
        mean, square = first / (1.0 - _FIRST**self._steps), second / (1.0 - _SECOND**self._steps)
        return np.asarray(mean / (np.sqrt(square) + 1e-12))

    def log_score(self, senders: np.ndarray, receivers: np.ndarray, tied: np.ndarray, n_draws: int = 10) -> float:
        """Mean log probability of dyads of a distance model, with probabilities averaged over a few draws."""
        factors, d = self._factors(), self.n_dims
        means = self.mean[: self.n_positions].reshape(d, self.n_actors)
        total = np.zeros(senders.size)
        for seed in range(n_draws):  # the same numbers every time, so that what changes is the approximation
            rng, gap = np.random.default_rng(seed), means[:, senders] - means[:, receivers]
            for ends, sign in ((senders, 1.0), (receivers, -1.0)):
                noise = rng.standard_normal((d, ends.size))
                for entry, row, column in zip(factors, *self._entries, strict=True):
                    gap[row] += sign * entry[ends] * noise[column]
            b = self.mean[self.intercept] if self.intercept >= 0 else 0.0
            eta = b - np.sqrt((gap**2).sum(axis=0))
            total += np.exp(-np.logaddexp(0.0, np.where(tied, -eta, eta)))
        return float(np.log(total / n_draws).mean()) if senders.size else 0.0

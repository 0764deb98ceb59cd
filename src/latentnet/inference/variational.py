"""Variational inference: independent Gaussians of the actors' positions, each with a covariance of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from latentnet._exceptions import ConvergenceWarning, warn
from latentnet.checks import fits
from latentnet.constraints import COUNT, Rule, among
from latentnet.inference.approximation import LIKELIHOOD, approximation, measured_errors, mode_start, nearest_mode
from latentnet.inference.base import Engine, InferenceResult
from latentnet.inference.gaussians import Gaussians, Slope
from latentnet.inference.held_out import HeldOut, held_out, log_score
from latentnet.inference.masses import mass_at, plain_mass
from latentnet.likelihood.approximate import Approximate
from latentnet.likelihood.approximate_effects import ApproximateEffects
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.meshed import roaming
from latentnet.posterior.clusters import responsibilities_of_draws
from latentnet.problem.verbs import BoundTarget

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["Variational"]

_MOST_VALUES = 2**26  # of all draws: half a gigabyte
_WINDOW = 20  # iterations between looks at the dyads held out
_GAIN = 1e-3  # of their log score, at which it stops
_RATE, _LAST_RATE = 0.08, 0.008  # of steps, in standard deviations of a position
_DECAY = 150.0  # iterations in which steps shrink to a third
_FINAL = 40  # iterations with all dyads, over which means are averaged
_MODE_ITERATIONS = 300


class Variational(Engine):
    """Variational engine: the nearest mean-field Gaussian to the posterior, with one covariance for each actor.

    From the mode on, it climbs the evidence lower bound by its reparametrised gradient (Kingma & Welling 2014). It
    mends most of what the mode shrinks, and `model.posterior_` holds independent draws of the approximation. Intervals
    are approximate, and too narrow: actors' positions are taken as independent, of each other and of all else. On
    simulated networks of 500 to 10,000 actors intervals of ties' distances that say 90 % held 69 to 86 %, and those of
    far dyads fewer, down to 13 % where the map is many ties wide; those of intercepts and coefficients are narrower
    still.

    A few ties and as many other dyads are held out and watched: it has converged when their log score stops rising.
    They are then put back for the last iterations.

    It is there for ``similarity="distance"``: binary ties (logit) and counts (Poisson without exposure), with effects
    of attributes, for counts also with random effects, as `MAP` says of ``likelihood="approximate"``, and with a
    given number of clusters. Labels are then drawn given each draw of positions and clusters.

    Parameters
    ----------
    n_draws : int
        Of the approximation; fewer where they would take more than half a gigabyte.
    max_iterations : int
    likelihood : {"auto", "exact", "approximate"}
        As for `MAP`.

    References
    ----------
    Kingma, D. P. & Welling, M. (2014). Auto-encoding variational Bayes. ICLR.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, Variational
    >>> from latentnet.datasets import make_large_network
    >>> network = make_large_network(200, random_state=1)[0].network
    >>> model = LatentPositionModel(inference=Variational(n_draws=50), random_state=1).fit(network)
    >>> model.draws_.positions.shape
    (1, 50, 200, 2)
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "n_draws": COUNT,
        "max_iterations": COUNT,
        "likelihood": among(*LIKELIHOOD),
    }

    def __init__(self, n_draws: int = 200, *, max_iterations: int = 400, likelihood: str = "auto") -> None:
        self.n_draws = n_draws
        self.max_iterations = max_iterations
        self.likelihood = likelihood

    @staticmethod
    def refusal(problem: Problem) -> str:
        """Why it cannot fit a problem's model; empty where it can."""
        if problem.counts_clusters:
            return "the number of clusters is unknown"
        if len(problem.layers) > 1:
            return "there are several kinds of ties"
        return Approximate.plain_refusal(problem) and ApproximateEffects.refusal(problem)

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        """Find the approximation; the result holds one chain of independent draws."""
        refusal = self.refusal(problem)
        if refusal:
            raise ValueError(f"inference='variational' cannot fit this model, as {refusal}; take inference='mcmc'")
        n_bytes = 8.0 * int(self.n_draws) * problem.n_parameters
        fits(f"Variational: n_draws={self.n_draws} draws", n_bytes, fix="draw fewer")
        dyads, actors = held_out(problem, rng), problem.network.actors
        pairs = zip(actors[dyads.senders].tolist(), actors[dyads.receivers].tolist(), strict=True)
        part = problem.with_network(problem.network.with_unobserved(pairs))
        mode = self._mode(part, rng)
        law = Gaussians(part, mode, self._mass(part, mode, rng))
        converged, score = self._climb(law, part, dyads, rng)
        if not converged:
            warn(
                f"Variational stopped after {self.max_iterations} iterations, while the log score of the dyads held "
                "out still rose: raise max_iterations",
                ConvergenceWarning,
            )
        self._finish(law, problem, rng)
        n_draws = max(1, min(self.n_draws, _MOST_VALUES // problem.n_parameters))
        draws = np.empty((n_draws, problem.n_parameters))
        for row in draws:
            row[:] = law.draw(rng)[0]
        statistics = {"held_out_log_score": np.full((1, n_draws), score)}
        approximate = approximation(problem, self.likelihood, "Variational")
        if approximate is not None:
            statistics |= measured_errors(approximate, law.point[np.newaxis])
            statistics = {name: np.full((1, n_draws), values.flat[0]) for name, values in statistics.items()}
        result = InferenceResult(draws[np.newaxis], "independent", statistics, point=law.point)
        return result if problem.clusters is None else _with_labels(problem, result, rng)

    def _mass(self, problem: Problem, mode: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
        """What is known of each parameter at the mode; None in plain models, which need not look."""
        if Fused.accepts(problem):
            return None if problem.clusters is None else plain_mass(problem)
        return mass_at(problem, mode, rng, approximation(problem, self.likelihood, "Variational"))

    def _mode(self, problem: Problem, rng: np.random.Generator) -> np.ndarray:
        approximate = approximation(problem, self.likelihood, "Variational")
        start = mode_start(problem, approximate, rng)
        return nearest_mode(problem, approximate, start, rng, max_iterations=_MODE_ITERATIONS, tolerance=1e-3)[0]

    def _slope(self, problem: Problem) -> Slope:
        likelihood = approximation(problem, self.likelihood, "Variational")
        return BoundTarget(problem.target(np.float32, None if likelihood is None else roaming(likelihood))).slope

    def _climb(
        self,
        law: Gaussians,
        problem: Problem,
        dyads: HeldOut,
        rng: np.random.Generator,
    ) -> tuple[bool, float]:
        """Iterate until the log score of the dyads held out stops rising: whether it did, and the score."""
        slope, best, score = self._slope(problem), -np.inf, -np.inf
        for iteration in range(self.max_iterations):
            law.step(slope, max(_RATE * np.exp(-iteration / _DECAY), _LAST_RATE), rng)
            if (iteration + 1) % _WINDOW == 0:
                score = log_score(law, problem, dyads)
                if score < best + _GAIN and iteration + 1 >= 5 * _WINDOW:
                    return True, score
                best = max(best, score)
        return False, score

    def _finish(self, law: Gaussians, problem: Problem, rng: np.random.Generator) -> None:
        slope, total = self._slope(problem), np.zeros_like(law.mean)
        for _ in range(_FINAL):
            law.step(slope, _LAST_RATE, rng)
            total += law.mean
        law.mean[:] = total / _FINAL


def _with_labels(problem: Problem, result: InferenceResult, rng: np.random.Generator) -> InferenceResult:
    """Draw every actor's cluster given its position and the clusters of each draw."""
    mixture = problem.own_prior().positions
    n_components = np.full(result.draws.shape[:2], mixture.most)
    labels = np.empty((*result.draws.shape[:2], problem.n_first), np.int64)
    for k, draw in enumerate(result.draws[0]):  # one by one: all of their probabilities would take as many numbers more
        shares = responsibilities_of_draws(mixture, draw[np.newaxis], n_components[0, :1])[0].cumsum(axis=1)
        labels[0, k] = (rng.random(len(shares))[:, np.newaxis] * shares[:, -1:] >= shares[:, :-1]).sum(axis=1)
    return result._replace(labels=labels, n_components=n_components)

"""The approximated likelihood of large networks with effects: a sum over classes of actors, or of products.

The sum over all dyads of log(1 + exp(η)), or of exp(η) for counts, is one over all pairs for each kind of pair, where
covariates are functions of a few values of attributes: `latentnet.nbody.kinds`. exp(η) is also a product, so that
values of each actor, such as random effects, are factors there; log(1 + exp(η)) is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import gammaln

from latentnet.compiled import implements
from latentnet.effects import Distance, Effect, Receiver, Sender, SenderReceiver, Sociality
from latentnet.likelihood.approximate import Errors
from latentnet.likelihood.looped import NO_SELF_TIES, Looped
from latentnet.likelihood.pair_kinds import MOST_CLASSES, PairKinds, of_attributes, pair_kinds
from latentnet.likelihood.verbs import information, value_and_gradient
from latentnet.nbody.kinds import KindSum, Pairs, Term, terms_of
from latentnet.nbody.sums import MOST_DIMS
from latentnet.network.sparse import entry_rows

if TYPE_CHECKING:
    from latentnet.nbody.mesh import Mesh
    from latentnet.problem.problem import Problem

__all__ = ["ApproximateEffects"]

# Of each group of an effect: whether it is of senders, and whether of receivers.
_ROLES: dict[type[Effect], tuple[tuple[bool, bool], ...]] = {
    Sociality: ((True, True),),
    Sender: ((True, False),),
    Receiver: ((False, True),),
    SenderReceiver: ((True, False), (False, True)),
}
_LARGEST = 50.0  # log of a factor
_STEP = 1e-3


def _roles(effect: Effect) -> tuple[tuple[bool, bool], ...]:
    """Whether each of its groups is of senders and of receivers; nothing of other effects."""
    return _ROLES.get(type(effect), ())


class ApproximateEffects:
    """A model with Euclidean distance and effects of a large network; keeps a grid, so one for each optimisation.

    Parameters
    ----------
    problem : Problem
        One that `refusal` has no words for.
    """

    def __init__(self, problem: Problem) -> None:
        network, kinds, term = problem.network, pair_kinds(problem), problem.family.pair_sum
        assert isinstance(kinds, PairKinds)
        assert term is not None
        self.n_actors, self.n_dims, self.intercept = problem.n_actors, problem.n_dims, problem.intercept
        self.kinds, self.directed = kinds, network.directed
        own = problem.family_slice.start
        self.coefficients = [row.start for row in problem.parameters.coefficients if row.start < own]
        self.groups = [
            (slice(part.start + group.start, part.start + group.stop), *role)
            for effect, bound, part in problem.effects
            for group, role in zip(bound.groups, _roles(effect), strict=True)
        ]
        self.term: Term = term
        self.asked = network.observed.asked.astype(np.float64)
        self.ties = _entries(network.ties, network.directed)
        self.holes = _entries(network.observed.missing.astype(np.float64), network.directed)
        self.constant = -float(gammaln(self.ties[2] + 1.0).sum()) if self.term == "exponential" else 0.0
        self.total: KindSum | None = None

    @staticmethod
    def refusal(problem: Problem) -> str:
        """Why it cannot stand for the exact likelihood of a problem; empty where it can."""
        if Looped.accepts(problem):
            return NO_SELF_TIES
        family = problem.family
        if family.pair_sum is None or type(problem.similarity) is not Distance or problem.presences is not None:
            return "it is there for binary ties (logit) and counts (poisson, no exposure), with similarity='distance'"
        if problem.network.two_mode or problem.observed_family is not family:
            return "it is there for networks of one mode, without lists of limited length or order"
        if problem.n_dims > MOST_DIMS:
            return f"it has at most {MOST_DIMS} dimensions, but n_dims is {problem.n_dims}"
        for effect, _, _ in problem.effects:
            if not (effect.implied or of_attributes(effect) or _roles(effect)):
                return f"{effect!r} is no function of actors' attributes"
            if family.pair_sum == "softplus" and _roles(effect):
                return (
                    f"{effect!r} has a value for each actor, which factors the sum over all dyads of counts "
                    "(family='poisson'), but not that of log(1 + exp(η))"
                )
        kinds = pair_kinds(problem)
        if isinstance(kinds, int):
            return (
                f"the attributes of its effects make {kinds:,} classes of actors, and it has at most {MOST_CLASSES}: "
                "round them to fewer values"
            )
        return ""

    def at(self, theta: np.ndarray) -> tuple[np.ndarray, Pairs, np.ndarray, np.ndarray]:
        """Points (n_dims, n_actors), what tells pairs apart, and logs of senders' and of receivers' factors."""
        points = theta[: self.n_dims * self.n_actors].reshape(self.n_dims, self.n_actors)
        b = float(theta[self.intercept]) if self.intercept >= 0 else 0.0
        offsets = b + self.kinds.covariates @ theta[self.coefficients]
        sent, received = np.zeros(self.n_actors), np.zeros(self.n_actors)
        for part, of_senders, of_receivers in self.groups:
            sent += theta[part] if of_senders else 0.0
            received += theta[part] if of_receivers else 0.0
        first = self.asked * np.exp(np.minimum(sent, _LARGEST))
        alike = np.array_equal(sent, received) and bool(self.asked.all())
        second = first if alike else np.exp(np.minimum(received, _LARGEST))
        return points, Pairs(self.kinds.classes, self.kinds.kinds, offsets, first, second), sent, received

    def refit(self, theta: np.ndarray) -> None:
        """Choose the grid anew, for where the actors are."""
        points, pairs, _, _ = self.at(theta)
        self.total = KindSum.around(self.term, points, pairs)

    def take(self, mesh: Mesh) -> None:
        """Take a grid that is known."""
        self.total = KindSum(self.term, mesh)

    def errors(self, theta: np.ndarray) -> Errors:
        """Measure what is approximated against exact sums, for a sample of 200 actors."""
        points, pairs, _, _ = self.at(theta)
        return Errors(*(self.total or KindSum.around(self.term, points, pairs)).errors(points, pairs))


@implements(value_and_gradient, ApproximateEffects)
def _value_and_gradient(likelihood: ApproximateEffects, theta: np.ndarray) -> tuple[float, np.ndarray]:
    points, pairs, sent, received = likelihood.at(theta)
    if likelihood.total is None:
        likelihood.refit(theta)
    assert likelihood.total is not None
    found, share = likelihood.total(points, pairs), -1.0 if likelihood.directed else -0.5
    value = share * found.value + likelihood.constant
    forces, slopes = share * found.gradient, share * found.slopes
    of_first, of_second = share * found.of_first, share * found.of_second
    for (i, j, weights), are_holes in ((likelihood.ties, False), (likelihood.holes, True)):
        gap = points[:, i] - points[:, j]
        length = np.sqrt(np.maximum((gap**2).sum(axis=0), 1e-200))
        kind = pairs.kinds[pairs.classes[i], pairs.classes[j]]
        eta = pairs.intercepts[kind] + sent[i] + received[j] - length
        if are_holes:
            term, slope = terms_of(likelihood.term, eta)
            value, pull = value + float(weights @ term), weights * slope
        else:
            value, pull = value + float(weights @ eta), weights
        n = likelihood.n_actors
        for k, along in enumerate(gap * (pull / length)):
            forces[k] += np.bincount(j, along, n) - np.bincount(i, along, n)
        slopes += np.bincount(kind, pull, len(slopes))
        of_first, of_second = of_first + np.bincount(i, pull, n), of_second + np.bincount(j, pull, n)
    gradient = np.zeros_like(theta)
    gradient[: forces.size] = forces.ravel()
    if likelihood.intercept >= 0:
        gradient[likelihood.intercept] = slopes.sum()
    gradient[likelihood.coefficients] = likelihood.kinds.covariates.T @ slopes
    for part, of_senders, of_receivers in likelihood.groups:
        gradient[part] += (of_first if of_senders else 0.0) + (of_second if of_receivers else 0.0)
    return float(value), gradient


@implements(information, ApproximateEffects)
def _information(
    likelihood: ApproximateEffects, problem: Problem, theta: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """From the ties for what each actor has, from second differences for coefficients."""
    n, d, ties = problem.n_actors, problem.n_dims, problem.network.ties
    sent, received = (np.asarray(ties.sum(axis=axis), np.float64).ravel() for axis in (1, 0))
    either = sent + received if likelihood.directed else sent
    found = np.zeros(theta.size)
    found[: n * d] = np.tile(either / d, d)  # a tie tells about one of d directions
    for part, of_senders, of_receivers in likelihood.groups:
        found[part] = either if of_senders and of_receivers else sent if of_senders else received
    level = problem.prior.level
    for index in [likelihood.intercept, *likelihood.coefficients]:
        if index >= 0:
            way = np.zeros(theta.size)
            way[index] = _STEP * problem.units[index]
            way[problem.intercepts] -= level.means @ way[level.coefficients]
            up, down = (value_and_gradient(likelihood, theta + sign * way)[1] @ way for sign in (1.0, -1.0))
            found[index] = max(down - up, 0.0) / (2.0 * way[index] ** 2)
    return found


def _entries(matrix: sparse.csr_array, directed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Senders, receivers and values of a matrix's entries; of an undirected network each once."""
    rows, columns = entry_rows(matrix), matrix.indices
    once = slice(None) if directed else rows > columns
    return rows[once], columns[once], np.asarray(matrix.data[once], np.float64)

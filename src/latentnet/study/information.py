"""Mutual information of answers with what is unknown, all in the space of the draws.

With X_i the centred probabilities of the answers of actor i in each draw, divided by the root of their noise W and of
the number of draws less one, (n_draws, n_answers), W^−½ Cov(p) W^−½ = X_S' X_S, and ½ log det(I + X_S' X_S) = ½ log det
A with A = I + X_S X_S', which is of the size of the draws whatever the set. Given the answers of S, the covariance of a
target with centred draws T is T' A⁻¹ T.

The information about others needs no such approximation: it is of one dyad at a time (`Others`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Answers", "Crossed", "Everything", "Greedy", "Others", "Singles", "Targets"]

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Integers = npt.NDArray[np.intp]

_SMALLEST = 1e-6  # singular values, relative to the greatest, that count as variation of a target
_SURE = 1e-30  # 0 log 0 is 0


class Answers(Protocol):
    """What actors would answer."""

    @property
    def n_draws(self) -> int:
        """Number of draws."""

    def scaled(self, actor: int, without: list[int]) -> Floats:
        """X of the actor's answers, leaving out dyads that those in `without` told."""


class Crossed(Protocol):
    """What actors would answer if they were where one draw has them, and the others where another has these."""

    n_asked: int  # draws of where the actor asked is
    n_others: int  # draws of where the others are
    n_actors: int

    def crossed(self, actor: int, without: list[int]) -> tuple[Integers, Singles]:
        """Whom the answers are about, and their probabilities, (n_asked, n_partners, n_others)."""


class Greedy(ABC):
    """A criterion that is greedily made large."""

    def __init__(self) -> None:
        self.chosen: list[int] = []
        self._bounds: dict[int, float] = {}

    def best(self, allowed: list[int]) -> tuple[int, float]:
        """The actor that adds most to those chosen, and how much."""
        best, most = -1, -np.inf
        # What an actor adds only falls as others are chosen (`Others`: but for chance), so what it added is a bound.
        for actor in sorted(allowed, key=lambda i: -self._bounds.get(i, np.inf)):
            if self._bounds.get(actor, np.inf) <= most:
                break
            gain = self._gain(actor)
            self._bounds[actor] = gain
            if gain > most:
                best, most = actor, gain
        return best, most

    @abstractmethod
    def add(self, actor: int) -> None:
        """Choose an actor."""

    @abstractmethod
    def _gain(self, actor: int) -> float:
        """What an actor adds to those chosen, in nats."""


class Everything(Greedy):
    """Information about all that is unknown."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.answers = answers
        self._inverse: Floats | None = None  # of A; None: the identity

    def add(self, actor: int) -> None:
        """Choose an actor."""
        solved, middle = self._parts(actor)
        if self._inverse is None:
            self._inverse = np.eye(self.answers.n_draws)
        self._inverse -= solved @ np.linalg.solve(middle, solved.T)
        self.chosen.append(actor)

    def _gain(self, actor: int) -> float:
        return 0.5 * float(np.linalg.slogdet(self._parts(actor)[1])[1])

    def _parts(self, actor: int) -> tuple[Floats, Floats]:
        """A⁻¹ X of an actor, and I + X' A⁻¹ X."""
        x = self.answers.scaled(actor, self.chosen)
        solved = x if self._inverse is None else self._inverse @ x
        return solved, np.eye(x.shape[1]) + x.T @ solved


class Targets(Everything):
    """Sum over actors of the information about a target of each."""

    def __init__(self, answers: Answers, targets: list[Floats]) -> None:
        super().__init__(answers)
        bases = [_basis(draws) for draws in targets]
        self._size = max(basis.shape[1] for basis in bases)
        self._n_targets = len(bases)
        padded = np.zeros((answers.n_draws, len(bases), self._size))
        self._padding = np.ones((len(bases), self._size))
        for j, basis in enumerate(bases):
            padded[:, j, : basis.shape[1]] = basis
            self._padding[j, : basis.shape[1]] = 0.0
        self._targets = padded.reshape(answers.n_draws, -1)
        self._left = self._blocks(self._targets, self._targets)  # T' A⁻¹ T, a block for each target
        self._trace = answers.n_draws - 1.0  # of A⁻¹, without the direction of the mean
        self._known = self._told(self._left, self._trace)

    def best(self, allowed: list[int]) -> tuple[int, float]:
        """The actor that adds most to those chosen, and how much."""
        gains = [self._gain(actor) for actor in allowed]
        most = int(np.argmax(gains))
        return allowed[most], gains[most]

    def add(self, actor: int) -> None:
        """Choose an actor."""
        self._left, self._trace = self._after(actor)
        self._known = self._told(self._left, self._trace)
        super().add(actor)

    def _gain(self, actor: int) -> float:
        return max(0.0, float((self._told(*self._after(actor)) - self._known).sum()))

    def _after(self, actor: int) -> tuple[Floats, float]:
        solved, middle = self._parts(actor)
        root = np.linalg.inv(np.linalg.cholesky(middle))
        reduced = root @ (solved.T @ self._targets)
        return self._left - self._blocks(reduced, reduced), self._trace - float(((root @ solved.T) ** 2).sum())

    def _blocks(self, left: Floats, right: Floats) -> Floats:
        shape = (-1, self._n_targets, self._size)
        return np.einsum("sja,sjb->jab", left.reshape(shape), right.reshape(shape))

    def _told(self, left: Floats, trace: float) -> Floats:
        """Information about each target, in nats.

        A target that has nothing to do with the answers would be left with trace / (n_draws − 1) of its variance,
        by chance alone.
        """
        share = left * ((self.answers.n_draws - 1.0) / trace)
        return np.asarray(-0.5 * np.linalg.slogdet(share + self._padding[:, None] * np.eye(self._size))[1])


class Others(Greedy):
    """Σ_j I(Y_Sj; z_j | z_S): what the answers about each other actor tell of where that one is.

    For each draw of where those asked are, the draws of z_j are weighted by the likelihood of the answers of S about j,
    which are simulated from one of them; what the next answer adds is the entropy of it less its mean entropy given
    z_j, exactly, as it is yes or no. No Gaussian approximation, and nothing to be explained by chance.
    """

    def __init__(self, answers: Crossed) -> None:
        super().__init__()
        self.answers = answers
        shape = (answers.n_asked, answers.n_actors, answers.n_others)
        self._weights = np.full(shape, 1.0 / answers.n_others, dtype=np.float32)
        self._rng = np.random.default_rng(0)  # the same model has the same choice
        self._true = self._rng.integers(answers.n_others, size=shape[:2])

    def add(self, actor: int) -> None:
        """Choose an actor."""
        partners, p = self.answers.crossed(actor, self.chosen)
        truth = np.take_along_axis(p, self._true[:, partners, None], axis=2)
        said = self._rng.random(truth.shape) < truth
        weights = self._weights[:, partners] * np.where(said, p, 1.0 - p)
        self._weights[:, partners] = weights / weights.sum(axis=2, keepdims=True)
        self.chosen.append(actor)

    def _gain(self, actor: int) -> float:
        partners, p = self.answers.crossed(actor, self.chosen)
        weights = self._weights[:, partners]
        told = _entropy((weights * p).sum(axis=2)) - (weights * _entropy(p)).sum(axis=2)
        return max(0.0, float(told[:, ~np.isin(partners, self.chosen)].sum() / self.answers.n_asked))


def _entropy(p: Singles) -> Singles:
    q = 1.0 - p
    return np.asarray(-p * np.log(np.maximum(p, _SURE)) - q * np.log(np.maximum(q, _SURE)))


def _basis(draws: Floats) -> Floats:
    """Orthonormal basis of the centred draws of a target; without columns where it does not vary."""
    left, values, _ = np.linalg.svd(draws - draws.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, values > max(_SMALLEST * values.max(initial=0.0), 1e-9)])

"""Mutual information of answers with what is unknown, all in the space of the draws.

With X_i the centred probabilities of the answers of actor i in each draw, divided by the root of their noise W and of
the number of draws less one, (n_draws, n_answers), W^−½ Cov(p) W^−½ = X_S' X_S, and ½ log det(I + X_S' X_S) = ½ log det
A with A = I + X_S X_S', which is of the size of the draws whatever the set. Given the answers of S, the covariance of a
target with centred draws T is T' A⁻¹ T.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Answers", "Everything", "Others", "Targets"]

Floats = npt.NDArray[np.float64]

_SMALLEST = 1e-6  # singular values, relative to the greatest, that count as variation of a target


class Answers(Protocol):
    """What actors would answer."""

    @property
    def n_draws(self) -> int:
        """Number of draws."""

    def scaled(self, actor: int, without: list[int]) -> Floats:
        """X of the actor's answers, leaving out dyads that those in `without` told."""


class Everything:
    """Information about all that is unknown."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.chosen: list[int] = []
        self._inverse: Floats | None = None  # of A; None: the identity
        self._bounds: dict[int, float] = {}

    def best(self, allowed: list[int]) -> tuple[int, float]:
        """The actor that adds most to those chosen, and how much."""
        best, most = -1, -np.inf
        # What an actor adds only falls as others are chosen, so what it added earlier is a bound.
        for actor in sorted(allowed, key=lambda i: -self._bounds.get(i, np.inf)):
            if self._bounds.get(actor, np.inf) <= most:
                break
            gain = self._gain(actor)
            self._bounds[actor] = gain
            if gain > most:
                best, most = actor, gain
        return best, most

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
        known = self._told(self._left, self._trace)
        self._known = np.where(self._counted(actor), known, self._known)
        super().add(actor)

    def _gain(self, actor: int) -> float:
        added = self._told(*self._after(actor)) - self._known
        return max(0.0, float(added[self._counted(actor)].sum()))

    def _counted(self, actor: int) -> npt.NDArray[np.bool_]:
        """The targets that the next answers, an actor's, count for."""
        return np.ones(self._n_targets, dtype=bool)

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


class Others(Targets):
    """Targets of which an actor's own does not count from when it is chosen."""

    def _counted(self, actor: int) -> npt.NDArray[np.bool_]:
        counted = super()._counted(actor)
        counted[[*self.chosen, actor]] = False
        return counted


def _basis(draws: Floats) -> Floats:
    """Orthonormal basis of the centred draws of a target; without columns where it does not vary."""
    left, values, _ = np.linalg.svd(draws - draws.mean(axis=0), full_matrices=False)
    return np.asarray(left[:, values > max(_SMALLEST * values.max(initial=0.0), 1e-9)])

"""The likelihood of the plain models, Bernoulli ties (logit) with an intercept and one similarity, by fused kernels.

Its value and gradient must equal those of the composed likelihood (`composed.py`). What makes it fast: η is symmetric,
so a directed network costs as much as an undirected one, with a multiplicity (how many of i→j and j→i were observed)
on each unordered pair; the sum over all pairs is branch-free, and ties and unobserved dyads are sparse corrections to
it; pairs are packed over rows (row i over j < i), so that short rows of small networks still fill a vector register;
and HMC's forces are float32 (the arrays' dtype decides), while energies are float64. Notation as in `pairs.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba.types import void

from latentnet.checks import fits_square
from latentnet.compiled import UNCOUNTED, clear, implements, inline_kernel, kernel, small_kernel, softplus
from latentnet.likelihood.fused_data import BILINEAR, DISTANCE, SIMILARITY_CODES, FusedData, fused_data
from latentnet.likelihood.packed import BLOCK
from latentnet.likelihood.pairs import (
    add_probabilities,
    attract,
    attract_all,
    fill_pairs,
    fill_row,
    forces_of_pairs,
    scatter_bilinear,
    scatter_euclidean,
    softplus_sum,
    sum_probabilities,
    weigh_rows,
    weighted_softplus_row,
)
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    add_likelihood_gradient,
    change_of_swap,
    linear_predictors,
    log_likelihood,
    own_scratch,
    tie_probabilities,
    with_expected_ties,
)
from latentnet.native import MATRIX, NUMBERS, VECTOR, Memory, as_matrix, entry

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["Fused", "fused_actor_log_likelihood", "fused_gradient", "fused_log_likelihood"]

# With more than this share of pairs unobserved one by one, sparse corrections cost more than the composed likelihood.
_MOST_HOLES = 0.25
_APART = 256
_TERMS_AT_ONCE = 10_000_000  # pairs times draws: a tenth of a second, after which Ctrl-C is heard


class Fused(NamedTuple):
    """A plain model; one a chain, sharing all data but the scratch. The scratch's dtype is that of the forces."""

    data: FusedData
    positions: np.ndarray  # (d, n)
    forces: np.ndarray  # (d, n)
    pairs: np.ndarray  # (2, block)

    @staticmethod
    def accepts(problem: Problem) -> bool:
        """Whether the model is plain, of one one-mode network with few single dyads unobserved.

        It asks for the similarity's class: the kernels are its formula written out, and a subclass may have another.
        """
        missing, pairs = problem.network.observed.missing, problem.n_actors * (problem.n_actors - 1)
        return (
            problem.presences is None
            and len(problem.layers) < 2
            and all(effect.implied or effect.of_self_ties for effect, _, _ in problem.effects)
            and problem.family.pair_sum == "softplus"
            and problem.observed_family is problem.family
            and type(problem.similarity) in SIMILARITY_CODES
            and not problem.network.two_mode
            and missing.nnz <= _MOST_HOLES * pairs
        )

    @staticmethod
    def bind(problem: Problem) -> Fused:
        """Pack the network; the scratch is of float32."""
        assert problem.similarity is not None
        data = fused_data(
            problem.network,
            n_dims=problem.n_dims,
            similarity=problem.similarity,
            intercept=problem.intercept,
        )
        return _own_scratch(Fused(data, *[np.zeros((0, 0))] * 3), np.float32)


@implements(own_scratch, Fused)
def _own_scratch(likelihood: Fused, dtype: Any) -> Fused:
    """Float32 is for a sampler's forces, float64 for an exact gradient."""
    data = likelihood.data
    n, d = data.n_actors, data.n_dims
    width = max(BLOCK, n)
    # One allocation at fixed distances: whether a loop that sums and stores runs vectorised hangs on how far apart its
    # arrays lie, and with it the order of the sum. So the draws of one seed would depend on the heap.
    plane = d * n + _APART
    memory = np.zeros(2 * plane + 2 * (width + _APART), dtype)
    pairs = memory[2 * plane :].reshape(2, width + _APART)
    return Fused(
        data._replace(energies=np.zeros(width)),
        positions=memory[: d * n].reshape(d, n),
        forces=memory[plane : plane + d * n].reshape(d, n),
        pairs=pairs,
    )


@implements(add_likelihood_gradient, Fused, UNCOUNTED)
@kernel
def fused_gradient(likelihood, theta, gradient):
    """Add the gradient of the log-likelihood to `gradient`."""
    target = likelihood.data
    n, d = target.n_actors, target.n_dims
    z, forces, s, c = likelihood.positions, likelihood.forces, likelihood.pairs[0], likelihood.pairs[1]
    real = z.dtype.type
    for k in range(d):
        for i in range(n):
            z[k, i] = real(theta[k * n + i])
            forces[k, i] = real(0.0)
    b = real(theta[target.intercept] if target.intercept >= 0 else 0.0)
    bilinear = target.similarity == BILINEAR
    slope = 0.0
    for block in range(target.blocks.size - 1):
        first, last = target.blocks[block], target.blocks[block + 1]
        size = fill_pairs(z, first, last, bilinear, s)
        expected = target.multiplicity * forces_of_pairs(s, c, size, target.similarity, b)
        if target.multiplicity == 0.0:
            weigh_rows(c, target.observed, first, last)
            expected = sum_probabilities(c, s, size, target.similarity == DISTANCE)
        expected -= _drop_holes(target, block, s, c)
        slope += _pull_ties(target, block, first, size, s, c) - expected
        factor = real(target.multiplicity if target.multiplicity > 0.0 else 1.0)
        if bilinear:
            scatter_bilinear(z, c, first, last, factor, forces)
        else:
            scatter_euclidean(z, c, first, last, factor * real(target.similarity + 1), forces)
    for k in range(d):
        for i in range(n):
            gradient[k * n + i] += forces[k, i]
    if target.intercept >= 0:
        gradient[target.intercept] += slope


@inline_kernel
def _drop_holes(target, block, s, c):
    """Take the unobserved dyads' forces out of c; return their Σ p."""
    total = 0.0
    factor = target.multiplicity if target.multiplicity > 0.0 else 1.0
    for t in range(target.hole_starts[block], target.hole_starts[block + 1]):
        p = target.hole_pairs[t]
        length = s[p] if target.similarity == DISTANCE else 1.0
        total += (1.0 - target.hole_kept[t]) * factor * c[p] * length
        c[p] = c.dtype.type(c[p] * target.hole_kept[t])
    return total


@inline_kernel
def _pull_ties(target, block, first, size, s, c):
    """Put the ties' attraction into c; return their total weight."""
    factor = target.multiplicity if target.multiplicity > 0.0 else 1.0
    if target.expected_ties.size > 0:
        start = first * (first - 1) // 2
        expected = target.expected_ties[start : start + size]
        attract_all(s, c, expected, target.similarity == DISTANCE, factor)
        total = 0.0
        for p in range(size):
            total += expected[p]
        return total
    start, end = target.tie_starts[block], target.tie_starts[block + 1]
    pairs, weights = target.tie_pairs[start:end], target.tie_weights[start:end]
    attract(s, c, pairs, weights, target.similarity == DISTANCE, factor)
    return target.tie_totals[block]


@implements(log_likelihood, Fused, UNCOUNTED)
@kernel
def fused_log_likelihood(likelihood, theta):
    """Log-likelihood of all observed dyads, float64 throughout."""
    target = likelihood.data
    n = target.n_actors
    z = as_matrix(theta, target.n_dims, n)
    b = theta[target.intercept] if target.intercept >= 0 else 0.0
    s = target.energies
    value = 0.0
    for block in range(target.blocks.size - 1):
        first, last = target.blocks[block], target.blocks[block + 1]
        size = fill_pairs(z, first, last, target.similarity == BILINEAR, s)
        every = target.multiplicity * softplus_sum(s, size, target.similarity, b)
        if target.multiplicity == 0.0:
            p = 0
            for i in range(first, last):
                every += weighted_softplus_row(s[p : p + i], target.observed[i], target.observed)
                p += i
        value -= every
        if target.expected_ties.size > 0:
            weights = target.expected_ties[first * (first - 1) // 2 :]
            for p in range(size):
                value += weights[p] * s[p]
        else:
            for t in range(target.tie_starts[block], target.tie_starts[block + 1]):
                value += target.tie_weights[t] * s[target.tie_pairs[t]]
        if target.hole_starts[block] < target.hole_starts[block + 1]:
            value += _holes_softplus(target, block, first, s)
    return value


@inline_kernel
def _holes_softplus(target, block, first, s):
    """Σ over unobserved dyads of the block of the softplus that the sum over all pairs took too much."""
    total = 0.0
    i, start = first, 0
    for t in range(target.hole_starts[block], target.hole_starts[block + 1]):
        p = target.hole_pairs[t]
        while p >= start + i:  # holes are sorted, so the row is found by walking on
            start += i
            i += 1
        multiplicity = target.multiplicity
        if multiplicity == 0.0:
            multiplicity = target.observed[i] + target.observed[p - start]
        total += (1.0 - target.hole_kept[t]) * multiplicity * softplus(s[p])
    return total


@implements(actor_log_likelihood, Fused, UNCOUNTED)
@kernel
def fused_actor_log_likelihood(likelihood, theta, actor):
    """Log-likelihood of the dyads that the actor is part of."""
    target = likelihood.data
    n = target.n_actors
    z = as_matrix(theta, target.n_dims, n)
    b = theta[target.intercept] if target.intercept >= 0 else 0.0
    s = target.energies
    fill_row(z, actor, target.similarity == BILINEAR, s[:n])
    every = target.multiplicity * softplus_sum(s, n, target.similarity, b)
    self_multiplicity = target.multiplicity
    if target.multiplicity == 0.0:
        every = weighted_softplus_row(s[:n], target.observed[actor], target.observed)
        self_multiplicity = 2.0 * target.observed[actor]
    value = self_multiplicity * softplus(s[actor]) - every
    for t in range(target.neighbour_starts[actor], target.neighbour_starts[actor + 1]):
        value += target.neighbour_weights[t] * s[target.neighbours[t]]
    for t in range(target.gap_starts[actor], target.gap_starts[actor + 1]):
        j = target.gaps[t]
        multiplicity = target.multiplicity
        if multiplicity == 0.0:
            multiplicity = target.observed[actor] + target.observed[j]
        value += (1.0 - target.gap_kept[t]) * multiplicity * softplus(s[j])
    return value


@small_kernel
def _similarity(theta, n, d, i, j, similarity):
    total = 0.0
    for k in range(d):
        if similarity == BILINEAR:
            total += theta[k * n + i] * theta[k * n + j]
        else:
            total -= (theta[k * n + i] - theta[k * n + j]) ** 2
    return -math.sqrt(-total) if similarity == DISTANCE else total


@inline_kernel
def _change_of_place(data, theta, i, j):
    """Change of i's tied dyads' linear predictors, weighted by the ties, if i moves to where j is.

    Its dyad with j stays.
    """
    n, d, code = data.n_actors, data.n_dims, data.similarity
    change = 0.0
    for t in range(data.neighbour_starts[i], data.neighbour_starts[i + 1]):
        other = data.neighbours[t]
        if other != j:
            gained = _similarity(theta, n, d, j, other, code) - _similarity(theta, n, d, i, other, code)
            change += data.neighbour_weights[t] * gained
    return change


@implements(change_of_swap, Fused, UNCOUNTED)
def _change_of_swap(likelihood, theta, i, j):
    """The sum over all pairs does not change, so a swap costs no more than the two actors' ties."""
    return _change_of_place(likelihood.data, theta, i, j) + _change_of_place(likelihood.data, theta, j, i)


def _predictors(data: Any, draws: Any, senders: Any, receivers: Any, out: Any) -> None:
    n, d, similarity, intercept = data.n_actors, data.n_dims, data.similarity, data.intercept
    for s in range(draws.shape[0]):
        theta, eta = draws[s], out[s]
        b = theta[intercept] if intercept >= 0 else 0.0
        clear(eta)
        for k in range(d):
            x = theta[k * n : (k + 1) * n]
            for p in range(senders.size):
                if similarity == BILINEAR:
                    eta[p] += x[senders[p]] * x[receivers[p]]
                else:
                    u = x[senders[p]] - x[receivers[p]]
                    eta[p] -= u * u
        for p in range(senders.size):
            if similarity == DISTANCE:
                eta[p] = -np.sqrt(-eta[p])
            eta[p] += b


@implements(linear_predictors, Fused)
def _linear_predictors(likelihood: Fused, draws: np.ndarray, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
    data, out = likelihood.data, np.empty((len(draws), len(senders)))
    memory = Memory(data)
    predict = entry(_predictors, UNCOUNTED, void, memory.type, MATRIX, NUMBERS, NUMBERS, MATRIX)
    predict(
        memory, np.ascontiguousarray(draws), *(np.ascontiguousarray(one, np.int64) for one in (senders, receivers)), out
    )
    return out


def _add_expected(likelihood: Any, draws: Any, out: Any) -> None:
    """Add each pair's tie probability under each draw to `out`, pairs end to end."""
    data = likelihood.data
    n, d = data.n_actors, data.n_dims
    z, s, c = likelihood.positions, likelihood.pairs[0], likelihood.pairs[1]
    real = z.dtype.type
    for block in range(data.blocks.size - 1):
        first, last = data.blocks[block], data.blocks[block + 1]
        total = out[first * (first - 1) // 2 :]
        for draw in range(draws.shape[0]):
            theta = draws[draw]
            for k in range(d):
                for i in range(last):
                    z[k, i] = real(theta[k * n + i])
            b = real(theta[data.intercept] if data.intercept >= 0 else 0.0)
            size = fill_pairs(z, first, last, data.similarity == BILINEAR, s)
            forces_of_pairs(s, c, size, data.similarity, b)
            add_probabilities(s, c, size, data.similarity == DISTANCE, total)


@implements(tie_probabilities, Fused)
def _tie_probabilities(likelihood: Fused, draws: np.ndarray) -> np.ndarray:
    n = likelihood.data.n_actors
    fits_square("a probability for each pair", n, 4.0, fix="take inference='map' or 'variational'")
    out = np.zeros(n * (n - 1) // 2)
    memory = Memory(_own_scratch(likelihood, np.float32))
    add = entry(_add_expected, UNCOUNTED, void, memory.type, MATRIX, VECTOR)
    at_once = max(1, _TERMS_AT_ONCE // max(1, out.size))
    for first in range(0, len(draws), at_once):
        add(memory, np.ascontiguousarray(draws[first : first + at_once]), out)
    return out / len(draws)


@implements(with_expected_ties, Fused)
def _with_expected_ties(likelihood: Fused, problem: Problem, draws: np.ndarray) -> Fused:
    """A pair's expected ties are its probability times the number of its dyads that were observed."""
    data = likelihood.data
    weights = _tie_probabilities(likelihood, draws) * data.multiplicity
    for block, first in enumerate(data.blocks[:-1]):
        holes = slice(data.hole_starts[block], data.hole_starts[block + 1])
        weights[data.hole_pairs[holes] + first * (first - 1) // 2] *= data.hole_kept[holes]
    return _own_scratch(likelihood._replace(data=data._replace(expected_ties=weights)), np.float32)

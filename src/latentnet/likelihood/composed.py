"""The exact likelihood of any family with any effects, one block of dyads at a time.

The only code that composes effects.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, block_function, clear, implements, inline_kernel, kernel, small_kernel
from latentnet.likelihood.packed import Packed, actor_layout, dyad_layout, network_layout
from latentnet.likelihood.slots import SLOTS, no_gradient, no_score, padded, stacked
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    add_likelihood_gradient,
    couples_actors,
    log_likelihood,
    own_scratch,
)
from latentnet.native import as_matrix
from latentnet.signatures import (
    EFFECT_ADD,
    EFFECT_PULL,
    FAMILY_LOG_LIKELIHOOD,
    FAMILY_SCORE,
    RUN_SWAPPED,
)

if TYPE_CHECKING:
    from latentnet.effects.base import BoundEffect, Effect
    from latentnet.families.base import Family
    from latentnet.network import Network
    from latentnet.problem.problem import Problem

__all__ = [
    "Composed",
    "compose",
    "composed_actor_log_likelihood",
    "composed_gradient",
    "composed_log_likelihood",
    "fill_eta",
    "own_buffers",
    "unit_log_likelihoods",
    "with_layout",
]


class Buffers(NamedTuple):
    """Scratch of one chain."""

    eta: np.ndarray  # (2·width,)
    y: np.ndarray  # (2·width,) zero between blocks
    observed: np.ndarray  # (2·width,) uint8, one between blocks
    score: np.ndarray  # (2·width,)
    out: np.ndarray  # (width,)
    work: np.ndarray  # (SLOTS, 2·width)
    runs: np.ndarray  # (most runs of a block, 5) for swapped copies


class Composed(NamedTuple):
    """Data, functions and scratch of a model of any family and effects; one a chain, sharing all but the scratch."""

    n_effects: int
    by_dyad: bool  # the family's unit is the dyad, so what it says of unobserved ones is struck out
    coupled: bool  # its unit is the row or the network, so an actor's dyads have no likelihood of their own
    slices: np.ndarray  # (SLOTS + 1, 2) start and stop in the parameter vector; the last is the family's
    adds: tuple[Any, ...]
    pulls: tuple[Any, ...]
    data: np.ndarray  # all effects' data, end to end: a tuple of arrays costs 130 ns each time one is picked
    shapes: np.ndarray  # (SLOTS, 3) where each effect's data starts in it, its rows and columns
    log_likelihood: tuple[Any, ...]
    score: tuple[Any, ...]
    family_data: np.ndarray  # (·, ·)
    dyads: np.ndarray  # (n_dyad_rows, size) of each block, blocks end to end: what the family knows of each dyad
    actor_dyads: np.ndarray  # the same for `by_actor`
    n_dyad_rows: int
    layout: Packed
    by_actor: Packed
    dense_ties: np.ndarray  # (n_dyads,) in place of the ties, blocks end to end; empty if the ties are as observed
    buffers: Buffers

    @staticmethod
    def accepts(problem: Problem) -> bool:
        """It is the exact one of any problem."""
        return True

    @staticmethod
    def bind(problem: Problem) -> Composed:
        """Of the problem's family as its network's design lets it be seen."""
        return _bind(problem, pulls=True)

    @staticmethod
    def of_energies(problem: Problem) -> Composed:
        """The same for all but gradients, whose functions take time to compile."""
        return _bind(problem, pulls=False)

    @staticmethod
    def of_no_dyads(problem: Problem) -> Composed:
        """Of no dyad, for linear predictors of chosen ones: a layout of all of them takes time of their order."""
        family, layout = problem.family, dyad_layout(*np.zeros((2, 0), np.int64))
        data, own = problem.bound.data, problem.family_slice
        return compose(problem.network, family, data, problem.effects, own, layout, pulls=False)


def _bind(problem: Problem, *, pulls: bool) -> Composed:
    family = problem.observed_family
    # A family that no design wraps keeps what it learned from the network of the fit, such as levels.
    own = type(family) is type(problem.family)
    data = problem.bound.data if own else family.bind(problem.network, problem.priors).data
    return compose(problem.network, family, data, problem.effects, problem.family_slice, pulls=pulls)


def compose(
    network: Network,
    family: Family,
    family_data: np.ndarray,
    effects: Sequence[tuple[Effect, BoundEffect, slice]],
    family_slice: slice,
    layout: Packed | None = None,
    *,
    pulls: bool = True,
) -> Composed:
    """Compose effects and family over a network.

    Parameters
    ----------
    network : Network
    family : Family
    family_data : ndarray of shape (·, ·)
        What the family's verbs read.
    effects : sequence of (Effect, BoundEffect, slice)
        Each with its slice of the parameter vector.
    family_slice : slice
        The family's own values in the parameter vector.
    layout : Packed or None
        Which dyads; None: all that were observed.
    pulls : bool
        Whether it has a gradient; otherwise that is NaN.
    """
    if len(effects) > SLOTS:
        raise ValueError(
            f"effects must be at most {SLOTS}, intercept and similarity among them, but there are {len(effects)}; "
            "leave some out"
        )
    coupled = family.unit in ("row", "network")
    by_actor = layout
    if layout is None or by_actor is None:
        layout = network_layout(network, unit=family.unit)
        by_actor = layout if coupled else actor_layout(network, unit=family.unit)
    dyads, n_dyad_rows = dyad_blocks(family, network, layout)
    parts = [*(part for _, _, part in effects), *[slice(0, 0)] * (SLOTS - len(effects)), family_slice]
    slices = np.array([(part.start, part.stop) for part in parts], np.int64)
    kinds: list[Any] = [type(effect) for effect, _, _ in effects]
    data, shapes = stacked([np.asarray(bound.data, dtype=np.float64) for _, bound, _ in effects])
    verbs = family.kernels()
    value = block_function(verbs[0], FAMILY_LOG_LIKELIHOOD)
    score = block_function(verbs[1] if pulls else no_score, FAMILY_SCORE)
    return Composed(
        n_effects=len(effects),
        by_dyad=family.unit == "dyad",
        coupled=coupled,
        slices=slices,
        adds=padded([kind.add for kind in kinds], EFFECT_ADD),
        pulls=padded([kind.pull if pulls else no_gradient for kind in kinds], EFFECT_PULL),
        data=data,
        shapes=shapes,
        log_likelihood=(value, value),
        score=(score, score),
        family_data=np.ascontiguousarray(family_data, dtype=np.float64),
        dyads=dyads,
        actor_dyads=dyads if coupled else dyad_blocks(family, network, by_actor)[0],
        n_dyad_rows=n_dyad_rows,
        layout=layout,
        by_actor=by_actor,
        dense_ties=np.zeros(0),
        buffers=_buffers(layout, by_actor),
    )


def dyad_blocks(family: Family, network: Network, layout: Packed) -> tuple[np.ndarray, int]:
    """What the family knows of each dyad, block by block, and how many rows that is."""
    nothing = np.zeros(0, np.int64)
    n_rows = len(family.dyad_data(network, nothing, nothing))
    if n_rows == 0:
        return np.zeros(0), 0
    by_dyad = family.dyad_data(network, *layout.dyads())
    blocks = [by_dyad[:, first:end].ravel() for first, end in itertools.pairwise(layout.starts.tolist())]
    return np.concatenate([np.zeros(0), *blocks]), n_rows


def _buffers(layout: Packed, by_actor: Packed, dtype: Any = np.float64) -> Buffers:
    width = 2 * max(layout.sizes.max(initial=1), by_actor.sizes.max(initial=1))
    most = max(np.diff(layout.run_starts).max(initial=1), np.diff(by_actor.run_starts).max(initial=1))
    return Buffers(
        eta=np.zeros(width, dtype),
        y=np.zeros(width, dtype),
        observed=np.ones(width, np.uint8),
        score=np.zeros(width, dtype),
        out=np.zeros(width, dtype),
        work=np.zeros((SLOTS, width), dtype),
        runs=np.zeros((most, 5), np.int64),
    )


def with_layout(target: Composed, layout: Packed) -> Composed:
    """The same model over other dyads."""
    return target._replace(layout=layout, by_actor=layout, buffers=_buffers(layout, layout))


def own_buffers(target: Composed, dtype: Any = np.float64) -> Composed:
    """The same with scratch of its own."""
    return target._replace(buffers=_buffers(target.layout, target.by_actor, dtype))


@implements(own_scratch, Composed)
def _own_scratch(likelihood: Composed, dtype: Any) -> Composed:
    """Everything is float64."""
    return own_buffers(likelihood)


@implements(couples_actors, Composed)
def _couples_actors(likelihood):
    return likelihood.coupled


# The helpers below take arrays one by one: reading a field of a NamedTuple of arrays costs a reference count for each
# of them, which at 18 actors was more than the arithmetic.


@inline_kernel
def _add_effects(adds, n_effects, slices, data, shapes, theta, runs, eta, works, first, size):
    """Let each effect add its part to η (size,) of one half, whose scratch starts at `first`."""
    clear(eta)
    for k in range(n_effects):
        start, rows, columns = shapes[k, 0], shapes[k, 1], shapes[k, 2]
        matrix = as_matrix(data[start : start + rows * columns], rows, columns)
        adds[k](runs, theta[slices[k, 0] : slices[k, 1]], matrix, eta, works[k, first : first + size])


@inline_kernel
def _pull_effects(pulls, n_effects, slices, data, shapes, theta, runs, score, works, first, size, gradient):
    """Let each effect pull the scores (size,) of one half back to its values."""
    for k in range(n_effects):
        start, rows, columns = shapes[k, 0], shapes[k, 1], shapes[k, 2]
        matrix = as_matrix(data[start : start + rows * columns], rows, columns)
        here = gradient[slices[k, 0] : slices[k, 1]]
        pulls[k](runs, theta[slices[k, 0] : slices[k, 1]], matrix, score, works[k, first : first + size], here)


@inline_kernel
def _swapped(runs, out):
    copied = out[: runs.shape[0]]
    for r in range(runs.shape[0]):
        for k in range(runs.shape[1]):
            copied[r, k] = runs[r, k]
        copied[r, RUN_SWAPPED] = 1 - runs[r, RUN_SWAPPED]
    return copied


@inline_kernel
def _fill_ties(y, dense, dense_start, size, positions, values, first, end, sign):
    """Scatter a block's ties into y (sign 1), or clear them again (sign 0)."""
    if dense.size > 0:
        for p in range(size):
            y[p] = sign * dense[dense_start + p]
    else:
        for t in range(first, end):
            y[positions[t]] = sign * values[t]


@inline_kernel
def _set_holes(observed, positions, first, end, value):
    for t in range(first, end):
        observed[positions[t]] = value


@inline_kernel
def fill_eta(target, theta, layout, block):
    """η of one block of a layout, both halves, in the buffer; returns the block's size."""
    size = layout.sizes[block]
    runs = layout.runs[layout.run_starts[block] : layout.run_starts[block + 1]]
    adds, slices, data, shapes, n_effects = target.adds, target.slices, target.data, target.shapes, target.n_effects
    buffer, works, copy = target.buffers.eta, target.buffers.work, target.buffers.runs
    for half in range(layout.halves):
        if half == 1:
            runs = _swapped(runs, copy)
        eta = buffer[half * size : (half + 1) * size]
        _add_effects(adds, n_effects, slices, data, shapes, theta, runs, eta, works, half * size, size)
    return size


@inline_kernel
def _dyads_of(dyads, n_rows, first, size):
    """One block's (n_rows, size)."""
    return as_matrix(dyads[first * n_rows : (first + size) * n_rows], n_rows, size)


@inline_kernel
def unit_log_likelihoods(target, theta, layout, all_dyads, block):
    """Log-likelihood of each unit of one block of a layout, 0 where it was not observed."""
    size = fill_eta(target, theta, layout, block)
    halves = layout.halves
    runs = layout.runs[layout.run_starts[block] : layout.run_starts[block + 1]]
    ties = layout.tie_starts[block], layout.tie_starts[block + 1]
    holes = layout.hole_starts[block], layout.hole_starts[block + 1]
    dense, dense_start = target.dense_ties, layout.starts[block] * halves
    positions, values, gaps = layout.tie_positions, layout.tie_values, layout.hole_positions
    y, observed, out = target.buffers.y, target.buffers.observed, target.buffers.out[:size]
    _fill_ties(y, dense, dense_start, halves * size, positions, values, ties[0], ties[1], 1)
    _set_holes(observed, gaps, holes[0], holes[1], 0)
    clear(out)
    target.log_likelihood[0](
        runs,
        as_matrix(y[: halves * size], halves, size),
        as_matrix(observed[: halves * size], halves, size),
        as_matrix(target.buffers.eta[: halves * size], halves, size),
        target.family_data,
        _dyads_of(all_dyads, target.n_dyad_rows, layout.starts[block], size),
        theta[target.slices[SLOTS, 0] : target.slices[SLOTS, 1]],
        out,
    )
    if target.by_dyad:
        _set_holes(out, gaps, holes[0], holes[1], 0.0)
    _set_holes(observed, gaps, holes[0], holes[1], 1)
    _fill_ties(y, dense, dense_start, halves * size, positions, values, ties[0], ties[1], 0)
    return out


@small_kernel
def _block_log_likelihood(target, theta, layout, all_dyads, block):
    out, total = unit_log_likelihoods(target, theta, layout, all_dyads, block), 0.0
    for p in range(out.size):
        total += out[p]
    return total


@implements(log_likelihood, Composed, UNCOUNTED)
@kernel
def composed_log_likelihood(likelihood, theta):
    """Log-likelihood of all observed dyads."""
    total = 0.0
    for block in range(likelihood.layout.sizes.size):
        total += _block_log_likelihood(likelihood, theta, likelihood.layout, likelihood.dyads, block)
    return total


@implements(actor_log_likelihood, Composed, UNCOUNTED)
@kernel
def composed_actor_log_likelihood(likelihood, theta, actor):
    """Log-likelihood of the dyads that the actor is part of; of all where rows are coupled."""
    if likelihood.coupled:
        return composed_log_likelihood(likelihood, theta)
    return _block_log_likelihood(likelihood, theta, likelihood.by_actor, likelihood.actor_dyads, actor)


@implements(add_likelihood_gradient, Composed, UNCOUNTED)
@kernel
def composed_gradient(likelihood, theta, gradient):
    """Add the gradient of the log-likelihood to `gradient`."""
    layout, buffers = likelihood.layout, likelihood.buffers
    sizes, halves, starts = layout.sizes, layout.halves, layout.starts
    all_runs, run_starts, copy = layout.runs, layout.run_starts, buffers.runs
    tie_starts, positions, weights = layout.tie_starts, layout.tie_positions, layout.tie_values
    hole_starts, holes, dense = layout.hole_starts, layout.hole_positions, likelihood.dense_ties
    adds, pulls, score, n_effects = likelihood.adds, likelihood.pulls, likelihood.score, likelihood.n_effects
    slices, data, shapes = likelihood.slices, likelihood.data, likelihood.shapes
    family_data, dyads, own = likelihood.family_data, likelihood.dyads, (slices[SLOTS, 0], slices[SLOTS, 1])
    n_dyad_rows = likelihood.n_dyad_rows
    eta, y, observed, scores, works = buffers.eta, buffers.y, buffers.observed, buffers.score, buffers.work
    for block in range(sizes.size):
        size, first, dense_start = sizes[block], tie_starts[block], starts[block] * halves
        runs = forward = all_runs[run_starts[block] : run_starts[block + 1]]
        for half in range(halves):
            runs = forward if half == 0 else _swapped(forward, copy)
            part = eta[half * size : (half + 1) * size]
            _add_effects(adds, n_effects, slices, data, shapes, theta, runs, part, works, half * size, size)
        _fill_ties(y, dense, dense_start, halves * size, positions, weights, first, tie_starts[block + 1], 1)
        _set_holes(observed, holes, hole_starts[block], hole_starts[block + 1], 0)
        score[0](
            forward,
            as_matrix(y[: halves * size], halves, size),
            as_matrix(observed[: halves * size], halves, size),
            as_matrix(eta[: halves * size], halves, size),
            family_data,
            _dyads_of(dyads, n_dyad_rows, starts[block], size),
            theta[own[0] : own[1]],
            as_matrix(scores[: halves * size], halves, size),
            gradient[own[0] : own[1]],
        )
        if halves == 1:  # the unobserved half of a pair is summed over, so it has a score
            _set_holes(scores, holes, hole_starts[block], hole_starts[block + 1], 0.0)
        for half in range(halves):
            runs = forward if half == 0 else _swapped(forward, copy)
            part = scores[half * size : (half + 1) * size]
            _pull_effects(pulls, n_effects, slices, data, shapes, theta, runs, part, works, half * size, size, gradient)
        _set_holes(observed, holes, hole_starts[block], hole_starts[block + 1], 1)
        _fill_ties(y, dense, dense_start, halves * size, positions, weights, first, tie_starts[block + 1], 0)

"""The composed target: any family with any effects, one block of dyads at a time. The only code that composes effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet._contract import (
    EFFECT_ADD,
    EFFECT_PULL,
    FAMILY_LOG_LIKELIHOOD,
    FAMILY_SCORE,
    RUN_SWAPPED,
)
from latentnet._numba import block_function, kernel
from latentnet.inference.layout import Layout, actor_layout, network_layout

if TYPE_CHECKING:
    from latentnet.effects.base import BoundEffect, Effect
    from latentnet.families.base import Family
    from latentnet.network import Network

__all__ = [
    "Composed",
    "composed_actor_log_likelihood",
    "composed_gradient",
    "composed_linear_predictor",
    "composed_log_likelihood",
    "composed_target",
    "composed_unit_log_likelihoods",
    "own_buffers",
    "with_layout",
]

# First-class functions come in tuples of one length, padded with no-ops: kernels then compile once for every combination.
SLOTS = 12


class Buffers(NamedTuple):
    """Scratch of one chain."""

    eta: np.ndarray  # (2·width,)
    y: np.ndarray  # (2·width,) zero between blocks
    observed: np.ndarray  # (2·width,) uint8, one between blocks
    score: np.ndarray  # (2·width,)
    out: np.ndarray  # (width,)
    work: np.ndarray  # (SLOTS, 2·width)
    runs: np.ndarray  # (most runs of a block, 6) for swapped copies


class Composed(NamedTuple):
    """Data, functions and scratch of a model of any family and effects; one a chain, sharing all but the scratch."""

    n_actors: int
    intercept: int  # index into the parameter vector, -1 without one
    n_effects: int
    by_dyad: bool  # the family's unit is the dyad, so what it says of unobserved ones is struck out
    slices: np.ndarray  # (SLOTS + 1, 2) start and stop in the parameter vector; the last is the family's
    adds: tuple[Any, ...]
    pulls: tuple[Any, ...]
    data: tuple[np.ndarray, ...]
    log_likelihood: tuple[Any, ...]
    score: tuple[Any, ...]
    rows: np.ndarray  # (n_actors, ·) the design's data by row
    dyads: np.ndarray  # (·, n_dyads) the design's data by dyad, blocks end to end; may be empty
    layout: Layout
    by_actor: Layout
    dense_ties: np.ndarray  # (n_dyads,) in place of the ties, blocks end to end; empty if the ties are as observed
    buffers: Buffers


def _no_add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
    pass


def _no_pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
    pass


def composed_target(
    network: Network,
    family: Family,
    effects: Sequence[tuple[Effect, BoundEffect, slice]],
    *,
    intercept: int,
    family_slice: slice,
) -> Composed:
    """Compose effects and family over a network.

    Parameters
    ----------
    network : Network
    family : Family
    effects : sequence of (Effect, BoundEffect, slice)
        Each with its slice of the parameter vector.
    intercept : int
        Index of the intercept in the parameter vector, -1 without one.
    family_slice : slice
        The family's own values in the parameter vector.
    """
    if len(effects) > SLOTS:
        raise ValueError(f"effects: at most {SLOTS} effects, with intercept and similarity, but there are {len(effects)}")
    layout = network_layout(network, unit=family.unit)
    by_actor = actor_layout(network, unit=family.unit) if family.unit != "row" else layout
    padding = SLOTS - len(effects)
    slices = np.zeros((SLOTS + 1, 2), np.int64)
    for k, (_, _, part) in enumerate(effects):
        slices[k] = part.start, part.stop
    slices[SLOTS] = family_slice.start, family_slice.stop
    adds = [block_function(type(effect).add, EFFECT_ADD) for effect, _, _ in effects]  # type: ignore[attr-defined]
    pulls = [block_function(type(effect).pull, EFFECT_PULL) for effect, _, _ in effects]  # type: ignore[attr-defined]
    data = [np.ascontiguousarray(bound.data, dtype=np.float64) for _, bound, _ in effects]
    value = block_function(type(family).log_likelihood, FAMILY_LOG_LIKELIHOOD)  # type: ignore[attr-defined]
    score = block_function(type(family).score, FAMILY_SCORE)  # type: ignore[attr-defined]
    target = Composed(
        n_actors=network.n_actors,
        intercept=intercept,
        n_effects=len(effects),
        by_dyad=family.unit == "dyad",
        slices=slices,
        adds=(*adds, *[block_function(_no_add, EFFECT_ADD)] * padding),
        pulls=(*pulls, *[block_function(_no_pull, EFFECT_PULL)] * padding),
        data=(*data, *[np.zeros((1, 1))] * padding),
        log_likelihood=(value, value),
        score=(score, score),
        rows=np.zeros((network.n_actors, 0)),
        dyads=np.zeros((0, 0)),
        layout=layout,
        by_actor=by_actor,
        dense_ties=np.zeros(0),
        buffers=_buffers(layout, by_actor),
    )
    return target


def _buffers(layout: Layout, by_actor: Layout) -> Buffers:
    width = 2 * max(layout.sizes.max(initial=1), by_actor.sizes.max(initial=1))
    most = max(np.diff(layout.run_starts).max(initial=1), np.diff(by_actor.run_starts).max(initial=1))
    return Buffers(
        eta=np.zeros(width),
        y=np.zeros(width),
        observed=np.ones(width, np.uint8),
        score=np.zeros(width),
        out=np.zeros(width),
        work=np.zeros((SLOTS, width)),
        runs=np.zeros((most, 6), np.int64),
    )


def with_layout(target: Composed, layout: Layout) -> Composed:
    """The same model over other dyads."""
    return target._replace(layout=layout, by_actor=layout, buffers=_buffers(layout, layout))


def own_buffers(target: Composed) -> Composed:
    """The same model with scratch of its own, for another thread."""
    return target._replace(buffers=_buffers(target.layout, target.by_actor))


@kernel
def _fill_eta(target, theta, layout, block):  # type: ignore[no-untyped-def]
    """Let each effect add its part to η of the block, both halves; returns the block's (runs, size)."""
    buffers = target.buffers
    size = layout.sizes[block]
    runs = layout.runs[layout.run_starts[block] : layout.run_starts[block + 1]]
    for half in range(layout.halves):
        eta = buffers.eta[half * size : (half + 1) * size]
        eta[:] = 0.0
        if half == 1:
            runs = _swapped(runs, buffers.runs)
        for k in range(target.n_effects):
            values = theta[target.slices[k, 0] : target.slices[k, 1]]
            target.adds[k](runs, values, target.data[k], eta, buffers.work[k][half * size : (half + 1) * size])
    return size


@kernel
def _swapped(runs, out):  # type: ignore[no-untyped-def]
    copied = out[: runs.shape[0]]
    copied[:] = runs
    copied[:, RUN_SWAPPED] = 1 - runs[:, RUN_SWAPPED]
    return copied


@kernel
def _fill_ties(target, layout, block, size, sign):  # type: ignore[no-untyped-def]
    """Scatter the block's ties and holes into the buffers (sign 1), or clear them again (sign 0)."""
    buffers = target.buffers
    if target.dense_ties.size > 0:
        start = layout.starts[block] * layout.halves
        for p in range(layout.halves * size):
            buffers.y[p] = sign * target.dense_ties[start + p]
    else:
        for t in range(layout.tie_starts[block], layout.tie_starts[block + 1]):
            buffers.y[layout.tie_positions[t]] = sign * layout.tie_values[t]
    for t in range(layout.hole_starts[block], layout.hole_starts[block + 1]):
        buffers.observed[layout.hole_positions[t]] = 1 - sign


@kernel
def _unit_log_likelihoods(target, theta, layout, block):  # type: ignore[no-untyped-def]
    """Log-likelihood of each unit of one block of a layout, 0 where it was not observed."""
    buffers = target.buffers
    halves = layout.halves
    size = _fill_eta(target, theta, layout, block)
    _fill_ties(target, layout, block, size, 1)
    out = buffers.out[:size]
    out[:] = 0.0
    y = buffers.y[: halves * size].reshape(halves, size)
    observed = buffers.observed[: halves * size].reshape(halves, size)
    eta = buffers.eta[: halves * size].reshape(halves, size)
    values = theta[target.slices[SLOTS, 0] : target.slices[SLOTS, 1]]
    runs = layout.runs[layout.run_starts[block] : layout.run_starts[block + 1]]
    target.log_likelihood[0](runs, y, observed, eta, target.rows, target.dyads, values, out)
    if target.by_dyad:
        for t in range(layout.hole_starts[block], layout.hole_starts[block + 1]):
            out[layout.hole_positions[t]] = 0.0
    _fill_ties(target, layout, block, size, 0)
    return out


@kernel
def _block_log_likelihood(target, theta, layout, block):  # type: ignore[no-untyped-def]
    """Log-likelihood of one block of a layout."""
    return _unit_log_likelihoods(target, theta, layout, block).sum()


@kernel
def composed_log_likelihood(likelihood, theta):  # type: ignore[no-untyped-def]
    """Log-likelihood of all observed dyads."""
    total = 0.0
    for block in range(likelihood.layout.sizes.size):
        total += _block_log_likelihood(likelihood, theta, likelihood.layout, block)
    return total


@kernel
def composed_actor_log_likelihood(likelihood, theta, actor):  # type: ignore[no-untyped-def]
    """Log-likelihood of the dyads that the actor is part of."""
    return _block_log_likelihood(likelihood, theta, likelihood.by_actor, actor)


@kernel
def composed_gradient(likelihood, theta, gradient):  # type: ignore[no-untyped-def]
    """Add the gradient of the log-likelihood to `gradient`."""
    layout, buffers = likelihood.layout, likelihood.buffers
    halves = layout.halves
    for block in range(layout.sizes.size):
        size = _fill_eta(likelihood, theta, layout, block)
        _fill_ties(likelihood, layout, block, size, 1)
        y = buffers.y[: halves * size].reshape(halves, size)
        observed = buffers.observed[: halves * size].reshape(halves, size)
        eta = buffers.eta[: halves * size].reshape(halves, size)
        score = buffers.score[: halves * size].reshape(halves, size)
        start, stop = likelihood.slices[SLOTS]
        runs = layout.runs[layout.run_starts[block] : layout.run_starts[block + 1]]
        likelihood.score[0](
            runs, y, observed, eta, likelihood.rows, likelihood.dyads, theta[start:stop], score, gradient[start:stop]
        )
        if halves == 1:  # the unobserved half of a pair is summed over, so it has a score
            for t in range(layout.hole_starts[block], layout.hole_starts[block + 1]):
                buffers.score[layout.hole_positions[t]] = 0.0
        for half in range(halves):
            if half == 1:
                runs = _swapped(runs, buffers.runs)
            for k in range(likelihood.n_effects):
                start, stop = likelihood.slices[k]
                work = buffers.work[k][half * size : (half + 1) * size]
                likelihood.pulls[k](runs, theta[start:stop], likelihood.data[k], score[half], work, gradient[start:stop])
        _fill_ties(likelihood, layout, block, size, 0)


@kernel
def composed_linear_predictor(target, theta, out):  # type: ignore[no-untyped-def]
    """η of every packed dyad, blocks end to end (what stands at unobserved dyads inside of runs is filled too)."""
    layout = target.layout
    for block in range(layout.sizes.size):
        size = _fill_eta(target, theta, layout, block)
        start = layout.starts[block] * layout.halves
        out[start : start + layout.halves * size] = target.buffers.eta[: layout.halves * size]


@kernel
def composed_unit_log_likelihoods(target, theta, out):  # type: ignore[no-untyped-def]
    """Log-likelihood of every unit, blocks end to end; 0 where it was not observed."""
    layout = target.layout
    for block in range(layout.sizes.size):
        out[layout.starts[block] : layout.starts[block + 1]] = _unit_log_likelihoods(target, theta, layout, block)

"""Moves of the sampler one by one, from Python: with other tuning, and on a target whose data a test overwrites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats

from latentnet.inference.moves.adaptation import new_block, new_step
from latentnet.inference.moves.around import around_of, recentre, respread, reweigh
from latentnet.inference.moves.hmc import hamiltonian_move
from latentnet.inference.moves.move import Move, Scene, State, new_state
from latentnet.inference.moves.path_length import LENGTH, PathLength, new_path_length
from latentnet.inference.moves.scaling import scale_and_shift
from latentnet.problem.problem import Problem
from latentnet.problem.target import Target
from latentnet.problem.verbs import BoundTarget


def scene_of(target: Target, state: State, rng: np.random.Generator) -> Scene:
    """The target and the state in memory."""
    return Scene(BoundTarget(target), state, rng)


def own_positions(problem: Problem, theta: np.ndarray, k: int) -> np.ndarray:
    """Z + τ·u of a layer's actors or presences: (..., n, n_dims)."""
    rows, layer = problem.parameters, problem.layers[k]
    tau = np.exp(rows["layer_spread"].of(theta)[..., k])[..., None, None]
    u = np.swapaxes(rows[f"layer_deviations[{layer.name}]"].of(theta), -1, -2)
    return rows.positions(theta)[..., layer.actors, :] + tau * u


def as_seen(problem: Problem, theta: np.ndarray, k: int) -> np.ndarray:
    """Positions of a layer's actors or presences in units of its linear predictor (distances)."""
    own = own_positions(problem, theta, k)
    return own if k == 0 else np.exp(theta[..., problem.parameters.part("layer_weight")])[..., None] * own


def move_what_is_common(problem: Problem, draws: np.ndarray, rng: np.random.Generator, n_labels: int = 0) -> None:
    """Move every draw of a model of layers around a common map five times by the moves of these, in place."""
    around = around_of(problem.layers, problem.n_actors, 0.5, problem.prior.own_maps)
    state = new_state(draws[-1], 2, n_labels)
    scene, shares = scene_of(problem.target(), state, rng), np.zeros(3)
    moves = [Move(function, around).bind() for function in (respread, reweigh, recentre)]
    for theta in draws:
        state.theta[:] = theta
        for _ in range(5):
            shares += [scene.make(move) for move in moves]
        theta[:] = state.theta
    assert (shares > 200.0).all()


def paired_p_values(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> dict[str, float]:
    """Of each function of replicates that a move changes at all: p value of its mean being what it was."""
    found = {}
    for name, values in before.items():
        difference = after[name] - values
        error = difference.std() / np.sqrt(difference.size)
        if error > 1e-12:
            found[name] = float(2.0 * stats.norm.sf(abs(difference.mean()) / error))
    return found


def smallest(p_values: dict[str, float]) -> tuple[float, str]:
    """Smallest p value after Bonferroni's correction, and of what."""
    name = min(p_values, key=p_values.__getitem__)
    return p_values[name] * len(p_values), name


def with_changes(moves: Sequence[Move], changes: dict[Callable[..., Any], dict[str, Any]]) -> list[Move]:
    """The moves with other data, by function and field."""
    return [replace(move, data=move.data._replace(**changes.get(move.function, {}))) for move in moves]


def settled(moves: Sequence[Move], step: float, factor: Sequence[float]) -> list[Move]:
    """Tuning as warm-up may have left it: a step size, and the Cholesky factor of the scale block's proposal."""
    steps, block = new_step(), new_block()
    steps[:2] = np.log(step)
    block[-3:] = factor
    return with_changes(moves, {hamiltonian_move: {"step": steps}, scale_and_shift: {"tuning": block}})


def path_of(length: float) -> PathLength:
    """A path length that no trial changes."""
    path = new_path_length(*np.zeros((2, 0), np.int64))
    path.tuning[LENGTH] = length
    return path


def once(scene: Scene, move: Move) -> Callable[[], float]:
    """One move, to be made by calling."""
    bound = move.bind()
    return lambda: scene.make(bound)

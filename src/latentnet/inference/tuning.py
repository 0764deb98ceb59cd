"""Tuning: where chains start, and which moves suit a problem."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.compiled import offers
from latentnet.inference.approximation import Approximation, approximation, mode_start, nearest_mode
from latentnet.inference.convergence import monitored_dyads
from latentnet.inference.masses import informed_mass, mass_at, plain_mass
from latentnet.inference.moves.adaptation import LOG_STEP, new_block, new_step
from latentnet.inference.moves.around import around_of, recentre, respread, reweigh, widen
from latentnet.inference.moves.arrangement import Arrangement, rearrange
from latentnet.inference.moves.branches import NOTHING, Groups, SwingingGroups, find_groups, new_swings, swing
from latentnet.inference.moves.hmc import N_INFO, StepMasses, Trajectories, hamiltonian_move, renew_step_masses
from latentnet.inference.moves.move import Move
from latentnet.inference.moves.path_length import new_path_length
from latentnet.inference.moves.relocation import Relocation, relocate
from latentnet.inference.moves.scaling import (
    LayerBlock,
    Location,
    ScaleBlock,
    Steps,
    redraw_location,
    redraw_steps,
    scale_and_shift,
    stretch_layer,
    stretch_steps,
)
from latentnet.inference.moves.swap import Swaps, swap
from latentnet.inference.moves.variances import (
    Blocks,
    Effects,
    OwnValues,
    redraw_blocks,
    redraw_effects,
    redraw_values,
)
from latentnet.inference.optimise import posterior_mode
from latentnet.inference.start import start_parameters
from latentnet.likelihood.meshed import mesh_at, meshed
from latentnet.likelihood.verbs import (
    actor_log_likelihood,
    change_of_swap,
    couples_actors,
    information,
    value_and_gradient,
)
from latentnet.priors.correlated import SIZE
from latentnet.priors.positions import draw_shift, redraw_own_values
from latentnet.problem.target import Target

if TYPE_CHECKING:
    from latentnet.nbody.mesh import Mesh
    from latentnet.priors.intercept import Level
    from latentnet.priors.joint import Prior
    from latentnet.problem.problem import Problem

__all__ = ["Settings", "Tuning", "sampler_moves", "settings_of", "swinging_groups", "target_of"]

_RELOCATED_SHARE = 0.1
_SWAPS_PER_ACTOR = 0.25
_MOST_WHOLE_RELOCATIONS = 8  # where rows are coupled each costs two whole likelihoods
_PAIRS = 200
_MODE_ITERATIONS = 300  # of approximated likelihoods
_SHORT_PATH, _ENOUGH = 2.0, 0.7  # of trajectories on approximated likelihoods
_HOLD = 0.2  # of their steps while warm-up learns them
_APART = 2.0  # standard deviations between a start and the mode, by the masses


class Tuning(NamedTuple):
    """What chains of one problem share: they start with the same masses, and know which groups may swing."""

    mass: np.ndarray  # (n_parameters,)
    swinging: SwingingGroups
    mesh: Mesh | None = None  # where the likelihood is approximated: of this grid


class Settings(NamedTuple):
    """Where the chains of a problem start, and how they are tuned at first."""

    mode: np.ndarray  # (n_parameters,)
    most: Any  # that a start may be away from it
    tuning: Tuning
    target_acceptance: float


def settings_of(
    problem: Problem, target_acceptance: float, rng: np.random.Generator, approximate: Approximation | None = None
) -> Settings:
    """Find the mode, and masses there; of an approximated likelihood also the grid."""
    if approximate is not None:
        return _approximate_settings(problem, target_acceptance, rng, approximate)
    mode, _, _ = posterior_mode(
        problem, start_parameters(problem, rng), max_iterations=200, tolerance=1e-2, dtype=np.float32
    )
    mass, most = plain_mass(problem), np.inf
    if offers(problem.likelihood, information):
        mass = informed_mass(problem, mode, rng)
        # Half a unit of a coefficient would be absurd where its covariate has values in the thousands.
        most = 3.0 / np.sqrt(mass)
    return Settings(mode, most, Tuning(mass, swinging_groups(problem)), target_acceptance)


def _approximate_settings(
    problem: Problem, target_acceptance: float, rng: np.random.Generator, likelihood: Approximation
) -> Settings:
    start = mode_start(problem, likelihood, rng)
    mode, _, _ = nearest_mode(problem, likelihood, start, rng, max_iterations=_MODE_ITERATIONS, tolerance=1e-2)
    mass = mass_at(problem, mode, rng, likelihood)
    tuning = Tuning(mass, swinging_groups(problem), mesh_at(likelihood, mode))
    # Chains could not undo what half of the map's scale would do to a map that is many ties wide.
    return Settings(mode, _APART / np.sqrt(mass), tuning, target_acceptance)


def target_of(problem: Problem, tuning: Tuning) -> Target:
    """The target of one chain."""
    if tuning.mesh is None:
        return problem.target(np.float32)
    likelihood = approximation(problem, "approximate", "MCMC")
    assert likelihood is not None
    return problem.target(likelihood=meshed(likelihood, tuning.mesh))


def swinging_groups(problem: Problem) -> SwingingGroups:
    """What may swing: nothing without a map, and where actors are tied to where they were before no group can alone."""
    return find_groups(*problem.graph) if problem.n_dims and not problem.has_steps else NOTHING


def sampler_moves(
    problem: Problem, target: Target, mass: np.ndarray, target_acceptance: float, swinging: SwingingGroups | None = None
) -> list[Move]:
    """The moves that suit a problem, in the order of an iteration.

    Parameters
    ----------
    problem : Problem
    target : Target
        The chain's own.
    mass : ndarray of shape (n_parameters,)
        The chain's own: masses of clusters follow their number, those of steps their variance.
    target_acceptance : float
        Of Hamiltonian moves.
    swinging : SwingingGroups or None
        Those of the network, which are sought here if None.
    """
    prior, moving = target.prior, problem.has_steps
    swinging, moves = swinging_groups(problem) if swinging is None else swinging, []
    if moving:
        information = mass[: problem.n_actors][problem.n_first :].copy()
        masses = StepMasses(prior.walk, problem.n_dims, information, mass)
        moves.append(Move(renew_step_masses, masses))
    pairs = monitored_dyads(problem, _PAIRS) if problem.n_dims else (np.zeros(0, np.int64),) * 2
    trajectories = _trajectories(target, mass, pairs, target_acceptance)
    moves.append(Move(hamiltonian_move, trajectories))
    if problem.n_dims:
        moves += _moves_of_actors(problem, target, swinging.branches)
    if offers(prior.positions, redraw_own_values):
        moves.append(Move(redraw_values, OwnValues(prior.positions, mass)))
    if problem.n_dims:
        moves.append(Move(scale_and_shift, ScaleBlock(prior.level, new_block()), "scaling_rate"))
        moves += _moves_of_layers(problem, prior.level)
        if problem.invariance == "isometry" and offers(prior.positions, draw_shift):
            moves.append(Move(redraw_location, Location(prior)))
    if moving:
        steps = Steps(prior.walk, problem.n_dims)
        moves += [Move(stretch_steps, steps, "stretching_rate"), Move(redraw_steps, steps)]
    moves += _moves_of_effects(prior)
    # Last: chains that were saved before there were these know their moves by number.
    if len(swinging.crowds):
        of_crowds = new_swings(swinging.crowds, trajectories.path.tuning, trajectories.step)
        moves.append(Move(swing, of_crowds, "crowd_swing_rate"))
    if len(swinging.components) and problem.n_sites == 1:
        moves.append(Move(swing, new_swings(swinging.components), "component_swing_rate"))
    if len(swinging.arranged) and problem.n_sites == 1:
        starts, members, *_ = swinging.arranged
        arrangement = Arrangement(starts, members, trajectories.path.tuning, trajectories.step)
        moves.append(Move(rearrange, arrangement, "arrangement_rate"))
    return moves


def _moves_of_effects(prior: Prior) -> list[Move]:
    """Exact draws of random effects' variances and levels; the last of the groups may have correlation matrices."""
    moves, in_blocks = [], int(prior.blocks[:, SIZE].sum())
    alone = prior.groups[: len(prior.groups) - in_blocks]
    if len(alone):
        moves.append(Move(redraw_effects, Effects(alone, prior.correlations, prior.level)))
    if in_blocks:
        moves.append(Move(redraw_blocks, Blocks(prior.groups, prior.blocks, prior.level, prior.work)))
    return moves


def _trajectories(
    target: Target, mass: np.ndarray, pairs: tuple[np.ndarray, np.ndarray], target_acceptance: float
) -> Trajectories:
    """How trajectories run at first.

    Those of approximated likelihoods, which offer value and gradient in Python, are shorter: of thousands of actors
    steps have to be short, the more so the longer a trajectory, as tied actors that meet on the way disturb it. And a
    first step that is far off costs minutes.
    """
    step, info = new_step(), np.zeros(N_INFO)
    if not offers(target.likelihood, value_and_gradient):
        return Trajectories(mass, step, new_path_length(*pairs), target_acceptance, info)
    path = new_path_length(*pairs, shortest=_SHORT_PATH, enough=_ENOUGH)
    return Trajectories(mass, step, path, target_acceptance, info, centre=float(step[LOG_STEP]), hold=_HOLD)


def _moves_of_layers(problem: Problem, level: Level) -> list[Move]:
    """Moves of each layer's scale against the others'."""
    if len(problem.layers) < 2:
        return []
    weights, first, moves = np.array([layer.weight for layer in problem.layers[1:]], np.int64), 0, []
    for layer in problem.layers:
        last = first + layer.problem.prior.level.n_intercepts
        block = LayerBlock(level, first, last, layer.weight, weights, layer.degree, new_block())
        moves.append(Move(stretch_layer, block))
        first = last
    if problem.around:
        log_variance = problem.priors.layer_spread_log_variance
        around = around_of(problem.layers, problem.n_actors, log_variance, problem.prior.own_maps)
        moves += [Move(function, around) for function in (respread, reweigh, widen, recentre)]
    return moves


def _moves_of_actors(problem: Problem, target: Target, branches: Groups) -> list[Move]:
    """Moves of single actors, of pairs and of branches."""
    n, likelihood, moves = problem.n_actors, target.likelihood, []
    of_layers = max(1, len(problem.layers))  # the more of them, the deeper the valleys between modes
    relocations = math.ceil(_RELOCATED_SHARE * n * of_layers)
    if couples_actors(likelihood):
        relocations = min(relocations, _MOST_WHOLE_RELOCATIONS)
    if offers(likelihood, actor_log_likelihood):
        moves.append(Move(relocate, Relocation(relocations, *problem.graph), "relocation_rate"))
    if offers(likelihood, change_of_swap) and _can_swap(problem):
        moves.append(Move(swap, Swaps(math.ceil(_SWAPS_PER_ACTOR * n * of_layers)), "swap_rate"))
    if len(branches):
        moves.append(Move(swing, new_swings(branches), "swing_rate"))
    return moves


def _can_swap(problem: Problem) -> bool:
    """Whether it says what the places of two actors change; of layers, whether all actors are in all of these."""
    if problem.around:  # places are not all that an actor has
        return False
    if len(problem.layers) > 1:
        own = [layer.problem for layer in problem.layers]
        return all(one.n_actors == problem.n_actors and _can_swap(one) for one in own)
    observed = problem.network.observed
    return offers(problem.likelihood, change_of_swap) and observed.n_dyads == observed.n_dyads_possible

"""Binding: effects, family, design and priors made ready for one network, with a place for each value."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from latentnet.checks import shown
from latentnet.effects import (
    Effect,
    Intercept,
    Similarity,
    read_similarity,
)
from latentnet.effects.loops import check_self_ties
from latentnet.families.designs.reciprocal import Reciprocal
from latentnet.network.changed import of_self_ties
from latentnet.priors.intercept import Level
from latentnet.priors.joint import Prior, make_prior
from latentnet.priors.positions import NormalPositions, PositionPrior, Space
from latentnet.priors.random_walk import NoWalk, RandomWalk, no_walk
from latentnet.priors.values import Values, stacked
from latentnet.problem.covariates import Covariates, read_covariates
from latentnet.problem.parameters import Parameters
from latentnet.problem.problem import Problem, position_unit

if TYPE_CHECKING:
    from latentnet.effects.base import BoundEffect
    from latentnet.families.base import BoundFamily, Family, Frame
    from latentnet.network import Network
    from latentnet.network.joined import Presences
    from latentnet.priors import Priors

__all__ = [
    "bind_values",
    "make_problem",
    "position_space",
    "read_space",
    "resolved_priors",
    "rows_of_prior",
    "walk_of_positions",
]


def make_problem(
    network: Network,
    *,
    family: Family,
    similarity: str | Similarity | None,
    n_dims: int,
    effects: tuple[Effect, ...],
    priors: Priors,
    position_prior: PositionPrior | None = None,
    presences: Presences | None = None,
) -> Problem:
    """Bind the effects to the network and give each its slice of the parameter vector.

    Parameters
    ----------
    network : Network
    family : Family
    similarity : {"distance", "squared_distance", "bilinear"}, Similarity or None
    n_dims : int
        0 where `similarity` is None.
    effects : tuple of Effect
        As the user gave them; the intercept is added unless `NoIntercept` is among them.
    priors : Priors
        Unresolved.
    position_prior : PositionPrior or None
        Such as `Clusters`; None is N(0, σ² I).
    presences : Presences or None
        Several networks as one: who is who in `network`.

    Raises
    ------
    ValueError
        If these do not go together, or do not suit the network.
    """
    # Later changes of the user's own instances must not change what was fitted.
    family, effects = copy.deepcopy(family), tuple(copy.copy(effect) for effect in effects)
    family.check(network)
    _check_effects(tuple(effect.of_one_layer for effect in effects))
    check_self_ties(effects, network)
    space = read_space(similarity)
    asked = [effect for effect in effects if not effect.leaves_out_intercept]  # which only says what is left out
    asked.sort(key=lambda effect: effect.of_self_ties)  # behind the covariates of dyads
    terms = [*([] if space is None else [space]), *([Intercept()] if len(asked) == len(effects) else []), *asked]
    bound = [_bound(effect, network, n_dims, presences) for effect in terms]
    frame = family.frame(network)
    level = frame.centre if priors.standardised else 0.0
    known = priors.with_defaults(**family.prior_defaults(network, priors), intercept_mean=level)
    resolved = resolved_priors(known, network, n_dims, position_prior, presences, position_unit(space, frame))
    law = Reciprocal(family) if any(effect.couples_pairs for effect in effects) else family
    names = [*(name for _, one in bound for name in one.names), *law.coefficient_names]
    _check_names(names)
    resolved.check_names(
        [name for name in names if name != "intercept"], [group.name for _, one in bound for group in one.groups]
    )
    of_family = law.bind(network, resolved)
    if network.self_ties is not None:
        family.check_again(of_self_ties(network), of_family.data)
    problem = bind_values(
        network,
        law,
        of_family,
        bound,
        space,
        n_dims,
        resolved,
        NormalPositions() if position_prior is None else position_prior,
        presences,
        frame,
    )
    _ = problem.observed_family  # refuses what does not combine, before anything is computed
    return problem


def read_space(similarity: str | Similarity | None) -> Similarity | None:
    """A similarity of the model's own: later changes of the user's must not change what was fitted."""
    return copy.copy(read_similarity(similarity))


def resolved_priors(
    priors: Priors,
    network: Network,
    n_dims: int,
    position_prior: PositionPrior | None,
    presences: Presences | None,
    unit: float,
) -> Priors:
    """Every number filled in for a network, whose positions have this unit."""
    n_first, n_sites = (network.n_actors, 1) if presences is None else (presences.n_first, presences.n_sites)
    of_one_site = None if position_prior is None else position_prior.of_one_site(n_sites).clusters
    return priors.resolve(
        n_first / n_sites,
        n_dims,
        of_one_site.most if of_one_site else None,
        steps=n_first < network.n_actors,
        unit=unit,
    )


def _check_effects(effects: tuple[Effect, ...]) -> None:
    """No effect comes twice, or beside one that it excludes."""
    repeated = [effect for k, effect in enumerate(effects) if effect in effects[:k]]
    if repeated:
        raise ValueError(f"effects must be different ones, but {shown(repeated[0])} comes twice; leave one out")
    for effect in effects:
        for other in effects:
            if type(other) in effect.excludes:
                raise ValueError(f"effects has {shown(effect)} beside {shown(other)}, {effect.excludes[type(other)]}")


def _bound(given: Effect, network: Network, n_dims: int, presences: Presences | None) -> tuple[Effect, BoundEffect]:
    """An effect as a model of one network, or of several, has it."""
    alone = given if given.of_one_layer is given else copy.copy(given.of_one_layer)
    effect = alone if presences is None else alone.shared(presences)
    bound = effect.bind(network, n_dims)
    given.check_bound(bound)
    if presences is not None and effect is alone and bound.groups:
        raise ValueError(
            f"effects: {shown(effect)} cannot be shared by several networks: its values are of the actors of one; let "
            "it define `shared`, or fit each network by itself"
        )
    return effect, bound


def _check_names(names: list[str]) -> None:
    """Coefficients are known by their names, so these must be different ones."""
    repeated = [name for k, name in enumerate(names) if name in names[:k]]
    if repeated:
        raise ValueError(
            f"effects: two coefficients have the name {shown(repeated[0])}; give the covariate another, "
            "DyadCovariate(x, name=...)"
        )


def bind_values(
    network: Network,
    law: Family,
    of_family: BoundFamily,
    effects: list[tuple[Effect, BoundEffect]],
    similarity: Similarity | None,
    n_dims: int,
    priors: Priors,
    position_prior: PositionPrior,
    presences: Presences | None,
    frame: Frame,
    covariates: Covariates | None = None,
) -> Problem:
    """Give bound components their places in the parameter vector, and put their priors together.

    `covariates` are read from the network if they are not given.
    """
    space = position_space(network, n_dims, presences)
    placed, rows, start = [], [], 0
    for effect, bound in effects:
        rows += _moved(effect.values(bound, n_dims), start)
        placed.append((effect, bound, slice(start, start + bound.size)))
        start += bound.size
    rows += _moved(law.values(of_family), start)
    rows += _moved(rows_of_prior(position_prior, space), start + len(of_family.start))
    parameters = Parameters.of(rows, network.n_actors, presences)
    problem = Problem(
        network,
        law,
        of_family,
        tuple(placed),
        similarity,
        n_dims,
        priors,
        position_prior,
        presences,
        parameters,
        frame,
    )
    found = read_covariates(problem) if covariates is None else covariates.of(parameters)
    problem = replace(problem, covariates=found)
    return replace(problem, prior=_prior(problem, space))


def rows_of_prior(position_prior: PositionPrior, space: Space) -> tuple[Values, ...]:
    """Own values of the prior of all positions, the steps' scale last."""
    steps = (Values("step_variance", transform="variance", space="scale"),) if space.moving else ()
    return stacked(*position_prior.values(space), *steps)


def position_space(network: Network, n_dims: int, presences: Presences | None) -> Space:
    """Where positions lie: behind the first ones those that follow them."""
    n = network.n_actors
    if presences is None:
        return Space(n_dims, n, n, np.array([0, n], np.int64))
    return Space(n_dims, n, presences.n_first if n_dims else n, presences.site_starts)


def _moved(rows: tuple[Values, ...], start: int) -> list[Values]:
    """Rows of an owner whose slice of the parameter vector begins here."""
    return [row._replace(start=start + row.start) for row in rows]


def _prior(problem: Problem, space: Space) -> Prior:
    """The prior of the parameter vector as compiled code reads it."""
    priors, family, own = problem.priors, problem.bound, problem.family_slice
    unit = problem.frame.unit if priors.standardised else 1.0
    precision = _precision_of_coefficients(problem, unit)
    normal_means, logs = np.zeros((2, problem.n_parameters))
    groups: list[tuple[float, ...]] = []
    correlations: list[tuple[int, int, int]] = []
    of_effects = priors.random_effect_variance_scale * unit**2, priors.random_effect_variance_df
    n_intercepts = problem.n_intercepts
    for _, bound, part in problem.effects:
        first = len(groups)
        for group in bound.groups:
            places = (part.start + place for place in (group.start, group.stop, group.scale))
            own_prior = (priors.random_effects or {}).get(group.name, of_effects)
            groups.append((*places, *own_prior, group.shift, 0, n_intercepts))
        correlations += [(first + c.first, first + c.second, part.start + c.place) for c in bound.correlations]
    precision[own], logs[own] = family.precision, family.logs
    known = priors.coefficients or {}
    for row in problem.parameters.coefficients:
        if row.name in known:
            normal_means[row.start], variance = known[row.name]
            precision[row.start] = 1.0 / variance
    groups += [(own.start, own.start, own.start + k, v0, df, 0.0, 0, 0) for k, v0, df in family.scales]
    walk = walk_of_positions(problem, space)
    return make_prior(
        n_actors=space.n_positions,
        n_dims=space.n_dims,
        precision=precision,
        means=normal_means,
        groups=np.array(groups, np.float64).reshape(-1, 8),
        correlations=np.array(correlations, np.int64).reshape(-1, 3),
        logs=logs,
        level=_level(problem, unit),
        walk=walk,
        positions=problem.position_prior.bind(space, problem.log_scale, priors),
    )


def _precision_of_coefficients(problem: Problem, unit: float) -> np.ndarray:
    """Those of the effects' coefficients by default, 0 elsewhere: (n_parameters,)."""
    covariates, precision = problem.covariates, np.zeros(problem.n_parameters)
    spread = covariates.variances if problem.priors.standardised else covariates.variances + covariates.means**2
    precision[covariates.indices] = spread
    for effect, _, part in problem.effects:
        if effect.of_self_ties:
            precision[part] = 1.0
    return precision / (problem.priors.coefficient_variance * unit**2)


def _level(problem: Problem, unit: float) -> Level:
    """The prior of the intercepts."""
    priors, count = problem.priors, problem.n_intercepts
    return Level(
        intercept=problem.intercept,
        n_intercepts=count,
        mean=np.full(count, float(priors.intercept_mean or 0.0)),
        precision=np.full(count, 1.0 / (priors.intercept_variance * unit**2)),
        unit=np.full(count, problem.frame.unit),
        about=1.0 if priors.standardised else 0.0,
        coefficients=problem.covariates.indices,
        means=np.tile(problem.covariates.means, (count, 1)),
    )


def walk_of_positions(problem: Problem, space: Space) -> RandomWalk:
    """The walk of an actor's presences, with the prior of its steps."""
    presences = problem.presences
    if presences is None:
        return no_walk(space.n_positions)
    following = np.full(space.n_positions, -1, np.int64)
    following[presences.previous] = np.arange(presences.n_first, space.n_positions)
    previous = presences.previous if space.n_dims else np.zeros(0, np.int64)
    return (RandomWalk if previous.size > 0 else NoWalk)(
        n_first=space.n_first,
        previous=previous,
        following=following,
        gaps=presences.gaps.astype(np.float64),
        log_scale=problem.log_step if space.moving else -1,
        v0=float(problem.priors.step_variance_scale or 1.0),
        df=float(problem.priors.step_variance_df),
        sites=presences.site,
        n_sites=presences.n_sites,
    )

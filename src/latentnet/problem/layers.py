"""A model of several kinds of ties: an ordinary problem for each layer, and one whose parameters hold all of theirs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.checks import shown
from latentnet.effects import Effect, Intercept, Similarity
from latentnet.effects.base import BoundEffect
from latentnet.effects.layer_weights import LayerWeights
from latentnet.families.base import BoundFamily
from latentnet.priors.intercept import Level
from latentnet.priors.joint import Prior, make_prior
from latentnet.priors.positions import NormalPositions, PositionPrior, Space
from latentnet.priors.random_effects import FIRST, LAST, SCALE, START, STOP
from latentnet.priors.values import Values
from latentnet.problem.bind import (
    make_problem,
    position_space,
    read_space,
    resolved_priors,
    rows_of_prior,
    walk_of_positions,
)
from latentnet.problem.covariates import Covariates
from latentnet.problem.parameters import Parameters
from latentnet.problem.problem import Problem, position_unit

if TYPE_CHECKING:
    from latentnet.families import Family
    from latentnet.network import Network
    from latentnet.network.joined import Presences
    from latentnet.network.layers import Given
    from latentnet.priors import Priors

__all__ = ["Layer", "bind_given", "join_layers"]


class Layer(NamedTuple):
    """One kind of ties: an ordinary problem, and where its parameters are in the whole model's."""

    name: str
    problem: Problem
    actors: np.ndarray  # (n_actors,) where its actors (or presences) are among all of them
    source: np.ndarray  # (n_parameters,) which of the whole model's parameters each of its own is
    weight: int  # index of log w; -1 where w is 1
    unit: float  # of its positions, in units of the first layer's
    degree: float  # of the similarity

    @property
    def n_coordinates(self) -> int:
        """How many coordinates its positions have, all in all."""
        return self.problem.positions.stop - self.problem.positions.start

    def places(self, n_actors: int) -> np.ndarray:
        """Where each of the whole model's actors is in the layer, (n_actors,) int64; −1 who is not."""
        found = np.full(n_actors, -1, np.int64)
        found[self.actors] = np.arange(len(self.actors))
        return found

    def factor(self, theta: np.ndarray) -> Any:
        """What positions are multiplied by, (...)."""
        logs = theta[..., self.weight] if self.weight >= 0 else np.zeros(theta.shape[:-1])
        return self.unit * np.exp(logs / self.degree)

    def parameters(self, theta: np.ndarray) -> np.ndarray:
        """Its own parameter vectors (..., n_parameters), of those of the whole model: those of an ordinary one."""
        own, factor = np.ascontiguousarray(theta[..., self.source]), np.asarray(self.factor(theta))
        for row in self.problem.parameters:
            if row.space == "points":
                own[..., row.part] *= factor[..., None]
            elif row.space == "scale":
                own[..., row.part] += np.log(factor)[..., None]
        return own


def bind_given(
    given: Given,
    families: Sequence[Family],
    *,
    similarity: str | Similarity | None,
    n_dims: int,
    effects: tuple[Effect, ...],
    priors: Priors,
    position_prior: PositionPrior | None = None,
) -> Problem:
    """Bind a model to what it is fitted to: each layer as a model of its own, which are then put together.

    Parameters
    ----------
    given : Given
    families : sequence of Family
        One for each layer.
    similarity, n_dims, effects, priors, position_prior
        As for `make_problem`; effects are those of every layer.

    Raises
    ------
    ValueError
        As for `make_problem`; the message names the layer.
    """
    network, presences, stack = given
    if stack is None:
        return make_problem(
            network,
            family=families[0],
            similarity=similarity,
            n_dims=n_dims,
            effects=effects,
            priors=priors,
            position_prior=position_prior,
            presences=presences,
        )
    space = read_space(similarity)
    if space is not None and space.degree is None and len(families) > 1:
        raise ValueError(
            f"similarity: {shown(space)} is scaled by no power, so layers cannot have weights; use 'distance', "
            "'squared_distance' or 'bilinear'"
        )
    with _in_layer(stack.names[0]):
        families[0].check(stack.networks[0])
        frame = families[0].frame(stack.networks[0])
    resolved = resolved_priors(priors, network, n_dims, position_prior, presences, position_unit(space, frame))
    problems = []
    for name, one, family, where in zip(stack.names, stack.networks, families, stack.presences, strict=True):
        with _in_layer(name):
            problems.append(
                make_problem(
                    one,
                    family=family,
                    similarity=space,
                    n_dims=n_dims,
                    effects=effects,
                    priors=resolved,
                    position_prior=position_prior,
                    presences=where,
                )
            )
    return join_layers(network, stack.names, problems, resolved, position_prior, presences)


@contextmanager
def _in_layer(name: str) -> Iterator[None]:
    """Say in which layer something is wrong."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"layer {shown(name)}: {error}") from error


def join_layers(
    network: Network,
    names: Sequence[str],
    problems: Sequence[Problem],
    priors: Priors,
    position_prior: PositionPrior | None,
    presences: Presences | None,
) -> Problem:
    """The problem of all layers, whose parameters are: positions, intercepts, other effects, weights, families, priors.

    Parameters
    ----------
    network : Network
        All layers' actors, and presences.
    names : sequence of str
    problems : sequence of Problem
        One for each layer, of the same similarity, effects and priors.
    priors : Priors
        Resolved.
    position_prior : PositionPrior or None
    presences : Presences or None
        Of `network`, where there are several periods or sites.
    """
    first = problems[0]
    table = _Table(network, names, problems)
    table.add_effects(first)
    families = table.add_families()
    prior_of_positions = NormalPositions() if position_prior is None else position_prior
    space = position_space(network, first.n_dims, presences)
    table.add_prior(rows_of_prior(prior_of_positions, space), network, presences)
    layers = tuple(
        Layer(name, problem, actors, source, weight, problem.position_unit / first.position_unit, _degree(first))
        for name, problem, actors, source, weight in zip(
            names, problems, table.actors, table.sources, table.weights, strict=True
        )
    )
    covariates = _covariates(layers)
    problem = Problem(
        network,
        first.family,
        families,
        tuple(table.effects),
        first.similarity,
        first.n_dims,
        priors,
        prior_of_positions,
        presences,
        Parameters(tuple(table.rows)),
        first.frame,
        covariates,
        layers=layers,
    )
    return replace(problem, prior=_prior(problem, space))


def _degree(problem: Problem) -> float:
    return 1.0 if problem.similarity is None or problem.similarity.degree is None else problem.similarity.degree


class _Table:
    """The whole model's table of parameters as it grows, and where each layer's own are in it."""

    def __init__(self, network: Network, names: Sequence[str], problems: Sequence[Problem]) -> None:
        self.names, self.problems = names, problems
        self.actors = [network.index(problem.network.actors) for problem in problems]
        self.sources = [np.full(problem.n_parameters, -1, np.int64) for problem in problems]
        self.weights = [-1] * len(problems)
        self.rows: list[Values] = []
        self.effects: list[tuple[Effect, BoundEffect, slice]] = []
        self.size, self._n_actors, self._network = 0, network.n_actors, network

    def _taken(self, size: int) -> slice:
        self.size += size
        return slice(self.size - size, self.size)

    def add_effects(self, first: Problem) -> None:
        """Positions, intercepts, every layer's other effects, and the weights."""
        if first.similarity is not None:
            bound = first.similarity.bind(self._network, first.n_dims)
            self._add(first.similarity, bound, first.n_dims)
            for source, actors, problem in zip(self.sources, self.actors, self.problems, strict=True):
                source[problem.positions] = (np.arange(first.n_dims)[:, None] * self._n_actors + actors).ravel()
        counts = [problem.intercepts.stop - problem.intercepts.start for problem in self.problems]
        if sum(counts):
            part = self._taken(sum(counts))
            self.rows.append(Values("intercept", (sum(counts),), ("network",), role="intercept", start=part.start))
            self.effects.append((Intercept(), BoundEffect(sum(counts), np.zeros((1, 1)), symmetric=True), part))
            ends = part.start + np.cumsum([0, *counts])
            for source, problem, span in zip(self.sources, self.problems, itertools.pairwise(ends), strict=True):
                source[problem.intercepts] = np.arange(*span)
        for k, problem in enumerate(self.problems):
            for effect, bound, old in problem.effects:
                if not effect.implied:
                    part = self._taken(bound.size)
                    self.effects.append((effect, bound, part))
                    self._move(k, old, part)
        if first.n_dims and len(self.names) > 1:
            weights = LayerWeights(tuple(self.names[1:]))
            part = self._add(weights, weights.bind(self._network, first.n_dims), first.n_dims)
            self.weights[1:] = range(part.start, part.stop)

    def _add(self, effect: Effect, bound: BoundEffect, n_dims: int) -> slice:
        part = self._taken(bound.size)
        self.effects.append((effect, bound, part))
        self.rows += [row._replace(start=part.start + row.start) for row in effect.values(bound, n_dims)]
        return part

    def _move(self, k: int, old: slice, part: slice) -> None:
        """Rows of a layer's slice, named after the layer."""
        self.sources[k][old] = np.arange(part.start, part.stop)
        name = self.names[k]
        for row in self.problems[k].parameters:
            if old.start <= row.start < old.stop:
                axes = tuple(f"{axis}[{name}]" for axis in row.axes)
                moved = row.start + part.start - old.start
                self.rows.append(row._replace(name=f"{row.name}[{name}]", axes=axes, start=moved))

    def add_families(self) -> BoundFamily:
        """Every family's own values."""
        begin, scales = self.size, []
        for k, problem in enumerate(self.problems):
            part = self._taken(len(problem.bound.start))
            self._move(k, problem.family_slice, part)
            scales += [(part.start - begin + place, v0, df) for place, v0, df in problem.bound.scales]
        every = [problem.bound for problem in self.problems]
        if len(every) == 1:
            return every[0]
        return BoundFamily(
            start=np.concatenate([one.start for one in every]),
            precision=np.concatenate([one.precision for one in every]),
            scales=tuple(scales),
            logs=np.concatenate([one.logs for one in every]),
        )

    def add_prior(self, rows: tuple[Values, ...], network: Network, presences: Presences | None) -> None:
        """Own values of the positions' prior, which all layers share."""
        begin = self.size
        for row in rows:
            part = self._taken(row.size)
            self.rows.append(row._replace(start=begin + row.start))
            for source, problem in zip(self.sources, self.problems, strict=True):
                if row.name in problem.parameters:
                    source[problem.parameters.part(row.name)] = np.arange(part.start, part.stop)
        sites = np.zeros(network.n_actors, np.int64) if presences is None else presences.site
        self.rows = [row._replace(sites=sites) if row.name == "positions" else row for row in self.rows]


def _covariates(layers: Sequence[Layer]) -> Covariates:
    """Those of all layers; whether they are collinear is asked of each."""
    every = [layer.problem.covariates for layer in layers]
    return Covariates(
        indices=np.concatenate([layer.source[one.indices] for layer, one in zip(layers, every, strict=True)]),
        means=np.concatenate([one.means for one in every]),
        variances=np.concatenate([one.variances for one in every]),
        products=np.zeros((0, 0)),
    )


def _prior(problem: Problem, space: Space) -> Prior:
    """What the layers' priors say of their own values, and that of the positions."""
    precision, means, logs = np.zeros((3, problem.n_parameters))
    groups, correlations = [np.zeros((0, 8))], [np.zeros((0, 3), np.int64)]
    for layer in problem.layers:
        own, source = layer.problem.prior, layer.source
        precision[source] += own.precision
        means[source] += own.means
        logs[source] += own.logs
        moved = own.groups.copy()
        size = moved[:, STOP] - moved[:, START]
        moved[:, START] = source[own.groups[:, START].astype(np.int64)]
        moved[:, STOP] = moved[:, START] + size
        moved[:, SCALE] = source[own.groups[:, SCALE].astype(np.int64)]
        if own.level.n_intercepts:
            moved[:, [FIRST, LAST]] += source[own.level.intercept] - problem.intercept
        pairs = own.correlations.copy()
        pairs[:, :2] += sum(map(len, groups))
        pairs[:, 2] = source[own.correlations[:, 2]]
        groups.append(moved)
        correlations.append(pairs)
        if layer.weight >= 0:
            precision[layer.weight] = 1.0 / problem.priors.layer_weight_log_variance
            logs[layer.weight] = 1.0
    walk, level = walk_of_positions(problem, space), _level(problem)
    return make_prior(
        n_actors=space.n_positions,
        n_dims=space.n_dims,
        precision=precision,
        means=means,
        groups=np.concatenate(groups),
        correlations=np.concatenate(correlations),
        logs=logs,
        level=level,
        indirect=walk.previous.size > 0 or bool(level.means.any()),
        moving=walk.previous.size > 0,
        walk=walk,
        positions=problem.position_prior.bind(space, problem.log_scale, problem.priors),
    )


def _level(problem: Problem) -> Level:
    """The prior of all layers' intercepts, each about its own layer's covariates."""
    every = [layer.problem.prior.level for layer in problem.layers]
    n_intercepts = problem.intercepts.stop - problem.intercepts.start
    means, row, column = np.zeros((n_intercepts, len(problem.covariates.indices))), 0, 0
    for one in every:
        rows, columns = one.means.shape
        means[row : row + rows, column : column + columns] = one.means
        row, column = row + rows, column + columns
    return Level(
        intercept=problem.intercept,
        n_intercepts=n_intercepts,
        mean=np.concatenate([one.mean for one in every]),
        precision=np.concatenate([one.precision for one in every]),
        unit=np.concatenate([one.unit for one in every]),
        about=every[0].about,
        coefficients=problem.covariates.indices,
        means=means,
    )

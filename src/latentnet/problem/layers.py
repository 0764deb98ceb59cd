"""A model of several kinds of ties: an ordinary problem for each layer, and one whose parameters hold all of theirs."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.checks import shown
from latentnet.effects import Effect, Similarity
from latentnet.effects.across_layers import AcrossLayers, across_layers
from latentnet.priors.correlation_matrices import correlation_factor
from latentnet.priors.intercept import Level
from latentnet.priors.joint import Prior, make_prior
from latentnet.priors.own_maps import NO_OWN_MAPS, OwnMaps
from latentnet.priors.positions import NormalPositions, PositionPrior, Space
from latentnet.problem.bind import (
    make_problem,
    position_space,
    read_space,
    resolved_priors,
    rows_of_prior,
    walk_of_positions,
)
from latentnet.problem.covariates import Covariates
from latentnet.problem.layer_groups import groups_of_layers
from latentnet.problem.layer_table import LayerTable
from latentnet.problem.parameters import Parameters
from latentnet.problem.problem import Problem, position_unit

if TYPE_CHECKING:
    from latentnet.families import Family
    from latentnet.network import Network
    from latentnet.network.joined import Presences
    from latentnet.network.layers import Given
    from latentnet.priors import Priors

__all__ = ["Layer", "bind_given", "join_layers"]


class Within(NamedTuple):
    """A correlation of a layer's own random effects that is one of a matrix across layers."""

    place: int  # of its atanh in the layer
    start: int  # of the matrix's values in the whole model
    size: int
    first: int
    second: int

    def of(self, theta: np.ndarray) -> Any:
        """Its atanh, (...)."""
        end = self.start + self.size * (self.size - 1) // 2
        factor = correlation_factor(theta[..., self.start : end], self.size)
        return np.arctanh((factor[..., self.first, :] * factor[..., self.second, :]).sum(axis=-1))


class Layer(NamedTuple):
    """One kind of ties: an ordinary problem, and where its parameters are in the whole model's."""

    name: str
    problem: Problem
    actors: np.ndarray  # (n_actors,) where its actors (or presences) are among all of them
    source: np.ndarray  # (n_parameters,) which of the whole model's parameters each of its own is
    weight: int  # index of log w; -1 where w is 1
    unit: float  # of its positions, in units of the first layer's
    degree: float  # of the similarity
    spread: int = -1  # index of log τ; -1 where its positions are the common ones
    deviations: int = -1  # where u starts, of which it has as many values as coordinates
    spread_unit: float = 1.0  # of τ
    within: tuple[Within, ...] = ()  # correlations of its own random effects, where these are part of a matrix

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

    def around(self, theta: np.ndarray) -> Any:
        """τ, in the space of the common positions, (...); 0 where its positions are these."""
        return self.spread_unit * np.exp(theta[..., self.spread]) if self.spread >= 0 else np.zeros(theta.shape[:-1])

    def parameters(self, theta: np.ndarray) -> np.ndarray:
        """Its own parameter vectors (..., n_parameters), of those of the whole model: those of an ordinary one."""
        own, factor = np.ascontiguousarray(theta[..., self.source]), np.asarray(self.factor(theta))
        for one in self.within:
            own[..., one.place] = one.of(theta)
        if self.spread >= 0:
            deviations = theta[..., self.deviations : self.deviations + self.n_coordinates]
            own[..., self.problem.positions] += self.around(theta)[..., None] * deviations
        for row in self.problem.parameters:
            if row.space == "points":
                own[..., row.part] *= factor[..., None]
            elif row.space == "scale":
                if self.spread >= 0 and row.name != "step_variance":  # the common positions walk, and it is around them
                    variance = np.exp(2.0 * own[..., row.part]) + self.around(theta)[..., None] ** 2
                    own[..., row.part] = 0.5 * np.log(variance)
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
    layers: str = "shared",
) -> Problem:
    """Bind a model to what it is fitted to: each layer as a model of its own, which are then put together.

    Parameters
    ----------
    given : Given
    families : sequence of Family
        One for each layer.
    similarity, n_dims, effects, priors, position_prior
        As for `make_problem`; effects are those of every layer.
    layers : {"shared", "around"}
        Whether several layers have the common positions, or each positions of its own around these.

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
    across = [type(one)(copy.copy(one.effect)) for one in across_layers(effects)]
    across = across if len(problems) > 1 else []
    return join_layers(network, stack.names, problems, resolved, position_prior, presences, across, layers == "around")


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
    across: Sequence[AcrossLayers] = (),
    around: bool = False,
) -> Problem:
    """The problem of all layers.

    Its parameters are: positions, intercepts, shared and other effects, weights, layers' positions, families, priors.

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
    across : sequence of AcrossLayers
        Effects with coefficients that layers share, or values that are correlated across these.
    around : bool
        Whether each of several layers has positions of its own around the common ones.
    """
    first = problems[0]
    table = LayerTable(network, names, problems, presences, around)
    table.add_effects(first, across)
    families = table.add_families()
    prior_of_positions = NormalPositions() if position_prior is None else position_prior
    space = position_space(network, first.n_dims, presences)
    table.add_prior(rows_of_prior(prior_of_positions, space))
    layers = _layers_of(table)
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
        Parameters.of(table.rows, network.n_actors, presences),
        first.frame,
        covariates,
        layers=layers,
    )
    return replace(problem, prior=_prior(problem, space))


def _layers_of(table: LayerTable) -> tuple[Layer, ...]:
    """The layers, when all have their places."""
    first = table.problems[0]
    return tuple(
        Layer(
            name,
            problem,
            table.actors[k],
            table.sources[k],
            table.weights[k],
            problem.position_unit / first.position_unit,
            _degree(first),
            table.spreads[k],
            table.deviations[k],
            first.position_unit,
            tuple(Within(*one) for one in table.within[k]),
        )
        for k, (name, problem) in enumerate(zip(table.names, table.problems, strict=True))
    )


def _degree(problem: Problem) -> float:
    return 1.0 if problem.similarity is None or problem.similarity.degree is None else problem.similarity.degree


def _covariates(layers: Sequence[Layer]) -> Covariates:
    """Those of all layers; whether they are collinear is asked of each."""
    every = [layer.problem.covariates for layer in layers]
    indices = np.concatenate([layer.source[one.indices] for layer, one in zip(layers, every, strict=True)])
    indices, first = np.unique(indices, return_index=True)
    return Covariates(
        indices=indices,
        means=np.concatenate([one.means for one in every])[first],  # of a shared coefficient, those of its first layer
        variances=np.concatenate([one.variances for one in every])[first],
        products=np.zeros((0, 0)),
    )


def _prior(problem: Problem, space: Space) -> Prior:
    """What the layers' priors say of their own values, and that of the positions."""
    precision, means, logs, times = np.zeros((4, problem.n_parameters))
    for layer in problem.layers:
        own, source = layer.problem.prior, layer.source
        precision[source] += own.precision
        means[source] += own.means
        logs[source] += own.logs
        times[source] += 1.0
    for of_layers in (precision, means, logs):  # what several layers have counts once
        of_layers /= np.maximum(times, 1.0)
    for layer in problem.layers:
        _set_normal(layer, problem.priors, precision, logs)
    own_maps = _own_maps(problem)
    if problem.around:
        means[own_maps.spreads] = own_maps.centre
    groups, correlations, blocks = groups_of_layers(problem)
    return make_prior(
        n_actors=space.n_positions,
        n_dims=space.n_dims,
        precision=precision,
        means=means,
        groups=groups,
        correlations=correlations,
        blocks=blocks,
        logs=logs,
        level=_level(problem),
        walk=walk_of_positions(problem, space),
        positions=problem.position_prior.bind(space, problem.log_scale, problem.priors),
        own_maps=own_maps,
    )


def _own_maps(problem: Problem) -> Any:
    """The prior of the weights of layers with positions of their own."""
    if not problem.around:
        return NO_OWN_MAPS
    log_scale, variance = problem.position_prior.spread(problem.log_scale, problem.priors)
    return OwnMaps(
        weights=np.array([layer.weight for layer in problem.layers], np.int64),
        spreads=np.array([layer.spread for layer in problem.layers], np.int64),
        unit=problem.layers[0].spread_unit,
        degree=problem.layers[0].degree,
        log_scale=log_scale,
        variance=variance,
        df=float(problem.priors.position_variance_df or 0.0),
    )


def _set_normal(layer: Layer, priors: Priors, precision: np.ndarray, logs: np.ndarray) -> None:
    """Set, in place, the precisions of a layer's weight, spread and deviations, and which of them are logs."""
    if layer.weight >= 0:
        logs[layer.weight] = 1.0
        precision[layer.weight] = 0.0 if layer.spread >= 0 else 1.0 / priors.layer_weight_log_variance
    if layer.spread >= 0:
        precision[layer.spread] = 1.0 / priors.layer_spread_log_variance
        logs[layer.spread] = 1.0
        precision[layer.deviations : layer.deviations + layer.n_coordinates] = 1.0


def _level(problem: Problem) -> Level:
    """The prior of all layers' intercepts, each about its own layer's covariates."""
    every = [layer.problem.prior.level for layer in problem.layers]
    n_intercepts = problem.n_intercepts
    means, row = np.zeros((n_intercepts, len(problem.covariates.indices))), 0
    for layer, one in zip(problem.layers, every, strict=True):
        columns = np.searchsorted(problem.covariates.indices, layer.source[one.coefficients])
        means[row : row + len(one.means), columns] = one.means
        row += len(one.means)
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

"""The table of parameters of a model of several kinds of ties, and where each kind's own are in it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from latentnet.effects import Effect, Intercept
from latentnet.effects.across_layers import AcrossLayers, InLayers, across_layers
from latentnet.effects.base import BoundEffect
from latentnet.effects.layer_positions import LayerPositions
from latentnet.effects.layer_weights import LayerWeights
from latentnet.families.base import BoundFamily
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.network.joined import Presences
    from latentnet.problem.problem import Problem

__all__ = ["LayerTable"]


class LayerTable:
    """The whole model's table of parameters as it grows, and where each layer's own are in it."""

    def __init__(
        self,
        network: Network,
        names: Sequence[str],
        problems: Sequence[Problem],
        presences: Presences | None,
        around: bool,
    ) -> None:
        self.names, self.problems, self.around = names, problems, around
        self.actors = [network.index(problem.network.actors) for problem in problems]
        self.sources = [np.full(problem.n_parameters, -1, np.int64) for problem in problems]
        self.weights, self.spreads, self.deviations = ([-1] * len(problems) for _ in range(3))
        self.rows: list[Values] = []
        self.within: list[list[tuple[int, ...]]] = [[] for _ in problems]  # correlations of random effects in a layer
        self.effects: list[tuple[Effect, BoundEffect, slice]] = []
        self.size, self._n_actors, self._network, self._presences = 0, network.n_actors, network, presences

    def _taken(self, size: int) -> slice:
        self.size += size
        return slice(self.size - size, self.size)

    def add_effects(self, first: Problem, across: Sequence[AcrossLayers]) -> None:
        """Positions, intercepts, what is across layers, every layer's other effects, and the weights."""
        if first.similarity is not None:
            bound = first.similarity.bind(self._network, first.n_dims)
            self._add(first.similarity, bound, first.n_dims)
            for source, actors, problem in zip(self.sources, self.actors, self.problems, strict=True):
                source[problem.positions] = (np.arange(first.n_dims)[:, None] * self._n_actors + actors).ravel()
        counts = [problem.n_intercepts for problem in self.problems]
        if sum(counts):
            part = self._taken(sum(counts))
            self.rows.append(Values("intercept", (sum(counts),), ("network",), role="intercept", start=part.start))
            self.effects.append((Intercept(), BoundEffect(sum(counts), np.zeros((1, 1)), symmetric=True), part))
            ends = part.start + np.cumsum([0, *counts])
            for source, problem, span in zip(self.sources, self.problems, itertools.pairwise(ends), strict=True):
                source[problem.intercepts] = np.arange(*span)
        for one in across:
            self._add_across(one)
        alone = [one.of_one_layer for one in across]
        for k, problem in enumerate(self.problems):
            for effect, bound, old in problem.effects:
                if not effect.implied and effect.given not in alone:
                    part = self._taken(bound.size)
                    self.effects.append((effect, bound, part))
                    self._move(k, old, part, self.names[k])
        if first.n_dims and len(self.names) > 1:
            weights = LayerWeights(tuple(self.names[1:]))
            part = self._add(weights, weights.bind(self._network, first.n_dims), first.n_dims)
            self.weights[1:] = range(part.start, part.stop)
            if self.around:
                self._add_positions(first.n_dims)

    def _in_layers(self, bounds: list[BoundEffect]) -> InLayers:
        """An effect of all actors, whether or not they are in a layer; values over periods are by first presence."""
        units, presences = [problem.frame.unit for problem in self.problems], self._presences
        if presences is None:
            return InLayers(self.names, bounds, units, self.actors, self._n_actors, "actor")
        actors = [
            whose if problem.presences is None else presences.actors[whose[: problem.presences.n_first]]
            for whose, problem in zip(self.actors, self.problems, strict=True)
        ]
        return InLayers(self.names, bounds, units, actors, presences.n_first, "presence")

    def _add_across(self, effect: AcrossLayers) -> None:
        """What is in common, and where each layer's own is in it."""
        own = [
            next((bound, part) for one, bound, part in problem.effects if one.given == effect.of_one_layer)
            for problem in self.problems
        ]
        joined = effect.joined(self._in_layers([bound for bound, _ in own]))
        part, count = self._add(effect, joined.bound, 0), len(joined.bound.groups)
        for source, (_, old), places in zip(self.sources, own, joined.places, strict=True):
            source[old] = part.start + places
        for k, place, first, second in joined.correlations:
            start = part.start + joined.bound.correlated
            self.within[k].append((own[k][1].start + place, start, count, first, second))

    def _add_positions(self, n_dims: int) -> None:
        """Every layer's positions around the common ones."""
        sites = tuple(problem.parameters["positions"].sites for problem in self.problems)
        own = LayerPositions(tuple(self.names), sites)
        part = self._add(own, own.bind(self._network, n_dims), n_dims)
        self.spreads = list(range(part.start, part.start + len(self.names)))
        sizes = [n_dims * len(one) for one in sites]
        self.deviations = list(itertools.accumulate(sizes[:-1], initial=part.start + len(self.names)))

    def _add(self, effect: Effect, bound: BoundEffect, n_dims: int) -> slice:
        part = self._taken(bound.size)
        self.effects.append((effect, bound, part))
        self.rows += [row._replace(start=part.start + row.start) for row in effect.values(bound, n_dims)]
        return part

    def _move(self, k: int, old: slice, part: slice, layer: str) -> None:
        """Rows of a layer's slice, named after the layer, if a name is given."""
        self.sources[k][old] = np.arange(part.start, part.stop)
        suffix = f"[{layer}]" if layer else ""
        for row in self.problems[k].parameters:
            if old.start <= row.start < old.stop:
                axes = tuple(f"{axis}{suffix}" for axis in row.axes)
                moved = row.start + part.start - old.start
                self.rows.append(row._replace(name=f"{row.name}{suffix}", axes=axes, start=moved))

    def add_families(self) -> BoundFamily:
        """Every family's own values; those of pairs, which are coefficients, once where layers share them."""
        begin, scales, every = self.size, [], []
        common = any(one.couples_pairs for one in across_layers(one for one, _, _ in self.effects))
        for k, problem in enumerate(self.problems):
            if common and k:
                self.sources[k][problem.family_slice] = self.sources[0][self.problems[0].family_slice]
                continue
            part = self._taken(len(problem.bound.start))
            self._move(k, problem.family_slice, part, "" if common else self.names[k])
            scales += [(part.start - begin + place, v0, df) for place, v0, df in problem.bound.scales]
            every.append(problem.bound)
        if len(every) == 1:
            return every[0]
        return BoundFamily(
            start=np.concatenate([one.start for one in every]),
            precision=np.concatenate([one.precision for one in every]),
            scales=tuple(scales),
            logs=np.concatenate([one.logs for one in every]),
        )

    def add_prior(self, rows: tuple[Values, ...]) -> None:
        """Own values of the positions' prior, which all layers share."""
        begin = self.size
        for row in rows:
            part = self._taken(row.size)
            self.rows.append(row._replace(start=begin + row.start))
            for source, problem in zip(self.sources, self.problems, strict=True):
                if row.name in problem.parameters:
                    source[problem.parameters.part(row.name)] = np.arange(part.start, part.stop)

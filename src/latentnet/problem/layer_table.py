"""The table of parameters of a model of several kinds of ties, and where each kind's own are in it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from latentnet.effects import Effect, Intercept
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

    def __init__(self, network: Network, names: Sequence[str], problems: Sequence[Problem], around: bool) -> None:
        self.names, self.problems, self.around = names, problems, around
        self.actors = [network.index(problem.network.actors) for problem in problems]
        self.sources = [np.full(problem.n_parameters, -1, np.int64) for problem in problems]
        self.weights, self.spreads, self.deviations = ([-1] * len(problems) for _ in range(3))
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
            if self.around:
                self._add_positions(first.n_dims)

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

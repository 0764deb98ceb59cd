"""A model bound to one network (`bind`): data for engines and predictions, and the targets that compiled code sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from latentnet.compiled import offers
from latentnet.effects import (
    Effect,
    Similarity,
)
from latentnet.effects.across_layers import AcrossLayers, across_layers
from latentnet.effects.base import BoundEffect, RandomGroup
from latentnet.families.base import BoundFamily
from latentnet.families.designs import observed_family
from latentnet.likelihood import accepting
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.folded import Folded
from latentnet.likelihood.looped import Looped, self_ties_of
from latentnet.likelihood.single import Single
from latentnet.likelihood.verbs import linear_predictors, own_scratch
from latentnet.network import fully_observed
from latentnet.network.joined import Presences, whole_networks
from latentnet.priors.clusters import Clusters
from latentnet.priors.joint import Prior, with_own_work
from latentnet.priors.positions import PositionPrior, with_scratch
from latentnet.problem.covariates import NO_COVARIATES, Covariates
from latentnet.problem.parameters import Parameters
from latentnet.problem.target import Target

if TYPE_CHECKING:
    from latentnet.families.base import Family, Frame
    from latentnet.network import Network
    from latentnet.posterior.procrustes import Invariance
    from latentnet.priors import Priors
    from latentnet.problem.evidence import Evidence
    from latentnet.problem.layers import Layer

__all__ = ["Problem", "position_unit"]


def position_unit(similarity: Similarity | None, frame: Frame) -> float:
    """Unit of the positions, for a unit of the linear predictor."""
    degree = None if similarity is None else similarity.degree
    return 1.0 if degree is None else float(frame.unit ** (1.0 / degree))


@dataclass(frozen=True)
class Problem:
    """Network, family, effects and priors, and where everything lies in the parameter vector."""

    network: Network
    family: Family
    bound: BoundFamily
    effects: tuple[tuple[Effect, BoundEffect, slice], ...]
    similarity: Similarity | None
    n_dims: int
    priors: Priors
    position_prior: PositionPrior
    presences: Presences | None  # several networks as one: then actors are presences
    parameters: Parameters
    frame: Frame  # of the linear predictor
    covariates: Covariates = NO_COVARIATES
    prior: Prior = None  # type: ignore[assignment]  # until it is bound; whoever evaluates it takes its own scratch
    start: np.ndarray | None = None  # (n_actors, n_dims) where the user lets positions start
    evidence: Evidence | None = None  # for each number of dimensions, where it was inferred
    layers: tuple[Layer, ...] = ()  # of several kinds of ties: then `network` is their union, and each has its family

    @property
    def n_actors(self) -> int:
        """Number of actors."""
        return self.network.n_actors

    @property
    def n_first(self) -> int:
        """Number of positions with a prior of their own; those behind them follow an earlier one."""
        return self.n_actors if self.presences is None else self.presences.n_first

    @property
    def n_sites(self) -> int:
        """Number of spaces."""
        return 1 if self.presences is None else self.presences.n_sites

    @property
    def has_steps(self) -> bool:
        """Whether positions move from period to period."""
        return self.n_dims > 0 and self.n_first < self.n_actors

    @property
    def around(self) -> bool:
        """Whether layers have positions of their own around the common ones."""
        return any(layer.spread >= 0 for layer in self.layers)

    @property
    def invariance(self) -> Invariance:
        """The maps of the space that the linear predictor does not feel; "none" without a space."""
        return "none" if self.similarity is None else self.similarity.invariance

    @property
    def positions(self) -> slice:
        """Where the positions are."""
        return self.parameters.part("positions")

    @property
    def intercept(self) -> int:
        """Index of the intercept, or of the first of them; -1 without."""
        return self.intercepts.start if self.intercepts.stop else -1

    @property
    def intercepts(self) -> slice:
        """Where the intercepts are: one, or one for each of several networks; empty without."""
        return self.parameters.intercepts

    @property
    def n_intercepts(self) -> int:
        """How many intercepts there are."""
        return self.intercepts.stop - self.intercepts.start

    @property
    def family_slice(self) -> slice:
        """Where the family's own values are."""
        start = self.effects[-1][2].stop if self.effects else 0
        return slice(start, start + len(self.bound.start))

    @property
    def log_scale(self) -> int:
        """Where the own values of the positions' prior begin: log σ, or that of the first cluster."""
        return self.family_slice.stop

    @property
    def n_parameters(self) -> int:
        """Length of the parameter vector."""
        return self.parameters.size

    @property
    def position_unit(self) -> float:
        """Unit of the positions: where they are this far apart, the linear predictor differs by about its own unit."""
        return position_unit(self.similarity, self.frame)

    @cached_property
    def units(self) -> np.ndarray:
        """Unit of each parameter, as the data say: optimisers and samplers work in these."""
        units = np.ones(self.n_parameters)
        for layer in reversed(self.layers):  # what they share is in units of the first one
            units[layer.source] = layer.problem.units
        if self.layers:
            units[self.positions] = self.position_unit
            self._set_units_of_blocks(units)
            return units
        for row in self.parameters:
            if row.space == "points":
                units[row.part] = self.position_unit
            elif row.transform == "none" and row.role != "family":
                units[row.part] = self.frame.unit
        spread = self.covariates.variances
        units[self.covariates.indices] /= np.sqrt(np.where(spread > 0.0, spread, 1.0))
        return units

    def _set_units_of_blocks(self, units: np.ndarray) -> None:
        """Of values that actors have in layers in which they are not, too."""
        for _, bound, part in self.effects:
            for group, unit in zip(bound.groups if bound.correlated >= 0 else (), bound.data[0], strict=False):
                units[part.start + group.start : part.start + group.stop] = unit

    @property
    def log_step(self) -> int:
        """Index of the log of the steps' standard deviation, where positions move between periods."""
        return self.parameters.part("step_variance").start

    @property
    def coefficient_names(self) -> list[str]:
        """Names of the coefficients, without the intercept; a family's own come last."""
        return [row.name for row in self.parameters.coefficients]

    @property
    def coefficient_indices(self) -> list[int]:
        """Where the coefficients are, in the order of their names."""
        return [row.start for row in self.parameters.coefficients]

    @property
    def random_groups(self) -> list[tuple[RandomGroup, int]]:
        """Groups of random effects, each with the start of its effect's slice."""
        return [(group, part.start) for _, bound, part in self.effects for group in bound.groups]

    @property
    def correlated_places(self) -> Iterator[tuple[int, int]]:
        """Where atanh of each (partial) correlation of random effects is, and of how many actors these are."""
        for _, bound, part in self.effects:
            for one in bound.correlations:
                first = bound.groups[one.first]
                yield part.start + one.place, first.stop - first.start
            if bound.correlated >= 0:
                first = bound.groups[0]
                for place in range(part.start + bound.correlated, part.stop):
                    yield place, first.stop - first.start

    @property
    def across_layers(self) -> list[AcrossLayers]:
        """Effects with something that layers have in common."""
        return across_layers(effect for effect, _, _ in self.effects)

    @property
    def given_family(self) -> Family:
        """The family as the user gave it."""
        return self.family.given

    @cached_property
    def observed_family(self) -> Family:
        """The family as the network's design lets it be seen: caps, ranks and the choice set wrap it."""
        return observed_family(self.given_family, self.network, reciprocal=self.given_family is not self.family)

    @property
    def clusters(self) -> Clusters | None:
        """The prior of the positions where it has clusters."""
        return self.position_prior.clusters

    @property
    def counts_clusters(self) -> bool:
        """Whether the number of clusters is unknown."""
        return self.clusters is not None and self.clusters.automatic

    def own_prior(self) -> Prior:
        """The prior with scratch of its own."""
        return with_own_work(self.prior._replace(positions=with_scratch(self.prior.positions)))

    @property
    def site_starts(self) -> np.ndarray:
        """The first actor of each site, and the number of actors."""
        return np.array([0, self.n_actors], np.int64) if self.presences is None else self.presences.site_starts

    @cached_property
    def likelihood(self) -> Any:
        """The likelihood, packed once; whoever evaluates it takes scratch of its own (`target`, `own_scratch`)."""
        return accepting(self).bind(self)

    @cached_property
    def exact(self) -> Composed:
        """The composed likelihood, packed once, for all but gradients."""
        kind = accepting(self)
        if kind is Single:
            composed: Composed = self.likelihood.exact.value
            return composed
        return self.likelihood if kind is Composed else Composed.of_energies(self)

    @property
    def has_loops(self) -> bool:
        """Whether self-ties have a term."""
        return any(effect.of_self_ties for effect, _, _ in self.effects)

    @cached_property
    def self_ties(self) -> Composed:
        """The composed likelihood of all self-ties, where these have a term; what was not observed counts as 0."""
        return self_ties_of(self, np.ones(self.n_actors, dtype=bool))

    @cached_property
    def predictor(self) -> Any:
        """The likelihood, or a composed one of no dyads, where only linear predictors of chosen dyads are wanted."""
        composed = accepting(self) in (Single, Composed, Folded, Looped)
        return Composed.of_no_dyads(self) if composed else self.offering(linear_predictors)

    def offering(self, verb: Any) -> Any:
        """The likelihood, or the composed one where it does not offer a verb."""
        return self.likelihood if offers(self.likelihood, verb) else self.exact

    @cached_property
    def whole(self) -> Problem:
        """The same model with every dyad observed and no cap, but for the dyads between several networks."""
        network, presences = self.network, self.presences
        whole = fully_observed(network) if presences is None else whole_networks(network, presences)
        return self if whole == network else self.with_network(whole)

    def with_network(self, network: Network) -> Problem:
        """The same model of another observation of the same actors."""
        return self if network is self.network else replace(self, network=network)

    def __getstate__(self) -> dict[str, Any]:
        """Only the fields: what is cached holds compiled functions."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def target(self, dtype: Any = np.float64, likelihood: Any = None) -> Target:
        """A target with scratch of its own, or of another likelihood, which has it.

        `dtype` is that of forces, where these may be less precise.
        """
        return Target(own_scratch(self.likelihood, dtype) if likelihood is None else likelihood, self.own_prior())

    @cached_property
    def degrees(self) -> np.ndarray:
        """Ties of each actor, in either direction, and of every kind."""
        if self.layers:
            counts = np.zeros(self.n_actors)
            for layer in self.layers:
                counts[layer.actors] += layer.problem.degrees
            return counts
        present = self.given_family.present(self.network).astype(np.float64)
        degree = np.asarray(present.sum(axis=1)).ravel()
        if self.network.has_direction:
            degree = degree + np.asarray(present.sum(axis=0)).ravel()
        return degree

    @cached_property
    def graph(self) -> tuple[np.ndarray, np.ndarray]:
        """Neighbours by ties in either direction, as CSR (starts, neighbours)."""
        if self.layers:
            either = self._graph_of_layers()
        else:
            present = self.given_family.present(self.network).astype(np.float64)
            either = (present + present.T).tocsr()
        return either.indptr.astype(np.int64), either.indices.astype(np.int64)

    def _graph_of_layers(self) -> sparse.csr_array:
        """Who has a tie with whom in any of the layers."""
        n, total = self.n_actors, sparse.csr_array((self.n_actors, self.n_actors))
        for layer in self.layers:
            starts, neighbours = layer.problem.graph
            rows = np.repeat(layer.actors, np.diff(starts))
            total = total + sparse.csr_array((np.ones(len(rows)), (rows, layer.actors[neighbours])), shape=(n, n))
        return sparse.csr_array(total)

"""A model laid out for the engines: the parameter vector, and the targets that are compiled code's view of it.

The vector holds the positions (dimension by dimension), each effect's slice, the family's own values, then the logs of
scales.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects import SIMILARITIES, Effect, Intercept, NoIntercept, Similarity
from latentnet.effects.base import BoundEffect
from latentnet.families import Bernoulli
from latentnet.inference.branches import Branches, find_branches
from latentnet.inference.fused_data import SIMILARITY_CODES, fused_target, with_scratch
from latentnet.inference.linear_predictor import Composed, composed_target, own_buffers
from latentnet.inference.prior import ClusterPrior, Prior
from latentnet.inference.split_merge import log_partition_weights
from latentnet.inference.target import Target
from latentnet.priors.gaussian_mixture import Mixture

if TYPE_CHECKING:
    from latentnet.families.base import Family
    from latentnet.network import Network
    from latentnet.priors import Priors

__all__ = ["Clusters", "Problem", "make_problem"]

# With more than this share of pairs unobserved one by one, sparse corrections cost more than the composed target.
_MOST_HOLES = 0.25


@dataclass(frozen=True)
class Clusters:
    """How many clusters a model has: `most`, or an unknown number up to it."""

    most: int
    automatic: bool


@dataclass(frozen=True)
class Problem:
    """Network, family, effects and priors, and where everything lies in the parameter vector."""

    network: Network
    family: Family
    effects: tuple[tuple[Effect, BoundEffect, slice], ...]
    similarity: str | None
    n_dims: int
    priors: Priors
    clusters: Clusters | None = None

    @property
    def n_actors(self) -> int:
        """Number of actors."""
        return self.network.n_actors

    @property
    def positions(self) -> slice:
        """Where the positions are."""
        return slice(0, self.n_dims * self.n_actors)

    @property
    def intercept(self) -> int:
        """Index of the intercept, -1 without one."""
        return next((part.start for effect, _, part in self.effects if isinstance(effect, Intercept)), -1)

    @property
    def family_slice(self) -> slice:
        """Where the family's own values are."""
        start = max(part.stop for _, _, part in self.effects) if self.effects else 0
        return slice(start, start + len(self.family.value_names))

    @property
    def log_scale(self) -> int:
        """Index of the log of the positions' standard deviation, or of the first cluster's.

        Only with a latent space.
        """
        return self.family_slice.stop

    @property
    def n_parameters(self) -> int:
        """Length of the parameter vector."""
        if self.clusters is not None:
            return self.log_scale + self.clusters.most * (2 + self.n_dims)
        return self.log_scale + (1 if self.n_dims else 0)

    @property
    def coefficient_names(self) -> list[str]:
        """Names of the coefficients, without the intercept."""
        return [name for effect, bound, _ in self.effects for name in bound.names if not isinstance(effect, Intercept)]

    @property
    def coefficient_indices(self) -> list[int]:
        """Where the coefficients are, in the order of their names."""
        return [
            part.start + k
            for effect, bound, part in self.effects
            for k in range(len(bound.names))
            if not isinstance(effect, Intercept)
        ]

    @cached_property
    def fused(self) -> bool:
        """Whether the fused kernels can stand in for the composed ones."""
        plain = all(isinstance(effect, Intercept | Similarity) for effect, _, _ in self.effects)
        missing = self.network.observed.missing
        pairs = self.n_actors * (self.n_actors - 1)
        return (
            plain
            and type(self.family) is Bernoulli
            and self.similarity in SIMILARITY_CODES
            and not self.network.two_mode
            and (missing is None or missing.nnz <= _MOST_HOLES * pairs)
        )

    def prior(self) -> Prior | ClusterPrior:
        """The prior as compiled code reads it, with scratch of its own."""
        precision = np.zeros(self.n_parameters)
        for effect, bound, part in self.effects:
            if isinstance(effect, Intercept):
                precision[part] = 1.0 / self.priors.intercept_variance
            elif bound.names:
                precision[part] = bound.mean_square / self.priors.coefficient_variance
        groups = np.zeros((0, 5))
        if self.clusters is not None:
            return self._cluster_prior(precision, groups)
        if self.n_dims:
            scale, df = self.priors.position_variance_scale, self.priors.position_variance_df
            groups = np.array([[0, self.positions.stop, self.log_scale, scale, df]], dtype=np.float64)
        return Prior(self.n_actors, self.n_dims, precision, groups)

    def mixture(self) -> Mixture:
        """The clusters' prior with scratch of its own; only with clusters."""
        prior = self.prior()
        assert isinstance(prior, ClusterPrior)
        return prior.mixture

    def _cluster_prior(self, precision: np.ndarray, groups: np.ndarray) -> ClusterPrior:
        priors, n, clusters = self.priors, self.n_actors, self.clusters
        assert clusters is not None
        mixture = Mixture(
            n_actors=n,
            n_dims=self.n_dims,
            first_scale=self.log_scale,
            most=clusters.most,
            active=np.array([clusters.most], np.int64),
            v0=float(priors.position_variance_scale or 0.0),
            df=float(priors.position_variance_df or 0.0),
            mean_variance=float(priors.cluster_mean_variance or 0.0),
            concentration=float(priors.cluster_weight_concentration or 0.0),
            densities=np.zeros((clusters.most, n)),
            totals=np.zeros(n),
            constants=np.zeros((clusters.most, 2)),
        )
        rate = float(priors.cluster_count_rate)
        weights = np.zeros(0)
        if clusters.automatic:
            weights = log_partition_weights(n, clusters.most, rate, mixture.concentration)
        return ClusterPrior(n, self.n_dims, precision, groups, mixture, rate, weights)

    @cached_property
    def _likelihood(self) -> Any:
        if self.fused:
            return fused_target(
                self.network, n_dims=self.n_dims, similarity=str(self.similarity), intercept=self.intercept
            )
        return self.composed(self.network)

    def composed(self, network: Network) -> Composed:
        """The composed likelihood of an observation of the same actors, with scratch of its own."""
        return composed_target(
            network, self.family, self.effects, intercept=self.intercept, family_slice=self.family_slice
        )

    def with_network(self, network: Network) -> Problem:
        """The same model of another observation of the same actors."""
        return self if network is self.network else replace(self, network=network)

    def __getstate__(self) -> dict[str, Any]:
        """Only the fields: what is cached holds compiled functions."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def target(self, dtype: Any = np.float64) -> Target:
        """A target with scratch of its own; `dtype` is that of the fused kernels' forces."""
        if self.fused:
            return Target(with_scratch(self._likelihood, dtype), self.prior())
        return Target(own_buffers(self._likelihood), self.prior())

    @cached_property
    def degrees(self) -> np.ndarray:
        """Ties of each actor, in either direction."""
        present = (self.network.ties != 0).astype(np.float64)
        degree = np.asarray(present.sum(axis=1)).ravel()
        if self.network.directed or self.network.two_mode:
            degree = degree + np.asarray(present.sum(axis=0)).ravel()
        return degree

    @cached_property
    def graph(self) -> tuple[np.ndarray, np.ndarray]:
        """Neighbours by ties in either direction, as CSR (starts, neighbours)."""
        either = (self.network.ties + self.network.ties.T).tocsr()
        return either.indptr.astype(np.int64), either.indices.astype(np.int64)

    @cached_property
    def branches(self) -> Branches:
        """Groups of actors that hang on one actor each."""
        return find_branches(*self.graph)


def make_problem(
    network: Network,
    *,
    family: Family,
    similarity: str | None,
    n_dims: int,
    effects: tuple[Effect, ...],
    priors: Priors,
    clusters: Clusters | None = None,
) -> Problem:
    """Bind the effects to the network and give each its slice of the parameter vector.

    Parameters
    ----------
    network : Network
    family : Family
    similarity : {"distance", "squared_distance", "bilinear"} or None
    n_dims : int
        0 where `similarity` is None.
    effects : tuple of Effect
        As the user gave them; the intercept is added unless `NoIntercept` is among them.
    priors : Priors
        Unresolved.
    clusters : Clusters or None
        None is a position model.
    """
    family.check(network)
    terms: list[Effect] = [] if similarity is None else [SIMILARITIES[similarity]()]
    if not any(isinstance(effect, NoIntercept) for effect in effects):
        terms.append(Intercept())
    terms += [effect for effect in effects if not isinstance(effect, NoIntercept)]
    placed, start = [], 0
    for effect in terms:
        bound = effect.bind(network, n_dims)
        placed.append((effect, bound, slice(start, start + bound.size)))
        start += bound.size
    resolved = priors.resolve(network, n_dims, clusters.most if clusters is not None else None)
    return Problem(network, family, tuple(placed), similarity, n_dims, resolved, clusters)

"""A model laid out for the engines: the parameter vector, and the targets that are compiled code's view of it.

The vector holds the positions (dimension by dimension), each effect's slice, the family's own values, then the logs of
scales.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects import (
    Effect,
    Intercept,
    NoIntercept,
    Receiver,
    Reciprocity,
    Sender,
    SenderReceiver,
    Similarity,
    Sociality,
    read_similarity,
)
from latentnet.effects.base import BoundEffect, RandomGroup
from latentnet.effects.intercept import NetworkIntercepts
from latentnet.effects.shared import SharedValues
from latentnet.families import Bernoulli
from latentnet.families.base import BoundFamily
from latentnet.families.designs import observed_family
from latentnet.families.designs.reciprocal import Reciprocal
from latentnet.inference.moves.branches import Branches, find_branches
from latentnet.likelihood.composed import Composed, composed_target, own_buffers
from latentnet.likelihood.folded import FoldedBernoulli
from latentnet.likelihood.fused_data import SIMILARITY_CODES, fused_target, with_scratch
from latentnet.network import fully_observed
from latentnet.network.changed import folded
from latentnet.network.joined import Presences, whole_networks
from latentnet.priors.clusters import Clusters
from latentnet.priors.joint import Prior
from latentnet.priors.positions import NormalPositions, PositionPrior, Space
from latentnet.problem.make_prior import make_prior
from latentnet.problem.target import Target

if TYPE_CHECKING:
    from latentnet.families.base import Family
    from latentnet.network import Network
    from latentnet.posterior.procrustes import Invariance
    from latentnet.priors import Priors

__all__ = ["Clusters", "Problem", "make_problem"]

# With more than this share of pairs unobserved one by one, sparse corrections cost more than the composed target.
_MOST_HOLES = 0.25
_NOTHING = np.zeros((1, 1))


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
    presences: Presences | None = None  # several networks as one: then actors are presences

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
    def invariance(self) -> Invariance:
        """The maps of the space that the linear predictor does not feel; "none" without a space."""
        return "none" if self.similarity is None else self.similarity.invariance

    @property
    def positions(self) -> slice:
        """Where the positions are."""
        return slice(0, self.n_dims * self.n_actors)

    @property
    def intercept(self) -> int:
        """Index of the intercept, -1 without one."""
        return next((part.start for effect, _, part in self.effects if isinstance(effect, Intercept)), -1)

    @property
    def intercepts(self) -> slice:
        """Where the intercepts are: one, or one for each of several networks; empty without."""
        return next((part for effect, _, part in self.effects if isinstance(effect, Intercept)), slice(0, 0))

    @property
    def family_slice(self) -> slice:
        """Where the family's own values are."""
        start = max(part.stop for _, _, part in self.effects) if self.effects else 0
        return slice(start, start + len(self.bound.start))

    @property
    def log_scale(self) -> int:
        """Where the own values of the positions' prior begin: log σ, or that of the first cluster."""
        return self.family_slice.stop

    @property
    def n_parameters(self) -> int:
        """Length of the parameter vector."""
        return self.log_step + (1 if self.has_steps else 0)

    @property
    def log_step(self) -> int:
        """Index of the log of the steps' standard deviation: the last one, where positions move between periods."""
        return self.log_scale + self.position_prior.size(self.n_dims)

    @property
    def coefficient_names(self) -> list[str]:
        """Names of the coefficients, without the intercept; a family's own come last."""
        return [name for name, _ in self._coefficients()]

    @property
    def coefficient_indices(self) -> list[int]:
        """Where the coefficients are, in the order of their names."""
        return [index for _, index in self._coefficients()]

    def _coefficients(self) -> list[tuple[str, int]]:
        found = [
            (name, part.start + k)
            for effect, bound, part in self.effects
            for k, name in enumerate(bound.names)
            if not isinstance(effect, Intercept)
        ]
        return found + [(name, self.family_slice.start + k) for k, name in enumerate(self.family.coefficient_names)]

    @property
    def random_groups(self) -> list[tuple[RandomGroup, int]]:
        """Groups of random effects, each with the start of its effect's slice."""
        return [(group, part.start) for _, bound, part in self.effects for group in bound.groups]

    @property
    def given_family(self) -> Family:
        """The family as the user gave it."""
        return self.family.family if isinstance(self.family, Reciprocal) else self.family

    @cached_property
    def fused(self) -> bool:
        """Whether the fused kernels can stand in for the composed ones."""
        plain = self.presences is None and all(
            isinstance(effect, Intercept | Similarity) for effect, _, _ in self.effects
        )
        missing = self.network.observed.missing
        pairs = self.n_actors * (self.n_actors - 1)
        return (
            plain
            and type(self.family) is Bernoulli
            and self.family.link == "logit"
            and self.observed_family is self.family
            and type(self.similarity) in SIMILARITY_CODES
            and not self.network.two_mode
            and (missing is None or missing.nnz <= _MOST_HOLES * pairs)
        )

    @cached_property
    def observed_family(self) -> Family:
        """The family as the network's design lets it be seen: caps, ranks and the choice set wrap it."""
        return observed_family(self.given_family, self.network, reciprocal=self.given_family is not self.family)

    @property
    def clusters(self) -> Clusters | None:
        """The prior of the positions where it has clusters."""
        return self.position_prior if isinstance(self.position_prior, Clusters) else None

    def prior(self) -> Prior:
        """The prior as compiled code reads it, with scratch of its own."""
        return make_prior(self)

    def bound_positions(self) -> Any:
        """The prior of the positions as compiled code reads it, with scratch of its own."""
        space = Space(self.n_dims, self.n_actors, self.n_first if self.n_dims else self.n_actors, self.site_starts)
        return self.position_prior.bind(space, self.log_scale, self.priors)

    @property
    def site_starts(self) -> np.ndarray:
        """The first actor of each site, and the number of actors."""
        if self.presences is None:
            return np.array([0, self.n_actors], np.int64)
        sites = self.presences.site[: self.n_first]
        return np.searchsorted(sites, np.arange(self.n_sites + 1)).astype(np.int64)

    @cached_property
    def folded(self) -> bool:
        """Whether both directions of a directed tie have one linear predictor and are computed at once."""
        return (
            not self.fused
            and type(self.observed_family) is Bernoulli
            and self.observed_family.link == "logit"
            and self.network.directed
            and self.network.observed.rows is None
            and all(bound.symmetric for _, bound, _ in self.effects)
        )

    @cached_property
    def likelihood(self) -> Any:
        """The likelihood that engines take, fused, folded or composed; its scratch is nobody's: see `target`."""
        if self.fused:
            assert self.similarity is not None
            return fused_target(self.network, n_dims=self.n_dims, similarity=self.similarity, intercept=self.intercept)
        if self.folded:
            return self._compose(folded(self.network), FoldedBernoulli(self.network.observed.missing))
        return self.composed(self.network)

    def composed(self, network: Network) -> Composed:
        """The composed likelihood of an observation of the same actors, with scratch of its own."""
        family = self.with_network(network).observed_family
        # A family that no design wraps keeps what it learned from the network of the fit, such as levels.
        own = type(family) is type(self.family)
        return self._compose(network, family, self.bound.data if own else family.bind(network, self.priors).data)

    def _compose(self, network: Network, family: Family, data: np.ndarray = _NOTHING) -> Composed:
        return composed_target(
            network, family, data, self.effects, intercept=self.intercept, family_slice=self.family_slice
        )

    @property
    def whole(self) -> Network:
        """The network with every dyad observed and no cap, but for the dyads between several networks."""
        if self.presences is None:
            return fully_observed(self.network)
        return whole_networks(self.network, self.presences)

    @cached_property
    def predictive(self) -> Composed:
        """The composed likelihood with every dyad observed and no cap: what predictions are made of."""
        return self.composed(self.whole)

    def with_network(self, network: Network) -> Problem:
        """The same model of another observation of the same actors."""
        return self if network is self.network else replace(self, network=network)

    def __getstate__(self) -> dict[str, Any]:
        """Only the fields: what is cached holds compiled functions."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def target(self, dtype: Any = np.float64) -> Target:
        """A target with scratch of its own; `dtype` is that of the fused kernels' forces."""
        if self.fused:
            return Target(with_scratch(self.likelihood, dtype), self.prior())
        return Target(own_buffers(self.likelihood), self.prior())

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


def _check_names(names: list[str]) -> None:
    """Coefficients are known by their names, so these must be different ones."""
    repeated = [name for k, name in enumerate(names) if name in names[:k]]
    if repeated:
        raise ValueError(
            f"effects: two coefficients have the name {repeated[0]!r}; give the covariate another, DyadCovariate(x, "
            "name=...)"
        )


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
        Prior of the positions, such as `Clusters`; None is N(0, σ² I).
    presences : Presences or None
        Several networks as one: who is who in `network`.
    """
    # Later changes of the user's own instances must not change what was fitted.
    family, effects = copy.deepcopy(family), tuple(copy.copy(effect) for effect in effects)
    family.check(network)
    names = [type(effect).__name__ for effect in effects]
    repeated = [effect for k, effect in enumerate(effects) if effect in effects[:k]]
    if repeated:
        raise ValueError(f"effects must be different ones, but {repeated[0]!r} comes twice; leave one out")
    if "SenderReceiver" in names and ("Sender" in names or "Receiver" in names):
        raise ValueError("effects has SenderReceiver() beside Sender() or Receiver(), which it holds; leave those out")
    if "SenderReceiver" in names and "Sociality" in names:
        raise ValueError(
            "effects has Sociality() beside SenderReceiver(), whose correlation says the same; leave one of them out"
        )
    space = copy.copy(read_similarity(similarity))
    terms: list[Effect] = [] if space is None else [space]
    if not any(isinstance(effect, NoIntercept) for effect in effects):
        terms.append(Intercept() if presences is None else NetworkIntercepts(presences.network))
    terms += [effect for effect in effects if not isinstance(effect, NoIntercept)]
    position_prior = NormalPositions() if position_prior is None else position_prior
    placed, start = [], 0
    for effect in terms:
        if presences is not None and isinstance(effect, Sociality | Sender | Receiver | SenderReceiver):
            effect = SharedValues(effect, presences.actors)
        bound = effect.bind(network, n_dims)
        placed.append((effect, bound, slice(start, start + bound.size)))
        start += bound.size
    reciprocal = any(isinstance(effect, Reciprocity) for effect in effects)
    priors = priors.with_defaults(**family.prior_defaults(network, priors))
    n_first, n_sites = (network.n_actors, 1) if presences is None else (presences.n_first, presences.n_sites)
    resolved = priors.resolve(
        n_first / n_sites,
        n_dims,
        position_prior.most // n_sites if isinstance(position_prior, Clusters) else None,
        steps=n_first < network.n_actors,
    )
    law = Reciprocal(family) if reciprocal else family
    _check_names([*(name for _, bound, _ in placed for name in bound.names), *law.coefficient_names])
    of_family = law.bind(network, resolved)
    problem = Problem(network, law, of_family, tuple(placed), space, n_dims, resolved, position_prior, presences)
    _ = problem.observed_family  # refuses what does not combine, before anything is computed
    return problem

"""What cluster models of one network and of several share: specifying clusters, and storing what was learned."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from latentnet._exceptions import warn
from latentnet.checks import fits_square, shown, whole_number
from latentnet.effects import Effect
from latentnet.inference import read_engine
from latentnet.inference.base import InferenceResult
from latentnet.models.arguments import EngineLike, FamilyLike, LayersName, Number, SimilarityLike, misplaced
from latentnet.models.base import Estimator
from latentnet.models.fitted import read_only
from latentnet.models.reported_clusters import ClusterReport, cluster_report, reported_counts
from latentnet.network.layers import Given
from latentnet.posterior.clusters import (
    indicators,
    match_labels,
    occupied_counts,
    permuted,
    reported_partition,
    responsibilities_of_draws,
)
from latentnet.posterior.label_switching import relabel
from latentnet.posterior.partitions import coclustering
from latentnet.posterior.procrustes import Alignment
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.problem.problem import Problem

if TYPE_CHECKING:
    from latentnet.problem.layers import Layer

__all__ = ["Clustering"]

_FEWEST_DRAWS = 100


class Clustering(Estimator):
    """Methods of estimators with clusters."""

    labels_: np.ndarray
    membership_: np.ndarray
    cluster_means_: np.ndarray
    cluster_variances_: np.ndarray
    cluster_weights_: np.ndarray
    n_clusters_: int
    n_clusters_probabilities_: pd.Series[float]

    def __init__(
        self,
        n_clusters: Number = 3,
        n_dims: Number = 2,
        *,
        most_dims: int = 5,
        similarity: SimilarityLike = "distance",
        family: FamilyLike = "bernoulli",
        effects: Sequence[Effect] = (),
        layers: LayersName = "shared",
        priors: Priors | None = None,
        inference: EngineLike = "mcmc",
        random_state: Any = None,
    ) -> None:
        super().__init__(
            n_dims,
            most_dims=most_dims,
            similarity=similarity,
            family=family,
            effects=effects,
            layers=layers,
            priors=priors,
            inference=inference,
            random_state=random_state,
        )
        self.n_clusters = n_clusters

    @property
    def coclustering_(self) -> np.ndarray:
        """Posterior probability that two actors share a cluster, (n_actors, n_actors)."""
        problem = self._checked()
        draws = self.draws_
        fits_square("a probability for each pair", problem.n_first, 16.0, fix="labels_ and membership_ are by actor")
        if problem.counts_clusters and draws.kind == "chains":
            return coclustering(draws.extra["cluster_label"].reshape(-1, draws.n_actors)[:, : problem.n_first])
        # Given the clusters labels are independent: products of probabilities, less noisy than equal labels.
        found = _responsibilities(problem, draws.pooled)
        wide = np.ascontiguousarray(np.swapaxes(found, 0, 1)).reshape(found.shape[1], -1)
        shared = np.asarray(wide @ wide.T, dtype=np.float64) / draws.pooled.shape[0]
        np.fill_diagonal(shared, 1.0)
        return shared

    def _specify_with(self, given: Given, rng: Generator, n_dims: int, priors: Priors) -> Problem:
        network, presences, _ = given
        automatic = isinstance(self.n_clusters, str)
        if automatic and self.n_clusters != "auto":
            _checked_number(self.n_clusters, network.n_actors)
        if n_dims == 0:
            raise ValueError(
                "similarity must not be None: clusters are of positions; use LatentPositionModel(similarity=None)"
            )
        n_sites = 1 if presences is None else presences.n_sites
        if not automatic:
            actors = (
                network.n_actors if presences is None else int(np.bincount(presences.site[: presences.n_first]).min())
            )
            most = _checked_number(self.n_clusters, actors) * n_sites
            return self._make_problem(given, n_dims, priors, Clusters(most, False))
        if n_sites > 1:
            raise ValueError(
                "n_clusters='auto' is for one site, but there are several, each with clusters of its own; give a number"
            )
        if not read_engine(self.inference).counts_clusters:
            raise ValueError(
                f"n_clusters='auto' needs inference='mcmc', but inference is {shown(self.inference)}, which finds no "
                "posterior of the number of clusters"
            )
        n_first = network.n_actors if presences is None else presences.n_first
        most = min(int(priors.most_clusters), n_first)
        priors = priors.scaled_by(self._spread(given, n_dims, rng))
        return self._make_problem(given, n_dims, priors, Clusters(most, True))

    def _keep(
        self,
        problem: Problem,
        result: InferenceResult,
        positions: np.ndarray,
        clusters: ClusterReport | None,
        extra: dict[str, np.ndarray] | None = None,
    ) -> None:
        assert clusters is not None
        super()._keep(problem, result, positions, clusters, extra)
        self.labels_, self.membership_ = read_only(clusters.partition), read_only(clusters.membership)
        self.n_clusters_ = clusters.membership.shape[1]
        numbers = pd.Index(np.arange(1, len(clusters.shares) + 1), name="n_clusters")
        self.n_clusters_probabilities_ = pd.Series(clusters.shares, index=numbers, name="probability")
        self.cluster_means_ = read_only(clusters.draws.means.mean(axis=0))
        self.cluster_variances_ = read_only(np.median(clusters.draws.variances, axis=0))
        weights = clusters.draws.weights.mean(axis=0)
        self.cluster_weights_ = read_only(weights / weights.sum())

    def _clusters_of_layer(self, layer: Layer, alignments: list[Alignment] | None) -> ClusterReport | None:
        draws, factor = self.draws_, layer.factor(self.draws_.pooled)
        around = layer.around(self.draws_.pooled)
        first, presences = layer.actors[: layer.problem.n_first], self._checked().presences
        if presences is not None:
            first = presences.actors[first]
        assert draws.clusters is not None
        some, of_all = factor[draws.clusters.indices][:, None], draws.clusters
        means = of_all.means * some[..., None]
        for site, alignment in enumerate(alignments or ()):
            turns, shifts = (one.reshape(-1, *one.shape[2:])[of_all.indices] for one in alignment[1:3])
            count = means.shape[1] // len(alignments or ())
            own = slice(site * count, (site + 1) * count)
            means[:, own] = means[:, own] @ turns + shifts[:, None]
        kept = of_all._replace(
            labels=of_all.labels[:, layer.actors],
            means=means,
            variances=(of_all.variances + around[of_all.indices][:, None] ** 2) * some**2,
        )
        return ClusterReport(
            partition=self.labels_[first],
            membership=self.membership_[first],
            labels=draws.extra["cluster_label"][..., layer.actors],
            draws=kept,
            shares=self.n_clusters_probabilities_.to_numpy(),
            counts=reported_counts(draws),
        )

    def _report_clusters(self, problem: Problem, result: InferenceResult) -> ClusterReport | None:
        assert problem.clusters is not None
        pooled = result.draws.reshape(-1, problem.n_parameters)
        if result.labels is None:
            labels = np.argmax(_responsibilities(problem, pooled), axis=2)
        else:
            labels = result.labels.reshape(len(pooled), -1)
        put_in_order = _order_of_chosen if problem.clusters.automatic else _order_of_all
        labels, order, partition, membership = put_in_order(problem, pooled, labels)
        if problem.presences is not None:
            labels = labels[:, problem.presences.actors]
        labels = labels.reshape(*result.draws.shape[:2], -1)
        n_components = result.n_components if problem.clusters.automatic else None
        return cluster_report(problem, result.draws, labels, order, partition, membership, n_components)


_Ordered = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _order_of_all(problem: Problem, pooled: np.ndarray, labels: np.ndarray) -> _Ordered:
    """New labels, order, partition and membership: all draws relabelled, the largest cluster of a site first."""
    responsibilities = _responsibilities(problem, pooled)
    each = responsibilities.shape[2] // problem.n_sites
    order = np.empty((len(pooled), responsibilities.shape[2]), np.int64)
    membership = np.empty((problem.n_first, each))
    for site, (first, last) in enumerate(itertools.pairwise(problem.site_starts)):
        own = slice(site * each, (site + 1) * each)
        found, membership[first:last] = _relabelled(responsibilities[:, first:last, own])
        order[:, own] = site * each + found
    new_labels = np.argsort(order, axis=1)[np.arange(len(pooled))[:, None], labels] % each
    partition = np.argmax(membership, axis=1)
    return new_labels, order, partition, membership / membership.sum(axis=1, keepdims=True)


def _order_of_chosen(problem: Problem, pooled: np.ndarray, labels: np.ndarray) -> _Ordered:
    """The same from the draws that have the most probable number of occupied clusters."""
    counts = occupied_counts(labels)
    n_clusters = int(np.argmax(np.bincount(counts)))
    chosen = np.flatnonzero(counts == n_clusters)
    if len(chosen) < _FEWEST_DRAWS:
        warn(
            f"only {len(chosen)} draws have {n_clusters} occupied clusters, and membership_ comes from "
            "those: draw more (inference=MCMC(n_draws=...))"
        )
    partition = reported_partition(labels[chosen], n_clusters)
    # Occupied components come first in every draw.
    found = indicators(labels[chosen], n_clusters)
    permutations = relabel(found, np.eye(n_clusters)[partition])
    membership = permuted(found, permutations).mean(axis=0, dtype=np.float64)
    order = np.zeros((len(labels), n_clusters), np.int64)
    order[chosen] = permutations
    return match_labels(labels, partition), order, partition, membership


def _relabelled(responsibilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Permutations that make labels mean the same in every draw, the largest cluster first, and membership then."""
    permutations = relabel(responsibilities)
    membership = permuted(responsibilities, permutations).mean(axis=0, dtype=np.float64)
    order = np.argsort(-membership.sum(axis=0), kind="stable")
    return permutations[:, order], membership[:, order]


def _responsibilities(problem: Problem, pooled: np.ndarray) -> np.ndarray:
    mixture = problem.own_prior().positions
    return responsibilities_of_draws(mixture, pooled, np.full(len(pooled), mixture.most))


def _checked_number(n_clusters: Any, n_actors: int) -> int:
    number = whole_number("n_clusters", n_clusters, 1, otherwise=" or 'auto'", fix=misplaced(n_clusters))
    if number > n_actors:
        raise ValueError(f"n_clusters must not exceed the number of actors, {n_actors}, but is {n_clusters}")
    return number

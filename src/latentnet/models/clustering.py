"""What cluster models of one network and of several share: specifying clusters, and storing what was learned."""

from __future__ import annotations

import itertools
import warnings
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator

from latentnet._exceptions import LatentnetWarning
from latentnet.checks import whole_number
from latentnet.effects import Similarity
from latentnet.inference.base import InferenceResult
from latentnet.inference.optimise import position_spread
from latentnet.inference.start import start_parameters
from latentnet.models.arguments import read_n_dims, read_priors
from latentnet.models.base import Estimator
from latentnet.network import Network
from latentnet.network.joined import Presences
from latentnet.posterior.clusters import (
    ClusterDraws,
    match_labels,
    occupied_counts,
    permute_clusters,
    reported_partition,
    responsibilities_of_draws,
    unpack_clusters,
)
from latentnet.posterior.label_switching import relabel
from latentnet.posterior.partitions import coclustering
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.problem.problem import Problem

__all__ = ["Clustering"]

_FEWEST_DRAWS = 100


class Clustering(Estimator):
    """Methods of estimators with clusters."""

    _fitted_attributes: ClassVar[tuple[str, ...]] = (
        *Estimator._fitted_attributes,
        "labels_",
        "membership_",
        "cluster_means_",
        "cluster_variances_",
        "cluster_weights_",
        "n_clusters_",
        "n_clusters_probabilities_",
        "_conditional_means",
        "_conditional_variances",
        "_conditional_weights",
        "_cluster_order",
    )
    _extra_dims: ClassVar[dict[str, tuple[str, ...]]] = {
        "cluster_label": ("actor",),
        "cluster_means": ("cluster", "latent_dim"),
        "cluster_variances": ("cluster",),
        "cluster_weights": ("cluster",),
    }

    def __init__(
        self,
        n_clusters: int | str = 3,
        n_dims: int = 2,
        *,
        similarity: str | Similarity | None = "distance",
        family: Any = "bernoulli",
        effects: Any = (),
        priors: Any = None,
        inference: Any = "mcmc",
        random_state: Any = None,
    ) -> None:
        super().__init__(
            n_dims,
            similarity=similarity,
            family=family,
            effects=effects,
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
        if problem.clusters is not None and problem.clusters.automatic and draws.kind == "chains":
            return coclustering(draws.extra["cluster_label"].reshape(-1, draws.n_actors)[:, : problem.n_first])
        # Given the clusters labels are independent: products of probabilities, less noisy than equal labels.
        found = _responsibilities(problem, draws.pooled)
        wide = np.ascontiguousarray(np.swapaxes(found, 0, 1)).reshape(found.shape[1], -1)
        shared = np.asarray(wide @ wide.T, dtype=np.float64) / draws.pooled.shape[0]
        np.fill_diagonal(shared, 1.0)
        return shared

    def _specify(self, network: Network, presences: Presences | None, rng: Generator) -> Problem:
        automatic = isinstance(self.n_clusters, str)
        if automatic and self.n_clusters != "auto":
            _checked_number(self.n_clusters, network.n_actors)
        if read_n_dims(self.n_dims, self.similarity) == 0:
            raise ValueError(
                "similarity must not be None: clusters are of positions; use LatentPositionModel(similarity=None)"
            )
        priors = read_priors(self.priors)
        n_sites = 1 if presences is None else presences.n_sites
        if not automatic:
            actors = (
                network.n_actors if presences is None else int(np.bincount(presences.site[: presences.n_first]).min())
            )
            most = _checked_number(self.n_clusters, actors) * n_sites
            return self._make_problem(network, presences, priors, Clusters(most, False))
        if n_sites > 1:
            raise ValueError(
                "n_clusters='auto' is for one site, but there are several, each with clusters of its own; give a number"
            )
        if self.inference == "map" or type(self.inference).__name__ == "MAP":
            raise ValueError(
                "n_clusters='auto' needs inference='mcmc': a mode has no posterior of the number of clusters"
            )
        n_first = network.n_actors if presences is None else presences.n_first
        most = min(int(priors.most_clusters), n_first)
        scaled = self._scaled_priors(network, presences, priors, rng)
        return self._make_problem(network, presences, scaled, Clusters(most, True))

    def _scaled_priors(self, network: Network, presences: Presences | None, priors: Priors, rng: Generator) -> Priors:
        """The defaults of "auto", from the spread of the positions at the position model's mode."""
        problem = self._make_problem(network, presences, Priors(), None)
        return priors.scaled_by(position_spread(problem, start_parameters(problem, rng)))

    def _store_clusters(self, problem: Problem, result: InferenceResult) -> dict[str, np.ndarray]:
        assert problem.clusters is not None
        shape = result.draws.shape[:2]
        pooled = result.draws.reshape(-1, problem.n_parameters)
        clusters = unpack_clusters(problem.own_prior().positions, pooled)
        if result.labels is None:
            labels = np.argmax(_responsibilities(problem, pooled), axis=2)
        else:
            labels = result.labels.reshape(len(pooled), -1)
        counts = occupied_counts(labels)
        numbers = pd.Index(np.arange(1, problem.clusters.most + 1), name="n_clusters")
        shares = np.bincount(counts, minlength=problem.clusters.most + 1)[1:] / len(counts)
        self.n_clusters_probabilities_ = pd.Series(shares, index=numbers, name="probability")
        if problem.clusters.automatic:
            assert result.n_components is not None
            return self._store_automatic(clusters, labels, counts, result.n_components)
        return self._store_fixed(problem, pooled, clusters, labels, shape)

    def _store_fixed(
        self, problem: Problem, pooled: np.ndarray, clusters: ClusterDraws, labels: np.ndarray, shape: tuple[int, ...]
    ) -> dict[str, np.ndarray]:
        """Relabel all draws, the largest cluster first; returns the posterior's variables."""
        responsibilities = _responsibilities(problem, pooled)
        each = responsibilities.shape[2] // problem.n_sites
        permutations = np.empty((len(pooled), responsibilities.shape[2]), np.int64)
        membership = np.empty((problem.n_first, each))
        for site, (first, last) in enumerate(itertools.pairwise(problem.site_starts)):
            own = slice(site * each, (site + 1) * each)
            found, membership[first:last] = _relabelled(responsibilities[:, first:last, own])
            permutations[:, own] = site * each + found
        self.n_clusters_ = each
        self.membership_ = membership / membership.sum(axis=1, keepdims=True)
        self.labels_ = np.argmax(membership, axis=1)
        kept = permute_clusters(clusters, permutations)
        self._store_parameters(kept)
        self._cluster_order = permutations
        self._conditional_means = self._conditional_variances = self._conditional_weights = np.zeros(0)
        new_labels = np.argsort(permutations, axis=1)[np.arange(len(pooled))[:, None], labels] % each
        return {
            "cluster_label": new_labels.reshape(*shape, -1),
            "cluster_means": kept.means.reshape(*shape, *kept.means.shape[1:]),
            "cluster_variances": kept.variances.reshape(*shape, -1),
            "cluster_weights": kept.weights.reshape(*shape, -1),
        }

    def _store_automatic(
        self, clusters: ClusterDraws, labels: np.ndarray, counts: np.ndarray, n_components: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Report the clusters of the draws that have the most probable number of them."""
        self.n_clusters_ = 1 + int(np.argmax(self.n_clusters_probabilities_))
        chosen = np.flatnonzero(counts == self.n_clusters_)
        if len(chosen) < _FEWEST_DRAWS:
            warnings.warn(
                f"only {len(chosen)} draws have {self.n_clusters_} occupied clusters, and membership_ comes from "
                "those: draw more (inference=MCMC(n_draws=...))",
                LatentnetWarning,
                stacklevel=6,
            )
        self.labels_ = reported_partition(labels[chosen], self.n_clusters_)
        # Occupied components come first in every draw.
        indicators = (labels[chosen][:, :, None] == np.arange(self.n_clusters_)).astype(np.float32)
        permutations = relabel(indicators, np.eye(self.n_clusters_)[self.labels_])
        membership = np.take_along_axis(indicators, permutations[:, None, :], axis=2)
        self.membership_ = membership.mean(axis=0, dtype=np.float64)
        kept = permute_clusters(ClusterDraws(*(values[chosen] for values in clusters)), permutations)
        self._cluster_order = np.zeros((len(labels), self.n_clusters_), permutations.dtype)
        self._cluster_order[chosen] = permutations
        self._store_parameters(kept)
        self._conditional_means, self._conditional_variances, self._conditional_weights = kept
        shape = n_components.shape
        return {
            "n_clusters": counts.reshape(shape),
            "n_components": n_components,
            "cluster_label": match_labels(labels, self.labels_).reshape(*shape, -1),
        }

    def _groups(self) -> dict[str, dict[str, np.ndarray]]:
        groups = super()._groups()
        # as one chain: the draws with n_clusters_ occupied clusters are not of equal number in all
        if len(self._conditional_means):
            groups["posterior_clusters"] = {
                "cluster_means": self._conditional_means[None],
                "cluster_variances": self._conditional_variances[None],
                "cluster_weights": self._conditional_weights[None],
            }
        return groups

    def _store_parameters(self, clusters: ClusterDraws) -> None:
        self.cluster_means_ = clusters.means.mean(axis=0)
        self.cluster_variances_ = np.median(clusters.variances, axis=0)
        weights = clusters.weights.mean(axis=0)
        self.cluster_weights_ = weights / weights.sum()


def _relabelled(responsibilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Permutations that make labels mean the same in every draw, the largest cluster first, and membership then."""
    permutations = relabel(responsibilities)
    relabelled = np.take_along_axis(responsibilities, permutations[:, None, :], axis=2)
    membership = relabelled.mean(axis=0, dtype=np.float64)
    order = np.argsort(-membership.sum(axis=0), kind="stable")
    return permutations[:, order], membership[:, order]


def _responsibilities(problem: Problem, pooled: np.ndarray) -> np.ndarray:
    mixture = problem.own_prior().positions
    return responsibilities_of_draws(mixture, pooled, np.full(len(pooled), mixture.most))


def _checked_number(n_clusters: Any, n_actors: int) -> int:
    number = whole_number("n_clusters", n_clusters, 1, otherwise=" or 'auto'")
    if number > n_actors:
        raise ValueError(f"n_clusters must not exceed the number of actors, {n_actors}, but is {n_clusters}")
    return number

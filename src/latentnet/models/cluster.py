"""The latent position cluster model."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator

from latentnet._exceptions import LatentnetWarning
from latentnet.inference.initialize import start_parameters
from latentnet.inference.map import position_spread
from latentnet.inference.problem import Clusters, Problem
from latentnet.inference.result import InferenceResult
from latentnet.models.base import LatentModel
from latentnet.models.specification import read_n_dims, read_priors
from latentnet.network import Network
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
from latentnet.posterior.procrustes import Alignment
from latentnet.priors import Priors

__all__ = ["LatentClusterModel"]

_FEWEST_DRAWS = 100


class LatentClusterModel(LatentModel):
    """Latent position cluster model of a network (Handcock, Raftery & Tantrum 2007).

    Actors are placed as in `LatentPositionModel`, and their positions come from clusters:

        z_i | cluster g ~ N(μ_g, σ_g² I),     P(cluster g) = λ_g.

    Parameters
    ----------
    n_clusters : int or "auto"
        How many. "auto" infers the number in one run, by a split–merge and telescoping sampler (Frühwirth-Schnatter,
        Malsiner-Walli & Grün 2021), with the data-scaled prior that `Priors` describes.
    n_dims, similarity, family, effects, priors, inference, random_state
        As for `LatentPositionModel`.

    Attributes
    ----------
    labels_ : int ndarray of shape (n_actors,)
        Most probable cluster; with "auto" the partition into `n_clusters_` clusters that minimises the expected
        variation of information (Wade & Ghahramani 2018). Cluster 0 is the largest.
    membership_ : ndarray of shape (n_actors, n_clusters_)
        Posterior membership probabilities, labels made to mean the same in every draw (Stephens 2000).
    coclustering_ : ndarray of shape (n_actors, n_actors)
        Posterior probability that two actors share a cluster; needs no labels. Computed at each access.
    cluster_means_ : ndarray of shape (n_clusters_, n_dims)
        Posterior means.
    cluster_variances_ : ndarray of shape (n_clusters_,)
        Posterior medians of σ_g²: the tails are heavy.
    cluster_weights_ : ndarray of shape (n_clusters_,)
        Posterior means.
    n_clusters_ : int
        `n_clusters`, or the posterior mode of the number of occupied clusters under "auto".
    n_clusters_probabilities_ : pandas.Series
        Posterior of the number of occupied clusters.
    positions_, posterior_, draws_, intercept_, coefficients_, actors_, n_actors_, network_, priors_
        As for `LatentPositionModel`.

    Warnings
    --------
    The posterior of the number of clusters depends on the prior scale of their variances: on Sampson's monks P(3
    clusters) is 0.71 under the default of "auto", and 0.76 and 0.52 with `position_variance_scale` halved and doubled.
    Where the number matters, fit with both.

    References
    ----------
    Handcock, M. S., Raftery, A. E. & Tantrum, J. M. (2007). Model-based clustering for social networks. JRSS A 170,
    301–354.
    Stephens, M. (2000). Dealing with label switching in mixture models. JRSS B 62, 795–809.
    Frühwirth-Schnatter, S., Malsiner-Walli, G. & Grün, B. (2021). Generalized mixtures of finite mixtures and
    telescoping sampling. Bayesian Analysis 16, 1279–1307.

    Examples
    --------
    >>> from latentnet import LatentClusterModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentClusterModel(n_clusters=3, inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson())
    >>> model.membership_.shape
    (18, 3)
    """

    _fitted_attributes: ClassVar[tuple[str, ...]] = (
        *LatentModel._fitted_attributes,
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
        similarity: str | None = "distance",
        family: Any = "bernoulli",
        effects: Any = (),
        priors: Any = None,
        inference: Any = "mcmc",
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.n_dims = n_dims
        self.similarity = similarity
        self.family = family
        self.effects = effects
        self.priors = priors
        self.inference = inference
        self.random_state = random_state

    def fit_predict(self, network: Any, y: None = None) -> np.ndarray:
        """Fit the model and return `labels_`.

        Parameters
        ----------
        network : as for `fit`
        y : None
            Ignored.

        Returns
        -------
        int ndarray of shape (n_actors,)
        """
        return self.fit(network).labels_

    @property
    def coclustering_(self) -> np.ndarray:
        """Posterior probability that two actors share a cluster, (n_actors, n_actors)."""
        problem = self._checked()
        draws = self.draws_
        if problem.clusters is not None and problem.clusters.automatic and draws.statistics:
            return coclustering(draws.extra["cluster_label"].reshape(-1, draws.n_actors))
        # Given the clusters labels are independent: products of probabilities, less noisy than equal labels.
        found = _responsibilities(problem, draws.pooled)
        wide = np.ascontiguousarray(np.swapaxes(found, 0, 1)).reshape(draws.n_actors, -1)
        shared = np.asarray(wide @ wide.T, dtype=np.float64) / draws.pooled.shape[0]
        np.fill_diagonal(shared, 1.0)
        return shared

    def _specify(self, network: Network, rng: Generator) -> Problem:
        automatic = isinstance(self.n_clusters, str)
        if automatic and self.n_clusters != "auto":
            raise ValueError(f"n_clusters must be an integer of at least 1 or 'auto', but is {self.n_clusters!r}")
        if read_n_dims(self.n_dims, self.similarity) == 0:
            raise ValueError(
                "similarity must not be None: clusters are of positions; use LatentPositionModel(similarity=None)"
            )
        priors = read_priors(self.priors)
        if not automatic:
            return self._make_problem(network, priors, Clusters(_checked_number(self.n_clusters, network), False))
        if self.inference == "map" or type(self.inference).__name__ == "MAP":
            raise ValueError(
                "n_clusters='auto' needs inference='mcmc': a mode has no posterior of the number of clusters"
            )
        most = min(int(priors.most_clusters), network.n_actors)
        return self._make_problem(network, self._scaled_priors(network, priors, rng), Clusters(most, True))

    def _scaled_priors(self, network: Network, priors: Priors, rng: Generator) -> Priors:
        """The defaults of "auto", from the spread of the positions at the position model's mode."""
        problem = self._make_problem(network, Priors(), None)
        return priors.scaled_by(position_spread(problem, start_parameters(problem, rng)))

    def _move_along(self, problem: Problem, draws: np.ndarray, alignment: Alignment) -> None:
        mixture = problem.mixture()
        start = mixture.first_scale + mixture.most
        part = slice(start, start + mixture.most * mixture.n_dims)
        means = draws[..., part].reshape(*draws.shape[:2], mixture.most, mixture.n_dims)
        moved = means @ alignment.rotations + alignment.translations[..., None, :]
        draws[..., part] = moved.reshape(*draws.shape[:2], -1)

    def _store_clusters(self, problem: Problem, result: InferenceResult) -> dict[str, np.ndarray]:
        assert problem.clusters is not None
        shape = result.draws.shape[:2]
        pooled = result.draws.reshape(-1, problem.n_parameters)
        clusters = unpack_clusters(problem.mixture(), pooled)
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
        permutations = relabel(responsibilities)
        rows = np.arange(len(pooled))[:, None]
        relabelled = np.take_along_axis(responsibilities, permutations[:, None, :], axis=2)
        membership = relabelled.mean(axis=0, dtype=np.float64)
        order = np.argsort(-membership.sum(axis=0), kind="stable")
        permutations, membership = permutations[:, order], membership[:, order]
        self.n_clusters_ = membership.shape[1]
        self.membership_ = membership / membership.sum(axis=1, keepdims=True)
        self.labels_ = np.argmax(membership, axis=1)
        kept = permute_clusters(clusters, permutations)
        self._store_parameters(kept)
        self._cluster_order = permutations
        self._conditional_means = self._conditional_variances = self._conditional_weights = np.zeros(0)
        new_labels = np.argsort(permutations, axis=1)[rows, labels]
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
                stacklevel=5,
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


def _responsibilities(problem: Problem, pooled: np.ndarray) -> np.ndarray:
    mixture = problem.mixture()
    return responsibilities_of_draws(mixture, pooled, np.full(len(pooled), mixture.most))


def _checked_number(n_clusters: Any, network: Network) -> int:
    if isinstance(n_clusters, bool) or not isinstance(n_clusters, int | np.integer) or n_clusters < 1:
        raise ValueError(f"n_clusters must be an integer of at least 1 or 'auto', but is {n_clusters!r}")
    if n_clusters > network.n_actors:
        raise ValueError(f"n_clusters must not exceed the number of actors, {network.n_actors}, but is {n_clusters}")
    return int(n_clusters)

"""The joint latent position cluster model of several networks."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from latentnet.models.cluster import LatentClusterModel
from latentnet.models.clustering import Clustering
from latentnet.models.dynamic import DynamicModel
from latentnet.problem.period import Place, walked_variance
from latentnet.problem.problem import Problem

__all__ = ["DynamicLatentClusterModel"]


class DynamicLatentClusterModel(Clustering, DynamicModel):
    """Latent position cluster model of several periods, several sites, or both, in one fit.

    As `DynamicLatentPositionModel`, but an actor's first position comes from a cluster, as in `LatentClusterModel`. An
    actor stays in its cluster while it walks. Each site has clusters of its own.

    Parameters
    ----------
    n_clusters : int or "auto"
        Of each site; "auto" for one site only.
    n_dims, similarity, family, effects, priors, inference, random_state
        As for `DynamicLatentPositionModel`.

    Attributes
    ----------
    labels_ : int ndarray of shape (n_actors,)
        Most probable cluster of the actor's site, in the order of `actors_`. Cluster 0 is the largest of its site.
    membership_ : ndarray of shape (n_actors, n_clusters_)
        Posterior membership probabilities.
    coclustering_ : ndarray of shape (n_actors, n_actors)
        Posterior probability that two actors share a cluster; 0 between sites.
    n_clusters_ : int
        Of each site.
    positions_, posterior_, intercept_, coefficients_, actors_, n_actors_, n_periods_, sites_, networks_, network_
        As for `DynamicLatentPositionModel`.
    draws_, priors_
        As for `LatentPositionModel`.

    See Also
    --------
    DynamicLatentPositionModel.at : the ordinary fitted model of one period, with its clusters' means and variances.

    References
    ----------
    Handcock, M. S., Raftery, A. E. & Tantrum, J. M. (2007). Model-based clustering for social networks. JRSS A 170,
    301–354.
    Sewell, D. K. & Chen, Y. (2017). Latent space approaches to community detection in dynamic networks. Bayesian
    Analysis 12, 351–377.

    Examples
    --------
    >>> from latentnet import DynamicLatentClusterModel, MCMC
    >>> from latentnet.datasets import load_sampson_waves
    >>> model = DynamicLatentClusterModel(3, inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson_waves())
    >>> model.membership_.shape, model.at(period=2).cluster_means_.shape
    ((18, 3), (3, 2))
    """

    _static = LatentClusterModel
    _fitted_attributes: ClassVar[tuple[str, ...]] = (*Clustering._fitted_attributes[1:], "_points")

    def _store_clusters(self, problem: Problem, result: Any) -> dict[str, np.ndarray]:
        """Labels by presence, and clusters by site where there are several."""
        extra = super()._store_clusters(problem, result)
        assert problem.presences is not None
        extra["cluster_label"] = extra["cluster_label"][..., problem.presences.actors]
        if problem.n_sites > 1:
            for name in ("cluster_means", "cluster_variances", "cluster_weights"):
                values = extra[name]
                extra[name] = values.reshape(*values.shape[:2], problem.n_sites, -1, *values.shape[3:])
        return extra

    def _dims(self) -> dict[str, tuple[str, ...]]:
        dims = {**super()._dims(), "cluster_label": ("presence",)}
        if self._checked().n_sites > 1:
            for name in ("cluster_means", "cluster_variances", "cluster_weights"):
                dims[name] = ("cluster_site", *dims[name])
        return dims

    def _view_clusters(self, model: Any, view: Problem, place: Place, theta: np.ndarray) -> dict[str, np.ndarray]:
        """Clusters of one network.

        Their means have gone along with their members since these came, in the mean, and their variances have grown by
        what the walk adds.
        """
        problem, draws = self._problem, self.draws_
        presences = problem.presences
        assert presences is not None
        actors = presences.actors[place.presences]
        model.labels_, model.membership_ = self.labels_[actors], self.membership_[actors]
        model.n_clusters_, model.n_clusters_probabilities_ = self.n_clusters_, self.n_clusters_probabilities_
        labels = draws.extra["cluster_label"][..., place.presences]
        walked = place.positions - draws.positions[:, :, actors]
        grown = walked_variance(problem, draws.parameters, place.elapsed)
        if problem.clusters is not None and problem.clusters.automatic:
            return self._view_automatic(model, view, theta, labels, walked, grown)
        several, site = problem.n_sites > 1, int(presences.site[place.presences[0]])
        means, variances, weights = (
            draws.extra[name][:, :, site] if several else draws.extra[name]
            for name in ("cluster_means", "cluster_variances", "cluster_weights")
        )
        means = means + _mean_by_cluster(walked, labels, means.shape[2])
        variances = variances + grown[..., None]
        g, d, start = means.shape[2], view.n_dims, view.log_scale
        theta[..., start : start + g] = 0.5 * np.log(variances)
        theta[..., start + g : start + g * (1 + d)] = means.reshape(*means.shape[:2], -1)
        theta[..., start + g * (1 + d) : start + g * (2 + d)] = np.log(weights)
        model.cluster_means_ = means.mean(axis=(0, 1))
        model.cluster_variances_ = np.median(variances, axis=(0, 1))
        model.cluster_weights_ = weights.mean(axis=(0, 1))
        model._cluster_order = np.tile(np.arange(g), (theta.shape[0] * theta.shape[1], 1))
        model._conditional_means = model._conditional_variances = model._conditional_weights = np.zeros(0)
        return {
            "cluster_label": labels,
            "cluster_means": means,
            "cluster_variances": variances,
            "cluster_weights": weights,
        }

    def _view_automatic(
        self, model: Any, view: Problem, theta: np.ndarray, labels: np.ndarray, walked: np.ndarray, grown: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The same where the number of clusters is open: parameters of the draws that have the reported number."""
        problem, draws = self._problem, self.draws_
        size = view.n_parameters - view.log_scale
        theta[..., view.log_scale :] = draws.parameters[..., problem.log_scale : problem.log_scale + size]
        counts = draws.extra["n_clusters"]
        chosen = counts.ravel() == self.n_clusters_
        shift = _mean_by_cluster(walked, labels, self.n_clusters_).reshape(len(chosen), self.n_clusters_, -1)[chosen]
        model._conditional_means = self._conditional_means + shift
        model._conditional_variances = self._conditional_variances + grown.reshape(-1, 1)[chosen]
        model._conditional_weights, model._cluster_order = self._conditional_weights, self._cluster_order
        model.cluster_means_ = model._conditional_means.mean(axis=0)
        model.cluster_variances_ = np.median(model._conditional_variances, axis=0)
        model.cluster_weights_ = self.cluster_weights_
        return {"n_clusters": counts, "n_components": draws.extra["n_components"], "cluster_label": labels}


def _mean_by_cluster(values: np.ndarray, labels: np.ndarray, n_clusters: int) -> np.ndarray:
    """Means (..., n_clusters, n_dims) of values (..., n_actors, n_dims) by cluster; 0 for a cluster without members."""
    found = np.zeros((*values.shape[:2], n_clusters, values.shape[3]))
    for g in range(n_clusters):
        members = (labels == g)[..., None]
        found[:, :, g] = (values * members).sum(axis=2) / np.maximum(members.sum(axis=2), 1)
    return found

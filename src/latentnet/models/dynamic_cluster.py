"""The joint latent position cluster model of several networks."""

from __future__ import annotations

import numpy as np

from latentnet.models.cluster import LatentClusterModel
from latentnet.models.clustering import Clustering
from latentnet.models.dynamic import DynamicModel
from latentnet.models.reported_clusters import ClusterReport, reported_counts
from latentnet.posterior.clusters import ClusterDraws
from latentnet.problem.period import Place, walked_variance
from latentnet.problem.problem import Problem

__all__ = ["DynamicLatentClusterModel"]


class DynamicLatentClusterModel(Clustering, DynamicModel[LatentClusterModel]):
    """Latent position cluster model of several periods, several sites, or both, in one fit.

    As `DynamicLatentPositionModel`, but an actor's first position comes from a cluster, as in `LatentClusterModel`. An
    actor stays in its cluster while it walks. Each site has clusters of its own.

    Parameters
    ----------
    n_clusters : int or "auto"
        Of each site; "auto" for one site only.
    n_dims, most_dims, similarity, family, effects, layers, priors, inference, random_state
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

    def _view_clusters(self, view: Problem, place: Place, theta: np.ndarray) -> ClusterReport | None:
        """Clusters of one network.

        Their means have gone along with their members since these came, in the mean, and their variances have grown by
        what the walk adds.
        """
        problem, draws = self._problem, self.draws_
        presences, clusters = problem.presences, draws.clusters
        assert presences is not None
        assert clusters is not None
        actors = presences.actors[place.presences]
        labels = draws.extra["cluster_label"][..., place.presences]
        site = int(presences.site[place.presences[0]])
        counts = reported_counts(draws)
        own = slice(site * self.n_clusters_, (site + 1) * self.n_clusters_)
        walked = (place.positions - draws.positions[:, :, actors]).reshape(-1, len(actors), problem.n_dims)
        grown = walked_variance(problem, draws.parameters, place.elapsed).reshape(-1, 1)
        kept = ClusterDraws(
            indices=clusters.indices,
            order=clusters.order if counts else np.tile(np.arange(self.n_clusters_), (len(clusters.order), 1)),
            labels=clusters.labels[:, place.presences],
            means=clusters.means[:, own]
            + _mean_by_cluster(walked[clusters.indices], clusters.labels[:, place.presences], self.n_clusters_),
            variances=clusters.variances[:, own] + grown[clusters.indices],
            weights=clusters.weights[:, own],
        )
        if counts:
            size = view.n_parameters - view.log_scale
            theta[..., view.log_scale :] = draws.parameters[..., problem.log_scale : problem.log_scale + size]
        else:
            _set_clusters(view, theta, kept)
        shares = self.n_clusters_probabilities_.to_numpy()
        return ClusterReport(self.labels_[actors], self.membership_[actors], labels, kept, shares, counts)


def _set_clusters(problem: Problem, theta: np.ndarray, clusters: ClusterDraws) -> None:
    """Write the clusters of all draws into parameter vectors, in place."""
    for name, values in (
        ("cluster_variances", 0.5 * np.log(clusters.variances)),
        ("cluster_means", clusters.means),
        ("cluster_weights", np.log(clusters.weights)),
    ):
        theta[..., problem.parameters[name].part] = values.reshape(*theta.shape[:2], -1)


def _mean_by_cluster(values: np.ndarray, labels: np.ndarray, n_clusters: int) -> np.ndarray:
    """Means (..., n_clusters, n_dims) of values (..., n_actors, n_dims) by cluster; 0 for a cluster without members."""
    found = np.zeros((*values.shape[:-2], n_clusters, values.shape[-1]))
    for g in range(n_clusters):
        members = (labels == g)[..., None]
        found[..., g, :] = (values * members).sum(axis=-2) / np.maximum(members.sum(axis=-2), 1)
    return found

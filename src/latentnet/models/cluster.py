"""The latent position cluster model."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentnet.constraints import checked
from latentnet.models.base import LatentModel
from latentnet.models.clustering import Clustering

__all__ = ["LatentClusterModel"]


class LatentClusterModel(Clustering, LatentModel):
    """Latent position cluster model of a network (Handcock, Raftery & Tantrum 2007).

    Actors are placed as in `LatentPositionModel`, and their positions come from clusters:

        z_i | cluster g ~ N(μ_g, σ_g² I),     P(cluster g) = λ_g.

    Parameters
    ----------
    n_clusters : int or "auto"
        How many. "auto" infers the number in one run, by a split–merge and telescoping sampler (Frühwirth-Schnatter,
        Malsiner-Walli & Grün 2021), with the data-scaled prior that `Priors` describes.
    n_dims, most_dims, similarity, family, effects, layers, priors, inference, random_state
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

    @checked()
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

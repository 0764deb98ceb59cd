"""BIC as R's latentnet reports it."""

from __future__ import annotations

import math
import warnings
from typing import Any, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning as MixtureWarning

from latentnet._exceptions import refuse_joint, refuse_layers
from latentnet.checks import shown
from latentnet.constraints import FITTED, checked
from latentnet.inference.optimise import maximise
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget

__all__ = ["BIC", "bic"]


class BIC(NamedTuple):
    """Bayesian information criterion of a model; lower is better.

    Attributes
    ----------
    total : float
    ties : float
        Of the ties given the positions.
    positions : float
        Of the positions given the clusters.
    """

    total: float
    ties: float
    positions: float


@checked(model=FITTED)
def bic(model: Any) -> BIC:
    """Bayesian information criterion as R's ``latentnet`` reports it, for choosing the number of clusters.

    The ties' part is −2 log L + p log(ties), with p coefficients refitted given the minimum Kullback–Leibler positions
    (`positions_`, of over 2,000 actors the mean of the draws');
    the positions' part is that of a Gaussian mixture with spherical clusters of unequal variance, fitted by EM to those
    positions (Handcock, Raftery & Tantrum 2007).

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel
        Fitted by MCMC, with a latent space.

    Returns
    -------
    BIC

    Raises
    ------
    ValueError
        Without a latent space or chains, or where the number of clusters is "auto": its posterior is the better answer
        there.

    Warnings
    --------
    BIC is not established for choosing the number of dimensions, with random effects, or between clusters and none. For
    the position model R's number is larger by nd(log d + 1/d − 1), a slip there (6.95 on Sampson's monks, d = 2).

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentClusterModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentClusterModel(3, inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson())
    >>> bool(325 < latentnet.bic(model).total < 345)
    True
    """
    refuse_joint(model, "bic")
    refuse_layers(model, "bic")
    problem: Problem = model._problem
    if problem.n_dims == 0 or model.draws_.kind != "chains":
        raise ValueError(
            f"bic needs a latent space and chains, but similarity is {shown(problem.similarity)} and inference "
            f"{shown(model.inference)}; fit with a similarity and inference='mcmc'"
        )
    if problem.counts_clusters:
        raise ValueError(
            "bic compares fixed numbers of clusters, but n_clusters is 'auto'; "
            "read model.n_clusters_probabilities_ instead"
        )
    ties = _of_ties(problem, model)
    positions = _of_positions(problem, model)
    return BIC(ties + positions, ties, positions)


def _of_ties(problem: Problem, model: Any) -> float:
    """−2 log-likelihood with coefficients refitted given the positions, and its penalty."""
    theta = model.draws_.pooled.mean(axis=0)
    problem.parameters.set_positions(theta, model.positions_)
    of_family = np.arange(problem.family_slice.start, problem.family_slice.stop)
    intercept = [problem.intercept] if problem.intercept >= 0 else []
    # Random effects are held at their posterior means.
    free = np.unique(np.array([*intercept, *problem.coefficient_indices, *of_family], dtype=np.int64))
    value_and_gradient = BoundTarget(problem.target()).likelihood_value_and_gradient
    _, value, _ = maximise(problem, value_and_gradient, theta, free=free, max_iterations=500, tolerance=1e-6)
    loops = problem.network.self_ties
    n_ties = problem.network.n_ties + (0 if loops is None else np.count_nonzero(np.nan_to_num(loops)))
    return -2.0 * value + len(free) * math.log(max(n_ties, 1))


def _of_positions(problem: Problem, model: Any) -> float:
    """−2 log density of the positions under their clusters, and its penalty."""
    n, d = model.positions_.shape
    centred = problem.invariance == "isometry"
    centre = model.positions_.mean(axis=0) if centred else np.zeros(d)
    positions = model.positions_ - centre
    if problem.clusters is None:
        variance = float(np.mean(positions**2))
        return n * d * (math.log(2.0 * math.pi * variance) + 1.0) + math.log(n * d)
    from scipy.cluster.hierarchy import cut_tree, linkage
    from sklearn.mixture import GaussianMixture

    # From Ward's clusters, as the same answer is wanted at every seed: the likelihood has no maximum, it grows without
    # bound where a cluster shrinks onto two close actors, and random starts end there.
    g = problem.clusters.most
    labels = cut_tree(linkage(positions, "ward"), g).ravel()
    means = np.stack([positions[labels == k].mean(axis=0) for k in range(g)])
    floor = 1e-3 * float(positions.var())
    spread = np.array([np.mean((positions[labels == k] - means[k]) ** 2) + floor for k in range(g)])
    mixture = GaussianMixture(
        g,
        covariance_type="spherical",
        weights_init=np.bincount(labels) / n,
        means_init=means,
        precisions_init=1.0 / spread,
        tol=1e-6,
        max_iter=500,
    )
    with warnings.catch_warnings():
        # a slow approach changes BIC by less than its Monte Carlo error
        warnings.simplefilter("ignore", MixtureWarning)
        mixture.fit(positions)
    return -2.0 * n * float(mixture.score(positions)) + (g - 1 + d * g + g) * math.log(n)

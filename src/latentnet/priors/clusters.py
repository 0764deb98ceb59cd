"""Positions in clusters: the mixture and its draws as a prior of positions."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latentnet.compiled import UNCOUNTED, implements
from latentnet.priors.mixture import (
    Mixture,
    OpenMixture,
    actor_mixture_log_density,
    add_mixture_gradient,
    clusters_of_site,
    fill_constants,
    log_total_weight,
    mean_index,
    mixture_log_density,
    natural_change,
    new_work,
    parts_of,
    scale_index,
    site_of_actor,
    weight_index,
)
from latentnet.priors.mixture_draws import FIXED, draw_clusters, draw_labels, draw_mixture, set_cluster_mass
from latentnet.priors.positions import (
    PositionPrior,
    Space,
    add_positions_gradient,
    draw_positions,
    draw_shift,
    place_own_values,
    position_log_density,
    positions_log_density,
    positions_natural_change,
    prepare_actors,
    redraw_own_values,
    redraw_position,
    scale_own_values,
    set_own_mass,
    with_scratch,
    write_labels,
)
from latentnet.priors.split_merge import compact_labels, draw_n_components, log_partition_weights, split_or_merge
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.priors.priors import Priors

__all__ = ["Clusters", "place_clusters"]

SPLIT_MERGE_MOVES = 3
_ROUNDS = 20


@dataclass(frozen=True)
class Clusters(PositionPrior):
    """Σ_g λ_g N(μ_g, σ_g² I): of `most` clusters, or of an unknown number up to it.

    Of several sites each has the same share of `most`.
    """

    most: int
    automatic: bool

    def values(self, space: Space) -> tuple[Values, ...]:
        """Log σ_g, means and log weights; reported in another order than they are drawn in (`posterior.clusters`)."""
        n_sites = len(space.site_starts) - 1
        sites = np.repeat(np.arange(n_sites), self.most // n_sites)
        scales = Values(
            "cluster_variances", (self.most,), ("cluster",), transform="variance", space="scale", reported=False
        )
        means = Values(
            "cluster_means",
            (self.most, space.n_dims),
            ("cluster", "latent_dim"),
            space="points",
            sites=sites,
            reported=False,
        )
        return scales, means, Values("cluster_weights", (self.most,), ("cluster",), transform="log", reported=False)

    @property
    def clusters(self) -> Clusters:
        """Itself."""
        return self

    def of_one_site(self, n_sites: int) -> Clusters:
        """Its share of the clusters."""
        return Clusters(self.most // n_sites, self.automatic)

    def bind(self, space: Space, first: int, priors: Priors) -> Mixture:
        """The mixture, with room for all clusters."""
        n, rate = space.n_first, float(priors.cluster_count_rate)
        concentration = float(priors.cluster_weight_concentration or 0.0)
        return (OpenMixture if self.automatic else Mixture)(
            n_actors=n,
            n_positions=space.n_positions,
            n_dims=space.n_dims,
            site_starts=space.site_starts,
            first_scale=first,
            most=self.most,
            active=np.array([self.most], np.int64),
            v0=float(priors.position_variance_scale or 0.0),
            df=float(priors.position_variance_df or 0.0),
            mean_variance=float(priors.cluster_mean_variance or 0.0),
            concentration=concentration,
            densities=np.zeros((self.most, n)),
            totals=np.zeros(n),
            constants=np.zeros((self.most, 2)),
            work=new_work(n, self.most, space.n_dims),
            rate=rate,
            log_weights=log_partition_weights(n, self.most, rate, concentration) if self.automatic else np.zeros(0),
        )

    def spread(self, first: int, priors: Priors) -> tuple[int, float]:
        """Within clusters and of their means: the clusters' own values are drawn given the positions alone."""
        return -1, float(priors.position_variance_scale or 0.0) + float(priors.cluster_mean_variance or 0.0)


def _nearest_centres(z: np.ndarray, n_clusters: int, rng: np.random.Generator) -> np.ndarray:
    """Labels by a few rounds of k-means from random actors; some clusters may stay empty."""
    centres = z[rng.choice(len(z), n_clusters, replace=len(z) < n_clusters)]
    for _ in range(_ROUNDS):
        labels = np.argmin(((z[:, None] - centres) ** 2).sum(axis=-1), axis=1)
        for g in np.unique(labels):
            centres[g] = z[labels == g].mean(axis=0)
    return labels


@implements(with_scratch, Mixture)
def _(mixture):
    return mixture._replace(
        active=mixture.active.copy(),
        densities=np.zeros_like(mixture.densities),
        totals=np.zeros_like(mixture.totals),
        constants=np.zeros_like(mixture.constants),
        work=np.zeros_like(mixture.work),
    )


@implements(place_own_values, Mixture)
def place_clusters(mixture, theta, rng):
    """Set the clusters' parameters in place, by k-means of the positions of each site."""
    most, d = mixture.most, mixture.n_dims
    z = theta[: d * mixture.n_positions].reshape(d, -1).T[: mixture.n_actors]
    each, labels = most // (len(mixture.site_starts) - 1), np.zeros(mixture.n_actors, np.int64)
    for site, (first, last) in enumerate(itertools.pairwise(mixture.site_starts)):
        labels[first:last] = site * each + _nearest_centres(z[first:last], each, rng)
    counts = np.bincount(labels, minlength=most)
    means, log_scales = np.zeros((most, d)), np.full(most, 0.5 * np.log(mixture.v0))
    for g in np.flatnonzero(counts):
        means[g] = z[labels == g].mean(axis=0)
        squares = np.mean((z[labels == g] - means[g]) ** 2)
        log_scales[g] = 0.5 * np.log((counts[g] * squares + mixture.v0) / (counts[g] + 1.0))
    for part, values in zip(
        parts_of(mixture), (log_scales, means, np.log(counts + mixture.concentration)), strict=True
    ):
        theta[part] = values.ravel()


implements(positions_log_density, Mixture, UNCOUNTED)(mixture_log_density)
implements(add_positions_gradient, Mixture, UNCOUNTED)(add_mixture_gradient)
implements(positions_natural_change, Mixture, UNCOUNTED)(natural_change)
implements(position_log_density, Mixture, UNCOUNTED)(actor_mixture_log_density)
implements(prepare_actors, Mixture, UNCOUNTED)(fill_constants)


@implements(set_own_mass, Mixture)
def _set_own_mass(mixture, mass):
    """As `set_cluster_mass` of kernels does."""
    d, active, (scales, means, weights) = mixture.n_dims, int(mixture.active[0]), parts_of(mixture)
    members = mixture.n_actors / active
    of_means = members / mixture.v0 + 1.0 / mixture.mean_variance
    here = np.arange(mixture.most) < active
    mass[scales] = np.where(here, members * d + mixture.df, FIXED)
    mass[means] = np.repeat(np.where(here, of_means, FIXED), d)
    mass[weights] = np.where(here, mixture.concentration + 0.5 * members, FIXED)


implements(draw_positions, Mixture)(draw_mixture)


@implements(redraw_position, Mixture, UNCOUNTED)
def _(mixture, theta, actor, rng):
    g, last = clusters_of_site(mixture, site_of_actor(mixture, actor))
    log_total, left = log_total_weight(mixture, theta, g, last), rng.random()
    while g < last - 1:
        left -= math.exp(theta[weight_index(mixture, g)] - log_total)
        if left < 0.0:
            break
        g += 1
    scale = math.exp(theta[scale_index(mixture, g)])
    for k in range(mixture.n_dims):
        theta[k * mixture.n_positions + actor] = theta[mean_index(mixture, g, k)] + scale * rng.standard_normal()


@implements(scale_own_values, Mixture, UNCOUNTED)
def _(mixture, theta, log_c):
    for g in range(mixture.active[0]):
        theta[scale_index(mixture, g)] += log_c
        for k in range(mixture.n_dims):
            theta[mean_index(mixture, g, k)] *= math.exp(log_c)
    return mixture.active[0] * mixture.n_dims


@implements(draw_shift, Mixture, UNCOUNTED)
def _(mixture, theta, sites, site, k, rng):
    """The centre of G means N(0, ω²), given how they lie around it, is N(0, ω²/G)."""
    first, last = clusters_of_site(mixture, site)
    shift = math.sqrt(mixture.mean_variance / (last - first)) * rng.standard_normal()
    for g in range(first, last):
        shift -= theta[mean_index(mixture, g, k)] / (last - first)
    for g in range(first, last):
        theta[mean_index(mixture, g, k)] += shift
    return shift


@implements(redraw_own_values, Mixture, UNCOUNTED)
def _redraw(mixture, theta, labels, mass, rng):
    draw_labels(mixture, theta, labels, rng)
    draw_clusters(mixture, theta, labels, rng)


@implements(redraw_own_values, OpenMixture, UNCOUNTED)
def _redraw_open(mixture, theta, labels, mass, rng):
    """With their number; masses follow it."""
    draw_labels(mixture, theta, labels, rng)
    occupied = compact_labels(labels, mixture.work[2])
    for _ in range(SPLIT_MERGE_MOVES):
        occupied = split_or_merge(mixture, theta, labels, occupied, mixture.log_weights, rng)
    mixture.active[0] = draw_n_components(mixture, occupied, mixture.rate, rng)
    set_cluster_mass(mixture, mass)
    draw_clusters(mixture, theta, labels, rng)


@implements(write_labels, Mixture, UNCOUNTED)
def _(mixture, labels, out):
    """Labels, then the number of components."""
    for i in range(labels.size):
        out[i] = labels[i]
    out[labels.size] = mixture.active[0]

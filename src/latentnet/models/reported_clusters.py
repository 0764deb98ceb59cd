"""What is reported of clusters, and its way into a file and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.files.values import decode, encode
from latentnet.posterior.clusters import ClusterDraws, occupied_counts, reported_clusters

if TYPE_CHECKING:
    from latentnet.files.archive import ArrayStore
    from latentnet.files.values import Source
    from latentnet.posterior.draws import Draws
    from latentnet.problem.problem import Problem

__all__ = [
    "OF_CLUSTERS",
    "ClusterReport",
    "cluster_report",
    "decoded_clusters",
    "encoded_clusters",
    "extra_of_others",
    "reported_counts",
]

_COUNTS = ("n_clusters", "n_components")
_OF_DRAWS = ("cluster_means", "cluster_variances", "cluster_weights")
# Variables of `draws_.extra` that come from here.
OF_CLUSTERS = ("cluster_label", *_OF_DRAWS, *_COUNTS)


class ClusterReport(NamedTuple):
    """Clusters of a fit, in one order for everything."""

    partition: np.ndarray  # (n_first,) most probable cluster of every actor
    membership: np.ndarray  # (n_first, n_clusters) posterior probabilities
    labels: np.ndarray  # (n_chains, n_draws, n_actors) of every draw; of presences in a joint model
    draws: ClusterDraws
    shares: np.ndarray  # (most,) share of the draws that have 1, 2, ... occupied clusters
    counts: dict[str, np.ndarray]  # (n_chains, n_draws) occupied clusters and components, where their number is open

    def variables(self, n_sites: int) -> dict[str, np.ndarray]:
        """What goes to `draws_.extra`: of a fixed number of clusters also what they are like in every draw."""
        found = {**self.counts, "cluster_label": self.labels}
        if self.counts:
            return found
        shape = (*self.labels.shape[:2], *([n_sites] if n_sites > 1 else []))
        for name in _OF_DRAWS:
            values = getattr(self.draws, name.removeprefix("cluster_"))
            found[name] = values.reshape(*shape, -1, *values.shape[2:])
        return found

    @staticmethod
    def axes(problem: Problem) -> dict[str, tuple[str, ...]]:
        """Names of the variables' axes after chain and draw."""
        clusters = ("cluster_site", "cluster") if problem.n_sites > 1 else ("cluster",)
        return {
            "cluster_label": ("actor" if problem.presences is None else "presence",),
            "cluster_means": (*clusters, "latent_dim"),
            "cluster_variances": clusters,
            "cluster_weights": clusters,
        }


def extra_of_others(draws: Draws) -> dict[str, np.ndarray]:
    """The variables in `draws_.extra` that do not come from the report of clusters."""
    return {name: one for name, one in draws.extra.items() if draws.clusters is None or name not in OF_CLUSTERS}


def reported_counts(draws: Draws) -> dict[str, np.ndarray]:
    """`ClusterReport.counts` of what was reported."""
    return {name: draws.extra[name] for name in _COUNTS if name in draws.extra}


def cluster_report(
    problem: Problem,
    parameters: np.ndarray,
    labels: np.ndarray,
    order: np.ndarray,
    partition: np.ndarray,
    membership: np.ndarray,
    n_components: np.ndarray | None,
) -> ClusterReport:
    """Put together what `fit` found, or a file holds.

    Parameters
    ----------
    problem : Problem
    parameters : ndarray of shape (n_chains, n_draws, n_parameters)
    labels : int ndarray of shape (n_chains, n_draws, n_actors)
        In the reported order; of presences in a joint model, where they count within a site.
    order : int ndarray of shape (n_chains·n_draws, n_reported)
        Which of each draw's clusters is reported as number g (of all sites, one after the other); rows of draws that
        have another number of clusters are not read.
    partition, membership : ndarray
        As in `ClusterReport`.
    n_components : int ndarray of shape (n_chains, n_draws), or None
        Where the number of clusters is open.
    """
    assert problem.clusters is not None
    flat, pooled = labels.reshape(-1, labels.shape[2]), parameters.reshape(-1, parameters.shape[2])
    n_clusters, site = membership.shape[1], problem.parameters["positions"].sites[: problem.n_first]
    counts = occupied_counts(flat[:, : problem.n_first] + n_clusters * site)
    chosen = np.flatnonzero(counts == n_clusters) if problem.clusters.automatic else np.arange(len(pooled))
    shape = labels.shape[:2]
    return ClusterReport(
        partition=partition,
        membership=membership,
        labels=labels,
        draws=reported_clusters(problem.own_prior().positions, pooled, chosen, order[chosen], flat[chosen]),
        shares=np.bincount(counts, minlength=problem.clusters.most + 1)[1:] / len(counts),
        counts={} if n_components is None else {"n_clusters": counts.reshape(shape), "n_components": n_components},
    )


def encoded_clusters(model: Any, store: ArrayStore) -> dict[str, Any] | None:
    """What a file holds of a model's clusters: all else follows from the parameters."""
    draws = model.draws_
    if draws.clusters is None:
        return None
    order = np.zeros((len(draws.pooled), draws.clusters.order.shape[1]), np.int64)
    order[draws.clusters.indices] = draws.clusters.order
    content = {
        "labels": draws.extra["cluster_label"],
        "order": order,
        "partition": model.labels_,
        "membership": model.membership_,
        "n_components": draws.extra.get("n_components"),
    }
    return {name: encode(values, store, f"clusters {name}") for name, values in content.items()}


def decoded_clusters(
    content: dict[str, Any] | None, problem: Problem, parameters: np.ndarray, source: Source
) -> ClusterReport | None:
    """The report that `encoded_clusters` was given, checked entry by entry.

    Raises
    ------
    ValueError
        If the content is not of clusters of this problem.
    """
    if (content is None) != (problem.clusters is None):
        raise ValueError("its clusters are not those of its model")
    if content is None or problem.clusters is None:
        return None
    labels, order, partition, membership, n_components = (
        decode(content[name], source) for name in ("labels", "order", "partition", "membership", "n_components")
    )
    shape, most, automatic = parameters.shape[:2], problem.clusters.most, problem.clusters.automatic
    _check(isinstance(membership, np.ndarray) and membership.dtype == np.float64 and membership.ndim == 2)
    n_clusters = membership.shape[1]
    n_reported = n_clusters * problem.n_sites
    _check(membership.shape[0] == problem.n_first and (1 <= n_clusters <= most if automatic else n_reported == most))
    _check(bool(np.all(membership >= 0.0)) and np.allclose(membership.sum(axis=1), 1.0))
    _check_whole(partition, (problem.n_first,), n_clusters)
    _check_whole(labels, (*shape, problem.n_actors), most if automatic else n_clusters)
    _check_whole(order, (shape[0] * shape[1], n_reported), most)
    _check((n_components is None) != automatic)
    if n_components is not None:
        _check_whole(n_components, shape, most + 1)
    report = cluster_report(problem, parameters, labels, order, partition, membership, n_components)
    _check(len(report.draws.indices) > 0 and bool(np.all(np.diff(np.sort(report.draws.order, axis=1), axis=1) > 0)))
    if problem.presences is not None:
        _check(np.array_equal(labels, labels[..., problem.presences.actors]))
    return report


def _check(sound: bool) -> None:
    if not sound:
        raise ValueError("its clusters are not those of its actors and draws")


def _check_whole(values: Any, shape: tuple[int, ...], most: int) -> None:
    """Whether these are numbers from 0 to `most` - 1."""
    _check(isinstance(values, np.ndarray) and values.dtype.kind == "i" and values.shape == shape)
    _check(bool(np.all((values >= 0) & (values < most))))

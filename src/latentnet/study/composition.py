"""What clusters are made of: organisations, sectors, professions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from latentnet.checks import shown
from latentnet.component import Guiding
from latentnet.constraints import COLUMN, FITTED, checked
from latentnet.network import Network
from latentnet.network.labels import attribute_column, check_hashable, listing
from latentnet.study.reading import Floats, add_intervals, interval, need_clusters

__all__ = ["Composition", "composition"]

_MOST_DRAWS = 1000


@dataclass(frozen=True)
class Composition(Guiding):
    """Clusters by an attribute; what `composition` returns.

    Attributes
    ----------
    table : DataFrame, cluster × value
        Expected numbers of actors.
    heterogeneity : DataFrame by cluster
        `blau`, the probability that two members, drawn with replacement, differ (Blau 1977), and `entropy` in nats,
        both 0 where all are alike; ``_low`` and ``_high`` are equal-tailed 90 % intervals. Draws in which a cluster is
        empty do not count.
    agreement : Series
        `adjusted_rand` (0 by chance, 1 for the same partition) and `nmi`, normalised mutual information, of the
        clusters with the attribute, with ``_low`` and ``_high``.
    """

    table: pd.DataFrame
    heterogeneity: pd.DataFrame
    agreement: pd.Series


@checked(model=FITTED, attribute=COLUMN.or_("a pandas Series by actor", lambda value: isinstance(value, pd.Series)))
def composition(model: Any, attribute: str | pd.Series[Any]) -> Composition:
    """Cross the clusters with an attribute of the actors, with the uncertainty of who is in which.

    Parameters
    ----------
    model : LatentClusterModel
        Fitted to a network with attributes. At most 1,000 draws are used, evenly spaced; under ``n_clusters="auto"``
        those with `n_clusters_` occupied clusters.
    attribute : str or Series
        A column of ``network.attributes``, or a value for each actor by label, such as
        ``model.network_.attributes["group"].fillna("unknown")``; every different value is a category.

    Returns
    -------
    Composition
        With `table`, `heterogeneity` and `agreement`.

    Raises
    ------
    ValueError
        If the model has no clusters, the network no such attribute, or an actor no value.

    References
    ----------
    Blau, P. M. (1977). Inequality and Heterogeneity. Free Press.

    Examples
    --------
    >>> from latentnet import LatentClusterModel, MCMC, composition
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentClusterModel(3, inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson())
    >>> found = composition(model, "group")
    >>> found.table.shape, round(float(found.table.to_numpy().sum()), 6)
    ((3, 3), 18.0)
    >>> bool(found.agreement["adjusted_rand"] > 0.8)
    True
    """
    need_clusters(model, "composition")
    column, name = _values(model.network_, attribute)
    codes, values = pd.factorize(column, sort=True)
    labels = model.draws_.clusters.thinned(_MOST_DRAWS).labels
    n_clusters = int(max(labels.max() + 1, model.n_clusters_))
    counts = np.empty((len(labels), n_clusters, len(values)))
    for s, of_draw in enumerate(labels):
        flat = np.bincount(of_draw * len(values) + codes, minlength=n_clusters * len(values))
        counts[s] = flat.reshape(n_clusters, -1)
    clusters = pd.Index(np.arange(n_clusters), name="cluster")
    table = pd.DataFrame(counts.mean(axis=0), index=clusters, columns=pd.Index(values, name=name))
    return Composition(table, _heterogeneity(counts, clusters), _agreement(labels, codes))


def _values(network: Network, attribute: Any) -> tuple[pd.Series[Any], Any]:
    """The value of each actor, and what they are called."""
    if not isinstance(attribute, pd.Series):
        fix = f"; or give model.network_.attributes[{shown(attribute)}].fillna('unknown')"
        return attribute_column(network, attribute, "composition", fix=fix), attribute
    if attribute.index.has_duplicates:
        raise ValueError("attribute must have one value for each actor, but its index has labels more than once")
    column = attribute.reindex(network.actors)
    missing = column.index[column.isna()]
    if len(missing):
        raise ValueError(
            f"attribute must have a value for every actor of the model, but has none for {listing(missing, 10)}; "
            "fill it in, for example with .reindex(model.actors_).fillna('unknown')"
        )
    check_hashable(column.to_numpy(dtype=object), "attribute")
    return column, attribute.name


def _heterogeneity(counts: Floats, clusters: pd.Index) -> pd.DataFrame:
    sizes = counts.sum(axis=2)
    shares = counts / np.where(sizes > 0, sizes, np.nan)[..., None]
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    table = pd.DataFrame(index=clusters)
    add_intervals(table, blau=1.0 - (shares**2).sum(axis=2), entropy=-(shares * logs).sum(axis=2))
    return table


def _agreement(labels: Any, codes: Any) -> pd.Series:
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    different, copies = np.unique(labels, axis=0, return_inverse=True)
    found: dict[str, float] = {}
    for name, measure in (("adjusted_rand", adjusted_rand_score), ("nmi", normalized_mutual_info_score)):
        draws = np.array([measure(codes, partition) for partition in different])[copies.reshape(-1)]
        for suffix, value in zip(("", "_low", "_high"), interval(draws), strict=True):
            found[name + suffix] = float(value)
    return pd.Series(found, name="agreement")

"""What models of several kinds of ties offer: each kind as a model of its own, and a table of what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
import pandas as pd

from latentnet.checks import one_of
from latentnet.constraints import FRACTION, checked
from latentnet.effects.correlated import roles
from latentnet.inference.base import InferenceResult
from latentnet.models.fitted import Fitted
from latentnet.posterior.clusters import evenly_spaced
from latentnet.posterior.procrustes import Alignment, align, mean_shape
from latentnet.predictive.predictive import Predictive
from latentnet.priors.correlation_matrices import correlation_factor

if TYPE_CHECKING:
    from latentnet.models.reported_clusters import ClusterReport
    from latentnet.network.joined import Presences
    from latentnet.problem.layers import Layer
    from latentnet.problem.problem import Problem

__all__ = ["LayerViews", "mean_positions"]

_MOST_DRAWS = 1000
_MOST_DYADS = 2000


class LayerViews(Fitted):
    """Methods of models that were fitted to `latentnet.Layers`."""

    @checked()
    def layer(self, name: str) -> Self:
        """The fitted model of one kind of ties.

        It is an ordinary fitted model, with the draws of the joint one: it predicts, scores and simulates, and goes to
        `latentnet.plot`, `roles`, `composition` and `goodness_of_fit`. Its positions are the common ones times the
        layer's weight (its root, where the similarity goes with a square), so that its linear predictor is that of an
        ordinary model; its actors are the layer's. Under ``layers="around"`` they are the layer's own, turned to lie as
        near to the common ones as they may.

        Parameters
        ----------
        name : str

        Returns
        -------
        estimator of the same class

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If the model was fitted to a single network, or there is no such layer.

        Examples
        --------
        >>> import latentnet
        >>> from latentnet.datasets import load_sampson_waves
        >>> first, second, third = load_sampson_waves()
        >>> layers = latentnet.Layers({"early": first, "late": third})
        >>> model = latentnet.LatentPositionModel(inference="map", random_state=1).fit(layers)
        >>> model.layer("late").predict_proba().shape
        (18, 18)
        """
        layers = self._layers("layer")
        return cast(Self, self._layer_view(layers[one_of("name", name, list(layers))]))

    def _layers(self, method: str) -> dict[str, Layer]:
        layers = self._checked().layers
        if not layers:
            raise ValueError(
                f"{method} is for models of several kinds of ties, but this one was fitted to a network of one kind; "
                "fit it to latentnet.Layers({name: network, ...})"
            )
        return {layer.name: layer for layer in layers}

    def _layer_view(self, layer: Layer) -> Any:
        draws, model = self.draws_, self._blank_layer(layer)
        result = InferenceResult(layer.parameters(draws.parameters), draws.kind, draws.statistics)
        factor, alignments = np.exp(np.log(layer.factor(draws.parameters)).mean()), None
        points = factor * self._points()[layer.actors]
        if layer.spread >= 0:  # the common map does not say how one of the layer's own lies to it
            points, alignments = _own_map(layer.problem, result.draws, points)
        model._keep(layer.problem, result, points, self._clusters_of_layer(layer, alignments))
        joint, site = self.__dict__.get("_joint", (self, 0))
        model._joint = joint, (site, layer.name)
        return model

    def _blank_layer(self, layer: Layer) -> Any:
        """An estimator for the layer, in which nothing is stored yet."""
        model = type(self)(**self.get_params(deep=False))
        model.family = layer.problem.given_family
        return model

    def _clusters_of_layer(self, layer: Layer, alignments: list[Alignment] | None) -> ClusterReport | None:
        """Clusters as they lie in the layer's space, which was turned, site by site, against the common one."""
        return None

    @checked(probability=FRACTION)
    def layer_table(self, *, probability: float = 0.9) -> pd.DataFrame:
        """What the layers share: how much the map says of each, and how alike their linear predictors are.

        Parameters
        ----------
        probability : float
            Of the equal-tailed intervals.

        Returns
        -------
        DataFrame
            By layer: `weight`, what a distance of 1 takes from its linear predictor (1 in the first layer; near 0, the
            map says nothing of it); under ``layers="around"`` `spread`, the standard deviation τ of its positions
            around the common ones, in units of the first layer's (the median, as the ties may set it no upper bound),
            and `own_map`, the share of τ² in their variance (near 0, it has the common map; near 1, one of its own);
            and for every layer `correlation[layer]`, the correlation with that layer's linear predictor over the pairs
            of actors that are in both (NaN with fewer than three actors in common). Under `effects.Correlated` also,
            of sociality, sender or receiver, `sociality_correlation[layer]`, the correlation of actors' values in both
            layers. Each with ``_low`` and
            ``_high``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If the model was fitted to a single network, or `probability` is not between 0 and 1.

        Examples
        --------
        >>> import latentnet
        >>> from latentnet.datasets import load_sampson_waves
        >>> first, second, third = load_sampson_waves()
        >>> model = latentnet.LatentPositionModel(inference=latentnet.MCMC(200, 200, 2), random_state=1)
        >>> table = model.fit(latentnet.Layers({"early": first, "late": third})).layer_table()
        >>> float(table.loc["early", "weight"])
        1.0
        """
        layers = self._layers("layer_table")
        pooled = self.draws_.pooled
        kept = pooled[evenly_spaced(len(pooled), _MOST_DRAWS)]
        columns: dict[str, list[np.ndarray]] = {}
        if self.draws_.n_dims:
            columns["weight"] = [(layer.factor(pooled) / layer.unit) ** layer.degree for layer in layers.values()]
        if self._checked().around:
            columns["spread"] = [layer.around(pooled) for layer in layers.values()]
            common = self._checked().parameters.positions(pooled).var(axis=-2).mean(axis=-1)
            columns["own_map"] = [tau**2 / (tau**2 + common) for tau in columns["spread"]]
        columns |= _of_effects(self._checked(), list(layers), pooled)
        where = self._checked().presences
        for name, other in layers.items():
            columns[f"correlation[{name}]"] = [_correlations(layer, other, kept, where) for layer in layers.values()]
        tail = 0.5 * (1.0 - probability)
        table = {}
        for name, values in columns.items():
            table[name] = [np.median(one) if name == "spread" else one.mean() for one in values]
            table[f"{name}_low"] = [np.quantile(one, tail) for one in values]
            table[f"{name}_high"] = [np.quantile(one, 1.0 - tail) for one in values]
        return pd.DataFrame(table, index=pd.Index(list(layers), name="layer"))


def _of_effects(problem: Problem, names: list[str], draws: np.ndarray) -> dict[str, list[np.ndarray]]:
    """Correlations of random effects across layers, by column and layer."""
    columns = {}
    for _, bound, part in problem.effects:
        if bound.correlated >= 0:
            factor = correlation_factor(draws[:, part.start + bound.correlated : part.stop], len(bound.groups))
            for role in roles(bound):
                own = [k for k, group in enumerate(bound.groups) if group.name.startswith(f"{role}[")]
                for name, k in zip(names, own, strict=True):
                    columns[f"{role}_correlation[{name}]"] = [(factor[:, k] * factor[:, g]).sum(axis=1) for g in own]
    return columns


def _own_map(problem: Problem, draws: np.ndarray, common: np.ndarray) -> tuple[np.ndarray, list[Alignment]]:
    """Mean positions of a layer, turned to the common ones, and how draws were aligned to these, in place, by site."""
    points, alignments = np.empty_like(common), []
    for site, here in enumerate(_by_site(problem)):
        own = problem.parameters.positions(draws)[..., here, :]
        points[here] = align(_mean_shape(problem, own), common[here], problem.invariance).positions
        alignments.append(align(own, points[here], problem.invariance))
        problem.parameters.turn(draws, alignments[-1].rotations, alignments[-1].translations, site)
    return points, alignments


def _by_site(problem: Problem) -> list[np.ndarray]:
    """Which of the positions lie in each site's space."""
    sites = problem.parameters["positions"].sites
    return [np.flatnonzero(sites == site) for site in range(problem.n_sites)]


def _mean_shape(problem: Problem, positions: np.ndarray) -> np.ndarray:
    """The mean shape of draws of positions."""
    pooled = positions.reshape(-1, *positions.shape[-2:])
    return mean_shape(pooled[evenly_spaced(len(pooled), _MOST_DRAWS)], problem.invariance)


def mean_positions(problem: Problem, draws: np.ndarray) -> np.ndarray:
    """The posterior mean of the positions, turned to each other, in a parameter vector.

    Parameters
    ----------
    problem : Problem
        One that `is_mean_of_draws` is true of.
    draws : ndarray of shape (n_draws, n_parameters)
    """
    theta, positions = draws.mean(axis=0), problem.parameters.positions(draws)
    points = np.empty(positions.shape[1:])
    for here in _by_site(problem):
        points[here] = _mean_shape(problem, positions[:, here])
    problem.parameters.set_positions(theta, points)
    return theta


def _correlations(first: Layer, second: Layer, draws: np.ndarray, presences: Presences | None) -> np.ndarray:
    """Correlation of two layers' linear predictors over common pairs, (n_draws,)."""
    common = np.intersect1d(first.actors, second.actors)
    if len(common) < 3:
        return np.full(len(draws), np.nan)
    if first is second:
        return np.ones(len(draws))
    dyads = ~np.eye(len(common), dtype=bool)
    if presences is not None:  # no dyad is between two networks
        dyads &= presences.network[common][:, None] == presences.network[common]
    i, j = np.nonzero(dyads)
    some = evenly_spaced(len(i), _MOST_DYADS)
    centred = []
    for layer in (first, second):
        place = layer.places(int(layer.actors.max()) + 1)
        predictive = Predictive(layer.problem, layer.parameters(draws))
        eta = predictive.values("linear_predictor", place[common[i[some]]], place[common[j[some]]])
        centred.append(eta - np.nanmean(eta, axis=1, keepdims=True))
    a, b = np.nan_to_num(centred[0]), np.nan_to_num(centred[1])
    with np.errstate(invalid="ignore"):
        return np.asarray((a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1)))

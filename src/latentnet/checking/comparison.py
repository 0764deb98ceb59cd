"""Comparison of fitted models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from latentnet._random import RandomState, as_seed_sequence
from latentnet.checking.bic import bic
from latentnet.checking.loo import BAD_K, check_draws, loo
from latentnet.checking.observed import data_of, kinds_of
from latentnet.checking.refits import actor_densities, fold_densities
from latentnet.checks import shown
from latentnet.constraints import FITTED, NAMED_MODELS, SEED, among, checked
from latentnet.predictive.simulation import simulated_ties

__all__ = ["Criterion", "compare"]

Criterion = Literal["loo", "kfold", "actors", "bic"]

_CRITERIA = ("loo", "kfold", "actors", "bic")


class _Found(NamedTuple):
    """What a criterion says of one model."""

    elpd: float
    pointwise: pd.Series[float]  # of all units, or of a sample
    n_units: int
    n_effective: float = math.nan
    k: np.ndarray = np.zeros(0)


@checked(models=NAMED_MODELS, criterion=among(*_CRITERIA), random_state=SEED)
def compare(
    models: Mapping[str, Any], *, criterion: Criterion = "loo", random_state: RandomState = None
) -> pd.DataFrame:
    """Tabulate fitted models by how well they foretell, the best first.

    Parameters
    ----------
    models : dict of str to fitted model
        All fitted to the same network, or the same networks, with families of one kind: of numbers that are whole, or
        of real ones.
    criterion : {"loo", "kfold", "actors", "bic"}
        ``"loo"``: leave out one unit (`loo`), for dimensions, effects, similarities and families. ``"kfold"``: the same
        question by ten refits over folds of units, where importance weights fail. ``"actors"``: leave out whole actors,
        by ten refits, and integrate their positions over the prior or mixture: the one that can tell numbers of
        clusters, of models of one network. ``"bic"``: as R's ``latentnet`` (`bic`).
    random_state : None, int, SeedSequence, Generator or RandomState
        For folds and for positions of held-out actors; the refits have the models' own.

    Returns
    -------
    DataFrame
        By name: `elpd`, the expected log predictive density (higher is better), with its standard error `se`;
        `difference` to the best (0 or less) with `se_difference`, from the differences by unit; of ``"loo"``
        `n_effective`, the effective number of parameters, and `worst_k`, the worst Pareto k (NaN otherwise); and
        `advice`, in words. Of ``"bic"``: `n_clusters`, `n_dims`, `bic` with its parts `bic_ties` and `bic_positions`,
        and `bic_difference` to the best.

    Raises
    ------
    ValueError
        If `models` is no mapping or empty, or holds models of different networks or families of different kinds, or,
        but for ``"loo"``, one network of a joint model, such as ``model.layer("advice")``; as `loo` does.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> from latentnet.effects import Reciprocity
    >>> engine = MCMC(n_draws=500)
    >>> plain = LatentPositionModel(inference=engine, random_state=1).fit(load_sampson())
    >>> mutual = LatentPositionModel(effects=[Reciprocity()], inference=engine, random_state=1).fit(load_sampson())
    >>> table = latentnet.compare({"plain": plain, "mutual": mutual})
    >>> table.index[0]
    'mutual'
    """
    models = dict(models)
    first = next(iter(models.values()))
    for name, model in models.items():
        FITTED.demand(f"models[{name!r}]", model)
        if data_of(model) != data_of(first):
            raise ValueError(
                f"compare needs models of the same data, but {shown(name)} was fitted to others: actors, attributes, "
                "ties and what was observed must be the same (of one layer, those of layers[name])"
            )
    if criterion != "loo":
        _refuse_parts(models, criterion)
    if criterion == "bic":
        return _by_bic(models)
    _check_kinds(models)
    found = _densities(models, criterion, random_state)
    return _table(models, found, criterion)


def _refuse_parts(models: Mapping[str, Any], criterion: str) -> None:
    """Raise a ValueError for one network of a joint model, which has learned from all."""
    for name, model in models.items():
        if "_joint" in model.__dict__:
            raise ValueError(
                f"criterion={criterion!r} is of models by themselves, but {shown(name)} is one network of a joint "
                "model, which has learned from the others too; compare the joint models, or use criterion='loo'"
            )


def _check_kinds(models: Mapping[str, Any]) -> None:
    """Densities of real numbers and probabilities of whole ones have different units."""
    whole: dict[tuple[str | None, bool], str] = {}
    for name, model in models.items():
        check_draws(model, "compare")
        for kind in kinds_of(model._problem):
            theta = kind.parameters(model.draws_.pooled[:1])[0]
            values = simulated_ties(kind.problem, theta, np.random.default_rng(0)).data
            whole[kind.name, bool(np.all(values == np.floor(values)))] = name
    for layer, is_whole in whole:
        if is_whole and (layer, False) in whole:
            where = "" if layer is None else f" of layer {shown(layer)}"
            raise ValueError(
                f"compare needs families of one kind, but ties{where} are whole numbers in {shown(whole[layer, True])} "
                f"and real ones in {shown(whole[layer, False])}: probabilities and densities cannot be compared"
            )


def _densities(models: Mapping[str, Any], criterion: str, random_state: Any) -> dict[str, _Found]:
    if criterion == "loo":
        seed = as_seed_sequence(random_state)  # a copy each time: the same units of all models
        results = {name: loo(model, random_state=seed) for name, model in models.items()}
        return {
            name: _Found(one.elpd, one.pointwise["elpd"], one.n_units, one.n_effective, one.pointwise["k"].to_numpy())
            for name, one in results.items()
        }
    by_model = (fold_densities if criterion == "kfold" else actor_densities)(models, random_state)
    return {name: _Found(float(density.sum()), density, len(density)) for name, density in by_model.items()}


def _table(models: Mapping[str, Any], found: Mapping[str, _Found], criterion: str) -> pd.DataFrame:
    best_name = max(found, key=lambda name: found[name].elpd)
    best, rows = found[best_name], {}
    for name, one in found.items():
        gaps = one.pointwise - best.pointwise
        difference, error = one.elpd - best.elpd, _error(gaps, one.n_units)
        rows[name] = {
            "elpd": one.elpd,
            "se": _error(one.pointwise, one.n_units),
            "difference": difference,
            "se_difference": error,
            "n_effective": one.n_effective,
            "worst_k": float(one.k.max()) if len(one.k) else math.nan,
            "advice": "; ".join(
                _advice(one, None if name == best_name else (difference, error)) + _of_clusters(models, criterion)
            ),
        }
    return pd.DataFrame.from_dict(rows, orient="index").sort_values("elpd", ascending=False, kind="stable")


def _error(values: pd.Series[float], n_units: int) -> float:
    """Standard error of the sum over all units, from those that are there."""
    return math.sqrt(n_units * float(values.var(ddof=0)))


def _of_clusters(models: Mapping[str, Any], criterion: str) -> list[str]:
    """What to know where numbers of clusters are compared."""
    clusters = [model._problem.clusters for model in models.values()]
    if all(one == clusters[0] for one in clusters):
        return []
    if criterion != "actors":
        return ["dyads cannot tell numbers of clusters: use criterion='actors'"]
    scales = {model.priors_.position_variance_scale for model in models.values()} - {None}
    if len(scales) == 1:
        return []
    return [
        "priors of how far clusters spread differ, and decide along: give all models those of one, such as "
        "priors=LatentClusterModel('auto').fit(network).priors_"
    ]


def _advice(one: _Found, gap: tuple[float, float] | None) -> list[str]:
    said = []
    bad = int(np.count_nonzero(one.k > BAD_K))
    if bad:
        said.append(f"k > {BAD_K} in {bad} of {len(one.k)} units: do not rely on elpd, use criterion='kfold'")
    if gap is not None and abs(gap[0]) < 2.0 * gap[1]:
        said.append("not told apart from the best")
    return said


def _by_bic(models: Mapping[str, Any]) -> pd.DataFrame:
    rows = {}
    for name, model in models.items():
        found, clusters = bic(model), model._problem.clusters
        rows[name] = {
            "n_clusters": 0 if clusters is None else clusters.most,
            "n_dims": model._problem.n_dims,
            "bic": found.total,
            "bic_ties": found.ties,
            "bic_positions": found.positions,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").sort_values("bic", kind="stable")
    table["bic_difference"] = table["bic"] - table["bic"].min()
    return table.astype({"n_clusters": int, "n_dims": int})

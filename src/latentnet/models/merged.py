"""Runs of one model with different seeds, pooled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from scipy.optimize import linear_sum_assignment

from latentnet.checking.observed import data_of
from latentnet.checks import shown
from latentnet.constraints import FITTED, Rule, checked
from latentnet.inference import read_engine
from latentnet.inference.base import InferenceResult
from latentnet.models.fitted import Model
from latentnet.models.saved import ingredients
from latentnet.posterior.draws import Draws
from latentnet.problem.problem import Problem

__all__ = ["merge"]

_MODELS = Rule(
    "a sequence of at least two fitted models",
    lambda value: isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 1,
    "; write merge([first, second])",
)
_SAME = 0.01  # by how much numbers of a prior that is scaled by the data may differ from seed to seed


@checked(models=_MODELS)
def merge(models: Sequence[Model]) -> Model:
    """Pool fits of the same model to the same network, made with different seeds: their chains become those of one.

    Alignment, point estimate, clusters and diagnostics are made anew from all chains, so a fit on a cluster of
    computers is that of one.

    Parameters
    ----------
    models : sequence of fitted models
        Two or more, by MCMC, with the same number of draws a chain: `extend` draws more of a shorter one.

    Returns
    -------
    LatentPositionModel or another estimator
        Fitted; its parameters are those of the first.

    Raises
    ------
    TypeError
        If `models` is no sequence of models.
    ValueError
        If they are not fits of one model to one network, have no chains, chains of different length, or the same
        draws.

    Warns
    -----
    ConvergenceWarning
        If the chains of all of them do not agree.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> engine = MCMC(n_draws=500, n_chains=2)
    >>> runs = [LatentPositionModel(inference=engine, random_state=k).fit(load_sampson()) for k in (1, 2)]
    >>> latentnet.merge(runs).draws_.n_chains
    4
    """
    for k, model in enumerate(models):
        FITTED.demand(f"models[{k}]", model)
    first = models[0]
    for k, model in enumerate(models):
        _check_same(k, model, first)
    _check_seeds(models)
    merged: Any = type(first)(**first.get_params(deep=False))
    for name in {"_several", "_of_layers"} & first.__dict__.keys():
        setattr(merged, name, first.__dict__[name])
    pooled = _pooled(first._problem, [model.draws_ for model in models])
    thin = max(model.thin_ for model in models)
    merged._conclude(first._problem, pooled._replace(thin=thin), read_engine("mcmc"))
    return cast(Model, merged)


def _check_same(k: int, model: Any, first: Any) -> None:
    def differ(what: str, mine: Any, theirs: Any, fix: str) -> ValueError:
        return ValueError(f"models[{k}] has {what} {mine}, but models[0] has {theirs}; {fix}")

    same = "merge runs of one model and network with different random_state"
    if model.draws_.kind != "chains":
        raise ValueError(f"models[{k}] has no chains, as it was fitted by {shown(model.inference)}; fit with 'mcmc'")
    if type(model) is not type(first):
        raise differ("the class", type(model).__name__, type(first).__name__, same)
    if data_of(model) != data_of(first):
        raise ValueError(f"models[{k}] was fitted to another network than models[0]; {same}")
    mine, theirs = ingredients(model._problem), ingredients(first._problem)
    priors, others = (one.pop("priors").get_params() for one in (mine, theirs))
    for name, value in mine.items():
        if repr(value) != repr(theirs[name]) or value != theirs[name]:
            raise differ(name, value, theirs[name], same)
    if not all(_alike(value, others[name]) for name, value in priors.items()):
        raise differ("the priors", model.priors_, first.priors_, same)
    mine, theirs = model.likelihood_["kind"], first.likelihood_["kind"]
    if mine != theirs:
        raise differ("the likelihood", mine, theirs, "fit all with the same MCMC(likelihood=...)")
    mine, theirs = model.draws_.n_draws, first.draws_.n_draws
    if mine != theirs:
        shorter, place = (model, k) if mine < theirs else (first, 0)
        fix = f"draw more of the shorter one by models[{place}].extend({abs(mine - theirs)})"
        if shorter._standing is None:  # it was pooled itself, or loaded from an old file
            fix = "fit all with the same n_draws"
        raise differ("draws a chain", mine, theirs, fix)


def _alike(first: Any, second: Any) -> bool:
    """Whether two numbers of priors are equal up to rounding; others exactly."""
    if isinstance(first, float) and isinstance(second, float):
        return bool(np.isclose(first, second, rtol=_SAME, atol=0.0))
    return bool(first == second)


def _check_seeds(models: Sequence[Any]) -> None:
    """Two runs with one seed have the same chains, which tell nothing new."""
    seen: dict[bytes, int] = {}
    for k, model in enumerate(models):
        for chain in model.draws_.statistics["lp"]:
            before = seen.setdefault(np.round(chain, 6).tobytes(), k)
            if before != k:
                raise ValueError(
                    f"models[{k}] has the same draws as models[{before}]: the seed was the same; fit each with another "
                    "random_state"
                )


def _pooled(problem: Problem, runs: list[Draws]) -> InferenceResult:
    parameters = np.concatenate([draws.parameters for draws in runs])
    names = [name for name in runs[0].statistics if all(name in draws.statistics for draws in runs)]
    statistics = {name: np.concatenate([draws.statistics[name] for draws in runs]) for name in names}
    result = InferenceResult(parameters, "chains", statistics)
    if problem.clusters is None:
        return result
    of_first = [draws.extra["cluster_label"][..., : problem.n_first] for draws in runs]
    labels = np.concatenate([_as_drawn(problem, draws, own) for draws, own in zip(runs, of_first, strict=True)])
    if not problem.clusters.automatic:
        return result._replace(labels=labels)
    return result._replace(labels=labels, n_components=np.concatenate([d.extra["n_components"] for d in runs]))


def _as_drawn(problem: Problem, draws: Draws, labels: np.ndarray) -> np.ndarray:
    """Labels as each draw's parameter vector counts its clusters, from those in the reported order."""
    assert problem.clusters is not None
    assert draws.clusters is not None
    flat = labels.reshape(-1, labels.shape[-1])
    if not problem.clusters.automatic:
        each = draws.clusters.order.shape[1] // problem.n_sites
        site = problem.parameters["positions"].sites[: problem.n_first]
        return np.take_along_axis(draws.clusters.order, each * site + flat, axis=1).reshape(labels.shape)
    positions = draws.positions[..., : problem.n_first, :].reshape(*flat.shape, problem.n_dims)
    means = problem.parameters["cluster_means"].of(draws.pooled)
    log_scales = problem.parameters["cluster_variances"].of(draws.pooled)
    found = np.empty_like(flat)
    for s, row in enumerate(flat):
        # Occupied clusters come first in the parameter vector; which is whose is told by where the members are.
        _, blocks = np.unique(row, return_inverse=True)
        occupied = int(blocks.max()) + 1
        squares = ((positions[s, :, None] - means[s, :occupied]) ** 2).sum(axis=2)
        density = -0.5 * squares * np.exp(-2.0 * log_scales[s, :occupied]) - problem.n_dims * log_scales[s, :occupied]
        of_blocks = np.zeros((occupied, occupied))
        np.add.at(of_blocks, blocks, density)
        found[s] = linear_sum_assignment(-of_blocks)[1][blocks]
    return found.reshape(labels.shape)

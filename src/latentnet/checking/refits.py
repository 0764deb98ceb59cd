"""Log predictive densities of what folds held out: of units, and of whole actors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.special import logsumexp
from sklearn.base import clone

from latentnet._random import as_seed_sequence
from latentnet.checking.loo import unit_index
from latentnet.compiled import first_class_functions, implements, kernel, verb
from latentnet.likelihood.verbs import actor_log_likelihood, couples_actors, own_scratch
from latentnet.model_selection import ActorKFold, DyadKFold, RespondentKFold
from latentnet.model_selection.folds import Dyads
from latentnet.model_selection.scores import held_out
from latentnet.network import Network
from latentnet.predictive.units import draws_of_units, observed_units
from latentnet.priors.joint import redraw_actor
from latentnet.priors.mixture import Mixture

__all__ = ["actor_densities", "fold_densities"]

_N_SPLITS = 10
_MOST_DRAWS = 400  # of the parameters, and of the held-out actor's position for each of them
_POSITIONS = 100


def fold_densities(models: Mapping[str, Any], random_state: Any) -> dict[str, pd.Series[float]]:
    """Log probability of each unit given the other folds, by model; a fold is a tenth of the pairs, or of the lists."""
    network = next(iter(models.values())).network_
    lists = network.max_nominations is not None or network.ranks is not None
    kind = RespondentKFold if lists else DyadKFold
    folds = list(kind(_splits(network, lists), random_state=as_seed_sequence(random_state)).split(network))
    return _refitted(_unit_densities, models, network, folds, [None] * len(folds))


def _splits(network: Network, lists: bool) -> int:
    return min(_N_SPLITS, int(network.observed.asked.sum())) if lists else _N_SPLITS


def actor_densities(models: Mapping[str, Any], random_state: Any) -> dict[str, pd.Series[float]]:
    """Log density of each actor's ties to those of the other folds, by model.

    The actor's position is integrated over its prior, or mixture, by Monte Carlo.
    """
    for name, model in models.items():
        if couples_actors(model._problem.exact):
            raise ValueError(
                f"criterion='actors' needs dyads that can be held out one by one, but in {name!r} lists have a cap, an "
                "order or a condition; use criterion='kfold', which holds out whole lists"
            )
    network = next(iter(models.values())).network_
    seeds = as_seed_sequence(random_state).spawn(_N_SPLITS + 1)
    folds = list(ActorKFold(min(_N_SPLITS, network.n_actors), random_state=seeds[-1]).split(network))
    return _refitted(_actor_densities, models, network, folds, seeds[: len(folds)])


def _refitted(
    function: Any, models: Mapping[str, Any], network: Network, folds: list[tuple[Network, Dyads]], seeds: list[Any]
) -> dict[str, pd.Series[float]]:
    """A function of each refitted model and what its fold held out, joined over folds."""
    tasks = [
        delayed(function)(clone(model), network, training, dyads, seed)
        for model in models.values()
        for (training, dyads), seed in zip(folds, seeds, strict=True)
    ]
    with first_class_functions():  # filters of warnings belong to all threads
        found = iter(Parallel()(tasks))
    return {name: pd.concat([next(found) for _ in folds]) for name in models}


def _unit_densities(model: Any, network: Network, training: Network, dyads: Dyads, seed: Any) -> pd.Series[float]:
    model.fit(training)
    problem = model._problem.with_network(held_out(network, dyads).network)
    draws, units = model.draws_.pooled, observed_units(problem)
    every = np.arange(len(units.senders))
    density = np.empty(len(every))
    for numbers, values in draws_of_units(problem, draws, units, every):
        density[numbers] = logsumexp(values, axis=1) - np.log(len(draws))
    return pd.Series(density, index=unit_index(network, units, every))


@verb
def _set_components(positions, n):
    """Say how many components a draw has, where that is unknown."""


@implements(_set_components, None)
def _(positions, n):
    return None


@implements(_set_components, Mixture)
def _(positions, n):
    if n > 0:
        positions.active[0] = n


@kernel
def _of_actor(likelihood, prior, draws, components, actor, rng, out):
    """Log-likelihood of one actor's dyads under each draw (rows), at positions drawn from the prior (columns)."""
    for s in range(out.shape[0]):
        theta = draws[s].copy()
        _set_components(prior.positions, components[s])
        for m in range(out.shape[1]):
            redraw_actor(prior, theta, actor, rng)
            out[s, m] = actor_log_likelihood(likelihood, theta, actor)


def _actor_densities(model: Any, network: Network, training: Network, dyads: Dyads, seed: Any) -> pd.Series[float]:
    model.fit(training)
    seen = training.observed.toarray()
    known = np.logical_or(seen.any(axis=0), seen.any(axis=1))
    of_known = [pair for pair in dyads if any(known[network.index(pair)])]
    problem = model._problem.with_network(held_out(network, of_known).network)
    likelihood, prior = own_scratch(problem.exact, np.float64), problem.own_prior()
    pooled, rng = model.draws_.pooled, np.random.default_rng(seed)
    some = np.linspace(0, len(pooled) - 1, min(_MOST_DRAWS, len(pooled))).astype(np.intp)
    components = model.draws_.extra.get("n_components", np.zeros(len(pooled))).ravel()[some].astype(np.int64)
    draws, gone = np.ascontiguousarray(pooled[some]), np.flatnonzero(~known)
    found = []
    values = np.empty((len(draws), _POSITIONS if problem.n_dims else 1))
    for actor in gone.tolist():
        with first_class_functions():
            _of_actor(likelihood, prior, draws, components, actor, rng, values)
        found.append(float(logsumexp(values) - np.log(values.size)))
    return pd.Series(found, index=pd.Index(network.actors[gone], tupleize_cols=False, name="actor"))

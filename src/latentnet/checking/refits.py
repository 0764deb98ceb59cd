"""Log predictive densities of what folds held out: of units, and of whole actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numba.types import void
from scipy.special import logsumexp

from latentnet._exceptions import refit
from latentnet._random import as_generator, as_seed_sequence
from latentnet.checking.loo import Left, unit_index
from latentnet.checking.observed import data_of, kinds_of
from latentnet.checks import shown
from latentnet.compiled import UNCOUNTED, first_class_functions
from latentnet.families.designs import designs_of_lists
from latentnet.inference import read_engine
from latentnet.likelihood.verbs import couples_actors
from latentnet.model_selection import ActorKFold, DyadKFold, RespondentKFold
from latentnet.model_selection.folds import Dyads
from latentnet.model_selection.scores import held_out
from latentnet.model_selection.validation import anew
from latentnet.native import NUMBER, VECTOR, Memory, entry
from latentnet.network import Network
from latentnet.network.layers import Given, Stack
from latentnet.predictive.units import draws_of_units, observed_units
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import VERBS, BoundTarget, actor_log_likelihood, redraw_actor
from latentnet.stream import STREAM, stream

__all__ = ["actor_densities", "fold_densities"]

_N_SPLITS = 10
_MOST_DRAWS = 400  # of the parameters, and of the held-out actor's position for each of them
_POSITIONS = 100


Fold = list[tuple[Network, Dyads]]  # of each kind of ties: what to learn from, and what is held out


def fold_densities(models: Mapping[str, Any], random_state: Any) -> dict[str, pd.Series[float]]:
    """Log probability of each unit given the other folds, by model; a fold is a tenth of the pairs, or of the lists.

    Of joint models it is a tenth of those of all networks.
    """
    networks = [network for _, network in data_of(next(iter(models.values())))]
    n_splits = min(_splits(network) for network in networks)
    seed = as_seed_sequence(random_state)
    seeds = [seed, *seed.spawn(len(networks) - 1)]  # a pair of two layers is held out of one at a time, as by "loo"
    folds = [_dealt(network, n_splits, one) for network, one in zip(networks, seeds, strict=True)]
    return _refitted(_unit_densities, models, networks, [list(fold) for fold in zip(*folds, strict=True)])


def _splits(network: Network) -> int:
    return min(_N_SPLITS, int(network.observed.asked.sum())) if designs_of_lists(network) else _N_SPLITS


def _dealt(network: Network, n_splits: int, seed: Any) -> Fold:
    kind = RespondentKFold if designs_of_lists(network) else DyadKFold
    return list(kind(n_splits, random_state=seed).split(network))


def actor_densities(models: Mapping[str, Any], random_state: Any) -> dict[str, pd.Series[float]]:
    """Log density of each actor's ties to those of the other folds, by model.

    The actor's position is integrated over its prior, or mixture, by Monte Carlo.
    """
    for name, model in models.items():
        if hasattr(model, "networks_") or model._problem.layers:
            raise ValueError(
                f"criterion='actors' is for models of one network, but {shown(name)} is of several; use 'loo' or "
                "'kfold', which leave out pairs or lists of all of them"
            )
        if couples_actors(model._problem.exact):
            raise ValueError(
                f"criterion='actors' needs dyads that can be held out one by one, but in {shown(name)} lists have a "
                "cap, an order or a condition; use criterion='kfold', which holds out whole lists"
            )
    network = next(iter(models.values())).network_
    seeds = as_seed_sequence(random_state).spawn(_N_SPLITS + 1)
    folds = ActorKFold(min(_N_SPLITS, network.n_actors), random_state=seeds[-1]).split(network)
    return _refitted(_actor_densities, models, [network], [[fold] for fold in folds], seeds)


def _refitted(
    function: Any, models: Mapping[str, Any], networks: list[Network], folds: list[Fold], seeds: Sequence[Any] = ()
) -> dict[str, pd.Series[float]]:
    """A function of each model, and what each fold held out, joined over folds."""
    tasks = [
        delayed(_in_fold)(
            f"fold {k} of {shown(name)}", function, anew(model), model._problem, networks, fold, *seeds[k : k + 1]
        )
        for name, model in models.items()
        for k, fold in enumerate(folds)
    ]
    with first_class_functions():  # filters of warnings belong to all threads
        found = iter(Parallel()(tasks))
    return {name: pd.concat([next(found) for _ in folds]) for name in models}


def _in_fold(name: str, function: Any, *arguments: Any) -> pd.Series[float]:
    with refit(name):
        densities: pd.Series[float] = function(*arguments)
        return densities


def _unit_densities(model: Any, problem: Problem, networks: list[Network], fold: Fold) -> pd.Series[float]:
    problem, pooled = _learned(model, problem, [training for training, _ in fold])
    left, density = [], []
    for kind, network, (_, dyads) in zip(kinds_of(problem), networks, fold, strict=True):
        part = kind.problem.with_network(held_out(network, dyads).network)
        units = observed_units(part)
        left.append(Left(kind, units, np.arange(len(units.senders))))
        found = np.empty(len(units.senders))
        for numbers, values in draws_of_units(part, kind.parameters(pooled), units, left[-1].chosen):
            found[numbers] = logsumexp(values, axis=1) - np.log(len(pooled))
        density.append(found)
    return pd.Series(np.concatenate(density), index=unit_index(left))


def _learned(model: Any, problem: Problem, training: list[Network]) -> tuple[Problem, np.ndarray]:
    """A model fitted to the training part of each kind of ties: its problem, and its draws."""
    if problem.presences is None and not problem.layers:
        model.fit(training[0])
        return model._problem, model.draws_.pooled
    stack, joined = None, training[0]
    if problem.layers:  # who is in some layer, and when, stays
        names, problems = zip(*((layer.name, layer.problem) for layer in problem.layers), strict=True)
        families = {name: one.given_family for name, one in zip(names, problems, strict=True)}
        stack = Stack(names, tuple(training), tuple(one.presences for one in problems), families)
        joined = problem.network
    given = Given(joined, problem.presences, stack)
    found, result = model._infer(given, read_engine(model.inference), as_generator(model.random_state))
    return found, result.draws.reshape(-1, found.n_parameters)


def _of_actor(target, theta, actor, rng, out):
    """Log-likelihoods of one actor's dyads at positions that are drawn from the prior, where `theta` ends."""
    for m in range(out.size):
        redraw_actor(target, theta, actor, rng)
        out[m] = actor_log_likelihood(target, theta, actor)


class _Actors:
    """A problem whose actors are redrawn from the prior, one by one."""

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self._bound, self._rng = BoundTarget(problem.target()), rng  # their memory is used
        self._verbs, self._stream = Memory(self._bound.verbs()), Memory(stream(rng))
        self._entry = entry(_of_actor, UNCOUNTED, void, VERBS, VECTOR, NUMBER, STREAM, VECTOR)

    def fill(self, theta: np.ndarray, actor: int, n_components: int, out: np.ndarray) -> None:
        """Log-likelihoods of an actor's dyads at as many positions as `out` has room for, under one draw."""
        positions = self._bound.target.prior.positions
        if n_components:  # of clusters whose number is not known
            positions.active[0] = n_components
        self._entry(self._verbs, theta, actor, self._stream, out)


def _actor_densities(model: Any, problem: Problem, networks: list[Network], fold: Fold, seed: Any) -> pd.Series[float]:
    (network,), ((training, dyads),) = networks, fold
    model.fit(training)
    sent, received = training.observed.counts()
    known = sent + received > 0
    of_known = [pair for pair in dyads if any(known[network.index(pair)])]
    problem = model._problem.with_network(held_out(network, of_known).network)
    pooled, gone = model.draws_.pooled, np.flatnonzero(~known)
    some = np.linspace(0, len(pooled) - 1, min(_MOST_DRAWS, len(pooled))).astype(np.intp)
    draws = pooled[some]
    if problem.n_dims:
        counts = model.draws_.extra.get("n_components", np.zeros(len(pooled))).ravel()[some].astype(np.int64)
        actors, found = _Actors(problem, np.random.default_rng(seed)), np.empty(len(gone))
        values = np.empty((len(draws), _POSITIONS))
        for k, actor in enumerate(gone.tolist()):
            for theta, count, row in zip(draws.copy(), counts.tolist(), values, strict=True):
                actors.fill(theta, actor, count, row)
            found[k] = logsumexp(values) - np.log(values.size)
    else:
        found = _without_space(problem, draws, gone)
    return pd.Series(found, index=pd.Index(network.actors[gone], tupleize_cols=False, name="actor"))


def _without_space(problem: Problem, draws: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The same where actors have no positions: each held-out pair has one actor that is gone."""
    units = observed_units(problem)
    total = np.zeros((problem.n_actors, len(draws)))
    for numbers, values in draws_of_units(problem, draws, units, np.arange(len(units.senders))):
        of_sender = np.isin(units.senders[numbers], gone)
        np.add.at(total, np.where(of_sender, units.senders[numbers], units.receivers[numbers]), values)
    return np.asarray(logsumexp(total[gone], axis=1) - np.log(len(draws)))

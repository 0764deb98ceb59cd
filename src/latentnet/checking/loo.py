"""Leave-one-out: how well a model foretells each unit from all others, without a refit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import logsumexp
from sklearn.utils.validation import check_is_fitted

from latentnet._random import RandomState, as_generator
from latentnet.checking.observed import KindOfTies, kinds_of
from latentnet.checks import shown
from latentnet.component import Guiding
from latentnet.constraints import FITTED, SEED, checked, whole
from latentnet.network.labels import label_index
from latentnet.posterior.arviz import pareto_smoothed
from latentnet.posterior.clusters import evenly_spaced
from latentnet.posterior.diagnostics import mean_ess
from latentnet.predictive.units import Units, draws_of_units, observed_units
from latentnet.problem.problem import Problem

__all__ = ["BAD_K", "LOO", "Left", "check_draws", "loo", "unit_index", "units_of"]

BAD_K = 0.7  # importance weights with a heavier tail are not to be relied on
# For the rough numbers of units that are not smoothed: log-likelihoods in all, and draws at least.
_ROUGH_NUMBERS, _FEW_DRAWS = 50_000_000, 100


class Left(NamedTuple):
    """Units of one kind of ties."""

    kind: KindOfTies
    units: Units  # all
    chosen: np.ndarray  # which of them are meant, ascending


@dataclass(frozen=True, repr=False)
class LOO(Guiding):
    """What `loo` found.

    Attributes
    ----------
    elpd : float
        Expected log predictive density: the sum over units of the log probability of each given all others.
    se : float
        Its standard error, from how much units differ.
    n_effective : float
        Effective number of parameters: by how much the units' log probabilities fall when they are left out.
    worst_k : float
        Largest Pareto k. Above 0.7 the importance weights of a unit are not to be relied on.
    pointwise : DataFrame
        By unit, (sender, receiver) of a pair or respondent of a list: `elpd`, its Monte Carlo standard error `mcse`,
        and `k`; of the units that were smoothed. Of a joint model first by layer, site and period, as far as it has
        several; where some layers have lists and others pairs, a list is that of its sender, and has no receiver.
    n_units : int
        All of them. Where fewer were smoothed, `elpd` is the sum of rough numbers of all units, corrected by these
        (Magnusson et al. 2020).
    se_sampling : float
        Standard error of `elpd` from having smoothed some units only; 0 where it was all.
    """

    elpd: float
    se: float
    n_effective: float
    worst_k: float
    pointwise: pd.DataFrame
    n_units: int
    se_sampling: float

    def __repr__(self) -> str:
        bad = int((self.pointwise["k"] > BAD_K).sum())
        return (
            f"LOO(elpd={self.elpd:.1f}, se={self.se:.1f}, n_effective={self.n_effective:.1f}, "
            f"worst_k={self.worst_k:.2f}; k > {BAD_K} in {bad} of {len(self.pointwise)} units, of {self.n_units})"
        )


@checked(model=FITTED, n_units=whole(10), random_state=SEED)
def loo(model: Any, *, n_units: int = 5000, random_state: RandomState = None) -> LOO:
    """Leave-one-out cross-validation by Pareto-smoothed importance sampling (Vehtari, Gelman & Gabry 2017).

    What is left out is a unit: a pair of actors, with both directions in a directed network, or a respondent's list
    where lists have a cap or an order; under `effects.Loops` each self-tie, too. It asks how well a tie is
    foretold between two actors whose other ties are known, which is no question for numbers of clusters:
    ``compare(..., criterion="actors")``.

    The units of a joint model are those of all its networks; each is left out alone, and the others of its actors, in
    the same network and in others, are known.

    Parameters
    ----------
    model : fitted estimator
        By MCMC.
    n_units : int
        Where there are more units, this many are smoothed, chosen at random; the others enter by their WAIC.
    random_state : None, int, SeedSequence, Generator or RandomState
        For that choice.

    Returns
    -------
    LOO

    Raises
    ------
    ValueError
        Without chains, and where the likelihood conditions on who was named.

    References
    ----------
    Vehtari, A., Gelman, A. & Gabry, J. (2017). Practical Bayesian model evaluation using leave-one-out cross-validation
    and WAIC. Statistics and Computing 27, 1413–1432.
    Magnusson, M., Andersen, M. R., Jonasson, J. & Vehtari, A. (2020). Leave-one-out cross-validation for Bayesian model
    comparison in large data. AISTATS 23.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentPositionModel(inference=MCMC(n_draws=500), random_state=1).fit(load_sampson())
    >>> found = latentnet.loo(model)
    >>> found.n_units, bool(-180 < found.elpd < -150)
    (153, True)
    """
    check_draws(model, "loo")
    every = units_of(model._problem)
    n_every = sum(len(one.chosen) for one in every)
    left = every if n_every <= n_units else _sampled(every, as_generator(random_state), n_units)
    elpd, lpd, k, mcse = np.concatenate([_smoothed(model, one) for one in left], axis=1)
    pointwise = pd.DataFrame({"elpd": elpd, "mcse": mcse, "k": k}, index=unit_index(left))
    total, effective, sampling = float(elpd.sum()), float((lpd - elpd).sum()), 0.0
    if len(elpd) < n_every:
        rough, part = [_rough(model, one, n_every) for one in every], len(elpd) / n_every
        gaps = elpd - np.concatenate([rough_of[one.chosen] for rough_of, one in zip(rough, left, strict=True)])
        total, effective = float(sum(one.sum() for one in rough) + gaps.sum() / part), effective / part
        sampling = math.sqrt(len(elpd) * (1.0 - part)) * float(gaps.std(ddof=1)) / part
    se = math.sqrt(n_every * float(elpd.var()))
    return LOO(total, se, effective, float(k.max()), pointwise, n_every, sampling)


def units_of(problem: Problem) -> list[Left]:
    """All units, by kind of ties."""
    found = [(kind, observed_units(kind.problem)) for kind in kinds_of(problem)]
    return [Left(kind, units, np.arange(len(units.senders))) for kind, units in found]


def _sampled(every: list[Left], rng: np.random.Generator, n_units: int) -> list[Left]:
    """So many units of all kinds."""
    ends = np.cumsum([len(one.chosen) for one in every])
    sample = np.sort(rng.choice(ends[-1], n_units, replace=False))
    parts = np.split(sample, np.searchsorted(sample, ends[:-1]))
    return [
        one._replace(chosen=part - end + len(one.chosen)) for one, part, end in zip(every, parts, ends, strict=True)
    ]


def check_draws(model: Any, function: str) -> None:
    """Refuse what is not fitted, and what has no chains."""
    check_is_fitted(model)
    if model.draws_.kind != "chains":
        raise ValueError(
            f"{function} needs chains that draw from the posterior, but the model was fitted by "
            f"{shown(model.inference)}; fit with inference='mcmc'"
        )


def unit_index(left: Sequence[Left]) -> pd.Index:
    """Labels of the chosen units: (sender, receiver), or respondents; in joint models behind layer, site and period."""
    lists, rows = [one.units.lists for one in left], []
    levels = ["respondent"] if all(lists) else ["sender", "receiver"]
    for one, of_lists in zip(left, lists, strict=True):
        actors, where = one.kind.problem.network.actors, () if one.kind.name is None else (one.kind.name,)
        joined = one.kind.problem.presences is not None
        receivers = one.units.receivers[one.chosen]
        for i, j in zip(one.units.senders[one.chosen].tolist(), receivers.tolist(), strict=True):
            place = (*where, *actors[i][:-1]) if joined else where
            pair = (actors[i], None if of_lists else actors[j])
            names = tuple(label[-1] if joined and label is not None else label for label in pair)
            rows.append((*place, *names[: len(levels)]))
    joint = left[0].kind
    if joint.problem.presences is not None:
        levels = [*["site", "period"][3 - len(joint.problem.network.actors[0]) :], *levels]
    levels = levels if joint.name is None else ["layer", *levels]
    columns = [label_index(list(column)) for column in zip(*rows, strict=True)]
    if len(levels) == 1:
        return pd.Index(np.asarray(columns[0]), tupleize_cols=False, name=levels[0])
    return pd.MultiIndex.from_arrays(columns, names=levels)


def _smoothed(model: Any, left: Left) -> np.ndarray:
    """Of the chosen units: elpd, log of the posterior mean of the probability, k, and the error of elpd."""
    draws, n_chains, chosen = left.kind.parameters(model.draws_.pooled), model.draws_.n_chains, left.chosen
    # How far the tail goes that is smoothed, the same for all units: they then do not depend on each other.
    efficiency = float(_shares(model.draws_.statistics["lp"][None])[0])
    found = np.full((4, len(chosen)), np.nan)
    for numbers, values in draws_of_units(left.kind.problem, draws, left.units, chosen):
        log_weights, k = pareto_smoothed(-values, efficiency)
        elpd = logsumexp(log_weights + values, axis=1)
        density = np.exp(values - values.max(axis=1, keepdims=True))
        share = _shares(density.reshape(len(values), n_chains, -1))
        relative = np.exp(log_weights) * (np.exp(values - elpd[:, None]) - 1.0)
        error = np.sqrt(np.sum(relative**2, axis=1) / share)
        lpd = logsumexp(values, axis=1) - math.log(len(draws))
        found[:, np.searchsorted(chosen, numbers)] = elpd, lpd, k, error
    return found


def _shares(draws: np.ndarray) -> np.ndarray:
    """Effective draws a draw of (n_quantities, n_chains, n_draws), at most 1."""
    ess = mean_ess(draws)
    return np.where(np.isfinite(ess), np.minimum(ess / draws[0].size, 1.0), 1.0)


def _rough(model: Any, left: Left, n_every: int) -> np.ndarray:
    """WAIC's number of every unit of a kind, from as many draws as there is time for."""
    pooled, most = model.draws_.pooled, max(_FEW_DRAWS, _ROUGH_NUMBERS // n_every)
    few = left.kind.parameters(pooled[evenly_spaced(len(pooled), most)])
    rough = np.empty(len(left.units.senders))
    for numbers, values in draws_of_units(left.kind.problem, few, left.units, np.arange(len(rough))):
        rough[numbers] = logsumexp(values, axis=1) - math.log(len(few)) - values.var(axis=1, ddof=1)
    return rough

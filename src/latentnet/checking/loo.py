"""Leave-one-out: how well a model foretells each unit from all others, without a refit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logsumexp
from sklearn.utils.validation import check_is_fitted

from latentnet._exceptions import refuse_joint, refuse_layers
from latentnet._random import RandomState, as_generator
from latentnet.checks import shown
from latentnet.constraints import FITTED, SEED, checked, whole
from latentnet.network import Network
from latentnet.posterior.arviz import pareto_smoothed
from latentnet.posterior.clusters import evenly_spaced
from latentnet.posterior.diagnostics import mean_ess
from latentnet.predictive.units import Units, draws_of_units, observed_units

__all__ = ["BAD_K", "LOO", "check_draws", "loo", "unit_index"]

BAD_K = 0.7  # importance weights with a heavier tail are not to be relied on
# For the rough numbers of units that are not smoothed: log-likelihoods in all, and draws at least.
_ROUGH_NUMBERS, _FEW_DRAWS = 50_000_000, 100


@dataclass(frozen=True, repr=False)
class LOO:
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
        and `k`; of the units that were smoothed.
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
    where lists have a cap or an order. It asks how well a tie is foretold between two actors whose other ties are
    known, which is no question for numbers of clusters: ``compare(..., criterion="actors")``.

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel
        Fitted by MCMC.
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
        Without chains, for joint models, and where the likelihood conditions on who was named.

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
    problem, draws = model._problem, model.draws_.pooled
    units = observed_units(problem)
    every = np.arange(len(units.senders))
    sample = every
    if len(every) > n_units:
        sample = np.sort(as_generator(random_state).choice(len(every), n_units, replace=False))
    elpd, lpd, k, mcse = _smoothed(model, units, sample)
    columns = {"elpd": elpd, "mcse": mcse, "k": k}
    pointwise = pd.DataFrame(columns, index=unit_index(model.network_, units, sample))
    total, effective, sampling = float(elpd.sum()), float((lpd - elpd).sum()), 0.0
    if len(sample) < len(every):
        rough, part = _rough(problem, draws, units), len(sample) / len(every)
        gaps = elpd - rough[sample]
        total, effective = float(rough.sum() + gaps.sum() / part), effective / part
        sampling = math.sqrt(len(sample) * (1.0 - part)) * float(gaps.std(ddof=1)) / part
    se = math.sqrt(len(every) * float(elpd.var()))
    return LOO(total, se, effective, float(k.max()), pointwise, len(every), sampling)


def check_draws(model: Any, function: str) -> None:
    """Refuse what is not fitted, joint models, and what has no chains."""
    check_is_fitted(model)
    refuse_joint(model, function)
    refuse_layers(model, function)
    if model.draws_.kind != "chains":
        raise ValueError(
            f"{function} needs chains that draw from the posterior, but the model was fitted by "
            f"{shown(model.inference)}; fit with inference='mcmc'"
        )


def unit_index(network: Network, units: Units, chosen: np.ndarray) -> pd.Index:
    """Labels of some units: (sender, receiver), or respondents."""
    senders = pd.Index(network.actors[units.senders[chosen]], tupleize_cols=False)
    if units.lists:
        return senders.rename("respondent")
    receivers = pd.Index(network.actors[units.receivers[chosen]], tupleize_cols=False)
    return pd.MultiIndex.from_arrays([senders, receivers], names=["sender", "receiver"])


def _smoothed(model: Any, units: Units, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of the chosen units: elpd, log of the posterior mean of the probability, k, and the error of elpd."""
    draws, n_chains = model.draws_.pooled, model.draws_.n_chains
    # How far the tail goes that is smoothed, the same for all units: they then do not depend on each other.
    efficiency = float(_shares(model.draws_.statistics["lp"][None])[0])
    found = np.full((4, len(chosen)), np.nan)
    for numbers, values in draws_of_units(model._problem, draws, units, chosen):
        log_weights, k = pareto_smoothed(-values, efficiency)
        elpd = logsumexp(log_weights + values, axis=1)
        density = np.exp(values - values.max(axis=1, keepdims=True))
        share = _shares(density.reshape(len(values), n_chains, -1))
        relative = np.exp(log_weights) * (np.exp(values - elpd[:, None]) - 1.0)
        error = np.sqrt(np.sum(relative**2, axis=1) / share)
        lpd = logsumexp(values, axis=1) - math.log(len(draws))
        found[:, np.searchsorted(chosen, numbers)] = elpd, lpd, k, error
    return found[0], found[1], found[2], found[3]


def _shares(draws: np.ndarray) -> np.ndarray:
    """Effective draws a draw of (n_quantities, n_chains, n_draws), at most 1."""
    ess = mean_ess(draws)
    return np.where(np.isfinite(ess), np.minimum(ess / draws[0].size, 1.0), 1.0)


def _rough(problem: Any, draws: np.ndarray, units: Units) -> np.ndarray:
    """WAIC's number of every unit, from as many draws as there is time for."""
    most = max(_FEW_DRAWS, _ROUGH_NUMBERS // len(units.senders))
    few = draws[evenly_spaced(len(draws), most)]
    rough = np.empty(len(units.senders))
    for numbers, values in draws_of_units(problem, few, units, np.arange(len(rough))):
        rough[numbers] = logsumexp(values, axis=1) - math.log(len(few)) - values.var(axis=1, ddof=1)
    return rough

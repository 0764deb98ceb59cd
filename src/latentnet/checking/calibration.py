"""Simulation-based calibration: whether fits of networks from the prior know what these were drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import stats

from latentnet._exceptions import ArgumentError
from latentnet._random import RandomState, as_seed_sequence
from latentnet.checking.observed import KindOfTies, kinds_of
from latentnet.checks import fits, shown
from latentnet.component import Guiding
from latentnet.constraints import FRACTION, JOBS, MODEL, SEED, checked, whole
from latentnet.inference import Engine, read_engine
from latentnet.inference.base import InferenceResult
from latentnet.inference.prior_draws import draw_prior
from latentnet.network import Network
from latentnet.network.layers import as_given, given_periods
from latentnet.posterior.clusters import evenly_spaced, occupied_counts
from latentnet.posterior.draws import LISTED
from latentnet.predictive.predictive import Predictive
from latentnet.problem.named import as_draws
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget

__all__ = ["Calibration", "calibrate", "rank_bands", "tabulated"]

N_RANKS = 100  # 99 draws of each fit
_N_PAIRS = 3


@dataclass(frozen=True, repr=False)
class Calibration(Guiding):
    """What `calibrate` found.

    Attributes
    ----------
    ranks : DataFrame of shape (n_replications, n_quantities)
        Rank of the true value among 99 draws, 0 to 99: uniform, if the fits are right.
    table : DataFrame
        By quantity: `mean_rank` (49.5 if all is well; less where draws are too high), `spread` (standard deviation of
        the ranks over that of uniform ones: below 1 where draws spread too far, above 1 where not far enough), and
        `p_value`, the probability that the distribution function of uniform ranks strays as far somewhere.
    """

    ranks: pd.DataFrame
    table: pd.DataFrame

    @property
    def n_replications(self) -> int:
        """Networks that were fitted."""
        return len(self.ranks)

    @property
    def n_ranks(self) -> int:
        """Possible ranks."""
        return N_RANKS

    @checked(level=FRACTION)
    def bands(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Fewest and most ranks below 1, 2, ..., 99 if these are uniform, all at once with probability `level`."""
        return rank_bands(self.n_replications, N_RANKS, level)

    def __repr__(self) -> str:
        values = self.table["p_value"].to_numpy()
        worst, least = self.table.index[int(values.argmin())], float(values.min())
        adjusted = min(1.0, least * len(self.table))
        return (
            f"Calibration({self.n_replications} networks, {len(self.table)} quantities; least p-value {least:.2g}, of "
            f"{worst!r}, {adjusted:.2g} for the least of so many)"
        )


@checked(model=MODEL, n_replications=whole(2), n_jobs=JOBS, random_state=SEED)
def calibrate(
    model: Any, network: Any, n_replications: int = 200, *, n_jobs: int | None = None, random_state: RandomState = None
) -> Calibration:
    """Calibrate a specification by simulation (Talts et al. 2018).

    Parameters come from the prior, a network from these, under the design of `network`: who was asked, caps, ranks, and
    unobserved dyads. Then the model is fitted to it. If everything is right, the rank of a true value among the draws
    is uniform. It checks the whole way: prior, likelihood, design and engine, for this model and networks of this kind.

    Parameters
    ----------
    model : LatentPositionModel or another estimator
        Need not be fitted; its engine should be as short as still converges.
    network : as for `fit`
        Actors, attributes, design and impossible dyads; its ties only scale priors that hang on them.
    n_replications : int
    n_jobs : int or None
        Networks at once, by joblib; None is its active backend, else one.
    random_state : None, int, SeedSequence, Generator or RandomState
        The result does not depend on `n_jobs`.

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        For an engine that gives no draws, and designs in which who is there hangs on who was named.

    References
    ----------
    Talts, S., Betancourt, M., Simpson, D., Vehtari, A. & Gelman, A. (2018). Validating Bayesian inference algorithms
    with simulation-based calibration. arXiv:1804.06788.
    Säilynoja, T., Bürkner, P.-C. & Vehtari, A. (2022). Graphical test for discrete uniformity and its applications in
    goodness-of-fit evaluation and multiple sample comparison. Statistics and Computing 32, 32.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentPositionModel(inference=MCMC(n_draws=200, n_warmup=200, n_chains=1, thin=2))
    >>> found = latentnet.calibrate(model, load_sampson(), n_replications=10, random_state=1)
    >>> found.ranks.shape[0], bool((found.table["p_value"] > 0.001).all())
    (10, True)
    """
    n_replications = int(n_replications)
    engine = read_engine(model.inference)
    self_ties = model._self_ties
    given = given_periods(network, self_ties)[0] if hasattr(type(model), "at") else as_given(network, self_ties)
    networks = [given.network] if given.stack is None else given.stack.networks
    if any(one.choice_set == "named" for one in networks):
        raise ValueError(
            "network must have actors that are known beforehand, but some are there only for having been named "
            "(choice_set='named'), and a simulated network would have others; give from_nominations actors="
        )
    if not all(one.observed.n_dyads for one in networks):
        raise ArgumentError("network must have observed dyads, whose design is simulated, but has none")
    fits(f"n_replications={n_replications}", 1e4 * n_replications, fix="ask for fewer")
    first, *seeds = as_seed_sequence(random_state).spawn(n_replications + 1)
    problem = model._specify(given, np.random.default_rng(first))
    rng = np.random.default_rng(first.spawn(1)[0])
    pairs = [_watched_pairs(kind.problem.network, rng) for kind in kinds_of(problem)]
    found = Parallel(n_jobs=n_jobs)(delayed(_ranks)(problem, engine, pairs, seed) for seed in seeds)
    ranks = pd.DataFrame(found)
    return Calibration(ranks, tabulated(ranks))


def tabulated(ranks: pd.DataFrame) -> pd.DataFrame:
    """What `Calibration.table` says of ranks, by quantity."""
    uniform = np.sqrt((N_RANKS**2 - 1) / 12.0)
    return pd.DataFrame(
        {
            "mean_rank": ranks.mean(),
            "spread": ranks.std(ddof=0) / uniform,
            "p_value": [_p_value(ranks[name].to_numpy()) for name in ranks],
        }
    )


Pairs = list[tuple[int, int]]


def _watched_pairs(network: Network, rng: np.random.Generator) -> Pairs:
    """A few observed dyads, whose linear predictors are ranked."""
    senders, receivers = network.observed.dyads()
    some = rng.choice(len(senders), min(_N_PAIRS, len(senders)), replace=False)
    return list(zip(senders[some].tolist(), receivers[some].tolist(), strict=True))


def _simulated(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> Problem:
    """The problem of networks that are drawn from a parameter vector, under the same design."""

    def drawn(kind: KindOfTies) -> Problem:
        predictive = Predictive(kind.problem, kind.parameters(theta)[None])
        return kind.problem.with_network(predictive.simulate(0, rng, observed=True))

    if not problem.layers:
        return drawn(KindOfTies(problem, None))
    layers = tuple(layer._replace(problem=drawn(KindOfTies(layer.problem, layer))) for layer in problem.layers)
    return replace(problem, layers=layers)


def _ranks(problem: Problem, engine: Engine, pairs: list[Pairs], seed: Any) -> dict[str, int]:
    """Ranks of one replication, randomised among ties."""
    rng = np.random.default_rng(seed)
    theta, labels, n_components = draw_prior(problem, 1, rng)
    truth = InferenceResult(theta[None], "independent", labels=labels[None], n_components=n_components[None])
    fitted = _simulated(problem, theta[0], rng)
    found = engine.infer(fitted, rng)
    if found.kind == "mode":
        raise ValueError(
            f"model must be fitted by an engine that draws from the posterior, but inference is {shown(engine)}; use "
            "MCMC()"
        )
    draws = found.draws.reshape(-1, problem.n_parameters)
    kept = evenly_spaced(len(draws), N_RANKS - 1)
    if len(kept) < N_RANKS - 1:
        raise ValueError(
            f"model must be fitted with at least {N_RANKS - 1} draws, but inference is {shown(engine)}; raise n_draws"
        )
    mine, true = (_quantities(fitted, result, pairs) for result in (_only(found, kept), truth))
    ranks = {}
    for name, values in mine.items():
        below, ties = np.sum(values < true[name][0]), np.sum(values == true[name][0])
        ranks[name] = int(below + rng.integers(ties + 1))
    return ranks


def _only(found: InferenceResult, kept: np.ndarray) -> InferenceResult:
    """Some of the pooled draws."""

    def some(values: np.ndarray) -> np.ndarray:
        return values.reshape(-1, *values.shape[2:])[kept][None]

    found = found._replace(draws=some(found.draws))
    if found.labels is None or found.n_components is None:
        return found
    return found._replace(labels=some(found.labels), n_components=some(found.n_components))


def _quantities(problem: Problem, result: InferenceResult, pairs: list[Pairs]) -> dict[str, np.ndarray]:
    """By name, (n_draws,): what has a meaning whatever clusters are called and however the map lies."""
    draws, theta = as_draws(problem, result, {}, {}, None), result.draws[0]
    found: dict[str, np.ndarray] = {}
    for name, values in draws.variables.items():
        if values.ndim == 2:
            found[name] = values[0]
        elif draws.dims.get(name) in LISTED or name.startswith("cutpoints"):
            first = int(name.startswith("cutpoints"))  # the first one is 0
            found |= {f"{name}[{k}]": values[0, :, k] for k in range(first, values.shape[2])}
        elif len(draws.labels(name)) == 1:  # of actors: one of them
            found[f"{name}[{draws.labels(name)[0][0]}]"] = values[0, :, 0]
    found |= {name: draws.coefficients[0, :, k] for k, name in enumerate(draws.coefficient_names)}
    for kind, chosen in zip(kinds_of(problem), pairs, strict=True):
        eta = Predictive(kind.problem, kind.parameters(theta)).values("linear_predictor", *np.array(chosen).T)
        for name, values in zip(_named(kind, chosen), eta.T, strict=True):
            found[f"linear_predictor[{name}]"] = values
    found["log_likelihood"] = _log_likelihoods(problem, theta)
    if problem.clusters is not None and result.labels is not None:
        labels = result.labels[0] if problem.presences is None else result.labels[0][:, problem.presences.actors]
        found["n_occupied"] = occupied_counts(labels).astype(np.float64)
        for kind, chosen in zip(kinds_of(problem), pairs, strict=True):
            own = labels[:, kind.actors()]
            for name, (i, j) in zip(_named(kind, chosen), chosen, strict=True):
                found[f"together[{name}]"] = (own[:, i] == own[:, j]).astype(np.float64)
        if problem.clusters.automatic and result.n_components is not None:
            found["n_components"] = result.n_components[0].astype(np.float64)
    return found


def _named(kind: KindOfTies, pairs: Pairs) -> list[str]:
    actors, layer = kind.problem.network.actors, "" if kind.name is None else f"{kind.name}: "
    return [f"{layer}{actors[i]}, {actors[j]}" for i, j in pairs]


def _log_likelihoods(problem: Problem, theta: np.ndarray) -> np.ndarray:
    target = BoundTarget(problem.target())
    return np.array([target.log_likelihood(one) for one in theta])


def _coverage(n: int, n_ranks: int, tail: float) -> float:
    """Probability that n uniform ranks stay inside the pointwise bands with this tail on either side, everywhere."""
    counts, probability = np.array([0]), np.array([1.0])
    for at in range(1, n_ranks):
        law = stats.binom(n, at / n_ranks)
        after = np.arange(law.ppf(tail), law.isf(tail) + 1).astype(int)
        # Given `counts` ranks below the last point, each other one falls into the next with this probability.
        step = stats.binom.pmf(after[:, None] - counts, n - counts, 1.0 / (n_ranks - at + 1))
        counts, probability = after, step @ probability
    return float(probability.sum())


@cache
def rank_bands(n: int, n_ranks: int = N_RANKS, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Fewest and most of n uniform ranks in 0..n_ranks−1 that lie below 1, ..., n_ranks−1.

    All points hold together with probability `level`, computed by recursion over the points, and not by simulation.
    """
    low, high = 1e-12, 0.5  # of the pointwise tails; the coverage falls as they grow
    for _ in range(40):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if _coverage(n, n_ranks, middle) >= level else (low, middle)
    law = stats.binom(n, np.arange(1, n_ranks) / n_ranks)
    return law.ppf(low), law.isf(low)


def _p_value(ranks: np.ndarray) -> float:
    """Probability that uniform ranks leave the narrowest band that these ones stay in."""
    n = len(ranks)
    below = np.cumsum(np.bincount(ranks, minlength=N_RANKS))[:-1]
    law = stats.binom(n, np.arange(1, N_RANKS) / N_RANKS)
    tail = float(np.minimum(law.cdf(below), law.sf(below - 1)).min())
    # The band with this tail holds these ranks at its very edge: one that is slightly narrower does not.
    return 1.0 - _coverage(n, N_RANKS, min(tail * (1.0 + 1e-9), 0.5))

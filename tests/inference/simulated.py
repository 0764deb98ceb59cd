"""Networks with known parameters, drawn from a model's own prior, and how often intervals hold what was drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from latentnet import MCMC, Network, Priors
from latentnet.effects import Effect
from latentnet.families import Family
from latentnet.inference.base import InferenceResult
from latentnet.inference.prior_draws import draw_prior
from latentnet.network import with_ties
from latentnet.predictive.predictive import Predictive
from latentnet.predictive.simulation import simulated_ties
from latentnet.problem.bind import make_problem
from latentnet.problem.named import as_draws
from latentnet.problem.problem import Problem

N_ACTORS = 12
PAIRS = ((1, 0), (7, 4), (11, 2))  # whose linear predictors are looked at
LEVEL = 0.9

_RNG = np.random.default_rng(3)
ATTRIBUTES = pd.DataFrame({"team": list("abcabcabcabc"), "age": _RNG.normal(size=N_ACTORS)})
MILES = _RNG.normal(size=(N_ACTORS, N_ACTORS))


class Model(NamedTuple):
    """What a problem is made of, but for the ties; priors must not depend on these."""

    family: Family
    priors: Priors
    effects: tuple[Effect, ...] = ()
    directed: bool = True
    n_dims: int = 2

    def problem(self, network: Network | None = None) -> Problem:
        """The problem of a network, by default of one without ties."""
        if network is None:
            empty = np.zeros((N_ACTORS, N_ACTORS))
            network = Network.from_array(empty, directed=self.directed, attributes=ATTRIBUTES)
        return make_problem(
            network,
            family=self.family,
            similarity="distance",
            n_dims=self.n_dims,
            effects=self.effects,
            priors=self.priors,
        )


def simulate(model: Model, rng: np.random.Generator) -> tuple[Problem, np.ndarray]:
    """A network from the model with parameters from its prior, as a problem, and the parameters."""
    empty = model.problem()
    theta = draw_prior(empty, 1, rng)[0][0]
    return model.problem(with_ties(empty.network, simulated_ties(empty, theta, rng))), theta


def quantities(problem: Problem, draws: np.ndarray) -> dict[str, np.ndarray]:
    """By name, (n_chains, n_draws), of parameter vectors (n_chains, n_draws, n_parameters).

    Scalars, coefficients, values of single actors, and linear predictors of single dyads; no position, which the ties
    say nothing of.
    """
    found: dict[str, np.ndarray] = {}
    reported = as_draws(problem, InferenceResult(draws, "independent"), {}, {}, None)
    for name, values in reported.variables.items():
        if values.ndim == 2:
            found[name] = values
        elif name == "cutpoints":  # the first one is 0
            found.update({f"{name} {k}": values[..., k] for k in range(1, values.shape[-1])})
        else:
            found.update({f"{name} {i}": values[..., i] for i in (0, 5)})
    for k, name in enumerate(reported.coefficient_names):
        found[name] = reported.coefficients[..., k]
    senders, receivers = np.array(PAIRS).T
    eta = Predictive(problem, draws.reshape(-1, draws.shape[-1])).values("linear_predictor", senders, receivers)
    for k, (i, j) in enumerate(PAIRS):
        found[f"predictor {i}-{j}"] = eta[:, k].reshape(draws.shape[:2])
    return found


def holds(draws: np.ndarray, truth: float) -> bool:
    """Whether the equal-tailed interval of the draws holds the truth."""
    tail = 0.5 * (1.0 - LEVEL)
    lower, upper = np.quantile(draws, [tail, 1.0 - tail])
    return bool(lower <= truth <= upper)


class Recovery(NamedTuple):
    """Of every quantity, in how many networks its interval held the truth, and how well the chains agreed."""

    hits: dict[str, int]
    draws: list[dict[str, np.ndarray]]  # by network


def recover(model: Model, count: int, engine: MCMC, rng: np.random.Generator) -> Recovery:
    """Fit `count` networks from the model's prior."""
    hits: dict[str, int] = {}
    kept = []
    for of_network in rng.spawn(count):
        problem, theta = simulate(model, of_network)
        draws = quantities(problem, engine.infer(problem, of_network).draws)
        truth = quantities(problem, theta[None, None])
        for name, values in draws.items():
            hits[name] = hits.get(name, 0) + holds(values, float(truth[name][0, 0]))
        kept.append(draws)
    return Recovery(hits, kept)


def acceptance_region(count: int, false_alarm: float) -> tuple[int, int]:
    """Fewest and most hits of `count` exact intervals, left with at most the probability `false_alarm`."""
    law = stats.binom(count, LEVEL)
    fewest, most = int(law.ppf(0.5 * false_alarm)), int(law.isf(0.5 * false_alarm))
    return fewest, most

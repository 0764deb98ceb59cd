"""Intervals hold what was drawn from the prior as often as they say, for each family and effect.

Parameters come from the fit's own prior, the network from the model: exact 90 % intervals then hold the truth in 90 %
of networks, so the number of hits is binomial. Each quantity's must be inside the region that exact intervals leave
with a probability of 1 % over the number of all quantities of all cases (Bonferroni): false alarms are under 1 % over
the full run, and as much again over the quick one. Chains are short: an interval from few draws is a little noisy, but
holds the truth nearly as often.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from latentnet import MCMC, Priors
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Receiver,
    ReceiverCovariate,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Binomial, Family, Gaussian, NegativeBinomial, Ordinal, Poisson
from latentnet.posterior.diagnostics import r_hat
from tests.inference.simulated import MILES, N_ACTORS, Model, acceptance_region, holds, quantities, recover

FALSE_ALARM = 0.01

# Tighter than the defaults, so that most networks are neither empty nor complete, nor counts in the millions.
PRIORS = Priors(
    standardised=False,
    intercept_variance=2.0,
    coefficient_variance=1.0,
    position_variance_scale=0.8,
    position_variance_df=6.0,
    random_effect_variance_scale=0.6,
    random_effect_variance_df=5.0,
    gaussian_variance_scale=0.7,
    gaussian_variance_df=5.0,
    dispersion_log_variance=1.0,
)

_RNG = np.random.default_rng(4)
TRIALS = _RNG.integers(1, 6, size=(N_ACTORS, N_ACTORS))
EXPOSURE = _RNG.uniform(0.5, 3.0, size=(N_ACTORS, N_ACTORS))


def _of_family(family: Family, effects: tuple[Effect, ...] = ()) -> Model:
    return Model(family, PRIORS, effects)


def _of_effect(effect: Effect, *, directed: bool = True) -> Model:
    return Model(Bernoulli(), PRIORS, (effect,), directed)


MODELS = {
    "bernoulli": _of_family(Bernoulli()),
    "bernoulli probit": _of_family(Bernoulli(link="probit")),
    "bernoulli cloglog": _of_family(Bernoulli(link="cloglog")),
    "binomial": _of_family(Binomial(TRIALS)),
    "poisson": _of_family(Poisson(EXPOSURE)),
    "negative binomial": _of_family(NegativeBinomial()),
    "gaussian": _of_family(Gaussian()),
    "ordinal": _of_family(Ordinal(levels=[-1, 0, 1, 2])),
    "reciprocity": _of_family(Bernoulli(), (Reciprocity(),)),
    "sociality": _of_effect(Sociality(), directed=False),
    "sender": _of_effect(Sender()),
    "receiver": _of_effect(Receiver()),
    "sender and receiver": _of_effect(SenderReceiver()),
    "dyad covariate": _of_effect(DyadCovariate(MILES, name="miles")),
    "homophily": _of_effect(Homophily("team"), directed=False),
    "absolute difference": _of_effect(AbsoluteDifference("age")),
    "sender covariate": _of_effect(SenderCovariate("team")),
    "receiver covariate": _of_effect(ReceiverCovariate("age")),
    "sociality covariate": _of_effect(SocialityCovariate("age"), directed=False),
}


@cache
def n_quantities() -> int:
    """Over all cases."""
    problems = [model.problem() for model in MODELS.values()]
    return sum(len(quantities(problem, np.zeros((1, 1, problem.n_parameters)))) for problem in problems)


def test_hits_see_what_a_sampler_gets_wrong() -> None:
    """Of 200 intervals, a third too narrow or a standard deviation off, too few hold; right ones are inside."""
    rng = np.random.default_rng(5)
    truth, draws = rng.standard_normal(200), rng.standard_normal((200, 400))
    fewest, most = acceptance_region(200, FALSE_ALARM / n_quantities())
    for wrong in (draws * 2 / 3, draws + 1.0):
        assert sum(map(holds, wrong, truth)) < fewest
    assert fewest <= sum(map(holds, draws, truth)) <= most


def check(name: str, count: int, engine: MCMC) -> list[float]:
    """Fail if a quantity's hits are outside of the region; returns each network's worst R-hat."""
    rng = np.random.default_rng([13, *map(ord, name)])
    hits, draws = recover(MODELS[name], count, engine, rng)
    fewest, most = acceptance_region(count, FALSE_ALARM / n_quantities())
    outside = {quantity: of for quantity, of in hits.items() if not fewest <= of <= most}
    assert not outside, f"hits of {count} outside of {fewest} to {most}: {outside}; all hits: {hits}"
    return [max(float(r_hat(values)) for values in of_network.values()) for of_network in draws]


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_recovery(name: str) -> None:
    """Hits, and that chains agree: stuck ones can have the right number of hits."""
    worst = check(name, 200, MCMC(200, 200, 2, thin=1, n_jobs=1, progress=False))
    assert np.quantile(worst, 0.95) < 1.2


@pytest.mark.parametrize("name", ["poisson", "reciprocity", "sender and receiver"])
def test_recovery_quickly(name: str) -> None:
    """Sees coarse errors alone."""
    check(name, 10, MCMC(100, 100, 2, n_jobs=1, progress=False))

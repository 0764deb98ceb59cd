"""Forces in single precision beside those in double precision, and who has them.

Formulas are held against their twins in `test_components.py`, in both precisions; here it is about large networks,
extreme values, and what is left in double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from latentnet import MCMC, Network
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Loops,
    Mixing,
    Reciprocity,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Binomial, Family, Poisson
from latentnet.likelihood import accepting
from latentnet.likelihood.composed import Composed
from latentnet.likelihood.folded import Folded
from latentnet.likelihood.single import Single
from latentnet.likelihood.verbs import own_scratch, with_expected_ties
from latentnet.priors import Priors
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget

SIMILARITIES = ["distance", "squared_distance", "bilinear"]


def _network(n: int, directed: bool, missing: float = 0.05) -> Network:
    rng = np.random.default_rng(n)
    ties = (rng.random((n, n)) < 0.15).astype(float)
    ties[rng.random((n, n)) < missing] = np.nan
    np.fill_diagonal(ties, 0.0)
    if not directed:
        ties = np.tril(ties) + np.tril(ties).T
    attributes = pd.DataFrame({"age": 50.0 + 10.0 * rng.normal(size=n), "group": rng.choice(list("abc"), n)})
    return Network.from_array(ties, directed=directed, attributes=attributes)


def _problem(network: Network, effects: tuple[Effect, ...], similarity: str = "distance", **family: Family) -> Problem:
    family = {"family": Bernoulli()} | family
    return make_problem(network, similarity=similarity, n_dims=2, effects=effects, priors=Priors(), **family)


def _several(n: int, directed: bool) -> tuple[Effect, ...]:
    x = np.random.default_rng(1).normal(size=(n, n))
    if directed:
        return Mixing("group"), SenderReceiver(), SenderCovariate("age"), DyadCovariate(x, name="x")
    effects = Homophily("group"), Sociality(), AbsoluteDifference("age"), SocialityCovariate("age")
    return *effects, DyadCovariate(x + x.T, name="x")


def _assert_forces(problem: Problem, theta: np.ndarray) -> None:
    """Errors are relative to the largest force, of positions and of all else."""
    double, single = BoundTarget(problem.target()), BoundTarget(problem.target(np.float32))
    (value, exact), (same, found) = (one.likelihood_value_and_gradient(theta) for one in (double, single))
    assert same == value
    assert not np.array_equal(found, exact), "they are of another precision"
    for part in (problem.positions, slice(problem.positions.stop, theta.size)):
        np.testing.assert_allclose(found[part], exact[part], rtol=0.0, atol=2e-6 * max(abs(exact[part]).max(), 1e-9))


@pytest.mark.parametrize("intercept", [0.0, 40.0, -40.0])
@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("missing", [0.05, 0.6])
def test_several_blocks(directed: bool, similarity: str, missing: float, intercept: float) -> None:
    """150 actors are three blocks and more; with 60 % missing, rows are cut into runs."""
    problem = _problem(_network(150, directed, missing), _several(150, directed), similarity)
    assert accepting(problem) is Single
    theta = 0.5 * np.random.default_rng(2).standard_normal(problem.n_parameters)
    theta[problem.covariates.indices] *= 0.05
    theta[problem.intercept] += intercept
    _assert_forces(problem, theta)


@pytest.mark.parametrize("family", [Poisson(), Poisson(1e3), Binomial(20)], ids=repr)
@pytest.mark.parametrize("intercept", [0.0, 10.0, -40.0])
def test_counts(family: Family, intercept: float) -> None:
    ties = np.random.default_rng(9).poisson(0.5, size=(100, 100)) * 1.0
    np.fill_diagonal(ties, 0.0)
    problem = _problem(Network.from_array(ties), (SenderReceiver(),), family=family)
    theta = 0.5 * np.random.default_rng(2).standard_normal(problem.n_parameters)
    theta[problem.intercept] += intercept
    _assert_forces(problem, theta)


def test_counts_beyond_float32() -> None:
    """Forces where a trajectory ends anyway: far too large, and finite."""
    ties = (np.random.default_rng(9).random((60, 60)) < 0.3) * 1.0
    np.fill_diagonal(ties, 0.0)
    problem = _problem(Network.from_array(ties), (SenderReceiver(),), family=Poisson())
    theta = 0.5 * np.random.default_rng(2).standard_normal(problem.n_parameters)
    theta[problem.intercept] = 400.0
    gradient = BoundTarget(problem.target(np.float32)).likelihood_value_and_gradient(theta)[1]
    assert np.isfinite(gradient).all()
    assert gradient[problem.intercept] < -1e20
    ties[0, 1] = 2e6
    large = _problem(Network.from_array(ties), (SenderReceiver(),), family=Poisson())
    assert Single.accepts(problem)
    assert not Single.accepts(large)


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_actors_at_one_place(similarity: str) -> None:
    problem = _problem(_network(40, True), (SenderReceiver(),), similarity)
    theta = np.random.default_rng(2).standard_normal(problem.n_parameters)
    positions = theta[problem.positions].reshape(2, -1)
    positions[:, 20:] = positions[:, :20]
    _assert_forces(problem, theta)


def test_sums_over_many_dyads() -> None:
    """Of two million scores of one sign: added up one by one in float32 they are off by per cents."""
    n = 2000
    network = Network.from_array(np.zeros((n, n)), directed=False, attributes=pd.DataFrame({"group": [0, 1] * 1000}))
    problem = _problem(network, (Homophily("group"),))
    theta = 0.3 * np.random.default_rng(2).standard_normal(problem.n_parameters)
    double, single = BoundTarget(problem.target()), BoundTarget(problem.target(np.float32))
    exact, found = (one.likelihood_value_and_gradient(theta)[1] for one in (double, single))
    np.testing.assert_allclose(found[problem.intercept :][:2], exact[problem.intercept :][:2], rtol=1e-6)


def test_pairs_that_are_folded() -> None:
    problem = _problem(_network(30, True), (Homophily("group"), Sociality()))
    assert accepting(problem) is Folded
    assert isinstance(problem.likelihood, Single)
    _assert_forces(problem, np.random.default_rng(3).standard_normal(problem.n_parameters))


def test_pairs_beside_self_ties() -> None:
    ties = (np.random.default_rng(4).random((20, 20)) < 0.3) * 1.0
    problem = _problem(Network.from_array(ties, self_ties="keep"), (SenderReceiver(), Loops()))
    _assert_forces(problem, np.random.default_rng(3).standard_normal(problem.n_parameters))


def test_expected_ties() -> None:
    """The precision is that of forces, the value the composed one."""
    problem = _problem(_network(30, True), (SenderReceiver(), Homophily("group")))
    rng = np.random.default_rng(5)
    draws, theta = rng.standard_normal((2, 4, problem.n_parameters))[0], rng.standard_normal(problem.n_parameters)
    found, exact = (
        BoundTarget(problem.target(likelihood=with_expected_ties(kind.bind(problem), problem, draws)))
        for kind in (Single, Composed)
    )
    (value, slope), (wanted, right) = (one.likelihood_value_and_gradient(theta) for one in (found, exact))
    assert value == wanted
    np.testing.assert_allclose(slope, right, rtol=0.0, atol=2e-6 * abs(right).max())


class Own(Homophily):
    """An author's effect with verbs of its own, which says nothing of their precision."""

    add = staticmethod(Homophily.add)
    pull = staticmethod(Homophily.pull)


class OwnPull(Homophily):
    pull = staticmethod(Homophily.pull)


class Inherited(Homophily):
    """The same verbs, of which it was said."""


class Anew(Homophily):
    single_precision = True
    pull = staticmethod(Homophily.pull)


class OwnLogit(Bernoulli):
    def kernels(self) -> tuple[Any, Any]:
        return super().kernels()


@pytest.mark.parametrize(
    ("effect", "single"),
    [(Inherited("group"), True), (Anew("group"), True), (Own("group"), False), (OwnPull("group"), False)],
)
def test_who_has_them(effect: Effect, single: bool) -> None:
    network = _network(12, directed=False)
    assert Single.accepts(_problem(network, (effect,))) is single
    assert Single.accepts(_problem(network, (Sociality(), effect))) is single


def test_which_families_have_them() -> None:
    network, effects = _network(12, directed=True), (Homophily("group"),)
    assert not Single.accepts(_problem(network, effects, family=OwnLogit()))
    assert not Single.accepts(_problem(network, effects, family=Bernoulli(link="probit")))
    assert not Single.accepts(_problem(network, (*effects, Reciprocity())))


@pytest.mark.parametrize(("centre", "single"), [(0.0, True), (1e2, True), (1e4, False)])
def test_covariates_far_from_0(centre: float, single: bool) -> None:
    """A coefficient times 10⁴ standard deviations leaves float32 three digits of the rest."""
    x = np.random.default_rng(6).normal(size=(12, 12)) + centre
    assert Single.accepts(_problem(_network(12, directed=True), (DyadCovariate(x, name="x"),))) is single


def test_an_authors_effect_has_the_draws_of_double_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    network, engine = _network(12, directed=False), MCMC(30, 20, 1, n_jobs=1, progress=False)

    def draws(effect: Effect) -> np.ndarray:
        return engine.infer(_problem(network, (effect,)), np.random.default_rng(7)).draws

    single, own = draws(Homophily("group")), draws(OwnPull("group"))
    monkeypatch.setattr(Single, "accepts", staticmethod(lambda problem: False))
    double = draws(Homophily("group"))
    np.testing.assert_array_equal(own, double)
    assert not np.array_equal(single, double)


def test_in_double_precision_it_is_the_composed_one() -> None:
    problem = _problem(_network(12, directed=False), (Homophily("group"), Sociality()))
    theta = np.random.default_rng(8).standard_normal(problem.n_parameters)
    likelihoods = own_scratch(problem.likelihood, np.float64), own_scratch(Composed.bind(problem), np.float64)
    found, wanted = (
        BoundTarget(problem.target(likelihood=one)).likelihood_value_and_gradient(theta) for one in likelihoods
    )
    assert found[0] == wanted[0]
    np.testing.assert_array_equal(found[1], wanted[1])


def test_energies_have_no_gradient() -> None:
    """NaN, and no number that looks like one."""
    problem = _problem(_network(12, directed=False), (Homophily("group"),))
    target = BoundTarget(problem.target(likelihood=own_scratch(problem.exact, np.float64)))
    value, gradient = target.likelihood_value_and_gradient(np.zeros(problem.n_parameters))
    assert np.isfinite(value)
    assert np.isnan(gradient[problem.intercept])

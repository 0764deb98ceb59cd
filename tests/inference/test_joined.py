"""Joint models of periods and sites: likelihood and prior against the separate networks', and Geweke's joint test.

The comparisons, their thresholds and the data's NumPy model are those of `test_joint`. False alarms: 1e-4 a test, under
1 % over the file; seeds are fixed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from latentnet import Network
from latentnet.compiled import first_class_functions
from latentnet.effects import (
    DyadCovariate,
    Effect,
    Homophily,
    Mixing,
    NoIntercept,
    Receiver,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
)
from latentnet.families import Bernoulli, Family, Gaussian, Poisson
from latentnet.inference.prior_draws import draw_prior
from latentnet.likelihood.composed import composed_gradient, composed_log_likelihood
from latentnet.network.joined import find_presences, join_networks, whole_networks
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.problem.bind import make_problem
from latentnet.problem.period import Place, view_parameters, view_problem
from latentnet.problem.problem import Problem
from latentnet.problem.target import Target, log_posterior
from tests import reference
from tests.inference import test_joint as joint

# Who is there in each period; 2 comes back after a gap, 5 joins, 0 leaves.
COMING_AND_GOING = ((0, 1, 2, 3), (1, 3, 4), (2, 1, 4, 5))
TWO_PERIODS = ((0, 1, 2, 3), (3, 0, 2, 4))
SECOND_SITE = ((0, 1, 2), (2, 1, 0))
PRIORS = Priors(**{**joint.PRIORS.get_params(), "step_variance_scale": 0.3, "step_variance_df": 7.0})


class Case(NamedTuple):
    """A joint model of small networks, given by who is there: [site][period]."""

    actors: tuple[tuple[tuple[int, ...], ...], ...] = (COMING_AND_GOING,)
    effects: tuple[Effect, ...] = ()
    family: Family = Bernoulli()
    kind: str = "directed"
    similarity: str | None = "distance"
    design: str = ""
    clusters: Clusters | None = None

    def networks(self) -> list[list[Network]]:
        return [[_network(self, site, here) for here in periods] for site, periods in enumerate(self.actors)]

    def problem(self) -> Problem:
        network, presences = join_networks(self.networks(), None if len(self.actors) == 1 else range(len(self.actors)))
        return make_problem(
            network,
            family=self.family,
            similarity=self.similarity,
            n_dims=2 if self.similarity else 0,
            effects=self.effects,
            priors=PRIORS,
            position_prior=self.clusters,
            presences=presences,
        )


def _network(case: Case, site: int, here: tuple[int, ...]) -> Network:
    """Ties wherever a dyad is observed; the last actor was not asked, and a dyad is missing."""
    labels = [f"{site}{i}" for i in here]
    attributes = pd.DataFrame({"group": [i % 2 for i in here], "age": [i - 2.2 for i in here]}, index=labels)
    if case.design:
        asked = labels[:-1]
        pairs = [(i, j, k + 1) for i in asked for k, j in enumerate([j for j in labels if j != i][:2])]
        return Network.from_nominations(
            pd.DataFrame(pairs, columns=["who", "whom", "rank"]),
            respondent="who",
            nominee="whom",
            respondents=asked,
            max_nominations=2 if "cap" in case.design else None,
            rank="rank" if "rank" in case.design else None,
            actors=labels,
            attributes=attributes,
        )
    y = np.ones((len(here), len(here)))
    np.fill_diagonal(y, 0.0)
    if case.kind == "directed" and "whole" not in case.design:
        y[-1] = np.nan
        y[0, 1] = np.nan
    elif case.kind == "undirected":
        y[0, -1] = y[-1, 0] = np.nan
    return Network.from_array(y, actors=labels, directed=case.kind != "undirected", attributes=attributes)


def _numbers(n: int, seed: int) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(n, n))
    return np.asarray(x + x.T)


CASES: dict[str, Case] = {
    "three periods": Case(),
    "three periods, undirected": Case(kind="undirected", effects=(Homophily("group"),)),
    "squared distance": Case((TWO_PERIODS,), similarity="squared_distance"),
    "bilinear": Case(similarity="bilinear", effects=(SenderCovariate("age"),)),
    "reciprocity": Case((TWO_PERIODS,), (Reciprocity(),)),
    "sociality": Case(effects=(Sociality(),), kind="undirected"),
    "sender": Case((TWO_PERIODS, SECOND_SITE), (Sender(),), similarity="bilinear"),
    "correlated": Case(effects=(SenderReceiver(),)),
    "receiver of capped lists": Case((TWO_PERIODS,), (Receiver(),), design="cap"),
    "counts": Case(family=Poisson(), kind="undirected"),
    "own variance": Case((TWO_PERIODS,), family=Gaussian(), kind="undirected"),
    "no intercept": Case((TWO_PERIODS,), (NoIntercept(),)),
    "two sites": Case((TWO_PERIODS[:1], SECOND_SITE[:1])),
    "sites and periods": Case((TWO_PERIODS, SECOND_SITE), (Homophily("group"),)),
    "no space": Case((TWO_PERIODS, SECOND_SITE), (Homophily("group"),), similarity=None),
    "capped lists": Case((TWO_PERIODS,), design="cap"),
    "capped and ranked": Case((TWO_PERIODS, SECOND_SITE), design="cap, rank", similarity="bilinear"),
    "clusters": Case(clusters=Clusters(2, False), kind="undirected"),
    "clusters of sites": Case((TWO_PERIODS, SECOND_SITE), clusters=Clusters(4, False)),
    "auto": Case(clusters=Clusters(3, True)),
}


# Whose likelihood alone is told apart here; what draws values is that of other coefficients.
BY_DYAD: dict[str, Case] = {
    "complete": Case((TWO_PERIODS, SECOND_SITE), kind="complete"),
    "mixing": Case((TWO_PERIODS, SECOND_SITE), (Mixing("group"),)),
    "covariates by dyad": Case((TWO_PERIODS,), (DyadCovariate([_numbers(4, 1), _numbers(4, 2)], name="x"),)),
    "covariates by site": Case(
        (TWO_PERIODS, SECOND_SITE[:1]),
        (DyadCovariate({0: [_numbers(4, 1), _numbers(4, 2)], 1: _numbers(3, 3)}, name="x"),),
        kind="undirected",
    ),
}


def test_presences_come_first_then_later_ones() -> None:
    """By hand: who is where, who follows whom, after how many periods."""
    networks = Case((COMING_AND_GOING, SECOND_SITE)).networks()
    found = find_presences(networks)
    labels = [networks[s][t].actors[i] for s, t, i in zip(found.site, found.period, found.place, strict=True)]
    assert labels[: found.n_first] == ["00", "01", "02", "03", "04", "05", "10", "11", "12"]
    assert labels[found.n_first :] == ["01", "03", "02", "01", "04", "12", "11", "10"]
    assert [labels[p] for p in found.previous] == labels[found.n_first :]
    assert found.period[found.n_first :].tolist() == [1, 1, 2, 2, 2, 1, 1, 1]
    assert found.gaps.tolist() == [1, 1, 2, 1, 1, 1, 1, 1]
    assert (found.network.max(), found.n_sites, found.n_periods) == (4, 2, 3)
    assert labels == [labels[p] for p in found.actors]
    assert found.actors.max() == found.n_first - 1
    assert [labels[p] for p in found.of_network(2)] == list(networks[0][2].actors)


@pytest.mark.parametrize("name", ["three periods", "sites and periods", "capped and ranked", "clusters"])
def test_joined_network_holds_each_network(name: str) -> None:
    case = CASES[name]
    networks = case.networks()
    network, presences = join_networks(networks, None if len(networks) == 1 else range(len(networks)))
    seen, whole = network.observed.toarray(), whole_networks(network, presences).observed.toarray()
    within = np.equal.outer(presences.network, presences.network) & ~np.eye(len(seen), dtype=bool)
    np.testing.assert_array_equal(whole, within)
    assert not seen[~within].any()
    for k, one in enumerate([one for periods in networks for one in periods]):
        here = np.ix_(presences.of_network(k), presences.of_network(k))
        np.testing.assert_array_equal(network.ties.toarray()[here], one.ties.toarray())
        np.testing.assert_array_equal(seen[here], one.observed.toarray())
        if one.n_nominations is not None:
            assert network.n_nominations is not None
            np.testing.assert_array_equal(network.n_nominations[presences.of_network(k)], one.n_nominations)
        if one.ranks is not None:
            assert network.ranks is not None
            np.testing.assert_array_equal(network.ranks.toarray()[here], one.ranks.toarray())
        attributes = network.attributes.iloc[presences.of_network(k)]
        np.testing.assert_array_equal(attributes.to_numpy(), one.attributes.to_numpy())


@pytest.mark.parametrize("name", [*CASES, *BY_DYAD])
def test_likelihood_is_the_sum_of_the_networks(name: str) -> None:
    """That of each network alone, at its part of the parameters; gradient by central differences."""
    case = (CASES | BY_DYAD)[name]
    problem = case.problem()
    presences = problem.presences
    assert presences is not None
    draws = draw_prior(problem, 3, np.random.default_rng(5))[0]
    flat = [network for periods in case.networks() for network in periods]
    for theta in draws:
        likelihood, gradient = problem.target().likelihood, np.ones_like(theta)
        total = 0.0
        with first_class_functions():
            value = composed_log_likelihood(likelihood, theta)
            composed_gradient(likelihood, theta, gradient)
            slope = reference.central_difference(
                lambda x, of=likelihood: composed_log_likelihood(of, x), theta, step=1e-4
            )
            for k, network in enumerate(flat):
                where = presences.of_network(k)
                z = theta[problem.positions].reshape(problem.n_dims, problem.n_actors).T[where]
                place = Place(network, k, where, z[None, None], np.zeros(len(where)))
                view = view_problem(problem, place)
                own = view_parameters(problem, view, place, theta[None, None])[0, 0]
                total += composed_log_likelihood(reference.as_composed(view).target().likelihood, own)
        assert value == pytest.approx(total, abs=1e-9)
        np.testing.assert_allclose(gradient - 1.0, slope, rtol=1e-6, atol=1e-6)


def _walk_twin(problem: Problem, theta: np.ndarray) -> float:
    """Log density of first positions, steps and scales, by scipy, one presence at a time."""
    presences, priors = problem.presences, problem.priors
    assert presences is not None
    z = theta[problem.positions].reshape(problem.n_dims, -1).T
    log_sigma, log_tau = theta[problem.log_scale], theta[problem.log_step]
    total = 0.0
    for log_scale, v0, df in (
        (log_sigma, priors.position_variance_scale, priors.position_variance_df),
        (log_tau, priors.step_variance_scale, priors.step_variance_df),
    ):
        variance = np.exp(2.0 * log_scale)
        total += stats.invgamma.logpdf(variance, df / 2.0, scale=df * v0 / 2.0) + np.log(2.0 * variance)
    for p, place in enumerate(z):
        if p < presences.n_first:
            total += stats.norm.logpdf(place, 0.0, np.exp(log_sigma)).sum()
        else:
            before = presences.previous[p - presences.n_first]
            spread = np.exp(log_tau) * np.sqrt(presences.period[p] - presences.period[before])
            total += stats.norm.logpdf(place, z[before], spread).sum()
    return float(total)


@pytest.mark.parametrize("name", ["three periods", "squared distance", "sites and periods"])
def test_prior_is_that_of_its_equations(name: str) -> None:
    problem = CASES[name].problem()
    target, rng = problem.target(), np.random.default_rng(6)
    precision = joint._precision(problem)
    for theta in draw_prior(problem, 3, rng)[0]:
        of_coefficients = stats.norm.logpdf(theta, 0.0, 1.0 / np.sqrt(np.maximum(precision, 1e-300)))
        expected = _walk_twin(problem, theta) + of_coefficients[precision > 0.0].sum()
        with first_class_functions():
            value = log_posterior(target, theta)[0] - composed_log_likelihood(target.likelihood, theta)
        assert value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.similarity])
def test_gradient_of_the_posterior(name: str) -> None:
    """By central differences: of walks, of clusters by site, of shared scales."""
    problem = CASES[name].problem()
    target = problem.target()
    for theta in draw_prior(problem, 3, np.random.default_rng(7))[0]:
        with first_class_functions():
            gradient = log_posterior(target, theta)[1]
            slope = reference.central_difference(lambda x: log_posterior(target, x)[0], theta, step=1e-5)
        np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_iterations_leave_the_joint_distribution(name: str) -> None:
    joint._check(CASES[name], joint.QUICK // 2)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_iterations_leave_the_joint_distribution_closely(name: str) -> None:
    joint._check(CASES[name], joint.SLOW_DESIGN if CASES[name].design else joint.SLOW)  # type: ignore[arg-type]


def _walk_as(**changes: Any) -> dict[str, Any]:
    def broken(target: Target) -> Target:
        return target._replace(prior=target.prior._replace(walk=target.prior.walk._replace(**changes)))

    return {"break_target": broken}


BROKEN: dict[str, tuple[Case, dict[str, Any]]] = {
    "gaps that are not known of": (Case((((0, 1, 2, 3), (4, 5, 1), (0, 1, 2, 3)),)), _walk_as(gaps=np.ones(5))),
    "prior of the steps": (Case(), _walk_as(v0=1.2)),
    "df of the steps": (Case(), _walk_as(df=30.0)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_walks_are_found_out(name: str) -> None:
    case, changes = BROKEN[name]
    probability, _ = joint._worst(*joint._run(case, 1500, **changes))  # type: ignore[arg-type]
    assert probability < joint.FALSE_ALARM

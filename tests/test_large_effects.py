"""Effects of large networks: the approximated likelihood against the exact one, and what it is not there for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from latentnet import MAP, LatentPositionModel, Network
from latentnet.datasets import make_large_network
from latentnet.effects import (
    AbsoluteDifference,
    Homophily,
    Mixing,
    Receiver,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Poisson
from latentnet.likelihood.approximate_effects import ApproximateEffects
from latentnet.likelihood.verbs import value_and_gradient
from latentnet.network.layers import Given
from latentnet.problem import covariates
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget


def _network(directed: bool, *, counts: bool = False, unasked: bool = False, n: int = 400) -> Network:
    rng = np.random.default_rng(3)
    plain = make_large_network(n, directed=directed, random_state=2)[0].network
    ties = plain.ties.tolil()
    if counts:
        ties = plain.ties.multiply(rng.integers(1, 4, (n, n)) if directed else 2.0).tolil()
    if unasked:
        ties[[3, 10]] = np.nan
    frame = pd.DataFrame({"group": rng.integers(3, size=n).astype(str), "grade": rng.integers(7, 12, size=n)})
    network = Network.from_array(ties.tocsr(), directed=directed, attributes=frame)
    return network.with_unobserved([(0, 5), (7, 4), (4, 7), (11, 12)])


def _problem(network: Network, effects: list[Any], family: Any = "bernoulli") -> Problem:
    return LatentPositionModel(effects=effects, family=family)._specify(Given(network), np.random.default_rng(1))


_OF_BOTH = [Homophily("group", by_level=True), AbsoluteDifference("grade"), SocialityCovariate("grade")]


@pytest.mark.parametrize(
    ("directed", "family", "effects"),
    [
        (False, "bernoulli", [Homophily("group"), AbsoluteDifference("grade")]),
        (True, "bernoulli", [Mixing("group"), SenderCovariate("grade")]),
        (True, "bernoulli", []),
        (False, "poisson", [*_OF_BOTH, Sociality()]),
        (True, "poisson", [Sender(), Homophily("group")]),
        (True, "poisson", [Receiver(), Mixing("group")]),
        (True, "poisson", [SenderReceiver(), SenderCovariate("grade")]),
    ],
)
def test_approximated_likelihood_and_its_gradient_are_near_the_exact_ones(
    directed: bool, family: str, effects: list[Any]
) -> None:
    problem = _problem(_network(directed, counts=family == "poisson", unasked=directed), effects, family)
    assert ApproximateEffects.refusal(problem) == ""
    rng = np.random.default_rng(5)
    theta = rng.normal(0.0, 0.3, problem.n_parameters)
    problem.parameters.set_positions(theta, 3.0 * rng.standard_normal((400, 2)))
    theta[problem.intercept] = -1.0
    likelihood = ApproximateEffects(problem)
    value, gradient = value_and_gradient(likelihood, theta)
    exact, slope = BoundTarget(problem.target()).likelihood_value_and_gradient(theta)
    assert value == pytest.approx(exact, rel=2e-3)
    spatial = np.zeros(theta.size, dtype=bool)
    spatial[problem.positions] = True
    for part in (spatial, ~spatial):
        assert np.linalg.norm((gradient - slope)[part]) < 1e-2 * np.linalg.norm(slope[part])
    errors = likelihood.errors(theta)
    assert 0.0 < errors.log_likelihood < 2e-3
    assert 0.0 < errors.gradient < 2e-2


def test_covariates_of_large_networks_have_the_moments_of_a_walk_over_all_dyads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for directed in (False, True):
        network = _network(directed, unasked=directed)
        walked = _problem(network, _OF_BOTH).covariates
        with monkeypatch.context() as patched:
            patched.setattr(covariates, "MOST_WALKED", 100)
            patched.setattr(covariates, "Composed", None)  # nothing is walked over
            by_kind = _problem(network, _OF_BOTH).covariates
        for one, other in zip(walked, by_kind, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * np.abs(one).max())


@pytest.mark.filterwarnings("ignore:MAP stopped")
def test_mode_with_effects_is_as_likely_as_the_exact_one() -> None:
    network = _network(False)
    start = np.random.default_rng(1).standard_normal((400, 2))
    models = [
        LatentPositionModel(effects=[Homophily("group")], inference=MAP(1, likelihood=kind), random_state=1).fit(
            network, start=start
        )
        for kind in ("approximate", "exact")
    ]
    assert models[0].likelihood_["kind"] == "approximate"
    assert models[0].score(network) > models[1].score(network) - 0.002
    assert models[0].coefficients_.iloc[0] == pytest.approx(models[1].coefficients_.iloc[0], abs=0.1)


def test_whoever_is_not_asked_is_left_out_of_the_approximated_sum() -> None:
    """Rows of half of the actors hidden: the intercept stays where it was with all of them, within 0.3."""
    whole = make_large_network(600, directed=True, mean_degree=12.0, random_state=2)[0].network
    some = whole.with_unobserved([(i, j) for i in range(300) for j in range(600) if i != j])
    assert not some.observed.asked.all()
    found = [
        LatentPositionModel(inference=MAP(likelihood="approximate"), random_state=1).fit(one) for one in (whole, some)
    ]
    assert found[1].likelihood_["kind"] == "approximate"
    assert found[1].intercept_ == pytest.approx(found[0].intercept_, abs=0.3)


@pytest.mark.parametrize(
    ("family", "effects", "words"),
    [
        ("bernoulli", [Sociality()], "Sociality.. has a value for each actor, which factors the sum"),
        ("bernoulli", [Reciprocity()], "binary ties"),
        (Poisson(exposure=2.0), [], "no exposure"),
        ("bernoulli", [AbsoluteDifference("income")], "make 400 classes of actors, and it has at most 32: round them"),
        ("negative_binomial", [], "binary ties .logit. and counts"),
    ],
)
def test_refusals_name_what_cannot_be_had_and_the_fix(family: Any, effects: list[Any], words: str) -> None:
    network = _network(True)
    frame = network.attributes.assign(income=np.arange(400.0))
    network = Network.from_array(network.ties, directed=True, attributes=frame)
    model = LatentPositionModel(effects=effects, family=family, inference=MAP(likelihood="approximate"))
    with pytest.raises(ValueError, match=f"likelihood='approximate' cannot be had.*{words}.*take likelihood='exact'"):
        model.fit(network)

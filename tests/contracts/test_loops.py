"""Self-ties: their likelihood against naive sums, what a fitted model says of them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numba.types import float64
from scipy import stats

import latentnet
from latentnet import ConvergenceWarning, DynamicLatentPositionModel, LatentPositionModel, Layers, Network, Priors
from latentnet.compiled import way_of
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Loops,
    Mixing,
    Receiver,
    Reciprocity,
    Sender,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Binomial, Family, Gaussian, NegativeBinomial, Ordinal, Poisson
from latentnet.likelihood.fused import Fused
from latentnet.likelihood.looped import Looped
from latentnet.likelihood.verbs import actor_log_likelihood, linear_predictors
from latentnet.model_selection import ActorKFold, DyadKFold
from latentnet.model_selection.scores import held_out
from latentnet.native import NUMBER, VECTOR, Memory, entry
from latentnet.network.changed import without_self_ties
from latentnet.predictive.units import draws_of_units, observed_units
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from latentnet.study.reading import predictive, tie_probabilities
from tests import reference
from tests.contracts.forgery import entries_of, signed, write_zip
from tests.contracts.networks import engine
from tests.reference_effects import part as part_of
from tests.reference_families import LOG_DENSITIES, log_density

N, D = 7, 2
X = np.random.default_rng(3).normal(size=(N, N))
X += X.T
TRIALS = 3 + np.arange(N * N).reshape(N, N) % 3
TRIALS += TRIALS.T
FAMILIES: dict[str, tuple[Family, str]] = {
    "logit": (Bernoulli(), "logit"),
    "probit": (Bernoulli("probit"), "probit"),
    "cloglog": (Bernoulli("cloglog"), "cloglog"),
    "binomial": (Binomial(TRIALS), "binomial"),
    "poisson": (Poisson(), "poisson"),
    "exposure": (Poisson(np.exp(X)), "poisson"),
    "negative binomial": (NegativeBinomial(), "negative_binomial"),
    "gaussian": (Gaussian(), "gaussian"),
    "ordinal": (Ordinal([0, 1, 2, 3]), "ordinal"),
}
SETS: dict[str, tuple[Effect, ...]] = {
    "plain": (),
    "values of actors": (Sociality(), SocialityCovariate("age"), AbsoluteDifference("age")),
    "of dyads": (DyadCovariate(X, name="x"), Homophily("group"), Mixing("group")),
}


def _network(name: str = "logit", directed: bool = True, missing: bool = False, keep: bool = True) -> Network:
    rng = np.random.default_rng(5)
    y = rng.normal(size=(N, N)) if name == "gaussian" else rng.poisson(0.8, size=(N, N)).astype(float)
    y = np.minimum(y, 1.0 if name in ("logit", "probit", "cloglog") else 3.0)
    if missing:
        y[1, 2] = y[2, 1] = y[3, 3] = y[6, 6] = np.nan
    if not directed:
        y = np.tril(y) + np.tril(y, -1).T
    frame = pd.DataFrame({"age": np.arange(N) ** 1.5, "group": list("abababa")})
    return Network.from_array(y, directed=directed, attributes=frame, self_ties="keep" if keep else "drop")


def _problem(network: Network, effects: tuple[Effect, ...] = (), **given: Any) -> Problem:
    loops = () if network.self_ties is None else (Loops(),)
    given = {"family": Bernoulli(), "similarity": "distance", "n_dims": D, "priors": Priors()} | given
    return make_problem(network, effects=(*loops, *effects), **given)


def _without(problem: Problem, theta: np.ndarray, effects: tuple[Effect, ...], **given: Any) -> tuple[Any, np.ndarray]:
    """The same model of the pairs alone, and its parameters."""
    pairs = _problem(without_self_ties(problem.network), effects, **given)
    return pairs, np.delete(theta, problem.coefficient_indices[problem.coefficient_names.index("loops")])


def _naive(problem: Problem, name: str, theta: np.ndarray, actor: int | None = None) -> float:
    """Sum over observed self-ties of the density, from the equations."""
    network, total = problem.network, 0.0
    for i in range(N):
        if np.isnan(network.self_ties[i]) or actor not in (None, i):
            continue
        eta = theta[problem.coefficient_indices[problem.coefficient_names.index("loops")]]
        for effect, _, part in problem.effects:
            if effect is problem.similarity:
                z = problem.parameters.positions(theta)[i]
                eta += reference.similarity(reference.name_of(problem.similarity), z, z)
            elif not isinstance(effect, Loops):
                eta += part_of(effect, network, theta[part], i, i)
        y, kind = network.self_ties[i], FAMILIES[name][1]
        extra = {"binomial": TRIALS[i, i], "exposure": np.exp(X[i, i])}.get(name, 1.0)
        of_pair = len(problem.family.coefficient_names)
        own = theta[problem.family_slice][of_pair:]
        total += float(log_density(kind, y if kind == "gaussian" else int(y), eta, own, extra))
    return total


def _parameters(problem: Problem) -> np.ndarray:
    return 0.4 * np.random.default_rng(8).normal(size=problem.n_parameters)


CASES = [
    *((name, directed, missing, "plain", "distance") for name in FAMILIES for directed, missing in ((True, True),)),
    *(("poisson", directed, False, effects, "bilinear") for directed in (True, False) for effects in SETS),
    ("logit", False, True, "plain", "squared_distance"),
    ("logit", False, False, "plain", "bilinear"),
    ("gaussian", False, True, "of dyads", None),
]


@pytest.mark.parametrize(("name", "directed", "missing", "effects", "similarity"), CASES)
def test_likelihood_is_that_of_pairs_and_the_naive_sum(
    name: str, directed: bool, missing: bool, effects: str, similarity: str | None
) -> None:
    given = {"family": FAMILIES[name][0], "similarity": similarity, "n_dims": D if similarity else 0}
    problem = _problem(_network(name, directed, missing), SETS[effects], **given)
    theta = _parameters(problem)
    pairs, of_pairs = _without(problem, theta, SETS[effects], **given)
    target, alone = BoundTarget(problem.target()), BoundTarget(pairs.target())
    assert isinstance(problem.likelihood, Looped)
    value, gradient = target.likelihood_value_and_gradient(theta)
    expected = alone.log_likelihood(of_pairs) + _naive(problem, name, theta)
    assert value == pytest.approx(expected, rel=1e-10)
    np.testing.assert_allclose(gradient, reference.central_difference(target.log_likelihood, theta, 1e-4), atol=1e-6)
    # What the draws of units say is the same, unit by unit.
    units = observed_units(problem)
    each = np.concatenate([v for _, v in draws_of_units(problem, theta[None], units, np.arange(len(units.senders)))])
    assert each.sum() == pytest.approx(expected, rel=1e-8)


def test_self_ties_stand_beside_reciprocity() -> None:
    problem = _problem(_network(missing=True), (Reciprocity(), Sender()))
    theta = _parameters(problem)
    pairs, of_pairs = _without(problem, theta, (Reciprocity(), Sender()))
    value = BoundTarget(problem.target()).log_likelihood(theta)
    assert value == pytest.approx(
        BoundTarget(pairs.target()).log_likelihood(of_pairs) + _naive(problem, "logit", theta), rel=1e-10
    )


@pytest.mark.parametrize("similarity", ["distance", "bilinear"])
def test_an_actors_likelihood_has_the_own_tie(similarity: str) -> None:
    """What changes with one actor's position is the same as of all."""
    problem = _problem(_network("poisson", missing=True), family=Poisson(), similarity=similarity)
    theta, target = _parameters(problem), BoundTarget(problem.target())
    verb = problem.target().likelihood
    for actor in (0, 3):
        moved = theta.copy()
        moved[[actor, N + actor]] += 0.3
        naive = _naive(problem, "poisson", moved, actor) - _naive(problem, "poisson", theta, actor)
        pairs, before = _without(problem, theta, (), family=Poisson(), similarity=similarity)
        after = _without(problem, moved, (), family=Poisson(), similarity=similarity)[1]
        alone = BoundTarget(pairs.target())
        change = alone.log_likelihood(after) - alone.log_likelihood(before) + naive
        assert _of_actor(verb, moved, actor) - _of_actor(verb, theta, actor) == pytest.approx(change, rel=1e-9)
        assert target.log_likelihood(moved) - target.log_likelihood(theta) == pytest.approx(change, rel=1e-9)


def _of_actor(likelihood: Any, theta: np.ndarray, actor: int) -> float:
    memory = Memory(likelihood)
    found = entry(*way_of(actor_log_likelihood, likelihood), float64, memory.type, VECTOR, NUMBER)
    return float(found(memory, theta, actor))


def test_pairs_of_a_plain_model_stay_fused() -> None:
    problem = _problem(_network())
    assert isinstance(problem.likelihood.parts[0].value, Fused)


def test_prior_is_that_of_a_coefficient() -> None:
    """N(0, 9) in units of the predictor, however many pairs there are; or as asked for."""
    for name, family in (("logit", Bernoulli()), ("gaussian", Gaussian())):
        problem = _problem(_network(name), (DyadCovariate(X, name="x"),), family=family)
        assert problem.coefficient_names == ["x", "loops"]
        place = problem.coefficient_indices[1]
        assert problem.prior.precision[place] == pytest.approx(1.0 / (9.0 * problem.frame.unit**2))
        assert place not in problem.covariates.indices
    problem = _problem(_network(), priors=Priors(coefficients={"loops": (1.0, 0.25)}))
    assert problem.prior.precision[problem.coefficient_indices[0]] == 4.0
    assert problem.prior.means[problem.coefficient_indices[0]] == 1.0


def test_fitted_model_speaks_of_self_ties(tmp_path: Path) -> None:
    network = _network(missing=True)
    model = LatentPositionModel(effects=[Loops()], inference=engine(), random_state=1)
    with pytest.warns(ConvergenceWarning):
        model.fit(network)
    assert model.coefficients_.index.tolist() == ["loops"]
    assert model.draws_.coefficients.shape[-1] == 1
    own = [(i, i) for i in range(N)]
    for say in (model.predict, model.predict_proba, model.linear_predictor):
        np.testing.assert_allclose(np.diag(say()), say(own), rtol=1e-12)
        assert say([(2, 2), (0, 1)], draws=True).shape[-1] == 2
    draws = model.draws_
    eta = draws.variables["intercept"] + draws.coefficients[..., 0]  # at a distance of 0
    np.testing.assert_allclose(model.linear_predictor([(4, 4)], draws=True)[..., 0], eta)
    p = 1.0 / (1.0 + np.exp(-eta))
    assert model.predict([(4, 4)])[0] == pytest.approx(p.mean())
    # The score of the self-ties is the rest of that of all.
    of_pairs = model.score(without_self_ties(network)) * network.observed.n_dyads
    mean, seen = p.mean(), network.self_ties[~np.isnan(network.self_ties)]
    of_loops = stats.bernoulli.logpmf(seen, mean).sum()
    assert model.score(network) == pytest.approx((of_pairs + of_loops) / (network.observed.n_dyads + len(seen)))
    assert "tie_probability[0, 0]" in model.summary(dyads=[(0, 0)]).index
    assert model.posterior_.observed_data["self_ties"].shape == (N,)
    path = tmp_path / "loops.latentnet"
    model.save(path)
    loaded = latentnet.load(path)
    assert loaded.network_ == network
    np.testing.assert_array_equal(loaded.predict(), model.predict())
    assert np.all(np.diag(tie_probabilities(predictive(model, [0]))) == 0.0)
    entries = entries_of(path)
    content = json.loads(entries["model.json"])
    for forged in (None, content["network"]["senders"]):
        content["network"]["self_ties"] = forged
        write_zip(path, signed(entries | {"model.json": json.dumps(content).encode()}))
        with pytest.raises(ValueError, match=r"needs self-ties|its self-ties are not"):
            latentnet.load(path)
    assert model.place({"new": {0: 1, 1: 1}}, random_state=1).positions.shape == (1, D)
    again = model.simulate(1, 4, observed=True)[0]
    np.testing.assert_array_equal(np.isnan(again.self_ties), np.isnan(network.self_ties))
    assert latentnet.loo(model).n_units == len(observed_units(model._problem).senders)
    with pytest.warns(ConvergenceWarning):
        both = latentnet.merge([model, loaded.set_params(random_state=2).fit(network)])
    assert both.draws_.n_chains == 2 * draws.n_chains


def test_simulated_self_ties_have_their_mean() -> None:
    """4 standard errors of 300 networks of 7 actors (false alarms 6e-5)."""
    model = LatentPositionModel(effects=[Loops()], inference="map", random_state=1).fit(_network())
    shares = [np.mean(one.self_ties) for one in model.simulate(300, 2)]
    p = float(model.predict([(0, 0)])[0])
    assert abs(np.mean(shares) - p) < 4.0 * np.sqrt(p * (1.0 - p) / (300 * N))


def test_a_graph_is_read_with_its_self_ties() -> None:
    array = _network().ties.toarray() + np.diag(_network().self_ties)
    model = LatentPositionModel(effects=[Loops()], inference="map", random_state=1).fit(array)
    np.testing.assert_array_equal(model.network_.self_ties, _network().self_ties)
    assert np.isfinite(model.score(array))


def test_known_coefficient_is_recovered() -> None:
    """40 actors, loops 2.0 and −2.0 about an intercept of 0: within 4 standard deviations (1e-4 at most)."""
    rng, n = np.random.default_rng(11), 40
    z = rng.normal(size=(n, 2))
    gap = np.linalg.norm(z[:, None] - z[None], axis=-1)
    for loops in (2.0, -2.0):
        y = (rng.random((n, n)) < 1.0 / (1.0 + np.exp(gap - loops * np.eye(n)))).astype(float)
        model = LatentPositionModel(effects=[Loops()], inference="map", random_state=1).fit(y)
        sd = 1.0 / np.sqrt(n * 0.105)
        assert abs(model.intercept_ + model.coefficients_["loops"] - loops) < 4.0 * sd


@pytest.mark.slow
def test_joint_models_and_layers_have_their_self_ties(tmp_path: Path) -> None:
    first, second = _network(), _network(missing=True)
    model = DynamicLatentPositionModel(effects=[Loops()], inference="map", random_state=1).fit([first, second])
    assert model.coefficients_.index.tolist() == ["loops"]
    view = model.at(1)
    np.testing.assert_array_equal(view.network_.self_ties, second.self_ties)
    assert view.predict([(0, 0)])[0] == pytest.approx(view.predict()[0, 0])
    model.save(tmp_path / "joint")
    assert latentnet.load(tmp_path / "joint").networks_ == model.networks_
    count = {"loops": lambda network: np.nansum(network.self_ties)}
    table = latentnet.goodness_of_fit(model, count, n_networks=20, random_state=1).table
    assert table["observed"].tolist() == [np.nansum(one.self_ties) for one in (first, second)]
    assert (table["high"] > 0.0).all()
    layers = Layers({"a": first, "b": second})
    model = LatentPositionModel(effects=[Loops()], inference="map", random_state=1).fit(layers)
    assert model.coefficients_.index.tolist() == ["loops[a]", "loops[b]"]
    assert model.layer("b").network_ == second


def test_folds_hold_out_dyads_alone() -> None:
    network = _network(missing=True)
    for folds in (DyadKFold(2, random_state=1), ActorKFold(3, random_state=1)):
        for training, dyads in folds.split(network):
            gone = np.sum(training.observed.counts(), axis=0) == 0
            np.testing.assert_array_equal(training.self_ties, np.where(gone, np.nan, network.self_ties))
            assert gone.any() == isinstance(folds, ActorKFold)
            assert held_out(network, dyads).network.self_ties is None


def test_refusals() -> None:
    def fails(*texts: str, effects: tuple[Effect, ...] = (Loops(),), network: Any = None, **given: Any) -> None:
        with pytest.raises(ValueError, match=r"\w") as caught:
            LatentPositionModel(effects=effects, inference="map", **given).fit(
                _network() if network is None else network
            )
        assert all(text in str(caught.value) for text in texts), caught.value

    fails("has kept (5 of 7 are not 0)", "effects=[Loops()]", "self_ties='drop'", effects=())
    fails("has not kept them", "self_ties='keep'", network=_network(keep=False))
    loops = np.where(np.eye(N) > 0, np.nan, _network().ties.toarray())
    fails("none was observed", network=Network.from_array(loops, self_ties="keep"))
    fails("two-mode", network=Network.from_incidence(np.eye(3)))
    names = pd.DataFrame({"who": list("ab"), "whom": list("bc")})
    fails(
        "lists of names", network=Network.from_nominations(names, respondent="who", nominee="whom", actors=list("abc"))
    )
    fails("needs ties in {0, 1}", network=Network.from_array(np.ones((3, 3)) + np.eye(3), self_ties="keep"))
    fails(
        "fitted to the levels",
        family="ordinal",
        network=Network.from_array(np.triu(np.ones((3, 3))) + np.eye(3), self_ties="keep"),
    )
    plain = LatentPositionModel(inference="map", random_state=1).fit(_network(keep=False))
    with pytest.raises(ValueError, match="no term"):
        plain.score(_network())
    with pytest.raises(ValueError, match="names one twice"):
        plain.predict([(0, 0)])
    with pytest.raises(ValueError, match=r"Loops\(\)"):
        LatentPositionModel(effects=[Loops()], inference=latentnet.MAP(likelihood="approximate")).fit(_network())


@pytest.mark.parametrize("effects", [(Sender(), Receiver()), (SenderReceiver(),)])
def test_actors_own_effects_are_those_of_both_roles(effects: tuple[Effect, ...]) -> None:
    problem = _problem(_network(), effects)
    theta = _parameters(problem)
    own = np.arange(N)
    found = linear_predictors(problem.predictor, theta[None], own, own)[0]
    sender = theta[problem.parameters["sender"].part]
    receiver = theta[problem.parameters["receiver"].part]
    loops = theta[problem.coefficient_indices[0]]
    np.testing.assert_allclose(found, theta[problem.intercept] + loops + sender + receiver)


def test_log_densities_are_of_all_families() -> None:
    assert {kind for _, kind in FAMILIES.values()} == {*LOG_DENSITIES, "probit"}


@pytest.mark.slow
@pytest.mark.parametrize("similarity", ["distance", "bilinear"])
def test_sampler_is_calibrated(similarity: str) -> None:
    """Ranks of 120 replications, self-ties partly unobserved: each quantity at 1e-4, under 2e-3 over all."""
    ties = np.zeros((10, 10))
    ties[3, 3] = ties[4, 5] = np.nan
    network = Network.from_array(ties, directed=True, self_ties="keep")
    model = LatentPositionModel(
        similarity=similarity,
        effects=[Loops(), Sociality()],
        priors=Priors(coefficients={"loops": (1.0, 2.0)}),
        inference=latentnet.MCMC(n_draws=250, n_warmup=300, n_chains=1, thin=8, progress=False),
    )
    found = latentnet.calibrate(model, network, 120, random_state=3)
    assert any("loops" in name for name in found.table.index)
    assert (found.table["p_value"] > 1e-4).all()

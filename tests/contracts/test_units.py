"""Results do not depend on units or origin: an affine change of the data changes them as arithmetic says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from latentnet import MAP, MCMC, LatentPositionModel, Network, Priors
from latentnet.compiled import first_class_functions
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    ReceiverCovariate,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Binomial, Family, Gaussian, NegativeBinomial, Ordinal, Poisson
from latentnet.network.joined import join_networks
from latentnet.priors.intercept import level_log_density
from latentnet.priors.joint import add_prior_gradient, from_coordinates, log_prior, pull_to_coordinates, to_coordinates
from latentnet.problem.bind import make_problem
from latentnet.problem.coordinates import Coordinates
from latentnet.problem.problem import Problem
from latentnet.problem.target import log_posterior
from tests import reference
from tests.reference_effects import part

N = 14
CLOSE = 1e-6


class Data(NamedTuple):
    """A network's ties, and what its actors and dyads have."""

    ties: np.ndarray
    age: np.ndarray
    miles: np.ndarray  # (n, n) symmetric


def _data(family: Family, directed: bool) -> Data:
    rng = np.random.default_rng(7)
    z, age = rng.normal(size=(N, 2)), rng.normal(size=N)
    eta = 1.0 - np.linalg.norm(z[:, None] - z, axis=-1) - 0.4 * np.abs(age[:, None] - age) + 0.3 * age[:, None]
    noise = rng.normal(size=(N, N))
    if family.name == "gaussian":
        ties = eta + 0.5 * noise
    elif family.name == "bernoulli":
        ties = (eta + noise > 0.0).astype(float)
    else:
        most = {"ordinal": 2, "binomial": 6}.get(family.name, np.inf)
        ties = np.minimum(rng.poisson(np.exp(eta)), most).astype(float)
    miles = rng.random((N, N)) + 0.3 * (ties == 0)
    miles = miles + miles.T
    if not directed:
        ties = np.tril(ties, -1) + np.tril(ties, -1).T
    np.fill_diagonal(ties, 0.0)
    np.fill_diagonal(miles, 0.0)
    return Data(ties, age, miles)


class Change(NamedTuple):
    """x → shift + scale·x of ties, of the actors' attribute and of the dyads' covariate."""

    ties: tuple[float, float] = (0.0, 1.0)
    age: tuple[float, float] = (0.0, 1.0)
    miles: tuple[float, float] = (0.0, 1.0)

    def of(self, data: Data) -> Data:
        changed = (shift + scale * values for values, (shift, scale) in zip(data, self, strict=True))
        return Data(*(np.where(np.eye(N, dtype=bool), 0.0, one) if one.ndim == 2 else one for one in changed))


def _model(data: Data, family: Family, effects: tuple[Any, ...], engine: Any, directed: bool, **params: Any) -> Any:
    network = Network.from_array(data.ties, directed=directed, attributes=pd.DataFrame({"age": data.age}))
    of_data = [DyadCovariate(data.miles, name="miles") if one is DyadCovariate else one for one in effects]
    model = LatentPositionModel(family=family, effects=of_data, inference=engine, random_state=3, **params)
    return model.fit(network)


def _distances(model: Any) -> np.ndarray:
    return np.linalg.norm(model.positions_[:, None] - model.positions_, axis=-1)


def _slopes(model: Any, change: Change) -> np.ndarray:
    """Coefficients as they would be of the data before the change."""
    of_attribute, of_dyads = change.age[1] / change.ties[1], change.miles[1] / change.ties[1]
    return np.array(
        [value * (of_dyads if "miles" in name else of_attribute) for name, value in model.coefficients_.items()]
    )


DIRECTED = (SenderCovariate("age"), ReceiverCovariate("age"), AbsoluteDifference("age"), DyadCovariate)
UNDIRECTED = (SocialityCovariate("age"), DyadCovariate)
COVARIATES = {
    "years": Change(age=(1970.0, 12.0)),
    "tiny": Change(age=(0.0, 1e-5), miles=(3.0, 1e-3)),
    "huge": Change(age=(-40.0, 1e6), miles=(1e5, 1e5)),
}
TIES = {
    "dollars": Change(ties=(0.0, 1e6)),
    "temperatures": Change(ties=(32.0, 1.8)),
    "small and far": Change(ties=(-0.5, 1e-3), age=(50.0, 3.0)),
}
FAMILIES: dict[str, Callable[[], Family]] = {
    "bernoulli": Bernoulli,
    "poisson": Poisson,
    "negative binomial": NegativeBinomial,
    "gaussian": Gaussian,
    "ordinal": Ordinal,
    "binomial": lambda: Binomial(trials=6),
}
# Distances have a kink where two actors meet, at which any rounding decides how an optimiser goes on.
CASES = [
    *((family, "squared", name) for family in FAMILIES for name in COVARIATES),
    *(("gaussian", kind, name) for kind in ("directed", "undirected", "random effects", "bilinear") for name in TIES),
]


def _given(kind: str) -> tuple[tuple[Any, ...], bool, dict[str, Any]]:
    if kind == "undirected":
        return (*UNDIRECTED, Sociality()), False, {}
    if kind == "random effects":
        return (SenderReceiver(), SenderCovariate("age")), True, {"similarity": None}
    if kind == "squared":
        return DIRECTED, True, {"similarity": "squared_distance"}
    if kind == "bilinear":
        return (AbsoluteDifference("age"),), True, {"similarity": "bilinear"}
    return DIRECTED, True, {}


@pytest.mark.parametrize(("family", "kind", "name"), CASES)
def test_the_mode_follows_the_units(family: str, kind: str, name: str) -> None:
    change = (COVARIATES | TIES)[name]
    effects, directed, params = _given(kind)
    data, engine = _data(FAMILIES[family](), directed), MAP(n_starts=1, tolerance=1e-6)
    before = _model(data, FAMILIES[family](), effects, engine, directed, **params)
    after = _model(change.of(data), FAMILIES[family](), effects, engine, directed, **params)
    power = 0.5 if kind == "bilinear" else 1.0
    unit = _distances(before).max(initial=1e-12)
    assert np.abs(_distances(after) / change.ties[1] ** power - _distances(before)).max(initial=0.0) < CLOSE * unit
    slopes = _slopes(before, Change())
    assert np.abs(_slopes(after, change) - slopes).max() < CLOSE * max(np.abs(slopes).max(), 1.0)
    shift, scale = change.ties
    expected = shift + scale * before.linear_predictor()
    off = ~np.eye(N, dtype=bool)
    np.testing.assert_allclose(after.linear_predictor()[off], expected[off], atol=CLOSE * scale * np.ptp(expected[off]))


def test_the_mode_follows_the_exposure() -> None:
    data, engine = _data(Poisson(), True), MAP(n_starts=1, tolerance=1e-6)
    hours = 1.0 + np.random.default_rng(1).random((N, N))
    before, after = (
        _model(data, Poisson(exposure=scale * hours), *_given("squared")[:1], engine, True, **_given("squared")[2])
        for scale in (1.0, 3600.0)
    )
    np.testing.assert_allclose(_distances(after), _distances(before), atol=CLOSE)
    assert after.intercept_ == pytest.approx(before.intercept_ - np.log(3600.0), abs=CLOSE)


@pytest.mark.parametrize("family", [Poisson, Binomial])
def test_exposures_and_trials_of_nobody_change_nothing(family: Callable[[Any], Family]) -> None:
    """Those of unobserved dyads and of the diagonal, which the prior's mean rate once was of too."""
    ties = _data(Binomial(), True).ties
    ties[2] = ties[4, 7] = np.nan
    given = np.random.default_rng(1).integers(6, 9, (N, N)).astype(float)
    other = given.copy()
    other[2] = other[4, 7] = 1e6
    np.fill_diagonal(other, 1e9)
    network = Network.from_array(ties, directed=True)
    frames = [family(one).frame(network) for one in (given, other)]
    assert frames[0] == frames[1]
    rate = np.nansum(ties) / given[network.observed.toarray()].sum()
    expected = np.log(rate) if family is Poisson else np.log(rate / (1.0 - rate))
    assert frames[0].centre == pytest.approx(expected, abs=0.01)


def test_the_scale_of_trials_does_not_pull_the_mode() -> None:
    """Few successes among many trials are counts: the more trials, the smaller the rate, and nothing else."""
    network = Network.from_array(_data(Poisson(), True).ties, directed=True)
    engine = MAP(n_starts=1, tolerance=1e-6)
    found = [
        LatentPositionModel(family=Binomial(trials=n), similarity="squared_distance", inference=engine, random_state=1)
        .fit(network)
        for n in (10**6, 10**9)
    ]  # fmt: skip
    np.testing.assert_allclose(_distances(found[1]), _distances(found[0]), atol=1e-3)
    assert found[1].intercept_ - found[0].intercept_ == pytest.approx(-np.log(1000.0), abs=1e-3)


def _gaussian(shift: float, scale: float) -> Network:
    rng = np.random.default_rng(5)
    z = rng.normal(size=(20, 2))
    ties = -np.linalg.norm(z[:, None] - z, axis=-1) + 0.5 * rng.normal(size=(20, 20))
    off = ~np.eye(20, dtype=bool)
    ties = shift + scale * (ties - ties[off].mean()) / ties[off].std()
    np.fill_diagonal(ties, 0.0)
    return Network.from_array(ties, directed=True)


def _agreement(model: Any, network: Network) -> tuple[float, float]:
    """Mean of the predictions less that of the ties, in standard deviations of these, and their correlation."""
    off = ~np.eye(network.n_actors, dtype=bool)
    ties, found = network.ties.toarray()[off], model.linear_predictor()[off]
    return float((found.mean() - ties.mean()) / ties.std()), float(np.corrcoef(found, ties)[0, 1])


SCALES = [(100.0, 15.0), (0.0, 1e6), (1e9, 1.0), (0.0, 1e-9)]


@pytest.mark.parametrize(("shift", "scale"), SCALES)
def test_the_mode_of_real_values_in_natural_units(shift: float, scale: float) -> None:
    by_hand, given = (
        _agreement(LatentPositionModel(family="gaussian", inference="map", random_state=1).fit(network), network)
        for network in (_gaussian(0.0, 1.0), _gaussian(shift, scale))
    )
    assert abs(given[0]) < 2.0 / 15.0
    assert given[1] > by_hand[1] - 0.01


@pytest.mark.slow
@pytest.mark.parametrize(("shift", "scale"), SCALES)
def test_draws_of_real_values_in_natural_units(shift: float, scale: float) -> None:
    """Distances and the intercept, on the scale of standardised ties, within Monte Carlo error of those of these."""
    engine = MCMC(n_draws=1000, n_warmup=500, n_chains=2, thin=3, progress=False)
    params: dict[str, Any] = {"family": "gaussian", "inference": engine}
    by_hand = LatentPositionModel(**params, random_state=1).fit(_gaussian(0.0, 1.0))
    network = _gaussian(shift, scale)
    given = LatentPositionModel(**params, random_state=2).fit(network)
    bias, correlation = _agreement(given, network)
    assert abs(bias) < 2.0 / 15.0
    assert correlation > _agreement(by_hand, _gaussian(0.0, 1.0))[1] - 0.01
    assert (given.intercept_ - shift) / scale == pytest.approx(by_hand.intercept_, abs=0.1)
    np.testing.assert_allclose(_distances(given) / scale, _distances(by_hand), atol=0.15)
    variance = float(given.draws_.variables["tie_variance"].mean()) / scale**2
    assert variance == pytest.approx(float(by_hand.draws_.variables["tie_variance"].mean()), rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["years", "tiny"])
def test_draws_follow_the_units_of_covariates(name: str) -> None:
    """Slopes within four Monte Carlo errors, with as many effective draws: the chains are not stuck."""
    change, data = COVARIATES[name], _data(Poisson(), True)
    engine = MCMC(n_draws=1500, n_warmup=500, n_chains=2, thin=1, progress=False)
    found = []
    for changed in (Change(), change):
        model = _model(changed.of(data), Poisson(), DIRECTED, engine, True)
        draws = model.draws_.coefficients.reshape(-1, len(model.coefficients_))
        found.append((_slopes(model, changed), draws.std(axis=0), model))
    unit = found[1][1] * np.abs(_slopes(found[1][2], change) / found[1][2].coefficients_.to_numpy())
    np.testing.assert_allclose(unit, found[0][1], rtol=0.2)
    assert (np.abs(found[1][0] - found[0][0]) < 0.25 * found[0][1]).all()


@pytest.mark.parametrize(
    ("ties", "message"),
    [
        ([[0.0, 1e300], [2.0, 0.0]], "as large as 1e.300.*divide the values"),
        ([[0.0, 1e16], [1e16 + 2.0, 0.0]], "floats hardly tell apart; subtract their mean"),
        ([[0.0, 1e-200], [2e-200, 0.0]], "floats hardly tell apart|all of them are equal"),
    ],
)
def test_values_that_no_float_can_square_are_refused_by_name(ties: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LatentPositionModel(family="gaussian").fit(Network.from_array(np.array(ties), directed=True))


def test_priors_of_r_are_about_zero_and_in_the_predictors_own_units() -> None:
    data = Change(ties=(50.0, 10.0), age=(1970.0, 12.0)).of(_data(Gaussian(), True))
    network = Network.from_array(data.ties, directed=True, attributes=pd.DataFrame({"age": data.age}))
    effects, engine = [SenderCovariate("age")], MAP(n_starts=1)
    params: dict[str, Any] = {"family": "gaussian", "effects": effects, "inference": engine, "random_state": 1}
    of_r, ours = (LatentPositionModel(priors=one, **params).fit(network) for one in (Priors.as_in_r(), Priors()))
    prior, off = of_r._problem.prior, ~np.eye(N, dtype=bool)
    assert (prior.level.mean[0], prior.level.about, prior.level.precision[0]) == (0.0, 0.0, 1.0 / 9.0)
    mean_square = np.broadcast_to(data.age[:, None], (N, N))[off] ** 2
    assert prior.precision[of_r._problem.coefficient_indices] == pytest.approx(mean_square.mean() / 9.0)
    assert of_r.priors_.position_variance_scale == pytest.approx(N / 8.0)
    sd = data.ties[off].std()
    assert ours.priors_.position_variance_scale == pytest.approx(N / 8.0 * sd**2)
    assert ours._problem.prior.level.mean == pytest.approx(data.ties[off].mean())


def test_defaults_of_binary_ties_without_covariates_are_those_of_r() -> None:
    network = Network.from_array(_data(Bernoulli(), True).ties, directed=True)
    found = [
        LatentPositionModel(priors=priors, inference=MAP(n_starts=1), random_state=1).fit(network)
        for priors in (Priors.as_in_r(), Priors())
    ]
    np.testing.assert_array_equal(found[0].positions_, found[1].positions_)
    assert Priors.flat().coefficient_variance > 1e6


def _joint_problem(scale: float = 1.0) -> Problem:
    """Two periods of real-valued ties, with two covariates, an intercept each, steps and random effects."""
    networks = []
    for seed in (1, 2):
        data = Change(ties=(30.0, 4.0 * scale), age=(1970.0, 12.0)).of(_data(Gaussian(), True))
        ties = data.ties + scale * np.random.default_rng(seed).normal(size=(N, N))
        np.fill_diagonal(ties, 0.0)
        attributes = pd.DataFrame({"age": data.age + seed})
        networks.append(Network.from_array(ties, directed=True, attributes=attributes))
    joined, presences = join_networks([networks], None)
    return make_problem(
        joined,
        family=Gaussian(),
        similarity="distance",
        n_dims=2,
        effects=(SenderCovariate("age"), AbsoluteDifference("age"), Sender()),
        priors=Priors(),
        presences=presences,
    )


def test_priors_of_several_intercepts_are_about_average_covariates() -> None:
    problem = _joint_problem()
    theta = np.random.default_rng(4).normal(size=problem.n_parameters)
    level, at = problem.prior.level, slice(problem.intercepts.start, problem.intercepts.stop)
    x = [
        [part(effect, problem.network, np.ones(1), i, j) for i, j in reference.dyads(problem.network)]
        for effect in (SenderCovariate("age"), AbsoluteDifference("age"))
    ]
    slopes = theta[problem.coefficient_indices]
    ties = [problem.network.ties[i, j] for i, j in reference.dyads(problem.network)]
    law = stats.norm(np.mean(ties), 3.0 * np.std(ties))
    assert level_log_density(level, theta) == pytest.approx(law.logpdf(theta[at] + slopes @ np.mean(x, axis=1)).sum())
    sds = 3.0 * np.std(ties) / np.std(x, axis=1)
    assert problem.prior.precision[problem.coefficient_indices] == pytest.approx(sds**-2.0)


def test_coordinates_are_whitened_and_give_the_gradient() -> None:
    problem = _joint_problem()
    coordinates = Coordinates(problem)
    whole = np.random.default_rng(5).normal(size=problem.n_parameters)
    theta = coordinates.parameters(whole)
    np.testing.assert_allclose(coordinates.of(theta), whole, atol=1e-9)
    gradient = np.zeros_like(theta)
    add_prior_gradient(problem.prior, theta, gradient)
    slope = reference.central_difference(
        lambda at: log_prior(problem.prior, coordinates.parameters(at)), whole, step=1e-4
    )
    np.testing.assert_allclose(coordinates.gradient(gradient), slope, rtol=1e-5, atol=1e-5)
    moved = theta.copy()
    to_coordinates(problem.prior, moved)
    np.testing.assert_allclose(moved / problem.units, whole, atol=1e-9)
    from_coordinates(problem.prior, moved)
    np.testing.assert_allclose(moved, theta, rtol=1e-12)
    pulled = gradient.copy()
    pull_to_coordinates(problem.prior, pulled)
    np.testing.assert_allclose(pulled * problem.units, coordinates.gradient(gradient), rtol=1e-12)


def test_the_density_changes_by_a_constant_with_the_unit() -> None:
    """Of the same coordinates: so modes and draws are the same ones."""
    found = []
    for scale in (1.0, 2000.0):
        problem = _joint_problem(scale)
        coordinates, logs = Coordinates(problem), np.log(problem.frame.unit)
        values = []
        for seed in (1, 2):
            whole = np.random.default_rng(seed).normal(size=problem.n_parameters)
            for row in problem.parameters:
                whole[row.part] += logs if row.transform == "variance" or row.role == "family" else 0.0
            whole[problem.intercepts] += problem.frame.centre / problem.frame.unit
            with first_class_functions():
                values.append(log_posterior(problem.target(), coordinates.parameters(whole))[0])
        found.append(values[0] - values[1])
    assert found[0] == pytest.approx(found[1], rel=1e-6)

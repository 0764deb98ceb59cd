"""Draws from the prior: against scipy's laws, against MCMC where nothing was observed, and as an engine.

False alarms: 1e-4 a test by Bonferroni over its comparisons, under 1 % over the file; seeds are fixed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import latentnet
from latentnet import MCMC, LatentClusterModel, LatentPositionModel, Network, PriorDraws, Priors
from latentnet.effects import Effect, Intercept, Reciprocity, Sender, SenderReceiver, Sociality
from latentnet.families import Bernoulli, Family, Gaussian, NegativeBinomial, Ordinal
from latentnet.inference.prior_draws import draw_prior
from latentnet.network.layers import Given
from latentnet.priors.clusters import Clusters
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from tests import reference_clusters
from tests.contracts.test_components import mixed_effects, network_of

FALSE_ALARM = 1e-4
COUNT = 20_000
PRIORS = Priors(
    standardised=False,
    intercept_variance=4.0,
    coefficient_variance=3.0,
    position_variance_scale=1.7,
    position_variance_df=5.0,
    random_effect_variance_scale=0.6,
    random_effect_variance_df=4.5,
    gaussian_variance_scale=2.2,
    gaussian_variance_df=3.5,
    dispersion_log_variance=1.3,
    cutpoint_log_gap_variance=0.7,
    cluster_mean_variance=2.5,
    cluster_weight_concentration=1.4,
    most_clusters=4,
)


def _problem(
    network: Network,
    effects: tuple[Effect, ...],
    family: Family | None = None,
    similarity: str | None = "distance",
    clusters: Clusters | None = None,
) -> Problem:
    return make_problem(
        network,
        family=Bernoulli() if family is None else family,
        similarity=similarity,
        n_dims=2 if similarity else 0,
        effects=effects,
        priors=PRIORS,
        position_prior=clusters,
    )


def _binary(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return (rng.random(shape) < 0.4).astype(float)


def _assert_law(samples: dict[str, tuple[np.ndarray, Any]]) -> None:
    """Kolmogorov–Smirnov tests of independent values against laws."""
    found = {name: stats.kstest(values, law.cdf).pvalue * len(samples) for name, (values, law) in samples.items()}
    name = min(found, key=found.__getitem__)
    assert found[name] > FALSE_ALARM, f"{name}: p = {found[name]:.1e}"


def _variance_law(scale: float, df: float) -> Any:
    return stats.invgamma(df / 2.0, scale=df * scale / 2.0)


def _random_effects(problem: Problem, theta: np.ndarray) -> dict[str, tuple[np.ndarray, Any]]:
    scale, df = PRIORS.random_effect_variance_scale, PRIORS.random_effect_variance_df
    found: dict[str, tuple[np.ndarray, Any]] = {}
    for group, start in problem.random_groups:
        values, log_sd = theta[:, start + group.start : start + group.stop], theta[:, start + group.scale]
        scaled = values / np.exp(log_sd)[:, None]
        found[f"{group.name}: σ²"] = np.exp(2.0 * log_sd), _variance_law(scale, df)
        found[f"{group.name}: value"] = values[:, 0] / np.sqrt(scale), stats.t(df)
        found[f"{group.name}: scaled"] = scaled[:, -1], stats.norm
        found[f"{group.name}: squares"] = (scaled**2).sum(axis=1), stats.chi2(scaled.shape[1])
    return found


@pytest.mark.parametrize("similarity", ["distance", None])
@pytest.mark.parametrize("kind", ["undirected", "directed", "two-mode"])
def test_effects_and_positions(kind: str, similarity: str | None) -> None:
    problem = _problem(network_of(kind, "single dyads", _binary), mixed_effects(kind), similarity=similarity)
    theta, labels, components = draw_prior(problem, COUNT, np.random.default_rng(1))
    assert theta.shape == (COUNT, problem.n_parameters)
    assert labels.shape == (COUNT, problem.n_actors)
    assert not labels.any()
    assert (components == 1).all()
    found = _random_effects(problem, theta)
    found["intercept"] = theta[:, problem.intercept], stats.norm(0, np.sqrt(PRIORS.intercept_variance))
    for effect, bound, part in problem.effects:
        for k, name in enumerate(() if isinstance(effect, Intercept) else bound.names):
            law = stats.norm(0.0, 1.0 / np.sqrt(problem.prior.precision[part.start + k]))
            found[f"{effect!r}: {name}"] = theta[:, part.start + k], law
    if similarity:
        scale, df = float(PRIORS.position_variance_scale or 0), float(PRIORS.position_variance_df or 0)
        variance, z = np.exp(2.0 * theta[:, problem.log_scale]), theta[:, problem.positions]
        found["σ²"] = variance, _variance_law(scale, df)
        found["squares"] = (z**2).sum(axis=1) / variance, stats.chi2(z.shape[1])
        found["coordinate"] = z[:, 3] / np.sqrt(scale), stats.t(df)
    assert np.all(theta.std(axis=0) > 0)
    _assert_law(found)


def test_correlated_effects() -> None:
    problem = _problem(network_of("directed", "all", _binary), (SenderReceiver(),), similarity=None)
    theta, _, _ = draw_prior(problem, COUNT, np.random.default_rng(2))
    part = problem.effects[-1][2]
    n, values = problem.n_actors, theta[:, part]
    rho, scaled_a, scaled_b = np.tanh(values[:, -1]), values[:, :n], values[:, n : 2 * n]
    scaled_a = scaled_a / np.exp(values[:, -3:-2])
    scaled_b = scaled_b / np.exp(values[:, -2:-1])
    apart = (scaled_b - rho[:, None] * scaled_a) / np.sqrt(1.0 - rho**2)[:, None]  # N(0, 1), and not of a
    found = _random_effects(problem, theta)
    found["ρ"] = (rho + 1.0) / 2.0, stats.beta(2, 2)
    found["rest"] = apart[:, 2], stats.norm
    found["squares of the rest"] = (apart**2).sum(axis=1), stats.chi2(n)
    found["sum with a"] = (apart[:, 4] + scaled_a[:, 4]) / np.sqrt(2.0), stats.norm
    found["other actor"] = (apart[:, 1] + scaled_a[:, 4]) / np.sqrt(2.0), stats.norm
    _assert_law(found)


@pytest.mark.parametrize("name", ["gaussian", "negative_binomial", "ordinal", "reciprocity"])
def test_values_of_families(name: str) -> None:
    network = network_of("directed", "single dyads", _binary)
    family: Family = {
        "gaussian": Gaussian(),
        "negative_binomial": NegativeBinomial(),
        "ordinal": Ordinal([-1, 0, 1, 2]),
        "reciprocity": Bernoulli(),
    }[name]
    problem = _problem(network, (Reciprocity(),) if name == "reciprocity" else (), family)
    theta, _, _ = draw_prior(problem, COUNT, np.random.default_rng(3))
    values = theta[:, problem.family_slice]
    if name == "gaussian":
        _assert_law({"σ²": (np.exp(2.0 * values[:, 0]), _variance_law(2.2, 3.5))})
        return
    variance = {"negative_binomial": 1.3, "ordinal": 0.7, "reciprocity": 3.0}[name]
    natural = stats.norm(0, np.sqrt(variance)) if name == "reciprocity" else stats.lognorm(np.sqrt(variance))
    columns = values.T if name == "reciprocity" else np.exp(values.T)
    assert len(columns) == (2 if name == "ordinal" else 1)
    found = {f"value {k}": (column, natural) for k, column in enumerate(columns)}
    if name == "ordinal":
        found["sum"] = values.sum(axis=1) / np.sqrt(2 * variance), stats.norm
    _assert_law(found)


@pytest.mark.parametrize("automatic", [False, True])
def test_clusters(automatic: bool) -> None:
    """Laws of what a cluster prior has, and the joint ones against the naive twin's draws, by their ranks."""
    problem = _problem(network_of("directed", "all", _binary), (Sender(),), clusters=Clusters(4, automatic))
    theta, labels, components = draw_prior(problem, COUNT, np.random.default_rng(4))
    mixture, d, n = problem.own_prior().positions, 2, problem.n_actors
    start = problem.log_scale
    scales, means, logs = np.split(theta[:, start:], [4, 12], axis=1)
    means = means.reshape(COUNT, 4, d)
    rows = np.arange(COUNT)[:, None]
    z = theta[:, problem.positions].reshape(COUNT, d, n).transpose(0, 2, 1)
    noise = (z - means[rows, labels]) / np.exp(scales[rows, labels])[..., None]
    found = _random_effects(problem, theta)
    found["noise"] = (noise**2).sum(axis=(1, 2)), stats.chi2(n * d)
    found["mean"] = means[:, 0, 1], stats.norm(0, np.sqrt(2.5))
    found["σ²"] = np.exp(2.0 * scales[np.arange(COUNT), labels[:, 2]]), _variance_law(1.7, 5.0)
    if not automatic:
        found["weight"] = np.exp(logs[:, 1]), stats.gamma(1.4)
        assert (components == 4).all()
    _assert_law(found)
    twin = reference_clusters.draw_prior(mixture, 1.0 if automatic else None, COUNT, np.random.default_rng(5))
    theirs = {"occupied": [len(set(one)) for one in twin.labels.tolist()]}
    ours = {"occupied": [len(set(one)) for one in labels.tolist()]}
    ours["largest"] = [np.bincount(one).max() for one in labels]
    theirs["largest"] = [np.bincount(one).max() for one in twin.labels]
    ours["together"], theirs["together"] = labels[:, 0] == labels[:, 1], twin.labels[:, 0] == twin.labels[:, 1]
    if automatic:
        assert labels.max() == 3
        occupied = np.array(ours["occupied"])
        assert (components >= occupied).all()
        assert (labels.max(axis=1) < occupied).all(), "occupied components come first"
        wanted = COUNT * reference_clusters.component_probabilities(4, 1.0)
        assert stats.chisquare(np.bincount(components, minlength=5)[1:], wanted).pvalue > FALSE_ALARM / 4
    for name, values in ours.items():
        counts = np.array([np.bincount(np.array(one, int), minlength=12) for one in (values, theirs[name])])
        counts = counts[:, counts.sum(axis=0) > 20]
        assert stats.chi2_contingency(counts).pvalue > FALSE_ALARM / 4, name


def test_the_seed_decides() -> None:
    problem = _problem(network_of("directed", "all", _binary), mixed_effects("directed"), clusters=Clusters(3, True))
    first, second, third = (draw_prior(problem, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], third[0])


# Where nothing was observed the posterior is the prior.


def _nothing_observed(directed: bool) -> Network:
    array = np.full((6, 6), np.nan)
    np.fill_diagonal(array, 0.0)
    return Network.from_array(array, directed=directed)


def _effective(chains: np.ndarray) -> float:
    """Number of independent draws that the mean of (n_chains, n_draws) is worth, by batch means of each chain."""
    n_batches = 20
    size = chains.shape[1] // n_batches
    batches = chains[:, : n_batches * size].reshape(len(chains), n_batches, size).mean(axis=2)
    return float(min(chains.size, chains.var() / max(batches.var(ddof=1) / batches.size, 1e-300)))


UNOBSERVED: dict[str, tuple[type, dict[str, Any], bool]] = {
    "sociality": (LatentPositionModel, {"effects": [Sociality()]}, False),
    "correlated": (LatentPositionModel, {"effects": [SenderReceiver()], "similarity": "bilinear"}, True),
    "reciprocity": (LatentPositionModel, {"effects": [Reciprocity()]}, True),
    "gaussian": (LatentPositionModel, {"family": Gaussian()}, True),
    "ordinal": (LatentPositionModel, {"family": Ordinal([-1, 0, 1]), "similarity": None, "effects": [Sender()]}, True),
    "clusters": (LatentClusterModel, {"n_clusters": 2, "effects": [Sociality()]}, False),
    "auto": (LatentClusterModel, {"n_clusters": "auto", "effects": [Sociality()]}, False),
}


def _scalars(problem: Problem, theta: np.ndarray, labels: np.ndarray | None, components: Any) -> dict[str, np.ndarray]:
    """What does not depend on the names of clusters, with light tails; (n_draws,) each."""
    found = {"intercept": theta[:, problem.intercept], "intercept²": theta[:, problem.intercept] ** 2}
    for group, start in problem.random_groups:
        log_sd, values = theta[:, start + group.scale], theta[:, start + group.start : start + group.stop]
        found[f"{group.name}: log σ"] = log_sd
        found[f"{group.name}: (log σ)²"] = log_sd**2
        found[f"{group.name}: value"] = np.tanh(values[:, 0])
        found[f"{group.name}: spread"] = np.log(values.var(axis=1))
        found[f"{group.name}: level"] = values.mean(axis=1) / np.exp(log_sd)
    for _, bound, part in problem.effects:
        for one in bound.correlations:
            found["ρ"] = np.tanh(theta[:, part.start + one.place])
            found["ρ²"] = found["ρ"] ** 2
    for k in range(*problem.family_slice.indices(problem.n_parameters)):
        found |= {f"own {k}": theta[:, k], f"own² {k}": theta[:, k] ** 2}
    if problem.n_dims:
        z = theta[:, problem.positions].reshape(len(theta), problem.n_dims, problem.n_actors)
        found["distance"] = np.log1p(np.sqrt(((z[..., 0] - z[..., 1]) ** 2).sum(axis=1)))
        found["spread"] = np.log((z**2).mean(axis=(1, 2)))
        found["spread²"] = found["spread"] ** 2
    if problem.clusters is not None:
        assert labels is not None
        found["together"] = (labels[:, 0] == labels[:, 1]).astype(float)
        found["occupied"] = np.array([len(set(one)) for one in labels.tolist()], float)
        found["components"] = np.array(components, float)
    return found


@pytest.mark.parametrize("name", UNOBSERVED)
def test_mcmc_draws_from_the_prior_where_nothing_was_observed(name: str) -> None:
    """Means of long chains against those of independent draws, with errors by batch means."""
    cls, params, directed = UNOBSERVED[name]
    model = cls(priors=PRIORS, **params)
    rng = np.random.default_rng(8)
    problem = model._specify(Given(_nothing_observed(directed)), rng)
    result = MCMC(n_draws=4000, n_warmup=500, n_chains=4, thin=1, progress=False).infer(problem, rng)
    theta, labels, components = draw_prior(problem, COUNT, rng)
    exact = _scalars(problem, theta, labels, components)
    chains = []
    for c in range(len(result.draws)):
        of_chain = None if result.labels is None else result.labels[c]
        number = None if result.n_components is None else result.n_components[c]
        chains.append(_scalars(problem, result.draws[c], of_chain, number))
    p_values = {}
    for key, values in exact.items():
        drawn = np.stack([chain[key] for chain in chains])
        if np.ptp(values) == 0.0:
            assert np.ptp(drawn) == 0.0
            continue
        n_effective = _effective(drawn)
        assert n_effective > 150, f"{key}: too few to see anything"
        error = np.sqrt(drawn.var() / n_effective + values.var() / values.size)
        p_values[key] = 2.0 * stats.t.sf(abs(drawn.mean() - values.mean()) / error, 76) * len(exact)
    worst = min(p_values, key=p_values.__getitem__)
    assert p_values[worst] > FALSE_ALARM, f"{worst}: p = {p_values[worst]:.1e}"


@pytest.mark.parametrize("directed", [False, True])
def test_where_nothing_was_observed_only_the_prior_can_be_drawn_from(directed: bool) -> None:
    network = _nothing_observed(directed)
    with pytest.raises(ValueError, match="none was observed: there is nothing to learn from"):
        LatentPositionModel().fit(network)
    model = LatentPositionModel(effects=[Sociality()], inference=PriorDraws(n_draws=10), random_state=1).fit(network)
    assert np.isfinite(model.positions_).all()


# The engine.

ENGINE: dict[str, tuple[type, dict[str, Any]]] = {
    "plain": (LatentPositionModel, {}),
    "effects": (LatentPositionModel, {"effects": [SenderReceiver(), Reciprocity()], "similarity": "bilinear"}),
    "no space": (LatentPositionModel, {"effects": [Sender()], "similarity": None}),
    "gaussian": (LatentPositionModel, {"family": Gaussian()}),
    "ordinal": (LatentPositionModel, {"family": Ordinal([-1, 0, 1]), "effects": [Sociality()]}),
    "clusters": (LatentClusterModel, {"n_clusters": 2, "effects": [Sociality()]}),
    "auto": (LatentClusterModel, {"n_clusters": "auto"}),
}


def _fitted(name: str, n_draws: int = 200, random_state: int = 1, **changes: Any) -> Any:
    cls, params = ENGINE[name]
    engine = PriorDraws(n_draws=n_draws)
    model = cls(inference=engine, priors=PRIORS, random_state=random_state, **params | changes)
    return model.fit(network_of("directed", "single dyads", _binary))


@pytest.mark.parametrize("name", ENGINE)
def test_a_model_of_prior_draws_is_a_model(name: str, tmp_path: Path) -> None:
    model = _fitted(name)
    network = model.network_
    n = network.n_actors
    posterior = model.posterior_.prior
    assert dict(posterior.sizes)["chain"] == 1
    assert dict(posterior.sizes)["draw"] == 200
    networks = model.simulate(5, random_state=2)
    assert [one.n_actors for one in networks] == [n] * 5
    assert all(one.observed.n_dyads == n * (n - 1) for one in networks)
    probability = model.predict_proba()
    inside = ~np.eye(n, dtype=bool)
    assert ((probability >= 0.0) & (probability <= 1.0))[inside].all()
    summary = model.summary()
    assert np.isfinite(summary.loc["intercept", "mean"])
    assert "independent draws" in str(model.diagnose())
    path = tmp_path / "model.latentnet"
    model.save(path)
    again = latentnet.load(path)
    assert again.get_params()["inference"] == PriorDraws(n_draws=200)
    np.testing.assert_array_equal(again.predict_proba(), probability)
    np.testing.assert_array_equal(again.posterior_.prior["intercept"], posterior["intercept"])
    first, second = (one.simulate(1, random_state=3)[0] for one in (model, again))
    assert first == second


def test_the_engines_draws_are_those_of_the_prior() -> None:
    model = _fitted("effects", 5000)
    posterior = model.posterior_.prior
    found = {
        "intercept": (posterior["intercept"].values[0], stats.norm(0, 2.0)),
        "reciprocity": (posterior["coefficients"].values[0, :, 0], stats.norm(0, np.sqrt(3.0))),
        "sender": (posterior["sender_variance"].values[0], _variance_law(0.6, 4.5)),
        "ρ": ((posterior["sender_receiver_correlation"].values[0] + 1.0) / 2.0, stats.beta(2, 2)),
        "positions": (posterior["position_variance"].values[0], _variance_law(1.7, 5.0)),
    }
    _assert_law(found)


def test_alignment_keeps_the_positions_of_the_first_draw() -> None:
    """Turned to their principal axes."""
    for name in ("plain", "effects"):
        model = _fitted(name)
        first = model.posterior_.prior["positions"].values[0, 0]
        np.testing.assert_allclose(model.positions_, first, atol=1e-8)


def test_ties_do_not_matter() -> None:
    first = _fitted("plain")
    other = Network.from_array(np.where(np.isnan(_dense(first.network_)), np.nan, 1.0 - _dense(first.network_)))
    again = LatentPositionModel(inference=PriorDraws(n_draws=200), priors=PRIORS, random_state=1).fit(other)
    np.testing.assert_array_equal(first.posterior_.prior["intercept"], again.posterior_.prior["intercept"])


def _dense(network: Network) -> np.ndarray:
    dense = np.where(network.observed.toarray(), network.ties.toarray(), np.nan)
    np.fill_diagonal(dense, np.nan)
    return dense


def test_the_seed_decides_what_the_engine_draws() -> None:
    values = [_fitted("plain", 20, seed).posterior_.prior["intercept"].values for seed in (1, 1, 2)]
    np.testing.assert_array_equal(values[0], values[1])
    assert not np.array_equal(values[0], values[2])


def test_the_engine_by_name() -> None:
    model = LatentPositionModel(inference="prior", random_state=1).fit(network_of("directed", "all", _binary))
    assert model.posterior_.prior.sizes["draw"] == 1000


@pytest.mark.parametrize("n_draws", [0, -1, 2.5, True, None])
def test_numbers_of_draws_are_checked(n_draws: Any) -> None:
    with pytest.raises(ValueError, match="PriorDraws: n_draws must be an integer of at least 1"):
        LatentPositionModel(inference=PriorDraws(n_draws=n_draws)).fit(network_of("directed", "all", _binary))

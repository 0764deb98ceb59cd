"""Chains on the approximated likelihood: one energy, the exact one's posterior, and what they are not there for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from latentnet import MCMC, LatentClusterModel, LatentPositionModel, Network, load, resume
from latentnet.datasets import load_sampson, make_large_network
from latentnet.effects import Homophily, Reciprocity, Sociality
from latentnet.inference import mcmc
from latentnet.inference.tuning import target_of
from latentnet.likelihood.approximate import Approximate
from latentnet.likelihood.meshed import MeshedPlain, mesh_at, meshed
from latentnet.likelihood.verbs import trajectory_forces, value_and_gradient
from latentnet.models import base
from latentnet.nbody.sums import SoftplusSum
from latentnet.network.layers import Given
from latentnet.posterior.diagnostics import mean_ess
from latentnet.problem.problem import Problem


def _network(n: int = 60, *, counts: bool = False, mean_degree: float = 6.0) -> Network:
    rng = np.random.default_rng(3)
    ties = make_large_network(n, mean_degree=mean_degree, random_state=2)[0].network.ties
    frame = pd.DataFrame({"group": rng.integers(3, size=n).astype(str)})
    return Network.from_array((2.0 if counts else 1.0) * ties, attributes=frame)


def _engine(n_draws: int = 6, **keywords: Any) -> MCMC:
    return MCMC(n_draws, 6, 2, **{"likelihood": "approximate", "thin": 1, **keywords})


def _likelihood(n: int = 200, hidden: Any = ()) -> tuple[Problem, MeshedPlain, np.ndarray]:
    (network, positions, _), b = make_large_network(n, random_state=2)
    network = network.with_unobserved(list(hidden)) if hidden else network
    problem = LatentPositionModel()._specify(Given(network), np.random.default_rng(1))
    theta = np.zeros(problem.n_parameters)
    problem.parameters.set_positions(theta, positions)
    theta[problem.intercept] = b
    own = Approximate(problem)
    likelihood = meshed(own, mesh_at(own, theta))
    assert isinstance(likelihood, MeshedPlain)
    return problem, likelihood, theta


def test_energy_is_one_function_of_the_parameters_and_its_forces_are_its_derivatives() -> None:
    """On the grid and beyond it, whatever was asked before; none where actors are farther apart than is allowed."""
    problem, likelihood, theta = _likelihood()
    way = np.random.default_rng(3).standard_normal(theta.size)
    wide = theta.copy()
    wide[problem.positions] *= 1.5
    first = value_and_gradient(likelihood, theta)
    for one in (theta, wide):
        value, gradient = value_and_gradient(likelihood, one)
        up, down = (value_and_gradient(likelihood, one + sign * 1e-5 * way)[0] for sign in (1.0, -1.0))
        assert (up - down) / 2e-5 == pytest.approx(gradient @ way, rel=1e-6)
        assert value_and_gradient(likelihood, one)[0] == value
        shifted = one.copy()
        shifted[problem.positions] += 7.7
        assert value_and_gradient(likelihood, shifted)[0] == pytest.approx(value, rel=1e-12)
    again = value_and_gradient(likelihood, theta)
    assert again[0] == first[0]
    np.testing.assert_array_equal(again[1], first[1])
    wide[0] = 1e6
    assert value_and_gradient(likelihood, wide)[0] == -np.inf


@pytest.mark.parametrize("hidden", [(), [(0, 1), (5, 9), (3, 150)]])
def test_forces_are_the_gradient_once_nothing_is_softened(hidden: Any) -> None:
    """To the precision of float32 (and of the intercept's interpolated slope); softened, they are the same anywhere."""
    problem, likelihood, theta = _likelihood(hidden=hidden)
    soft = trajectory_forces(likelihood, theta)
    shifted = theta.copy()
    shifted[problem.positions] += 3.3
    np.testing.assert_allclose(trajectory_forces(likelihood, shifted), soft, rtol=1e-3, atol=1e-3)
    assert abs(soft[problem.positions].reshape(2, -1).sum(axis=1)).max() < 1e-9
    _, gradient = value_and_gradient(likelihood, theta)
    assert np.linalg.norm(soft - gradient) > 1e-3 * np.linalg.norm(gradient)
    likelihood.forces.soft = 0.0
    assert np.linalg.norm(trajectory_forces(likelihood, theta) - gradient) < 3e-4 * np.linalg.norm(gradient)
    theta[0] = 1e6
    np.testing.assert_array_equal(trajectory_forces(likelihood, theta), 0.0)


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_nothing_after_the_draws_sums_over_all_dyads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The point estimate is the mean of draws, turned to each other: no likelihood of all expected ties is made."""
    monkeypatch.setattr(base, "minimum_kullback_leibler", None)
    model = LatentPositionModel(inference=_engine(), random_state=1).fit(_network())
    draws = model._problem.parameters.positions(model.draws_.parameters).reshape(-1, 60, 2)
    np.testing.assert_allclose(
        model.positions_ - model.positions_.mean(axis=0), draws.mean(axis=0) - draws.mean(axis=(0, 1)), atol=0.05
    )


@pytest.mark.parametrize(
    ("model", "counts"),
    [
        (LatentPositionModel(), False),
        (LatentClusterModel(2), False),
        (LatentPositionModel(family="poisson", effects=[Homophily("group"), Sociality()]), True),
    ],
)
def test_chains_keep_the_energy_of_the_grid_that_they_began_with(model: Any, counts: bool) -> None:
    model.set_params(inference=_engine(), random_state=1)
    with pytest.warns(match="chains"):
        model.fit(_network(counts=counts))
    assert model.likelihood_["kind"] == "approximate"
    assert 0.0 < model.likelihood_["gradient_error"] < 2e-2
    assert model._standing is not None
    likelihood = target_of(model._problem, model._standing.plan.tuning).likelihood
    for chain, kept in zip(model._standing.chains, model.draws_.statistics["log_likelihood_total"], strict=True):
        values = [value_and_gradient(likelihood, theta)[0] for theta in chain.kept.draws]
        np.testing.assert_allclose(kept, values, rtol=1e-12)
        assert len(np.unique(kept)) > 1


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_longer_loaded_and_resumed_runs_are_one_run(tmp_path: Path) -> None:
    path = tmp_path / "run"
    whole = LatentPositionModel(inference=_engine(9), random_state=1).fit(_network())
    half = LatentPositionModel(inference=_engine(6, checkpoint=path, n_jobs=1), random_state=1).fit(_network())
    half.save(tmp_path / "half.latentnet")
    np.testing.assert_array_equal(resume(path).draws_.parameters, half.draws_.parameters)
    found = load(tmp_path / "half.latentnet").extend(3)
    assert found.likelihood_["kind"] == "approximate"
    for name in ("lp", "log_likelihood_total", "acceptance_rate"):
        np.testing.assert_array_equal(found.draws_.statistics[name], whole.draws_.statistics[name])


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_auto_is_exact_up_to_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monks = load_sampson()
    auto, exact = (
        LatentPositionModel(inference=_engine(likelihood=kind), random_state=1).fit(monks) for kind in ("auto", "exact")
    )
    np.testing.assert_array_equal(auto.draws_.parameters, exact.draws_.parameters)
    assert auto.likelihood_["kind"] == "exact"
    monkeypatch.setattr(mcmc, "MOST_EXACT_CHAINS", 10)
    assert LatentPositionModel(inference=_engine(likelihood="auto")).fit(monks).likelihood_["kind"] == "approximate"
    reciprocal = LatentPositionModel(effects=[Reciprocity()], inference=_engine(likelihood="auto")).fit(monks)
    assert reciprocal.likelihood_["kind"] == "exact"


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"effects": [Sociality()]}, "Sociality.. has a value for each actor"),
        ({"similarity": "bilinear"}, "similarity='distance'"),
        ({"n_dims": 4}, "at most 3 dimensions"),
        ({"n_dims": "auto"}, "n_dims='auto'"),
        ({"family": "gaussian"}, "binary ties"),
    ],
)
def test_refusals_come_before_anything_is_computed(
    keywords: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcmc, "settings_of", None)
    model = LatentPositionModel(inference=_engine(), **keywords)
    with pytest.raises(ValueError, match=f"MCMC: likelihood='approximate' cannot be had.*{words}.*likelihood='exact'"):
        model.fit(_network())


def test_what_a_sum_raises_in_a_chain_is_raised_by_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = SoftplusSum.__call__

    def failing(self: SoftplusSum, points: np.ndarray, intercept: float) -> Any:
        if started:
            raise MemoryError("no room for the grid")
        return asked(self, points, intercept)

    started: list[bool] = []
    begin = MCMC.go_on
    monkeypatch.setattr(SoftplusSum, "__call__", failing)
    monkeypatch.setattr(MCMC, "go_on", lambda *arguments: (started.append(True), begin(*arguments))[1])
    with pytest.raises(MemoryError, match="no room for the grid"):
        LatentPositionModel(inference=_engine(), random_state=1).fit(_network())


def _moments(draws: np.ndarray) -> np.ndarray:
    """Means and standard deviations (n_quantities,) of draws (n_quantities, n_chains, n_draws), and their errors."""
    centred = draws - draws.mean(axis=(1, 2), keepdims=True)
    sds = draws.std(axis=(1, 2))
    of_sds = (centred**2).std(axis=(1, 2)) / np.sqrt(mean_ess(centred**2)) / (2.0 * sds)
    return np.stack([draws.mean(axis=(1, 2)), sds, sds / np.sqrt(mean_ess(centred)), of_sds])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
@pytest.mark.parametrize("counts", [False, True])
def test_posterior_is_that_of_the_exact_likelihood_within_monte_carlo_error(counts: bool) -> None:
    """Means and standard deviations of the intercept, the variance and 50 linear predictors: 104 z-scores.

    All below 5, as effective draws are few (1 in 16,000 a case, were the scores normal).
    """
    network, found = _network(200, counts=counts, mean_degree=8.0), []
    pairs = np.random.default_rng(5).permutation(200)[:100].reshape(50, 2).tolist()
    for kind, seed in (("exact", 1), ("approximate", 2)):
        engine = MCMC(400, 300, 4, likelihood=kind, max_thin=1)
        model = LatentPositionModel(family="poisson" if counts else "bernoulli", inference=engine, random_state=seed)
        model.fit(network)
        assert model.likelihood_["kind"] == kind
        scalars = [model.draws_.variables[name] for name in ("intercept", "position_variance")]
        eta = model.linear_predictor([tuple(pair) for pair in pairs], draws=True).reshape(4, 400, 50)
        found.append(_moments(np.concatenate([np.stack(scalars), np.moveaxis(eta, 2, 0)])))
    (means, sds, of_means, of_sds), (others, spreads, of_others, of_spreads) = found
    assert np.abs((means - others) / np.hypot(of_means, of_others)).max() < 5.0
    assert np.abs((sds - spreads) / np.hypot(of_sds, of_spreads)).max() < 5.0

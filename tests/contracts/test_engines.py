"""An engine from outside of the library, by its public contract alone; and what kinds of draws engines make."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from latentnet import MAP, MCMC, ConvergenceWarning, LatentPositionModel, PriorDraws
from latentnet.contract import Engine, InferenceResult, Problem, log_posterior, start_parameters
from latentnet.datasets import load_sampson


class ImportanceResampling(Engine):
    """A toy: normal proposals around a point, resampled by the posterior density."""

    def __init__(self, n_draws: int = 20, scale: float = 0.1) -> None:
        self.n_draws = n_draws
        self.scale = scale

    def check(self) -> None:
        if not self.scale > 0:
            raise ValueError(f"ImportanceResampling: scale must be positive, but is {self.scale!r}")

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        target, start = problem.target(), start_parameters(problem, rng)
        noise = rng.standard_normal((10 * self.n_draws, start.size))
        proposals = start + self.scale * noise
        log_densities = np.array([log_posterior(target, theta)[0] for theta in proposals])
        log_weights = log_densities + 0.5 * (noise**2).sum(axis=1)
        weights = np.exp(log_weights - log_weights.max())
        chosen = rng.choice(len(weights), self.n_draws, p=weights / weights.sum())
        return InferenceResult(proposals[None, chosen], "independent", {"lp": log_densities[None, chosen]})


def test_an_engine_from_outside_is_taken_as_an_instance(tmp_path: Any) -> None:
    network = load_sampson()
    model = LatentPositionModel(inference=ImportanceResampling(n_draws=15), random_state=1).fit(network)
    assert model.draws_.parameters.shape[:2] == (1, 15)
    assert model.draws_.kind == "independent"
    assert model.diagnose().converged
    assert model.positions_.shape == (18, 2)
    # the point estimate is the minimum Kullback-Leibler one: it predicts what the draws do
    assert np.abs(model.positions_ - model.draws_.positions[0, 0]).max() > 1e-6
    assert len(model.simulate(3, random_state=1)) == 3
    assert model.score(network) > -0.7
    assert model.get_params()["inference__scale"] == 0.1
    model.save(tmp_path / "toy.latentnet")


class Handed(Engine):
    """Chains of the library's, under parameters of another kind."""

    def infer(self, problem: Problem, rng: np.random.Generator) -> InferenceResult:
        return MCMC(n_draws=30, n_warmup=10, n_chains=2, progress=False).infer(problem, rng)


def test_chains_that_an_engine_from_outside_hands_on_are_told_to_be_too_short() -> None:
    model = LatentPositionModel(inference=Handed(), random_state=1)
    with pytest.warns(ConvergenceWarning, match="if they keep 400 draws in all, and 60 are too few"):
        model.fit(load_sampson())
    assert model.inference_["kind"] == "Handed"


def test_its_own_errors_and_missing_verbs_are_named() -> None:
    with pytest.raises(ValueError, match="scale must be positive"):
        LatentPositionModel(inference=ImportanceResampling(scale=-1.0)).fit(load_sampson())
    with pytest.raises(NotImplementedError, match="Engine must define infer"):
        LatentPositionModel(inference=Engine()).fit(load_sampson())


def test_one_draw_from_the_prior_is_no_mode() -> None:
    model = LatentPositionModel(inference=PriorDraws(n_draws=1), random_state=1).fit(load_sampson())
    diagnosis = model.diagnose()
    assert diagnosis.converged
    assert "independent draws" in diagnosis.notes[0]
    mode = LatentPositionModel(inference=MAP(1), random_state=1).fit(load_sampson())
    assert mode.draws_.kind == "mode"
    assert "mode" in mode.diagnose().notes[0]

"""Standard errors of a mode: those of a generalised linear model, and of the naive second derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from latentnet import LatentPositionModel, Priors
from latentnet.datasets import load_sampson
from latentnet.effects import Homophily, SenderReceiver
from latentnet.inference.optimise import mode_density
from tests.contracts.networks import NETWORKS

MONKS = load_sampson()


def test_they_are_those_of_logistic_regression() -> None:
    """Without a latent space the mode under flat priors is R's maximum likelihood, to the digits of the tolerance."""
    model = LatentPositionModel(
        similarity=None, effects=[Homophily("group")], priors=Priors.flat(), inference="map", random_state=1
    ).fit(MONKS)
    group = MONKS.attributes["group"].to_numpy()
    i, j = np.nonzero(~np.eye(18, dtype=bool))
    x = np.column_stack([np.ones(len(i)), group[i] == group[j]]).astype(float)
    y, beta = np.asarray(MONKS.ties[i, j]).ravel(), np.zeros(2)
    for _ in range(25):  # Newton
        p = 1.0 / (1.0 + np.exp(-x @ beta))
        information = x.T @ (x * (p * (1 - p))[:, None])
        beta += np.linalg.solve(information, x.T @ (y - p))
    table = model.summary()
    found = table.loc[["intercept", next(name for name in table.index if "group" in name)]]
    np.testing.assert_allclose(found["mean"], beta, rtol=1e-4)
    np.testing.assert_allclose(found["sd"], np.sqrt(np.diag(np.linalg.inv(information))), rtol=1e-4)
    np.testing.assert_allclose(found["upper"] - found["lower"], 2 * 1.6448536 * found["sd"], rtol=1e-6)
    assert found["ess_bulk"].isna().all()


def test_they_are_those_of_naive_second_derivatives() -> None:
    """In one dimension nothing turns: the covariance is the plain inverse. Variances by the delta method."""
    model = LatentPositionModel(1, inference="map", random_state=1).fit(NETWORKS["directed"])
    problem, mode = model._problem, model.draws_.pooled[0]
    density, h = mode_density(problem, np.float64), 1e-3
    unit, size = h * np.eye(len(mode)), len(mode)

    def second(a: np.ndarray, b: np.ndarray) -> float:
        signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
        return sum(k * m * density(mode + k * a + m * b)[0] for k, m in signs) / (4 * h * h)

    hessian = np.array([[second(unit[a], unit[b]) for a in range(size)] for b in range(size)])
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    table = model.summary()
    assert table.loc["intercept", "sd"] == pytest.approx(errors[problem.intercept], rel=1e-3)
    variance = np.exp(2 * mode[problem.log_scale])
    assert table.loc["position_variance", "sd"] == pytest.approx(2 * variance * errors[problem.log_scale], rel=1e-3)


def test_maps_that_turn_have_errors_too() -> None:
    """Directions in which the whole map turns are held; distances do not feel them."""
    model = LatentPositionModel(inference="map", effects=[SenderReceiver()], random_state=1).fit(MONKS)
    table = model.summary(dyads=[("Mark", "Victor"), ("Hugh", "Mark")])
    assert (table["sd"] > 0).all()
    assert (table["sd"] < 10 * (1 + table["mean"].abs())).all()
    positions = model.summary("positions")
    assert (positions["sd"] > 0).all()
    # A mode of distances may end in a kink, where two monks meet: it has no curvature there, and the errors are NaN.
    again = LatentPositionModel(similarity="squared_distance", inference="map", random_state=1).fit(MONKS)
    assert (again.summary()["sd"] > 0).all()

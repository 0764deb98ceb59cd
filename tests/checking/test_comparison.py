"""BIC as R's latentnet reports it, and tables of models."""

from __future__ import annotations

import numpy as np
import pytest

import latentnet
from latentnet import MCMC, LatentClusterModel, LatentPositionModel
from latentnet.datasets import load_sampson, make_latent_network

# These tests are not of convergence, and a fixture's warning would be an error.
pytestmark = pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")

ENGINE = MCMC(n_draws=2000, n_warmup=500)
# R latentnet on Sampson's monks, d = 2; G = 0 without its slip. R's own numbers vary by 1 to 2 with its seed.
OF_R = {0: 375.1, 1: 380.5, 2: 373.3, 3: 336.4, 4: 342.8}


@pytest.fixture(scope="module")
def models() -> dict[str, LatentPositionModel | LatentClusterModel]:
    monks = load_sampson()
    found = {"G=0": LatentPositionModel(inference=ENGINE, random_state=2).fit(monks)}
    for g in (1, 2, 3, 4):
        found[f"G={g}"] = LatentClusterModel(g, inference=ENGINE, random_state=2).fit(monks)
    return found


@pytest.mark.parametrize("g", OF_R)
def test_bic_is_that_of_r(g: int, models: dict[str, LatentClusterModel]) -> None:
    found = latentnet.bic(models[f"G={g}"])
    # Short chains: within 1.9 of R over 5 seeds, but for the cluster too many, which gives 340.0 to 343.5.
    assert abs(found.total - OF_R[g]) < (4.5 if g == 4 else 3.0)
    assert found.total == pytest.approx(found.ties + found.positions)


def test_compare_puts_the_best_first(models: dict[str, LatentClusterModel]) -> None:
    table = latentnet.compare(models, criterion="bic")
    assert table.index[0] == "G=3"
    assert table["bic_difference"].iloc[0] == 0.0
    assert np.all(np.diff(table["bic"]) >= 0)
    assert table.loc["G=2", "n_clusters"] == 2
    assert table.loc["G=0", "n_clusters"] == 0


def test_what_cannot_be_compared_is_named(models: dict[str, LatentClusterModel]) -> None:
    with pytest.raises(ValueError, match="a mapping from names to fitted models"):
        latentnet.compare({})
    other = LatentPositionModel(inference=MCMC(50, 50), random_state=1)
    other.fit(make_latent_network(12, 2, random_state=1).network)
    with pytest.raises(ValueError, match="'other' was fitted to others"):
        latentnet.compare({**models, "other": other}, criterion="bic")
    with pytest.raises(ValueError, match="inference='mcmc'"):
        latentnet.bic(LatentPositionModel(inference="map", random_state=1).fit(load_sampson()))
    automatic = LatentClusterModel("auto", inference=MCMC(200, thin=1), random_state=1)
    automatic.fit(load_sampson())
    with pytest.raises(ValueError, match="n_clusters_probabilities_"):
        latentnet.bic(automatic)

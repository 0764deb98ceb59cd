"""Files that an older version saved (`tests/saved`) load, and say what they said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import latentnet
from latentnet import MCMC, LatentnetWarning, LatentPositionModel, Layers
from tests.contracts.forgery import entries_of, signed, write_zip

FOLDER = Path(__file__).parents[1] / "saved"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())


def _same(found: object, expected: object, name: str, rtol: float = 1e-9) -> None:
    values = np.array(expected, dtype=np.float64)
    np.testing.assert_allclose(found, values, rtol=rtol, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("name", EXPECTED)
def test_files_of_the_version_before_load(name):
    model, expected = latentnet.load(FOLDER / f"{name}.latentnet"), EXPECTED[name]
    _same(model.positions_, expected["positions"], "positions")
    _same(model.coefficients_, expected["coefficients"], "coefficients")
    means = {variable: values.mean() for variable, values in model.draws_.variables.items()}
    assert means.keys() == expected["means"].keys()
    for variable, mean in means.items():
        _same(mean, expected["means"][variable], variable)
    if "membership" in expected:
        _same(model.membership_, expected["membership"], "membership")
        _same(model.cluster_means_, expected["cluster_means"], "cluster means")
        _same(model.cluster_variances_, expected["cluster_variances"], "cluster variances")
    one = model.at(period=0, site=model.sites_[-1]) if hasattr(model, "networks_") else model
    _same(
        one.predict(), expected["predict"], "predictions", rtol=1e-6
    )  # of float32 sums, whose last bits differ by processor
    assert np.isfinite(one.posterior_["posterior"]["positions"].values).all()


def _as_of_before(path):
    """Say of a file that it was saved when layers' own maps had another prior."""
    content = json.loads(entries_of(path)["model.json"])
    write_zip(path, signed(entries_of(path) | {"model.json": json.dumps(content | {"version": 4}).encode()}))


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
@pytest.mark.parametrize("layers", ["shared", "around"])
def test_chains_of_another_prior_do_not_go_on(layers, tmp_path):
    path, running = tmp_path / "saved", tmp_path / "running"
    ties = np.random.default_rng(1).integers(0, 2, (2, 6, 6)) * (1 - np.eye(6))
    engine = MCMC(5, 5, 2, thin=1, progress=False, checkpoint=running)
    model = LatentPositionModel(layers=layers, inference=engine, random_state=1)
    model.fit(Layers({"asked": ties[0], "met": ties[1]})).save(path)
    for one in (path, running):
        _as_of_before(one)
    if layers == "shared":
        assert latentnet.load(path).extend(5).draws_.n_draws == 10
        assert latentnet.resume(running).draws_.n_draws == 5
        return
    with pytest.warns(LatentnetWarning, match="another prior of layers='around'"):
        again = latentnet.load(path)
    np.testing.assert_array_equal(again.positions_, model.positions_)
    with pytest.raises(ValueError, match="file of an older version"):
        again.extend(5)
    with pytest.raises(ValueError, match="an older latentnet, which had another prior of layers='around': fit again"):
        latentnet.resume(running)

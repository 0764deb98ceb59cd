"""Files that an older version saved (`tests/saved`) load, and say what they said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import latentnet

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

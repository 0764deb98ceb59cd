"""The ArviZ object holds what was given, under either version of ArviZ, and ArviZ can use it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from importlib.util import find_spec

import numpy as np
import pytest

from latentnet.posterior import diagnostics
from latentnet.posterior.arviz import to_arviz

ACTORS = ["ann", "bob", "cem"]
DIMS = {
    "positions": ["actor", "latent_dim"],
    "coefficients": ["coefficient"],
    "ties": ["tie"],
    "cluster_label": ["actor"],
    "cluster_means": ["cluster", "latent_dim"],
    "observed_rows": ["actor"],
}
COORDS = {
    "actor": ACTORS,
    "coefficient": ("same_group", "age"),
    "sender": ("tie", ["ann", "bob"]),
    "receiver": ("tie", ["bob", "cem"]),
}


def make_groups():
    rng = np.random.default_rng(3)
    return {
        "posterior": {
            "positions": rng.normal(size=(4, 60, 3, 2)),
            "intercept": rng.normal(size=(4, 60)),
            "coefficients": rng.normal(size=(4, 60, 2)),
        },
        "sample_stats": {"lp": rng.normal(size=(4, 60)), "diverging": rng.random((4, 60)) < 0.1},
        "observed_data": {"ties": np.array([1.0, 2.0])},
        "constant_data": {"observed_rows": np.array([True, False, True]), "n_asked": np.array(2)},
        "posterior_clusters": {
            "cluster_label": rng.integers(0, 2, size=(1, 17, 3)),
            "cluster_means": rng.normal(size=(1, 17, 2, 2)),
        },
    }


@pytest.fixture(scope="module")
def posterior():
    return to_arviz(make_groups(), DIMS, COORDS, attrs={"inference_library": "latentnet"})


@pytest.fixture(scope="module")
def arviz():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz
    return arviz


def test_type_of_the_installed_version(arviz, posterior):
    expected = "InferenceData" if arviz.__version__.startswith("0.") else "DataTree"
    assert type(posterior).__name__ == expected
    assert posterior.attrs["inference_library"] == "latentnet"


def test_groups_hold_what_was_given(posterior):
    groups = make_groups()
    names = posterior.groups() if callable(posterior.groups) else [name.strip("/") for name in posterior.groups[1:]]
    assert set(names) == set(groups)
    for group, variables in groups.items():
        assert set(posterior[group].data_vars) == set(variables)
        for name, values in variables.items():
            stored = posterior[group][name]
            samples = () if group.endswith("_data") else ("chain", "draw")
            assert stored.dims == (*samples, *DIMS.get(name, ()))
            np.testing.assert_array_equal(stored.values, values)
            assert stored.dtype == values.dtype


def test_coordinates(posterior):
    draws = posterior["posterior"]
    assert list(draws["actor"].values) == ACTORS
    assert list(draws["coefficient"].values) == ["same_group", "age"]
    assert list(draws["latent_dim"].values) == [0, 1]
    assert list(draws["draw"].values) == list(range(60))
    assert set(draws.coords) == {"chain", "draw", "actor", "latent_dim", "coefficient"}
    ties = posterior["observed_data"]["ties"]
    assert list(ties["sender"].values) == ["ann", "bob"]
    assert ties["receiver"].dims == ("tie",)
    assert posterior["posterior_clusters"].sizes["draw"] == 17
    assert draws["positions"].sel(actor="bob").shape == (4, 60, 2)


def test_arviz_reads_it(arviz, posterior):
    draws = make_groups()["posterior"]
    r_hat = arviz.rhat(posterior)
    values = r_hat.get("posterior", r_hat)["positions"].values
    np.testing.assert_allclose(values, diagnostics.r_hat(draws["positions"]), rtol=1e-8)
    summary = arviz.summary(posterior, var_names=["intercept", "positions"])
    assert list(summary.index[:2]) == ["intercept", "positions[ann, 0]"]
    assert len(summary) == 7
    np.testing.assert_allclose(float(summary["mean"].iloc[0]), draws["intercept"].mean(), atol=0.01)


@pytest.mark.skipif(
    not (find_spec("h5netcdf") or find_spec("netCDF4")),
    reason="xarray writes groups by h5netcdf or netCDF4 only",
)
def test_saved_and_read_again(arviz, posterior, tmp_path):
    path = tmp_path / "posterior.nc"
    posterior.to_netcdf(path)
    again = arviz.from_netcdf(path)
    np.testing.assert_array_equal(again["posterior"]["positions"].values, posterior["posterior"]["positions"].values)
    assert list(again["posterior"]["actor"].values) == ACTORS


def test_empty_groups_are_left_out():
    posterior = to_arviz({"posterior": {"intercept": np.zeros((2, 5))}, "constant_data": {}}, {}, {})
    assert "constant_data" not in posterior


@pytest.mark.parametrize("name", ["actor", "latent_dim", "chain", "tie", "coefficient"])
def test_a_variable_named_like_a_dimension_of_any_group_is_refused(name):
    groups = {"posterior": {"positions": np.zeros((2, 5, 3, 2))}, "constant_data": {name: np.zeros(3)}}
    with pytest.raises(ValueError, match=f"name of a dimension.*'constant_data' has '{name}'; rename"):
        to_arviz(groups, DIMS, COORDS)


@pytest.mark.parametrize(
    ("group", "name", "coords"),
    [
        ("observed_data", "sender", COORDS),
        ("posterior", "faction", {"faction": ("actor", ["x", "y", "x"])}),
        ("posterior", "seed", {"seed": ("chain", [1, 2, 3, 4])}),
    ],
)
def test_a_variable_named_like_a_coordinate_of_its_group_is_refused(group, name, coords):
    groups = make_groups()
    groups[group][name] = groups[group]["ties" if group == "observed_data" else "intercept"]
    with pytest.raises(ValueError, match=f"coordinate of its group, but group '{group}' has '{name}'; rename"):
        to_arviz(groups, DIMS, coords)


def test_a_variable_may_bear_the_name_of_another_groups_coordinate(arviz):
    rng = np.random.default_rng(4)
    effects = {name: rng.normal(size=(4, 60, 3)) for name in ("sender", "receiver")}
    groups = make_groups()
    groups["posterior"] |= effects
    dims = DIMS | {name: ["actor"] for name in effects}
    posterior = to_arviz(groups, dims, COORDS)
    for name, values in effects.items():
        stored = posterior["posterior"][name]
        assert stored.dims == ("chain", "draw", "actor")
        np.testing.assert_array_equal(stored.values, values)
        assert list(posterior["observed_data"]["ties"][name].values) == list(COORDS[name][1])
    assert set(posterior["posterior"].data_vars) == set(groups["posterior"])
    summary = arviz.summary(posterior, var_names=["sender", "receiver"])
    assert list(summary.index) == [f"{name}[{actor}]" for name in effects for actor in ACTORS]


def test_axes_names_and_labels_must_match():
    with pytest.raises(ValueError, match=r"'positions' of group 'posterior' has 3 axes, shape \(2, 5, 3\)"):
        to_arviz({"posterior": {"positions": np.zeros((2, 5, 3))}}, DIMS, {})
    with pytest.raises(ValueError, match=r"coordinate 'actor' needs 4 values along dimension 'actor'"):
        to_arviz({"posterior": {"positions": np.zeros((2, 5, 4, 2))}}, DIMS, COORDS)
    groups = {"posterior": {"positions": np.zeros((2, 5, 3, 2)), "cluster_label": np.zeros((2, 5, 4))}}
    with pytest.raises(ValueError, match=r"dimension 'actor' .* has length 3, but variable 'cluster_label' has 4"):
        to_arviz(groups, DIMS, {})


def test_importing_the_module_loads_no_arviz():
    code = "import sys, latentnet.posterior.arviz; sys.exit('arviz' in sys.modules or 'xarray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

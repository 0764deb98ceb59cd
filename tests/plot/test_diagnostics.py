"""`plot.trace` and `plot.rank` on whichever ArviZ is installed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

import latentnet
from latentnet import LatentPositionModel, plot
from latentnet._exceptions import NotFittedError
from latentnet.datasets import load_sampson
from latentnet.posterior.arviz_plots import scalar_names


@pytest.fixture
def model() -> Any:
    rng = np.random.default_rng(0)

    def variable(*dims: str) -> Any:
        sizes = {"actor": 5, "latent_dim": 2, "coefficient": 2}
        shape = (2, 60, *(sizes[dim] for dim in dims))
        return ("chain", "draw", *dims), rng.normal(size=shape)

    coords = {"chain": [0, 1], "draw": range(60)}
    posterior = xr.Dataset(
        {
            "positions": variable("actor", "latent_dim"),
            "intercept": variable(),
            "position_variance": variable(),
            "coefficients": variable("coefficient"),
        },
        coords={**coords, "coefficient": ["age", "office"]},
    )
    stats = xr.Dataset({"lp": variable(), "diverging": (("chain", "draw"), rng.random((2, 60)) < 0.02)}, coords)
    import arviz

    if arviz.__version__.startswith("0."):
        groups = arviz.InferenceData(posterior=posterior, sample_stats=stats)
    else:
        groups = xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats})
    return SimpleNamespace(posterior_=groups)


def words(figure: Any) -> str:
    return " ".join(text.get_text() for text in figure.findobj(mpl.text.Text))


def test_scalars_leave_coordinates_out(model: Any) -> None:
    assert scalar_names(model.posterior_["posterior"]) == ["intercept", "position_variance", "coefficients"]


@pytest.mark.parametrize("draw", [plot.trace, plot.rank])
def test_defaults_show_scalars_and_lp_only(draw: Any, model: Any) -> None:
    before = dict(mpl.rcParams)
    figure = draw(model)
    figure.canvas.draw()
    shown = words(figure)
    for name in ("intercept", "position_variance", "age", "office", "lp"):
        assert name in shown
    assert "positions" not in shown
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("draw", [plot.trace, plot.rank])
def test_chosen_variables(draw: Any, model: Any) -> None:
    shown = words(draw(model, "lp"))
    assert "lp" in shown
    assert "intercept" not in shown
    assert "intercept" in words(draw(model, ["lp", "intercept"]))
    with pytest.raises(ValueError, match=r"'slope'.*'intercept'"):
        draw(model, ["slope"])


@pytest.mark.parametrize("draw", [plot.trace, plot.rank])
def test_an_unfitted_model(draw: Any) -> None:
    with pytest.raises(NotFittedError, match="fit"):
        draw(latentnet.LatentPositionModel())


@pytest.mark.parametrize("engine", ["prior", "map"])
@pytest.mark.parametrize("function", ["trace", "rank"])
def test_models_without_chains_are_refused(function, engine):
    model = LatentPositionModel(inference=engine, random_state=1).fit(load_sampson())
    with pytest.raises(ValueError, match=f"model must have chains to draw, but was fitted by '{engine}'"):
        getattr(latentnet.plot, function)(model)

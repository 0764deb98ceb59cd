"""Pictures of predictions show scikit-learn's numbers of the dyads that were asked for."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from latentnet import MAP, DynamicLatentPositionModel, LatentPositionModel, Layers, plot
from latentnet.datasets import load_sampson
from latentnet.model_selection import DyadKFold
from latentnet.network.dyads import were_observed
from tests.contracts.networks import NETWORKS, quick_fit


def test_curves_are_of_the_held_out_dyads() -> None:
    monks = load_sampson()
    training, held_out = next(DyadKFold(3, random_state=1).split(monks))
    model = quick_fit(training, inference="map")
    ax = plot.roc(model, monks, held_out)
    y = [bool(monks.ties[tuple(monks.index(pair))]) for pair in held_out]
    area = np.trapezoid(ax.lines[0].get_ydata(), ax.lines[0].get_xdata())
    assert area == pytest.approx(roc_auc_score(y, model.predict_proba(held_out)))
    _, given = plt.subplots()
    assert plot.calibration(model, monks, held_out, ax=given, n_bins=4) is given
    curve = next(line for line in given.lines if len(line.get_xdata()) == 4)
    assert np.mean(curve.get_ydata()) == pytest.approx(np.mean(y), abs=0.02)
    with pytest.raises(ValueError, match="has not observed"):
        plot.roc(model, training, held_out)
    assert plot.roc(model).get_xlabel().startswith("False Positive Rate")
    plt.close("all")


@pytest.mark.parametrize("picture", [plot.roc, plot.calibration])
def test_they_are_of_one_network_and_one_kind_of_ties(picture: Any) -> None:
    monks = load_sampson()
    layers = LatentPositionModel(inference=MAP(1), random_state=1).fit(Layers({"a": monks, "b": monks}))
    with pytest.raises(ValueError, match=r"one kind of ties, .* has 'a', 'b': give one of them, model.layer\(name\)"):
        picture(layers)
    periods = DynamicLatentPositionModel(inference=MAP(1), random_state=1).fit([monks, monks])
    with pytest.raises(ValueError, match=r"one network, .* give one of them, model.at\(period"):
        picture(periods)
    plt.close("all")


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_dyads_are_observed_where_the_mask_of_all_says_so(name: str) -> None:
    network = NETWORKS[name]
    i, j = (places.ravel() for places in np.indices((network.n_actors, network.n_actors)))
    np.testing.assert_array_equal(were_observed(network, i, j), network.observed.toarray().ravel())

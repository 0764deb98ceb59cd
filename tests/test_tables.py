"""A fitted model as tables of actors and of dyads, and estimates that nobody changes in place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from latentnet import LatentClusterModel, LatentPositionModel, Network, PriorDraws
from latentnet.effects import Sender

TIES = np.array([[0, 1, 1, 0, np.nan], [1, 0, 1, 0, 0], [1, 0, 0, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0]])
NETWORK = Network.from_array(TIES, list("abcde"), directed=True, impossible=[("c", "e")])


def test_a_row_for_each_actor() -> None:
    model = LatentClusterModel(2, effects=[Sender()], inference=PriorDraws(20), random_state=1).fit(NETWORK)
    table = model.to_frame(probability=0.5)
    assert table.index.tolist() == list("abcde")
    np.testing.assert_array_equal(table[["position_0", "position_1"]], model.positions_)
    np.testing.assert_array_equal(table["cluster"], model.labels_)
    np.testing.assert_array_equal(table[["membership_0", "membership_1"]], model.membership_)
    draws = model.draws_.variables["sender"].reshape(-1, 5)
    np.testing.assert_array_equal(table["sender"], draws.mean(axis=0))
    np.testing.assert_array_equal(table[["sender_low", "sender_high"]].T, np.quantile(draws, (0.25, 0.75), axis=0))
    assert len(table.columns) == 2 + 1 + 2 + 3


@pytest.mark.parametrize("kind", ["directed", "undirected", "two-mode"])
def test_a_row_for_each_dyad(kind: str) -> None:
    network = NETWORK
    if kind == "undirected":
        unknown = np.where(np.isnan(TIES + TIES.T), np.nan, np.maximum(TIES, TIES.T))
        network = Network.from_array(unknown, list("abcde"), impossible=[("c", "e")])
    elif kind == "two-mode":
        network = Network.from_incidence(TIES[:3, 2:], rows=list("abc"), columns=list("xyz"), impossible=[("c", "z")])
    model = LatentPositionModel(1, inference=PriorDraws(20), random_state=1).fit(network)
    table = model.ties_to_frame()
    assert len(table) == {"directed": 20, "undirected": 10, "two-mode": 9}[kind]
    assert not table.duplicated(["sender", "receiver"]).any()
    dyads = list(zip(table["sender"], table["receiver"], strict=True))
    np.testing.assert_allclose(table["mean"], model.predict(dyads), rtol=1e-12)
    np.testing.assert_allclose(table["probability"], model.predict_proba(dyads), rtol=1e-12)
    by_dyad = table.set_index(["sender", "receiver"])
    assert by_dyad.index[by_dyad["impossible"]].tolist() == [("c", "z" if kind == "two-mode" else "e")]
    unseen = by_dyad.index[by_dyad["value"].isna() & ~by_dyad["impossible"]].tolist()
    assert unseen == [("a", "z" if kind == "two-mode" else "e")]
    present = table[table["value"] == 1.0][["sender", "receiver", "value"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(present, network.to_frame())


def test_what_cannot_be_is_not_among_the_unobserved() -> None:
    frame = NETWORK.to_frame(unobserved=True)
    assert frame[frame["value"].isna()][["sender", "receiver"]].to_numpy().tolist() == [["a", "e"]]
    assert not NETWORK.to_networkx(unobserved=True).has_edge("c", "e")
    read = Network.from_edges(frame, "sender", "receiver", "value", actors=list("abcde"), directed=True)
    assert Network.from_array(read.ties, list("abcde"), directed=True).n_ties == NETWORK.n_ties
    model = LatentPositionModel(1, inference=PriorDraws(4), random_state=1).fit(NETWORK)
    data = model.posterior_["constant_data"]
    assert [str(data[f"{word}_sender"].values[0]) for word in ("unobserved", "impossible")] == ["a", "c"]
    assert [str(data[f"{word}_receiver"].values[0]) for word in ("unobserved", "impossible")] == ["e", "e"]
    assert data["unobserved"].size == data["impossible"].size == 1


def test_estimates_are_write_protected() -> None:
    model = LatentClusterModel(2, inference=PriorDraws(4), random_state=1).fit(NETWORK)
    for name in ("positions_", "labels_", "membership_", "cluster_means_", "cluster_variances_", "cluster_weights_"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(model, name)[0] = 0

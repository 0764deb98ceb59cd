"""What may be wrong with a fit is said where it is wrong, and not elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import MCMC, DynamicLatentPositionModel, Network
from latentnet.datasets import load_sampson, load_sampson_waves
from latentnet.effects import DyadCovariate, Homophily, Receiver
from tests.contracts.networks import NETWORKS, quick_fit

ENGINE = MCMC(300, 300, 2, thin=1, progress=False)


def _topics(*arguments: object, **parameters: object) -> dict[str, str]:
    table = latentnet.diagnose(quick_fit(*arguments, **parameters)).table
    assert (table["says"].str.len() > 0).all()
    return dict(zip(table["topic"], table["says"], strict=True))


def test_parts_isolates_and_unobserved_actors() -> None:
    found = _topics(NETWORKS["components"])
    assert "3 parts of the network (of 3, 2, 2 actors)" in found["components"]
    assert "isolates" not in found
    found = _topics(NETWORKS["isolates"])
    assert "3, 4, 5" in found["isolates"]
    assert "components" not in found
    array = np.ones((5, 5)) - np.eye(5)
    array[2] = array[:, 2] = np.nan
    array[2, 2] = 0.0
    found = _topics(Network.from_array(array))
    assert "2 no dyad was observed" in found["unobserved actors"]
    assert "isolates" not in found
    assert not {"components", "isolates", "unobserved actors"} & set(_topics(load_sampson()))
    assert "components" not in _topics(NETWORKS["components"], similarity=None)


def test_designs_that_leave_the_question_open() -> None:
    names = pd.DataFrame([(0, 1), (0, 2), (1, 2), (1, 0), (2, 0)], columns=["who", "whom"])
    columns = {"respondent": "who", "nominee": "whom", "max_nominations": 2}
    found = _topics(Network.from_nominations(names, **columns, actors=list(range(8))))
    assert "2 of 3 lists are full" in found["full lists"]
    assert "Only 38 %" in found["coverage"]
    assert "choice set" not in found
    short = Network.from_nominations(names.iloc[:3], respondent="who", nominee="whom")
    found = _topics(short)
    assert "choice set" in found
    assert "full lists" not in found


def test_coefficients_that_the_ties_do_not_know() -> None:
    monks = load_sampson()
    rng = np.random.default_rng(1)
    x = rng.normal(size=(18, 18))
    pair = np.zeros((18, 18))
    pair[3, 4] = pair[4, 3] = 1.0
    effects = [DyadCovariate(x, name="x"), DyadCovariate(x + 0.02 * rng.normal(size=(18, 18)), name="same")]
    effects += [DyadCovariate(pair, name="pair")]
    table = latentnet.diagnose(quick_fit(monks, effects=effects, similarity=None, inference=ENGINE)).table
    traded = table.loc[table["topic"] == "traded effects", "says"]
    assert len(traded) == 1
    assert "x and same trade off (correlation -" in traded.iloc[0]
    found = _topics(monks, effects=[Homophily("group"), Receiver()], inference=ENGINE)
    assert not {"weak effects", "traded effects", "separation"} & set(found)


def test_separation_and_priors_that_speak_alone() -> None:
    ties = np.zeros((8, 8))
    ties[:4, :4] = ties[4:, 4:] = 1.0
    np.fill_diagonal(ties, 0.0)
    ties[0, 7] = ties[7, 0] = 1.0
    group = pd.DataFrame({"group": list("aaaabbbb")}, index=range(8))
    network = Network.from_array(ties, directed=False, attributes=group)
    found = _topics(network, effects=[Homophily("group")], similarity=None, inference=ENGINE)
    assert "All of the 12 dyads" in found["separation"]
    parted = _topics(network.with_unobserved([(0, 7)]), effects=[Homophily("group")], similarity=None)
    assert "All of the 12 dyads" in parted["separation"]


def test_chains_are_judged_first_and_the_text_says_all() -> None:
    model = quick_fit(load_sampson())
    found = latentnet.diagnose(model)
    assert found.converged == model.diagnose().converged
    assert found.table["topic"].iloc[0] == "chains"
    assert all(text in repr(found) for text in found.table["says"])
    mode = latentnet.diagnose(quick_fit(load_sampson(), inference="map"))
    assert not mode.converged
    assert "no chains" in repr(mode)
    joint = DynamicLatentPositionModel(inference="map", random_state=1).fit(load_sampson_waves())
    with pytest.raises(ValueError, match="diagnose needs a model of one network"):
        latentnet.diagnose(joint)
    assert "chains" in set(latentnet.diagnose(joint.at(period=1)).table["topic"])

"""What may be wrong with a fit is said where it is wrong, and not elsewhere."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import MCMC, DynamicLatentPositionModel, Layers, Network, Priors
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


def _triads(*pairs: tuple[int, int]) -> np.ndarray:
    ties = np.zeros((7, 7))
    for i, j in [(0, 1), (1, 2), (3, 4), (4, 5), *pairs]:
        ties[i, j] = ties[j, i] = 1.0
    return ties


def _rows(model: object) -> set[tuple[object, str]]:
    table = latentnet.diagnose(model).table
    return set(zip(table["network"], table["topic"], strict=True))


def test_periods_are_judged_together_and_one_by_one() -> None:
    """Two triads that a tie joins in the second period, and one whom nobody asked then."""
    hidden = _triads((2, 3), (5, 6))
    hidden[0] = hidden[:, 0] = np.nan
    np.fill_diagonal(hidden, 0.0)
    periods = [Network.from_array(ties, directed=False) for ties in (_triads(), _triads((2, 3)), hidden)]
    joint = DynamicLatentPositionModel(inference="map", random_state=1)
    found = _rows(joint.fit(periods[:2]))
    assert found >= {(None, "isolates"), (0, "isolates"), (1, "isolates"), (0, "components")}
    assert not found & {(None, "components"), (1, "components"), (1, "unobserved actors")}
    found = _rows(joint.fit([periods[0], periods[2]]))
    assert found >= {(0, "isolates"), (0, "components"), (1, "unobserved actors")}
    assert not found & {(None, "isolates"), (1, "isolates"), (None, "unobserved actors"), (None, "components")}
    table = latentnet.diagnose(joint).table
    (says,) = table.loc[table["topic"] == "unobserved actors", "says"]
    assert says.startswith("Period 1: no dyad of 0 was")
    north = Network.from_array(_triads(), directed=False, actors=list("abcdefg"))
    apart = _rows(joint.fit({"north": north, "south": [periods[1], periods[1]]}))
    assert apart >= {(None, "components"), (None, "isolates"), (("north", 0), "components")}
    assert (("south", 0), "components") not in apart


def test_layers_are_judged_together_and_their_designs_one_by_one() -> None:
    names = pd.DataFrame([(0, 1), (0, 2), (1, 2), (1, 0), (2, 0)], columns=["who", "whom"])
    capped = Network.from_nominations(names, respondent="who", nominee="whom", max_nominations=2, actors=list(range(7)))
    ties = Network.from_array(_triads((5, 6)), directed=True)
    found = _rows(quick_fit(Layers({"asked": capped, "seen": ties}), inference="map"))
    assert found >= {("asked", "full lists"), ("asked", "coverage"), (None, "components")}
    assert not found & {("seen", "full lists"), ("seen", "isolates"), (None, "isolates")}
    joined = quick_fit(Layers({"asked": capped, "seen": Network.from_array(_triads((5, 6), (2, 3)))}), inference="map")
    assert (None, "components") not in _rows(joined)


def test_joint_models_say_in_which_network_chains_have_not_mixed() -> None:
    waves = load_sampson_waves()[:2]
    joint = DynamicLatentPositionModel(effects=[Homophily("group")], inference=ENGINE, random_state=1)
    with pytest.warns(latentnet.ConvergenceWarning):
        joint.fit(waves)
    agreed = joint._chains_agree()
    period = np.array([label[0] for label in joint.network_.actors])[agreed.senders]
    good = agreed.dyads < 1.01
    says = " ".join(latentnet.diagnose(joint).table["says"])
    for k in range(2):
        assert (f"{good[period == k].mean():.0%} in period {k}" in says) == (good[period == k].mean() < 0.99)
    assert "By network" in says


def test_coefficients_of_joint_models() -> None:
    """What the ties of both periods say of a coefficient is said once, and each intercept has a prior of its own."""
    ties = np.zeros((8, 8))
    ties[:4, :4] = ties[4:, 4:] = 1.0
    np.fill_diagonal(ties, 0.0)
    group = pd.DataFrame({"group": list("aaaabbbb")}, index=range(8))
    network = Network.from_array(ties, directed=False, attributes=group)
    priors = Priors(intercept_mean=-9.0, intercept_variance=1.0)
    model = DynamicLatentPositionModel(similarity=None, priors=priors, inference=ENGINE, random_state=1)
    said = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for effects in ((), (Homophily("group"),)):
            table = latentnet.diagnose(model.set_params(effects=effects).fit([network, network])).table
            said[len(effects)] = dict(zip(table["says"], table["topic"], strict=True))
    against = [says for says, topic in said[0].items() if topic == "prior against ties"]
    assert [f"intercept[{k}]" in says for k, says in enumerate(against)] == [True, True]
    (separated,) = (says for says, topic in said[1].items() if topic == "separation")
    assert "All of the 24 dyads" in separated

"""The made-up interview study: its design, its law, and its periods."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from scipy.special import expit

from latentnet import Network
from latentnet.datasets import interviews, make_interview_study


@pytest.fixture(scope="module")
def study():
    return make_interview_study(random_state=5)


def test_sites_and_people(study):
    assert study.sites == ("Alderbeck", "Brackmere", "Carrowdale")
    assert study.max_nominations == 5
    for site, n in zip(study.sites, (58, 84, 123), strict=True):
        for period in (0, 1):
            people = study.people(site, period)
            assert len(people) == n
            assert people.index.is_unique
            assert people.columns.tolist() == ["organisation", "sector", "seniority"]
            assert set(people["seniority"]) == {"director", "manager", "officer"}
            assert people.groupby("organisation")["sector"].nunique().max() == 1
            assert study.truth(site, period).index.equals(people.index)


def test_answers_are_the_strongest_ties_and_at_most_five(study):
    site = "Alderbeck"
    people, truth = study.people(site), study.truth(site)
    answers = study.ask(site, people.index)
    given = answers.groupby("respondent").size().reindex(people.index, fill_value=0)
    pd.testing.assert_series_equal(given, truth["n_ties"].clip(upper=5), check_names=False, check_dtype=False)
    assert (answers["respondent"] != answers["nominee"]).all()
    assert not answers.duplicated().any()
    # The same answers whoever else is asked, and in the order of the asked.
    few = people.index[[7, 3]]
    expected = pd.concat([answers[answers["respondent"] == one] for one in few], ignore_index=True)
    pd.testing.assert_frame_equal(study.ask(site, few), expected)
    # and the most important first
    wishes = study._periods[site][0].wishes["advice"]
    ordered = wishes[people.index.get_indexer(answers["respondent"]), people.index.get_indexer(answers["nominee"])]
    same = (answers["respondent"] == answers["respondent"].shift()).to_numpy()
    assert (np.diff(ordered)[same[1:]] <= 0).all()


def test_answers_make_a_network(study):
    people, experts = study.people("Brackmere"), study.experts("Brackmere")
    network = Network.from_nominations(
        study.ask("Brackmere", experts),
        respondent="respondent",
        nominee="nominee",
        respondents=experts,
        max_nominations=study.max_nominations,
        actors=people.index,
        attributes=people,
    )
    assert set(network.respondents) == set(experts)
    assert network.n_ties == len(study.ask("Brackmere", experts))


def test_experts_know_senior_people_of_every_sector(study):
    for site in study.sites:
        chosen = study.people(site).loc[study.experts(site)]
        assert len(set(chosen.index)) == 4
        assert set(chosen["sector"]) == {"council", "health", "voluntary"}
        assert (chosen["seniority"] == "director").sum() >= 3


@pytest.mark.parametrize("kind", ["advice", "information"])
def test_law_of_the_ties(kind):
    """Ties of six sites in five bands are within 4.5 sd of their expectation (alarms: 0.01 %)."""
    intercept, share, weight = {"advice": (-0.8, 1.0, 1.0), "information": (-1.6, 0.5, 0.6)}[kind]
    study = make_interview_study(random_state=3, n_people=[150] * 6)
    eta, ties = [], []
    for site in study.sites:
        for period in (0, 1):
            truth, people = study.truth(site, period), study.people(site, period)
            z = truth[["x", "y"]].to_numpy()
            sought = people["seniority"].map(interviews.SOUGHT).to_numpy()
            off = ~np.eye(len(z), dtype=bool)
            eta.append((intercept - np.log(150 / 58) + share * sought - weight * cdist(z, z))[off])
            ties.append((study._periods[site][period].wishes[kind] > 0)[off])
    p, y = expit(np.concatenate(eta)), np.concatenate(ties)
    for band in np.array_split(np.argsort(p), 5):
        assert abs(y[band].sum() - p[band].sum()) < 4.5 * np.sqrt((p[band] * (1 - p[band])).sum())


def test_clusters_partly_follow_sectors_and_the_senior_are_central():
    """Of 900 people: shares within 4.5 sd (alarms: 0.01 %)."""
    study = make_interview_study(random_state=4, n_people=[150] * 6)
    people = pd.concat([study.people(site) for site in study.sites])
    truth = pd.concat([study.truth(site) for site in study.sites])
    home = (people["sector"].map(["council", "health", "voluntary"].index) == truth["cluster"]).mean()
    expected = interviews.AT_HOME + (1 - interviews.AT_HOME) / 3
    assert abs(home - expected) < 4.5 * np.sqrt(expected * (1 - expected) / 900)
    settled = truth[~truth["bridger"]]
    off = settled[["x", "y"]].to_numpy() - interviews._centres()[settled["cluster"]]
    spread = (
        pd.DataFrame(off**2, settled.index).mean(axis=1).groupby(people["seniority"][~truth["bridger"]]).mean() ** 0.5
    )
    assert spread["director"] < spread["manager"] < spread["officer"]
    assert set(people["seniority"][truth["bridger"]]) == {"director"}
    half_way = truth.loc[truth["bridger"], ["x", "y"]].to_numpy()
    distances = np.sort(cdist(half_way, interviews._centres()), axis=1)
    assert (distances[:, 1] - distances[:, 0]).max() < 2.5  # as far from one as from the other


def test_second_period(study):
    for site in study.sites:
        before, after = study.truth(site, 0), study.truth(site, 1)
        common = before.index.intersection(after.index)
        n_new = len(after) - len(common)
        assert n_new == len(before) - len(common) == round(interviews.LEAVERS * len(before))
        moved = after.loc[common, "moved"]
        assert moved.sum() == round(interviews.MOVERS * len(before))
        assert before.loc[common, "moved"].equals(moved)
        assert not after.loc[after.index.difference(common), "moved"].any()
        stays, goes = common[~moved], common[moved]
        assert (before.loc[stays, "cluster"] == after.loc[stays, "cluster"]).all()
        assert (before.loc[goes, "cluster"] != after.loc[goes, "cluster"]).all()
        steps = np.linalg.norm(after.loc[common, ["x", "y"]] - before.loc[common, ["x", "y"]], axis=1)
        assert steps[~moved].max() < 6 * interviews.DRIFT
        pd.testing.assert_frame_equal(study.people(site, 1).loc[common], study.people(site, 0).loc[common])


def test_same_seed_same_study_and_tables_are_copies():
    first, again = make_interview_study(6, n_people=(24,)), make_interview_study(6, n_people=(24,))
    pd.testing.assert_frame_equal(first.truth("Alderbeck", 1), again.truth("Alderbeck", 1))
    mine = first.people("Alderbeck")
    mine["sector"] = "none"
    pd.testing.assert_frame_equal(first.people("Alderbeck"), again.people("Alderbeck"))
    assert not make_interview_study(7, n_people=(24,)).truth("Alderbeck").equals(first.truth("Alderbeck"))


def test_another_question_has_other_answers_of_the_same_people(study):
    assert study.kinds == ("advice", "information")
    experts = study.experts("Alderbeck")
    advice, information = (study.ask("Alderbeck", experts, kind=kind) for kind in study.kinds)
    assert not advice.equals(information)
    assert set(information["respondent"]) == set(experts)


def test_arguments(study):
    for call, message in [
        (lambda: study.ask("Alderbeck", [], kind="gossip"), "kind must be 'advice' or 'information', but is 'gossip'"),
        (
            lambda: study.people("Nowhere"),
            "site must be one of 'Alderbeck', 'Brackmere', 'Carrowdale', but is 'Nowhere'",
        ),
        (lambda: study.truth("Alderbeck", 2), "period must be an integer from 0 to 1, but is 2"),
        (
            lambda: study.ask("Alderbeck", ["Nobody"]),
            "respondents must be people of Alderbeck in period 0, but 'Nobody' are not",
        ),
        (lambda: study.ask("Alderbeck", 2 * study.experts("Alderbeck")), "respondents must be asked once each"),
        (
            lambda: make_interview_study(n_people=()),
            "n_people must be numbers of people, integers from",
        ),
        (lambda: make_interview_study(n_people=(10,)), "integers from 24 to 150, of one to 6 sites, but is (10,)"),
        (lambda: make_interview_study(n_people=(30.0,)), "but is (30.0,)"),
        (lambda: make_interview_study(n_people=58), "but is 58"),
    ]:
        with pytest.raises(ValueError, match=re.escape(message)):
            call()

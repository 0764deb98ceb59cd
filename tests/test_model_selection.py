"""Held-out evaluation: folds hold out what they say, scores are scikit-learn's, tables do not depend on the backend."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score

from latentnet import (
    MAP,
    MCMC,
    ConvergenceWarning,
    DynamicLatentPositionModel,
    LatentPositionModel,
    Layers,
    Network,
    checks,
    compare,
)
from latentnet.datasets import load_sampson, make_large_network
from latentnet.effects import Homophily
from latentnet.model_selection import ActorKFold, DyadKFold, GridSearch, RespondentKFold, cross_validate
from latentnet.model_selection.folds import folds_of
from latentnet.model_selection.validation import anew
from tests.contracts.networks import NETWORKS

# Whether each fold's fit converges is not the question here.
pytestmark = pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")

MODEL = LatentPositionModel(inference=MAP(n_starts=1), random_state=1)


def _karate() -> Network:
    return Network.from_networkx(nx.karate_club_graph(), weight=None)


def _nominations(**design: Any) -> Network:
    rng = np.random.default_rng(3)
    rows = [(i, j) for i in range(8) for j in rng.choice([k for k in range(12) if k != i], 3, replace=False)]
    names = pd.DataFrame(rows, columns=["who", "whom"])
    return Network.from_nominations(names, respondent="who", nominee="whom", actors=list(range(12)), **design)


def _mask(network: Network, dyads: list[tuple[Any, Any]]) -> np.ndarray:
    mask = np.zeros((network.n_actors, network.n_actors), dtype=bool)
    for pair in dyads:
        i, j = network.index(pair)
        mask[i, j] = True
        if not (network.directed or network.two_mode):
            mask[j, i] = True
    return mask


SPLITS = [
    (DyadKFold(3, random_state=1), "directed"),
    (DyadKFold(3, random_state=1), "unobserved dyads"),
    (DyadKFold(3, random_state=1), "unobserved rows"),
    (DyadKFold(2, random_state=1), "two-mode, unobserved row"),
    (ActorKFold(3, random_state=1), "unobserved dyads, directed"),
    (ActorKFold(3, random_state=1), "isolates"),
    (ActorKFold(2, random_state=1), "two-mode"),
    (RespondentKFold(3, random_state=1), "unobserved rows"),
    (RespondentKFold(2, random_state=1), "two-mode"),
]


@pytest.mark.parametrize(("folds", "case"), SPLITS, ids=lambda value: str(value))
def test_folds_hide_what_they_hold_out(folds: Any, case: str) -> None:
    network = NETWORKS[case]
    observed = network.observed.toarray()
    if not (network.directed or network.two_mode):
        observed |= observed.T
    times = np.zeros_like(observed, dtype=int)
    for training, dyads in folds.split(network):
        held = _mask(network, dyads)
        assert len(set(dyads)) == len(dyads) > 0
        np.testing.assert_array_equal(training.observed.toarray(), network.observed.toarray() & ~held)
        np.testing.assert_array_equal(training.ties.toarray(), network.ties.toarray() * ~held)
        times += held
    if isinstance(folds, ActorKFold):
        assert np.all(times[observed] >= 1)
    else:
        np.testing.assert_array_equal(times, observed.astype(int))
    first, again = (list(folds.split(network)) for _ in range(2))
    assert [dyads for _, dyads in first] == [dyads for _, dyads in again]


def test_units_stay_whole_and_ties_are_spread() -> None:
    monks = load_sampson()
    for _, dyads in DyadKFold(5, random_state=2).split(monks):
        assert {pair[::-1] for pair in dyads} == set(dyads)
    for _, dyads in DyadKFold(5, random_state=2).split(_karate()):
        assert sum(bool(_karate().ties[pair]) for pair in dyads) in (15, 16)  # of 78
    lists = _nominations(max_nominations=3)
    for training, dyads in RespondentKFold(4, random_state=1).split(lists):
        assert len(training.respondents) == 6
        assert len({sender for sender, _ in dyads}) == 2
    for training, dyads in ActorKFold(4, random_state=1).split(_karate()):
        gone = [actor for actor in training.actors if not training.observed.toarray()[actor].any()]
        assert len(gone) in (8, 9)
        assert all(gone.count(i) or gone.count(j) for i, j in dyads)


def test_a_number_of_folds_follows_the_design() -> None:
    assert {sender for _, dyads in folds_of(4, _nominations(max_nominations=3)) for sender, _ in dyads} == set(range(8))
    assert len(folds_of(4, _nominations(max_nominations=3))[0][0].respondents) == 6
    assert len(folds_of(4, _nominations())[0][0].respondents) == 8
    given = list(DyadKFold(3, random_state=1).split(load_sampson()))
    assert [dyads for _, dyads in folds_of(given, load_sampson())] == [dyads for _, dyads in given]


def test_scores_are_those_of_scikit_learn() -> None:
    network = _karate()
    folds = list(DyadKFold(5, random_state=1).split(network))
    names = ["log_score", "roc_auc", "average_precision", "brier", "calibration"]
    table = cross_validate(MODEL, network, cv=folds, scoring=names)
    assert list(table.columns) == ["n_dyads", *names]
    for k, (training, dyads) in enumerate(folds):
        p = clone(MODEL).fit(training).predict_proba(dyads)
        y = np.array([network.ties[pair] for pair in dyads])
        assert table.loc[k, "n_dyads"] == len(dyads)
        assert table.loc[k, "log_score"] == pytest.approx(-log_loss(y, p), abs=1e-5)
        assert table.loc[k, "roc_auc"] == pytest.approx(roc_auc_score(y, p))
        assert table.loc[k, "average_precision"] == pytest.approx(average_precision_score(y, p))
        assert table.loc[k, "brier"] == pytest.approx(brier_score_loss(y, p))
        bins = np.searchsorted(np.quantile(p, np.linspace(0, 1, 11)[1:-1]), p)
        gaps = [np.sum(bins == b) * abs(y[bins == b].mean() - p[bins == b].mean()) for b in np.unique(bins)]
        assert table.loc[k, "calibration"] == pytest.approx(sum(gaps) / len(p))


def test_lists_are_scored_by_their_own_likelihood() -> None:
    lists = _nominations(max_nominations=3)
    table = cross_validate(MODEL, lists, cv=2, scoring=["log_score", "roc_auc"])
    folds = folds_of(2, lists)
    fitted = clone(MODEL).fit(folds[0][0])
    held = lists.with_unobserved([(i, j) for i in range(8) for j in range(12) if i != j and (i, j) not in folds[0][1]])
    assert table.loc[0, "log_score"] == pytest.approx(fitted.score(held))
    with pytest.raises(ValueError, match=r"'brier'.*'log_score'"):
        cross_validate(MODEL, lists, scoring="brier")


def _ties(model: Any, network: Network, dyads: list[Any]) -> float:
    assert model.network_.observed.n_dyads + len(dyads) == 561
    return network.n_ties / len(dyads)


def test_functions_score_too() -> None:
    table = cross_validate(MODEL, _karate(), cv=5, scoring=_ties)
    assert (table["_ties"] * table["n_dyads"]).sum() == pytest.approx(78)
    table = cross_validate(MODEL, _karate(), cv=5, scoring={"two": lambda model, network, dyads: 2})
    assert table["two"].tolist() == [2.0] * 5


def test_grid_search_gives_one_table_under_every_backend() -> None:
    # Distances have a kink where two actors meet, as they do at the karate club's mode: searches stop near it, each
    # elsewhere where the last bit of a sum differs. So does a joint mode with random effects, which is flat.
    model = clone(MODEL).set_params(similarity="squared_distance")
    grid = {"n_dims": [1, 2], "effects": [(), [Homophily("club")]]}
    tables = []
    for backend in ("sequential", "threading", "loky"):
        with parallel_config(backend=backend, n_jobs=2):
            search = GridSearch(model, grid, cv=5).fit(_karate())
        tables.append(search.results_)
    assert model.get_params()["n_dims"] == 2
    pd.testing.assert_frame_equal(tables[1], tables[0], check_exact=True)
    # Workers have other threads in BLAS, and the last bit then differs: modes, by their tolerance.
    pd.testing.assert_frame_equal(tables[2], tables[0], rtol=1e-3)
    best = tables[0].iloc[0]
    assert search.best_params_ == {"n_dims": best["n_dims"], "effects": best["effects"]}
    assert search.best_model_.network_.observed.share == 1.0
    assert search.best_model_.get_params()["effects"] == best["effects"]
    assert best["difference"] == best["se_difference"] == 0.0
    folds = tables[0].filter(like="fold_")
    np.testing.assert_allclose(tables[0]["score"], folds.mean(axis=1))
    np.testing.assert_allclose(tables[0]["se"], folds.std(axis=1) / np.sqrt(5))
    assert (np.diff(tables[0]["score"]) <= 0).all()


@pytest.mark.filterwarnings("default::latentnet.ConvergenceWarning")
def test_warnings_and_errors_say_of_which_fold_and_model_they_are() -> None:
    model = LatentPositionModel(inference=MCMC(n_draws=100, n_warmup=0, n_chains=4, max_thin=2), random_state=1)
    with pytest.warns(ConvergenceWarning) as caught:
        cross_validate(model, load_sampson(), cv=2)
    said = [str(one.message) for one in caught]
    assert [text[:8] for text in said] == ["fold 0: ", "fold 1: "]
    assert not any("extend" in text for text in said)  # of a model that nobody has
    assert {Path(one.filename).name for one in caught} == {Path(__file__).name}
    with pytest.warns(ConvergenceWarning, match="^fold 1 with n_dims=1: "):
        GridSearch(model, {"n_dims": [1]}, cv=2).fit(load_sampson())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(load_sampson())
    with pytest.warns(ConvergenceWarning, match="^fold 9 of 'short': "):
        compare({"short": model}, criterion="kfold", random_state=1)
    with pytest.raises(ValueError, match="n_dims") as caught_error:
        GridSearch(MODEL, {"n_dims": [0]}, cv=2).fit(load_sampson())
    assert caught_error.value.__notes__ == ["This was in fold 0 with n_dims=0."]


def test_search_knows_which_way_a_score_is_better() -> None:
    search = GridSearch(MODEL, [{"similarity": ["distance"]}, {"n_dims": [1], "similarity": [None]}], cv=5)
    found = search.set_params(scoring="brier").fit(load_sampson())
    assert (np.diff(found.results_["score"]) >= 0).all()
    assert found.best_params_["similarity"] == "distance"
    assert found.results_["n_dims"].tolist() == [None, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: list(DyadKFold(2.5).split(load_sampson())), "n_splits must be an integer"),
        (lambda: list(ActorKFold(19).split(load_sampson())), "number of actors, 18"),
        (lambda: list(RespondentKFold().split(_karate())), "undirected; use ActorKFold"),
        (lambda: list(DyadKFold().split(_nominations(max_nominations=3))), "use RespondentKFold"),
        (lambda: cross_validate(MODEL, _karate(), cv="five"), "cv must be a number"),
        (lambda: cross_validate(MODEL, _karate(), cv=[(_karate(), [])]), "cv must be a number"),
        (
            lambda: cross_validate(MODEL, NETWORKS["unobserved dyads"], cv=[(NETWORKS["unobserved dyads"], [(1, 2)])]),
            r"cv holds out the dyad \(1, 2\)",
        ),
        (lambda: cross_validate(MODEL, _karate(), scoring="f1"), "scoring must be one of 'log_score'"),
        (lambda: cross_validate(MODEL, _karate(), scoring={"x": 1}), r"scoring\['x'\] must be a function"),
        (lambda: cross_validate(DynamicLatentPositionModel(), _karate()), "estimator of one network"),
        (lambda: cross_validate(MODEL, Layers({"a": _karate()})), "network must be one network.*with_unobserved"),
        (lambda: GridSearch(MODEL, {"n_dims": [1]}, scoring=["brier", "roc_auc"]).fit(_karate()), "must be one score"),
        (lambda: GridSearch(MODEL, {"dims": [1]}).fit(_karate()), "dims"),
    ],
)
def test_what_cannot_be_held_out_is_named(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize("cv", [2, 5])
def test_splits_of_scikit_learn_are_sent_here(cv: int) -> None:
    # Half of the monks by the other half is a square, which could pass for a network.
    ties = load_sampson().ties.toarray()
    with pytest.raises(ValueError, match=r"split by rows.*latentnet\.model_selection"):
        cross_val_score(MODEL, ties, cv=cv, error_score="raise")
    with pytest.raises(ValueError, match=r"split by rows.*latentnet\.model_selection"):
        GridSearchCV(MODEL, {"n_dims": [1, 2]}, cv=cv, error_score="raise").fit(ties)


def test_scikit_learn_says_first_that_rows_cannot_be_split() -> None:
    ties = load_sampson().ties.toarray()
    with pytest.raises(ValueError, match=r"^network must not be split by rows"):
        cross_val_score(MODEL, ties)
    search = GridSearchCV(MODEL, {"n_dims": [1, 2]})
    assert "LatentPositionModel" in repr(search)
    assert "LatentPositionModel" in search._repr_html_()
    with pytest.raises(ValueError, match=r"^network must not be split by rows"):
        search.fit(ties)


def test_refits_leave_the_checkpoint_alone() -> None:
    model = LatentPositionModel(inference=MCMC(checkpoint="whole.zip"))
    assert anew(model).inference.checkpoint is None
    assert model.inference.checkpoint == "whole.zip"
    assert anew(LatentPositionModel(inference="map")).inference == "map"


def test_folds_of_many_actors_are_refused_and_the_advice_works(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_large_network(300, mean_degree=5.0, random_state=4)[0].network
    ties, rng = network.ties.tocoo(), np.random.default_rng(1)
    once = ties.row < ties.col
    dyads = [*zip(ties.row[once][::5].tolist(), ties.col[once][::5].tolist(), strict=True)]
    dyads += [(i, j) for i, j in rng.integers(300, size=(150, 2)).tolist() if i != j and not network.ties[i, j]]
    monkeypatch.setattr(checks, "free_memory", lambda: 5e6)  # less than 100 bytes for each pair
    for folds in (DyadKFold(), ActorKFold()):
        with pytest.raises(MemoryError, match=r"folds of all observed dyads of 300 actors .*; hold out some ties"):
            next(folds.split(network))
    model = LatentPositionModel(inference=MAP(n_starts=1, max_iterations=100), random_state=1)
    cv = [(network.with_unobserved(dyads), dyads)]
    scores = cross_validate(model, network, cv=cv, scoring=["roc_auc", "average_precision", "brier"])
    assert scores.loc[0, "n_dyads"] == len(dyads)
    assert scores.loc[0, "roc_auc"] > 0.55
    with pytest.raises(MemoryError, match=r"dyads that are not held out of 300 actors .*; score what predict_proba"):
        cross_validate(model, network, cv=cv)

"""Every family, effect and design through both estimators and all engines: methods, posterior and files."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import (
    MAP,
    ConvergenceWarning,
    LatentClusterModel,
    LatentnetWarning,
    LatentPositionModel,
    Network,
    PriorDraws,
)
from latentnet.effects import (
    EFFECTS,
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Mixing,
    ReceiverCovariate,
    SenderCovariate,
    SocialityCovariate,
)
from latentnet.families import FAMILIES, Bernoulli, Binomial, Family, Ordinal, Poisson
from latentnet.predictive.predictive import Predictive
from tests.contracts.networks import engine

SLOW = pytest.mark.slow
N = 10
ENGINES = {"mcmc": engine(), "map": MAP(1, max_iterations=30), "prior": PriorDraws(20)}
ATTRIBUTES = pd.DataFrame(
    {"age": np.linspace(20.0, 60.0, N) ** 1.1, "site": list("abbcabccab")}, index=[f"a{k}" for k in range(N)]
)
pytestmark = pytest.mark.filterwarnings("ignore:summary has no standard errors")  # of some of these modes


def _values(family: Family | str, rng: np.random.Generator) -> np.ndarray:
    name = family if isinstance(family, str) else family.name
    if name == "gaussian":
        return rng.normal(size=(N, N))
    if name == "ordinal":
        return rng.integers(-1, 2, size=(N, N)).astype(float)
    most = 1 if name == "bernoulli" else 3
    return rng.binomial(most, 0.3, size=(N, N)).astype(float)


def _network(family: Family | str = "bernoulli", directed: bool = True, loops: bool = False) -> Network:
    y = _values(family, np.random.default_rng(4))
    y[2, 3] = y[5, 1] = np.nan
    if directed:
        y[7] = np.nan
    else:
        y = np.tril(y) + np.tril(y).T
    np.fill_diagonal(y, np.arange(N) % 2 if loops else 0.0)
    kept = "keep" if loops else "error"
    return Network.from_array(y, directed=directed, actors=ATTRIBUTES.index, attributes=ATTRIBUTES, self_ties=kept)


def _two_mode() -> Network:
    y = (np.random.default_rng(1).random((4, 6)) < 0.4) * 1.0
    y[1, 2] = np.nan
    return Network.from_incidence(y, rows=list(ATTRIBUTES.index[:4]), columns=list(ATTRIBUTES.index[4:]))


def _nominations(**design: object) -> Network:
    rng = np.random.default_rng(8)
    rows = [
        (i, j, k + 1) for i in "abcdef" for k, j in enumerate(rng.choice([x for x in "abcdefghij" if x != i], 3, False))
    ]
    frame = pd.DataFrame(rows[:-1], columns=["who", "whom", "place"])
    return Network.from_nominations(frame, respondent="who", nominee="whom", **design)


def _fit(network: Network, model: type = LatentPositionModel, **params: object) -> LatentPositionModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model(random_state=1, **params).fit(network)


def _check(model: LatentPositionModel, path: Path) -> None:
    """All that a fitted model promises."""
    network = model.network_
    shape = model.predict().shape
    probability = model.predict_proba()
    off_diagonal = ~np.isnan(probability)
    assert probability.shape == shape == model.linear_predictor().shape
    assert np.all((probability[off_diagonal] >= 0) & (probability[off_diagonal] <= 1))
    assert off_diagonal.sum() == probability.size - (
        0 if network.two_mode or network.self_ties is not None else network.n_actors
    )
    pair = (network.actors[0], network.actors[-1])
    place = (0, -1)
    assert model.predict([pair])[0] == pytest.approx(model.predict()[place], rel=1e-5, abs=1e-6)
    assert model.linear_predictor([pair])[0] == pytest.approx(model.linear_predictor()[place], rel=1e-5, abs=1e-6)
    first, second = model.simulate(2, 3)
    assert first.n_actors == network.n_actors
    assert first.directed == network.directed
    assert first.two_mode == network.two_mode
    assert first.observed.share == 1.0
    assert first != second
    (again,) = model.simulate(1, 3, observed=True)
    assert again.observed == network.observed
    assert again.max_nominations == network.max_nominations
    assert np.isfinite(model.score(network))
    assert np.isfinite(model.positions_).all()
    summary = model.summary()
    assert np.isfinite(summary["mean"]).all()
    posterior = model.posterior_["prior" if model.draws_.kind == "prior" else "posterior"]
    for name, values in model.draws_.variables.items():
        np.testing.assert_array_equal(posterior[name].values, values)
        assert posterior[name].dims[2:] == model.draws_.dims.get(name, ())
        assert name not in posterior.dims
    model.save(path)
    loaded = latentnet.load(path)
    assert loaded.family == model.family
    assert tuple(loaded.effects) == tuple(model.effects)
    assert loaded.network_ == network
    np.testing.assert_array_equal(loaded.predict(), model.predict())
    assert loaded.simulate(1, 5, observed=True) == model.simulate(1, 5, observed=True)
    pd.testing.assert_frame_equal(loaded.summary(), summary)


SOME_FAMILIES: dict[str, Family] = {
    **{name: kind() for name, kind in FAMILIES.items() if name != "binomial"},
    "probit": Bernoulli("probit"),
    "cloglog": Bernoulli("cloglog"),
    "binomial": Binomial(3),
    "binomial by dyad": Binomial(np.arange(N * N).reshape(N, N) % 3 + 3),
    "exposure": Poisson(pd.DataFrame(2.0 + np.eye(N), index=ATTRIBUTES.index, columns=ATTRIBUTES.index)),
    "levels": Ordinal([-1, 0, 1, 2, 3]),
}


@pytest.mark.parametrize("inference", ENGINES)
@pytest.mark.parametrize("family", SOME_FAMILIES)
def test_families(family: str, inference: str, tmp_path: Path) -> None:
    given = SOME_FAMILIES[family]
    model = _fit(_network(given), family=given, inference=ENGINES[inference])
    _check(model, tmp_path / "model")


GIVEN = {
    "DyadCovariate": DyadCovariate(np.arange(N * N).reshape(N, N) % 7, name="x"),
    "Homophily": Homophily("site"),
    "Mixing": Mixing("site"),
    "AbsoluteDifference": AbsoluteDifference("age"),
    "SenderCovariate": SenderCovariate("site"),
    "ReceiverCovariate": ReceiverCovariate("age"),
    "SocialityCovariate": SocialityCovariate("age"),
}
EVERY_EFFECT: dict[str, Effect] = {name: GIVEN[name] if name in GIVEN else kind() for name, kind in EFFECTS.items()}


@pytest.mark.parametrize(
    "inference", ["mcmc", *(pytest.param(name, marks=pytest.mark.slow) for name in ("map", "prior"))]
)
@pytest.mark.parametrize("effect", EVERY_EFFECT)
def test_effects(effect: str, inference: str, tmp_path: Path) -> None:
    network = _network(loops=effect == "Loops")
    model = _fit(network, effects=[EVERY_EFFECT[effect]], inference=ENGINES[inference])
    _check(model, tmp_path / "model")
    if effect in {"Sociality", "Sender", "Receiver", "SenderReceiver"}:
        assert model.coefficients_.empty
    elif effect not in {"NoIntercept"}:
        assert len(model.coefficients_) == {"SenderCovariate": 2, "Mixing": 8}.get(effect, 1)


@pytest.mark.parametrize("similarity", ["squared_distance", "bilinear", None])
@pytest.mark.parametrize("directed", [True, False])
def test_all_at_once(similarity: str | None, directed: bool, tmp_path: Path) -> None:
    names = ["AbsoluteDifference", "Homophily"]
    names += ["SenderReceiver", "SenderCovariate"] if directed else ["Sociality"]
    model = _fit(
        _network("poisson", directed),
        family="poisson",
        similarity=similarity,
        effects=[EVERY_EFFECT[name] for name in names],
        inference=engine(),
    )
    _check(model, tmp_path / "model")


@pytest.mark.parametrize("n_clusters", [2, "auto"])
@pytest.mark.parametrize("inference", ["mcmc", "prior"])
def test_cluster_models(n_clusters: int | str, inference: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        model = _fit(
            _network("poisson", False),
            LatentClusterModel,
            n_clusters=n_clusters,
            family="poisson",
            effects=[EVERY_EFFECT["Sociality"], Homophily("site")],
            inference=ENGINES[inference],
        )
    _check(model, tmp_path / "model")


@pytest.mark.parametrize("family", ["negative_binomial", "ordinal"])
def test_the_same_seed_gives_the_same_bits(family: str) -> None:
    """Whatever the number of threads, and of a model that was given to another process."""
    model = LatentPositionModel(family=family, effects=[EVERY_EFFECT["SenderReceiver"]], random_state=3)
    draws = []
    for n_jobs in (1, 2):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.set_params(inference=engine(n_jobs=n_jobs)).fit(_network(family))
        draws.append(model.draws_.parameters)
    np.testing.assert_array_equal(draws[0], draws[1])
    again = pickle.loads(pickle.dumps(model))
    assert again.simulate(1, 5) == model.simulate(1, 5)


def test_two_mode(tmp_path: Path) -> None:
    model = _fit(_two_mode(), effects=[EVERY_EFFECT["Sender"], EVERY_EFFECT["Receiver"]], inference=engine())
    _check(model, tmp_path / "model")
    posterior = model.posterior_["prior" if model.draws_.kind == "prior" else "posterior"]
    assert list(posterior["row_actor"].values) == ["a0", "a1", "a2", "a3"]
    assert list(posterior["column_actor"].values) == ["a4", "a5", "a6", "a7", "a8", "a9"]
    assert list(model.summary("sender").index) == ["sender[a0]", "sender[a1]", "sender[a2]", "sender[a3]"]


DESIGNS = {
    "capped": {"max_nominations": 3, "actors": list("abcdefghijk")},
    "ranked": {"rank": "place", "actors": list("abcdefghijk")},
    "capped and ranked": {"max_nominations": 3, "rank": "place", "actors": list("abcdefghijk")},
    "named": {},
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
@pytest.mark.parametrize("inference", ["mcmc", pytest.param("map", marks=SLOW)])
def test_designs(design: str, link: str, inference: str, tmp_path: Path) -> None:
    network = _nominations(**DESIGNS[design])
    model = _fit(network, family=Bernoulli(link), effects=[EVERY_EFFECT["Receiver"]], inference=ENGINES[inference])
    _check(model, tmp_path / "model")
    (again,) = model.simulate(1, 1, observed=True)
    assert (again.ranks is None) == (network.ranks is None)
    assert again.choice_set == network.choice_set
    if network.max_nominations is not None:
        assert again.n_nominations.max() <= network.max_nominations
        assert model.simulate(1, 1)[0].max_nominations is None


def test_a_capped_list_without_a_roster_warns() -> None:
    network = _nominations(max_nominations=3)
    with pytest.warns(LatentnetWarning, match="biased upwards") as record:
        model = _fit(network, inference=engine())
    assert len([one for one in record if "biased" in str(one.message)]) == 1
    assert any("does not, as lists are capped" in note for note in model.diagnose().notes)


def test_diagnose_says_which_choice_set_holds() -> None:
    conditioned = _fit(_nominations(), inference=engine()).diagnose()
    assert any("the likelihood conditions on that" in note for note in conditioned.notes)
    given = _fit(_nominations(**DESIGNS["capped"]), inference=engine()).diagnose()
    assert any("at most 3 names" in note for note in given.notes)
    assert any("everybody who could have been named" in note for note in given.notes)


def test_effects_come_once() -> None:
    with pytest.raises(ValueError, match=r"Homophily\(attribute='site', by_level=False\) comes twice"):
        LatentPositionModel(effects=[Homophily("site"), Homophily("site")]).fit(_network())
    matrix = np.arange(N * N).reshape(N, N) % 7
    for names in (("x", "x"), ("x", "intercept")):
        twice = [DyadCovariate(matrix**k, name=name) for k, name in enumerate(names, 1)]
        with pytest.raises(ValueError, match=f"two coefficients have the name '{names[1]}'"):
            LatentPositionModel(effects=twice).fit(_network())
    for other in ("Sender", "Sociality"):
        with pytest.raises(ValueError, match=rf"SenderReceiver\(\) beside {other}\(\), which"):
            LatentPositionModel(effects=[EVERY_EFFECT["SenderReceiver"], EVERY_EFFECT[other]]).fit(_network())


def test_the_linear_predictor_is_no_probability() -> None:
    """Of the plain model too, whose matrix of probabilities has kernels of its own."""
    model = _fit(_network(directed=False), inference=engine())
    eta = model.linear_predictor()
    assert eta[1, 0] == pytest.approx(model.linear_predictor([("a1", "a0")], draws=True).mean())
    assert eta.shape == (N, N)
    assert np.isnan(np.diag(eta)).all()
    assert eta[1, 0] == eta[0, 1]


def test_levels_that_the_fit_has_not_seen() -> None:
    model = _fit(_network("ordinal"), family="ordinal", inference=engine())
    other = _network("ordinal").ties.toarray()
    other[0, 1] = 7.0
    with pytest.raises(ValueError, match=r"was fitted to the levels .* the value 7"):
        model.score(Network.from_array(other, actors=ATTRIBUTES.index, directed=True))


def test_later_changes_of_the_parameters_change_nothing(tmp_path: Path) -> None:
    trials = np.full((N, N), 3.0)
    model = _fit(_network("binomial"), family=Binomial(trials), effects=[Homophily("site")], inference=engine())
    before = model.predict()
    trials *= 2.0
    model.set_params(family__trials=50, effects=())
    np.testing.assert_array_equal(model.predict(), before)
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(latentnet.load(tmp_path / "model").predict(), before)


@pytest.mark.parametrize("diagonal", [0.0, np.nan, -1.0, np.inf])
def test_nobody_reads_the_diagonal(diagonal: float) -> None:
    matrix = np.full((N, N), 4.0)
    np.fill_diagonal(matrix, diagonal)
    for family in (Binomial(matrix), Poisson(matrix)):
        model = _fit(_network("binomial"), family=family, inference=engine())
        assert np.isfinite(model.predict()[~np.eye(N, dtype=bool)]).all()


def test_placing_where_it_has_no_meaning() -> None:
    counts = _fit(_network("binomial"), family=Binomial(3), inference=engine())
    with pytest.raises(ValueError, match=r"trials or exposure, which Binomial\(trials=3\) needs"):
        counts.place({"new": {"a0": 1}})
    capped = _fit(_nominations(**DESIGNS["capped"]), inference=engine())
    with pytest.raises(ValueError, match="whom a new actor could have named"):
        capped.place({"new": {"a": 1}})
    poisson = _fit(_network("poisson"), family="poisson", inference=engine())
    with pytest.raises(ValueError, match="needs counts"):
        poisson.place({"new": {"a0": 1.5}})


def test_units_of_a_score_are_probabilities() -> None:
    """Conditioned columns, lists, pairs and dyads: the log of each is at most 0."""
    for network, effects in ((_nominations(), []), (_network(), [EVERY_EFFECT["Reciprocity"]]), (_network(), [])):
        model = _fit(network, effects=effects, inference=engine())
        scores = Predictive(model._problem, model.draws_.pooled).log_scores(network)
        assert max(block.max() for block in scores) <= 0.0


def test_cutpoints_are_reported_and_watched() -> None:
    model = _fit(_network("ordinal"), family="ordinal", inference=engine())
    assert "cutpoints[0|1]" in model.summary().index
    assert "cutpoints[-1|0]" not in model.summary().index  # held at 0
    assert "cutpoints[0|1]" in model.diagnose().table.index
    assert list(model.summary("cutpoints").index) == ["cutpoints[-1|0]", "cutpoints[0|1]"]


def test_scores_of_nominations_need_the_same_order() -> None:
    model = _fit(_nominations(**DESIGNS["capped"]), inference=engine())
    with pytest.raises(ValueError, match=r"actors=model\.actors_"):
        model.score(_nominations(max_nominations=3, actors=list("kbcdefghija")))

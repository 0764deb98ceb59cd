"""Joint models as users meet them: input, results, views of one network, files, forecasts."""

from __future__ import annotations

import pickle
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from scipy.special import expit
from sklearn.base import clone

import latentnet
from latentnet import (
    MCMC,
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentnetWarning,
    LatentPositionModel,
    Network,
    PriorDraws,
    compare_waves,
    next_interviews,
    roles,
)
from latentnet.datasets import load_sampson_waves
from latentnet.effects import (
    BoundEffect,
    DyadCovariate,
    Effect,
    Homophily,
    Mixing,
    RandomGroup,
    Reciprocity,
    SenderCovariate,
    SenderReceiver,
)

ENGINE = MCMC(n_draws=200, n_warmup=300, n_chains=2, thin=1, n_jobs=1)


def simulated(
    rng: np.random.Generator, n: int = 20, n_periods: int = 3, *, step: float = 0.4, n_clusters: int | None = None
) -> list[np.ndarray]:
    """Ties of each period, of actors that walk."""
    z = 1.5 * rng.standard_normal((n, 2))
    if n_clusters is not None:
        angles = 2 * np.pi * (np.arange(n) % n_clusters) / n_clusters
        z = 0.3 * z + 2.5 * np.column_stack([np.cos(angles), np.sin(angles)])
    found = []
    for period in range(n_periods):
        z = z + (step if period else 0.0) * rng.standard_normal((n, 2))
        ties = (rng.random((n, n)) < expit(1.0 - cdist(z, z))).astype(float)
        np.fill_diagonal(ties, 0.0)
        found.append(ties)
    return found


def fitted(model: Any, networks: Any, seed: int = 1) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        return model.set_params(inference=ENGINE, random_state=seed).fit(networks)


def come_and_go(seed: int = 1, site: str = "") -> list[Network]:
    """Three periods of 14 actors: 0 and 1 are not there in the second one, 13 comes in the third."""
    networks = []
    for ties, here in zip(
        simulated(np.random.default_rng(seed), 14), (range(13), range(2, 13), range(14)), strict=True
    ):
        labels = [f"{site}{i}" for i in here]
        attributes = pd.DataFrame({"team": [i % 3 for i in here], "rank": [float(i) for i in here]}, index=labels)
        networks.append(
            Network.from_array(ties[np.ix_(here, here)], actors=labels, directed=True, attributes=attributes)
        )
    return networks


@cache
def periods() -> Any:
    return fitted(DynamicLatentPositionModel(effects=[Reciprocity()]), come_and_go())


@cache
def sites() -> Any:
    networks = {"North": come_and_go(1, "n")[:2], "South": come_and_go(2, "s")[:2], "East": [come_and_go(3)[0]]}
    return fitted(DynamicLatentClusterModel(2, effects=[SenderCovariate("rank"), Homophily("team")]), networks)


def test_positions_by_period_and_actor() -> None:
    model = periods()
    assert model.actors_.tolist() == [str(i) for i in [*range(13), 13]]
    assert model.positions_.shape == (3, 14, 2)
    absent = np.isnan(model.positions_).all(axis=2)
    np.testing.assert_array_equal(np.argwhere(absent), [[0, 13], [1, 0], [1, 1], [1, 13]])
    assert model.n_actors_ == 14
    assert model.intercept_.index.tolist() == [0, 1, 2]
    assert list(model.coefficients_.index) == ["reciprocity"]


def test_posterior_has_presences() -> None:
    model = sites()
    posterior = model.posterior_["posterior"]
    assert posterior["positions"].dims == ("chain", "draw", "presence", "latent_dim")
    place = {name: posterior[name].values for name in ("period", "actor", "site")}
    assert all(values.shape == (posterior.sizes["presence"],) for values in place.values())
    here = (place["period"] == 1) & (place["site"] == "South")
    view = model.at(period=1, site="South")
    assert sorted(place["actor"][here]) == sorted(view.actors_)
    order = [list(place["actor"][here]).index(actor) for actor in view.actors_]
    np.testing.assert_array_equal(posterior["positions"].values[:, :, here][:, :, order], view.draws_.positions)
    assert posterior["cluster_means"].dims == ("chain", "draw", "cluster_site", "cluster", "latent_dim")
    assert list(posterior["network"].values) == [
        "('North', 0)",
        "('North', 1)",
        "('South', 0)",
        "('South', 1)",
        "('East', 0)",
    ]


@pytest.mark.parametrize("period", [0, 1, -1])
def test_a_period_is_an_ordinary_model(period: int) -> None:
    model = periods()
    view, network = model.at(period), come_and_go()[period]
    assert type(view) is LatentPositionModel
    assert view.network_ == network
    np.testing.assert_array_equal(
        view.positions_, model.positions_[period][model.actors_ != "?"][_places(model, network)]
    )
    assert view.intercept_ == pytest.approx(model.intercept_.iloc[period], rel=1e-12)
    probabilities = view.predict()
    assert probabilities.shape == (network.n_actors,) * 2
    # by hand, from the joint draws
    draws = model.draws_
    labels = [(int(period % 3), actor) for actor in network.actors[:2]]
    i, j = model.network_.index(labels)
    gaps = np.linalg.norm(draws.positions[:, :, i] - draws.positions[:, :, j], axis=-1)
    eta = draws.variables["intercept"][..., period] - gaps
    np.testing.assert_allclose(view.linear_predictor([tuple(network.actors[:2])], draws=True)[..., 0], eta)
    assert view.summary().notna().any(axis=None)
    assert len(view.simulate(2, random_state=1)) == 2


def _places(model: Any, network: Network) -> list[int]:
    return [model.actors_.tolist().index(actor) for actor in network.actors]


def test_periods_share_a_space() -> None:
    """The point estimate steps as the draws do: one frame. Measured: .02 to .04 apart, steps of .1 (6 seeds)."""
    model = fitted(DynamicLatentPositionModel(), load_sampson_waves())
    steps = model.positions_[2] - model.positions_[1]
    of_draws = model.at(2).draws_.positions - model.at(1).draws_.positions
    assert np.abs(steps - of_draws.mean(axis=(0, 1))).mean() < 0.2
    assert np.linalg.norm(steps, axis=1).mean() < 0.5


def test_sites_have_a_space_and_clusters_each() -> None:
    model = sites()
    assert model.sites_ == ("North", "South", "East")
    assert model.membership_.shape == (model.n_actors_, 2)
    np.testing.assert_allclose(model.membership_.sum(axis=1), 1.0)
    of_site = np.array([site for site, _ in model.actors_])
    together = model.coclustering_
    np.testing.assert_allclose(together[np.ix_(of_site == "North", of_site == "South")], 0.0, atol=1e-12)
    for site in model.sites_:
        view = model.at(period=0, site=site)
        assert type(view) is LatentClusterModel
        assert set(view.labels_) <= {0, 1}
        assert view.coefficients_.equals(model.coefficients_)
        np.testing.assert_allclose(view.cluster_weights_.sum(), 1.0)
        np.testing.assert_allclose(view.coclustering_, together[np.ix_(of_site == site, of_site == site)], atol=0.15)
        assert len(roles(view, random_state=1)) == view.n_actors_
    assert model.at(site="East").n_actors_ == 13


def test_clusters_go_along_with_their_members() -> None:
    view, before = sites().at(period=1, site="North"), sites().at(period=0, site="North")
    assert np.all(view.draws_.extra["cluster_variances"] > before.draws_.extra["cluster_variances"])
    rows = before.network_.index(view.actors_)
    walked = view.draws_.positions - before.draws_.positions[:, :, rows]
    labels = view.draws_.extra["cluster_label"]
    chain, draw = 1, 7
    for g in range(2):
        members = labels[chain, draw] == g
        after, at_first = (one.draws_.extra["cluster_means"][chain, draw, g] for one in (view, before))
        expected = walked[chain, draw][members].mean(axis=0) if members.any() else 0.0
        np.testing.assert_allclose(after - at_first, expected, atol=1e-12)


def test_waves_of_a_joint_model_are_compared_draw_by_draw() -> None:
    model = periods()
    found = compare_waves(model.at(0), model.at(2))
    assert (found.joiners, found.leavers) == (["13"], [])
    first, last = model.at(0).draws_.positions, model.at(2).draws_.positions
    displacement = np.linalg.norm(last[:, :, :13] - first, axis=-1).mean(axis=(0, 1))
    np.testing.assert_allclose(found.movement["displacement"], displacement)
    assert set(found.stable) | set(found.movers) == set(model.actors_[:13])
    flow = compare_waves(sites().at(0, "North"), sites().at(1, "North")).flow
    np.testing.assert_allclose(flow.to_numpy().sum(), 13.0)
    assert np.trace(flow.to_numpy()[:2, :2]) > 8.0  # steps are small: most stay where they were


def test_saved_and_loaded(tmp_path: Path) -> None:
    for model, place in ((periods(), {"period": 2}), (sites(), {"period": 1, "site": "South"})):
        model.save(tmp_path / "joint")
        again = latentnet.load(tmp_path / "joint")
        np.testing.assert_array_equal(again.positions_, model.positions_)
        assert again.intercept_.equals(model.intercept_)
        assert again.actors_.tolist() == model.actors_.tolist()
        assert again.networks_ == model.networks_
        np.testing.assert_array_equal(again.at(**place).predict(), model.at(**place).predict())
        assert again.posterior_["posterior"].equals(model.posterior_["posterior"])
        with pytest.raises(ValueError, match="save the joint model"):
            model.at(**place).save(tmp_path / "view")
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).positions_, model.positions_)


def test_same_seed_same_draws_whatever_came_before() -> None:
    again = fitted(clone(periods()), come_and_go())
    np.testing.assert_array_equal(again.draws_.parameters, periods().draws_.parameters)


def test_forecast_walks_one_step_on() -> None:
    model = periods()
    last, following = model.at(-1), model.forecast(random_state=3)
    assert following.network_ == last.network_
    np.testing.assert_array_equal(following.positions_, last.positions_)
    steps = following.draws_.positions - last.draws_.positions
    variance = model.draws_.variables["step_variance"]
    # 400 draws of 28 coordinates: a z of 4 has a false alarm of 1e-4
    scaled = steps / np.sqrt(variance)[..., None, None]
    assert abs((scaled**2).mean() - 1.0) < 4.0 * np.sqrt(2.0 / scaled.size)
    np.testing.assert_array_equal(model.forecast(random_state=3).predict(), following.predict())
    np.testing.assert_allclose(
        following.draws_.variables["position_variance"] - last.draws_.variables["position_variance"], variance
    )


def test_next_interviews_of_a_period() -> None:
    networks = []
    for ties in simulated(np.random.default_rng(4), 16, 2):
        ties[6:] = np.nan
        networks.append(Network.from_array(ties, directed=True))
    model = fitted(DynamicLatentPositionModel(), networks)
    assert len(next_interviews(model.at(1), 3)) == 3


def test_map_and_prior_draws() -> None:
    model = DynamicLatentPositionModel(inference="map", random_state=1).fit(come_and_go())
    assert model.at(1).positions_.shape == (11, 2)
    prior = DynamicLatentPositionModel(inference=PriorDraws(2000), random_state=1).fit(come_and_go())
    steps = prior.at(1).draws_.positions - prior.at(0).draws_.positions[:, :, 2:13]
    scaled = steps / np.sqrt(prior.draws_.variables["step_variance"])[..., None, None]
    assert abs((scaled**2).mean() - 1.0) < 4.0 * np.sqrt(2.0 / scaled.size)


def test_number_of_clusters_can_be_learned() -> None:
    networks = [Network.from_array(y, directed=True) for y in simulated(np.random.default_rng(5), 24, 2, n_clusters=2)]
    model = fitted(DynamicLatentClusterModel("auto"), networks)
    assert model.n_clusters_ == 2
    view = model.at(1)
    assert view.cluster_means_.shape == (2, 2)
    assert len(roles(view, random_state=1)) == 24
    other = Network.from_array(networks[1].ties.toarray(), actors=[f"b{i}" for i in range(24)], directed=True)
    with pytest.raises(ValueError, match="'auto' is for one site"):
        DynamicLatentClusterModel("auto").fit({"a": networks[0], "b": other})


FIRST, SECOND = come_and_go()[:2]
BAD: dict[str, tuple[Any, type[Exception], str]] = {
    "one network": (FIRST, TypeError, "for one network use"),
    "a list of one": ([FIRST], ValueError, "at least two networks"),
    "a number": (3, TypeError, "sequence of networks"),
    "an empty site": ({"a": [], "b": [FIRST, SECOND]}, ValueError, "one for every site"),
    "kinds": ([FIRST, np.triu(np.ones((3, 3)), 1) + np.triu(np.ones((3, 3)), 1).T], ValueError, "all be directed"),
    "two modes": ([FIRST, Network.from_incidence(np.eye(3))], ValueError, "one mode"),
    "nobody stayed": ([FIRST, come_and_go(1, "x")[1]], ValueError, "check the spelling"),
}


@pytest.mark.parametrize("name", BAD)
def test_networks_that_cannot_be_joined(name: str) -> None:
    networks, error, message = BAD[name]
    with pytest.raises(error, match=message):
        DynamicLatentPositionModel().fit(networks)


def test_designs_must_agree() -> None:
    frame = pd.DataFrame({"who": ["a", "b"], "whom": ["b", "c"]})
    lists = [
        Network.from_nominations(frame, respondent="who", nominee="whom", max_nominations=cap, actors=list("abc"))
        for cap in (2, None)
    ]
    with pytest.raises(ValueError, match="max_nominations given is True for 0 and False for 1"):
        DynamicLatentPositionModel().fit(lists)


def _covariates(networks: list[Network]) -> list[np.ndarray]:
    rng = np.random.default_rng(9)
    return [rng.normal(size=(network.n_actors, network.n_actors)) for network in networks]


def _predictors(model: Any, number: int, x: np.ndarray) -> np.ndarray:
    """Linear predictors of a network, from the draws of the joint model: (n_chains, n_draws, n_actors, n_actors)."""
    draws, here = model.draws_, model._problem.presences.of_network(number)
    z = draws.positions[:, :, here]
    eta = -np.linalg.norm(z[:, :, :, None] - z[:, :, None], axis=-1)
    eta += draws.variables["intercept"][..., number, None, None] + draws.coefficients[..., :1, None] * x
    return np.asarray(eta)


@pytest.mark.parametrize("given", ["a matrix each", "a frame", "by site"])
def test_covariates_by_dyad_of_several_networks(given: str, tmp_path: Path) -> None:
    networks: Any = come_and_go()
    xs = _covariates(networks)
    if given == "a frame":
        labels = [str(i) for i in range(14)]
        frame = pd.DataFrame(xs[2], index=labels, columns=labels).iloc[::-1]
        effect, xs = DyadCovariate(frame, name="x"), [frame.loc[n.actors, n.actors].to_numpy() for n in networks]
    else:
        effect = DyadCovariate(xs if given == "a matrix each" else {"a": xs[:2], "b": xs[2]}, name="x")
    by_site = given == "by site"
    model = fitted(
        DynamicLatentPositionModel(effects=[effect]), {"a": networks[:2], "b": networks[2]} if by_site else networks
    )
    model.save(tmp_path / "model")
    for one in (model, latentnet.load(tmp_path / "model")):
        assert one.effects[0] == effect
        for number, (period, site) in enumerate([(0, "a"), (1, "a"), (0, "b")]):
            view = one.at(period, site) if by_site else one.at(number)
            pair = tuple(networks[number].actors[[2, 7]])
            expected = _predictors(one, number, xs[number])[..., 2, 7]
            np.testing.assert_allclose(view.linear_predictor([pair], draws=True)[..., 0], expected)


def test_covariates_by_dyad_must_be_there_for_every_network() -> None:
    networks = come_and_go()
    xs = _covariates(networks)
    by_site = {"a": networks[:2], "b": networks[2]}
    for given, of, error, message in (
        (xs[0], networks, TypeError, "must be a sequence of matrices, one a period, or a DataFrame .* is a ndarray"),
        (xs[:2], networks, ValueError, "must hold a matrix for each of the 3 periods, but holds 2"),
        ([xs[0]] * 3, networks, ValueError, r"must have shape \(11, 11\)"),
        ({"a": xs}, networks, TypeError, "must be a sequence of matrices"),
        (xs, by_site, TypeError, "must be a mapping from sites to matrices, .* but is a list"),
        ({"a": xs[:2]}, by_site, ValueError, "must have an entry for every site, but lacks 'b'"),
    ):
        with pytest.raises(error, match=f"matrix of the effect 'x' {message}"):
            DynamicLatentPositionModel(effects=[DyadCovariate(given, name="x")]).fit(of)


def test_mixing_of_levels_that_are_not_everywhere() -> None:
    """A level of one period alone has its cells in the joint model, and the other periods' models keep them."""
    networks = come_and_go()
    teams = [["c" if label == "13" else "ab"[int(label) % 2] for label in network.actors] for network in networks]
    networks = [
        Network.from_array(
            network.ties.toarray(), actors=list(network.actors), directed=True,
            attributes=pd.DataFrame({"team": team}, index=list(network.actors)),
        )
        for network, team in zip(networks, teams, strict=True)
    ]  # fmt: skip
    model = fitted(DynamicLatentPositionModel(effects=[Mixing("team")]), networks)
    cells = ["a->b", "a->c", "b->a", "b->b", "b->c", "c->a", "c->b"]
    assert list(model.coefficients_.index) == [f"mixing(team={cell})" for cell in cells]
    for number, pair in ((0, (2, 7)), (2, (13, 4))):
        i, j = (str(one) for one in pair)
        cell = "->".join(dict(zip(networks[number].actors, teams[number], strict=True))[one] for one in (i, j))
        x = np.zeros((networks[number].n_actors,) * 2)
        a, b = (list(networks[number].actors).index(one) for one in (i, j))
        eta = _predictors(model, number, x)[..., a, b] + model.draws_.coefficients[..., cells.index(cell)]
        np.testing.assert_allclose(model.at(number).linear_predictor([(i, j)], draws=True)[..., 0], eta)


class Product(Effect):
    """η += β·x_i·x_j, from outside of the library; its data are (n_actors, 1)."""

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        x = network.attributes["rank"].to_numpy(float)[:, np.newaxis] / 10.0
        return BoundEffect(1, x, ("product",), symmetric=True)

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        for r in range(runs.shape[0]):
            for p in range(runs[r, 3]):
                eta[runs[r, 2] + p] += values[0] * data[runs[r, 0], 0] * data[runs[r, 1] + p, 0]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        for r in range(runs.shape[0]):
            for p in range(runs[r, 3]):
                gradient[0] += score[runs[r, 2] + p] * data[runs[r, 0], 0] * data[runs[r, 1] + p, 0]


class Moody(Product):
    """A random effect from outside of the library."""

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        n = network.n_actors
        return BoundEffect(n + 1, np.zeros((1, 1)), groups=(RandomGroup("mood", 0, n, n, 1.0),))


def test_effects_from_outside_of_the_library() -> None:
    networks = come_and_go()
    model = fitted(DynamicLatentPositionModel(effects=[Product()]), networks)
    view, pair = model.at(1), tuple(networks[1].actors[[2, 7]])
    i, j = model.network_.index([(1, actor) for actor in pair])
    draws = model.draws_
    eta = draws.variables["intercept"][..., 1] + 0.04 * 0.09 * 100 * draws.coefficients[..., 0]
    eta = eta - np.linalg.norm(draws.positions[:, :, i] - draws.positions[:, :, j], axis=-1)
    np.testing.assert_allclose(view.linear_predictor([pair], draws=True)[..., 0], eta)
    with pytest.raises(ValueError, match="cannot be shared"):
        DynamicLatentPositionModel(effects=[Moody()]).fit(networks)


def test_an_actor_has_one_random_effect(tmp_path: Path) -> None:
    networks = come_and_go()
    model = fitted(DynamicLatentPositionModel(effects=[SenderReceiver()]), networks)
    posterior = model.posterior_["posterior"]
    assert posterior["sender"].dims == ("chain", "draw", "presence")
    of_one = posterior["sender"].values[:, :, posterior["actor"].values == "5"]
    np.testing.assert_array_equal(of_one, of_one[:, :, :1].repeat(3, axis=2))
    view = model.at(1)
    np.testing.assert_array_equal(view.draws_.variables["sender"][:, :, 3], of_one[:, :, 0])
    # by hand, from the joint draws
    pair = tuple(networks[1].actors[[2, 7]])
    i, j = model.network_.index([(1, actor) for actor in pair])
    variables, positions = model.draws_.variables, model.draws_.positions
    eta = variables["intercept"][..., 1] - np.linalg.norm(positions[:, :, i] - positions[:, :, j], axis=-1)
    eta = eta + variables["sender"][..., i] + variables["receiver"][..., j]
    np.testing.assert_allclose(view.linear_predictor([pair], draws=True)[..., 0], eta)
    model.save(tmp_path / "joint")
    again = latentnet.load(tmp_path / "joint")
    np.testing.assert_array_equal(again.at(1).predict(), view.predict())


def test_places_that_are_not_there() -> None:
    for arguments, message in (
        ({}, "period must be given, one of 0 to 2"),
        ({"period": 3}, "period must be an integer from -3 to 2, but is 3"),
        ({"period": "2019"}, "but is '2019'; periods count from 0, in the order in which they were given"),
        ({"period": 1.0}, "must be an integer"),
        ({"period": 1, "site": "North"}, "only one"),
    ):
        with pytest.raises(ValueError, match=message):
            periods().at(**arguments)
    with pytest.raises(TypeError, match=r"needs second, .*; first is a model of several networks: .* model\.at"):
        latentnet.compare_waves(periods())  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="site must be one of 'North', 'South', 'East'"):
        sites().at(period=0, site="West")
    with pytest.raises(ValueError, match=r"model\.at"):
        periods().summary(dyads=[("0", "1")])
    with pytest.raises(ValueError, match="at least two periods"):
        fitted(DynamicLatentPositionModel(), {"a": FIRST, "b": SECOND}).forecast(site="a")


def test_what_needs_one_network_says_so(tmp_path: Path) -> None:
    model = sites()
    for use in (
        lambda: roles(model),
        lambda: latentnet.composition(model, "team"),
        lambda: next_interviews(model, 1),
        lambda: compare_waves(model, model),
        lambda: latentnet.bic(model),
        lambda: latentnet.plot.positions(model),
        lambda: latentnet.plot.positions_html(model, tmp_path / "page.html"),
        lambda: latentnet.plot.membership(model),
        lambda: latentnet.plot.coclustering(model),
    ):
        with pytest.raises(ValueError, match=r"needs a model of one network.*model\.at"):
            use()


def test_a_failed_fit_leaves_the_earlier_one() -> None:
    model = fitted(DynamicLatentPositionModel(), come_and_go()[:2])
    with pytest.raises(ValueError, match="team2"):
        model.set_params(effects=[Homophily("team2")]).fit(come_and_go())
    assert model.at(1).n_actors_ == 11


@pytest.mark.slow
@pytest.mark.parametrize(("n", "n_periods", "step"), [(30, 3, 0.4), (20, 3, 0.3)])
def test_forecasts_beat_the_wave_before(n: int, n_periods: int, step: float) -> None:
    """Log score of a held-out last wave, against a static fit of the wave before; 30 simulations.

    Measured: gains of .0096 and .0167 a dyad, 5.9 and 9.4 paired standard errors.
    """
    gains = []
    for seed in range(30):
        *known, last = (
            Network.from_array(y, directed=True)
            for y in simulated(np.random.default_rng(seed), n, n_periods, step=step)
        )
        forecast = fitted(DynamicLatentPositionModel(), known, seed).forecast(random_state=seed)
        gains.append(forecast.score(last) - fitted(LatentPositionModel(), known[-1], seed).score(last))
    assert np.mean(gains) > 2.0 * np.std(gains, ddof=1) / np.sqrt(len(gains))


def test_forecast_of_sampsons_last_wave() -> None:
    """Measured: -.323 of the joint model of the first two, -.329 of the second alone, ±.0004 and ±.001 by seed."""
    first, second, third = load_sampson_waves()
    forecast = fitted(DynamicLatentPositionModel(), [first, second]).forecast(random_state=1)
    assert forecast.score(third) > fitted(LatentPositionModel(), second).score(third)

"""Random effects that are correlated across layers: naive twins, moves, views, and calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import betaln
from sklearn.base import clone

import latentnet
from latentnet import MAP, MCMC, DynamicLatentPositionModel, LatentPositionModel, Layers, Network, PriorDraws
from latentnet.checking.sensitivity import _given_scales
from latentnet.datasets import load_sampson_waves
from latentnet.effects import Correlated, Effect, Homophily, Receiver, Sender, SenderReceiver, Sociality
from latentnet.families import Bernoulli, Gaussian
from latentnet.inference.moves.move import Move, new_state
from latentnet.inference.moves.variances import Blocks, redraw_blocks
from latentnet.inference.prior_draws import draw_prior
from latentnet.inference.tuning import sampler_moves
from latentnet.network.layers import as_given
from latentnet.priors import Priors
from latentnet.priors.correlation_matrices import correlation_factor, lower_correlations
from latentnet.priors.random_effects import DF
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem
from latentnet.problem.verbs import BoundTarget
from tests import reference
from tests.inference.scenes import paired_p_values, scene_of, smallest

FIRST, SECOND, THIRD = load_sampson_waves()
FALSE_ALARM = 1e-4
COUNT, REPEATS = 4000, 5


def _layers(n_layers: int) -> Layers:
    """Directed ties of seven people with holes; grades of five of them and one more; ties of six."""
    rng = np.random.default_rng(n_layers)
    asked, grades, last = rng.integers(2, size=(7, 7)) * 1.0, rng.normal(3.0, 2.0, (6, 6)), rng.integers(2, size=(6, 6))
    asked[2, 4:] = np.nan
    every = {"asked": (asked, "abcdefg"), "liking": (grades, "hbcaed"), "last": (last * 1.0, "gfhcba")}
    networks = {}
    for name, (ties, actors) in list(every.items())[:n_layers]:
        np.fill_diagonal(ties, 0.0)
        networks[name] = Network.from_array(ties, directed=True, actors=list(actors))
    return Layers(networks, families={"liking": "gaussian"})


def _bound(layers: Layers, *effects: Effect, similarity: str | None = None, priors: Priors | None = None) -> Problem:
    families = [Gaussian() if layers.families.get(name) == "gaussian" else Bernoulli() for name in layers]
    return bind_given(
        as_given(layers),
        families,
        similarity=similarity,
        n_dims=2 if similarity else 0,
        effects=effects,
        priors=priors or Priors(),
    )


def _block(problem: Problem, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values (..., n_groups, n_actors), standard deviations and the correlation matrix of the last effect."""
    (bound, part) = next((bound, part) for _, bound, part in problem.effects if bound.correlated >= 0)
    own = theta[..., part]
    values = np.stack([own[..., group.start : group.stop] for group in bound.groups], axis=-2)
    sds = np.exp(np.stack([own[..., group.scale] for group in bound.groups], axis=-1))
    factor = correlation_factor(own[..., bound.correlated :], len(bound.groups))
    return values, sds, factor @ np.swapaxes(factor, -1, -2)


# The prior.


def _log_lkj(matrix: np.ndarray, eta: float) -> float:
    """Log density of a correlation matrix (Lewandowski, Kurowicka & Joe 2009, equation 16)."""
    d, constant = len(matrix), 0.0
    for k in range(1, d):
        b = eta + 0.5 * (d - k - 1)
        constant += (d - k) * ((2.0 * eta - 2.0 + d - k) * np.log(2.0) + betaln(b, b))
    return float((eta - 1.0) * np.linalg.slogdet(matrix)[1] - constant)


CASES = [(2, Sociality()), (3, Receiver()), (2, SenderReceiver()), (3, SenderReceiver())]


@pytest.mark.parametrize(("n_layers", "effect"), CASES)
def test_the_prior_is_that_of_scipy(n_layers: int, effect: Effect) -> None:
    problem = _bound(_layers(n_layers), Correlated(effect))
    target = BoundTarget(problem.target())
    for seed in range(3):
        theta = 0.5 * np.random.default_rng(seed).standard_normal(problem.n_parameters)
        values, sds, matrix = _block(problem, theta)
        law = stats.multivariate_normal(np.zeros(len(sds)), sds[:, None] * matrix * sds)
        expected = law.logpdf(values.T).sum() + _log_lkj(matrix, 2.0)
        for layer in problem.layers:
            frame, own = layer.problem.frame, layer.problem.prior
            of_layer = layer.parameters(theta)
            level, family = own.level, layer.problem.family_slice
            expected += stats.norm.logpdf(of_layer[level.intercept], level.mean[0], 3.0 * frame.unit)
            for group, start in layer.problem.random_groups:
                scale = 3.0 * frame.unit**2 / 2.0
                expected += stats.invgamma.logpdf(np.exp(2.0 * of_layer[start + group.scale]), 1.5, scale=scale)
            if family.stop > family.start:
                variance = float(np.exp(2.0 * of_layer[family][-1]))
                expected += stats.invgamma.logpdf(
                    variance, 1.5, scale=1.5 * layer.problem.priors.gaussian_variance_scale
                )
        assert target.natural_log_prior(theta) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("n_layers", "effect"), CASES)
def test_gradients_are_differences(n_layers: int, effect: Effect) -> None:
    problem = _bound(_layers(n_layers), Correlated(effect), similarity="distance")
    target = BoundTarget(problem.target())
    theta = 0.5 * np.random.default_rng(1).standard_normal(problem.n_parameters)
    slope = reference.central_difference(lambda at: target.log_posterior(at)[0], theta)
    np.testing.assert_allclose(target.log_posterior(theta)[1], slope, rtol=1e-5, atol=1e-5)


def test_linear_predictors_have_the_layers_own_values() -> None:
    """Dyad by dyad, of actors who are in some of the layers each."""
    layers = _layers(3)
    problem = _bound(layers, Correlated(SenderReceiver()))
    theta = 0.5 * np.random.default_rng(2).standard_normal(problem.n_parameters)
    values, _, _ = _block(problem, theta)
    actors, total = list(layers.actors), 0.0
    for k, name in enumerate(layers):
        place = [actors.index(actor) for actor in layers[name].actors]
        eta = theta[problem.intercepts][k] + values[2 * k, place][:, None] + values[2 * k + 1, place]
        sd = float(np.exp(problem.layers[k].parameters(theta)[problem.layers[k].problem.family_slice].sum()))
        family = (lambda y, at, sd=sd: float(stats.norm.logpdf(y, at, sd))) if k == 1 else None
        total += reference.log_likelihood(layers[name], eta, family or reference.bernoulli_log_likelihood)
    assert BoundTarget(problem.target()).log_likelihood(theta) == pytest.approx(total, rel=1e-10)


def test_a_correlation_of_two_has_the_density_that_sender_and_receiver_have() -> None:
    """Same values, same density: two layers' correlation, and that of two roles in one layer."""
    across = _bound(Layers({"one": SECOND, "other": THIRD}), Correlated(Sociality()))
    within = _bound(Layers({"one": SECOND}), SenderReceiver())
    rng, n = np.random.default_rng(3), SECOND.n_actors
    values = rng.standard_normal(2 * n + 3)
    found = []
    for problem in (across, within):
        theta = np.zeros(problem.n_parameters)
        start = problem.random_groups[0][1]
        densities = []
        for own in (values, np.zeros_like(values)):
            theta[start : start + 2 * n + 3] = own
            target = BoundTarget(problem.target())
            densities.append(target.log_posterior(theta)[0] - target.log_likelihood(theta))
        found.append(densities[0] - densities[1])
    assert found[0] == pytest.approx(found[1], rel=1e-10)


def test_any_values_make_a_correlation_matrix() -> None:
    x = np.random.default_rng(4).normal(0.0, 3.0, (50, 10))
    factor = correlation_factor(x, 5)
    matrices = factor @ np.swapaxes(factor, 1, 2)
    np.testing.assert_allclose(np.diagonal(matrices, axis1=1, axis2=2), 1.0)
    assert np.linalg.eigvalsh(matrices).min() > -1e-12
    np.testing.assert_allclose(lower_correlations(x), matrices[:, *np.tril_indices(5, -1)])
    np.testing.assert_allclose(lower_correlations(x[:, :1]), np.tanh(x[:, :1]))


# Draws and moves.


def _functions(problem: Problem, theta: np.ndarray) -> dict[str, np.ndarray]:
    """Functions with light tails of values, standard deviations, correlations and intercepts."""
    values, sds, matrix = _block(problem, theta)
    scaled, logs = values / sds[..., None], np.log(sds)
    level = np.sqrt(values.shape[-1]) * scaled.mean(axis=-1)
    products = np.einsum("sgi,shi->sgh", scaled, scaled) / values.shape[-1]
    found, intercepts = {}, theta[:, problem.intercepts]
    for g in range(sds.shape[1]):
        squares, beta = products[:, g, g], intercepts[:, g * intercepts.shape[1] // sds.shape[1]]
        found |= {f"log σ {g}": logs[:, g], f"(log σ)² {g}": logs[:, g] ** 2, f"level² {g}": level[:, g] ** 2}
        found |= {f"squares {g}": squares, f"log σ · squares {g}": logs[:, g] * squares}
        found |= {f"β {g}": beta, f"β² {g}": beta**2, f"β · level {g}": beta * level[:, g]}
        for h in range(g):
            rho = matrix[:, g, h]
            found |= {f"ρ {g} {h}": rho, f"ρ² {g} {h}": rho**2, f"ρ · product {g} {h}": rho * products[:, g, h]}
            found |= {f"ρ · log σ {g} {h}": rho * logs[:, g], f"levels {g} {h}": level[:, g] * level[:, h]}
    return found


def _laws(problem: Problem, theta: np.ndarray) -> dict[str, float]:
    """Kolmogorov–Smirnov p values of marginals against the prior's laws."""
    _, sds, matrix = _block(problem, theta)
    count = sds.shape[1]
    found = {}
    units = next(bound.data[0] for _, bound, _ in problem.effects if bound.correlated >= 0)
    for g in range(count):
        law = stats.invgamma(1.5, scale=1.5 * units[g] ** 2)
        found[f"law of σ² {g}"] = stats.kstest(sds[:, g] ** 2, law.cdf).pvalue
        for h in range(g):
            law = stats.beta(2.0 + 0.5 * (count - 2), 2.0 + 0.5 * (count - 2))
            found[f"law of ρ {g} {h}"] = stats.kstest((matrix[:, g, h] + 1.0) / 2.0, law.cdf).pvalue
    return found


def _worst(problem: Problem, before: np.ndarray, after: np.ndarray) -> tuple[float, str]:
    """Smallest p value after Bonferroni's correction, and of what."""
    return smallest(_laws(problem, after) | paired_p_values(_functions(problem, before), _functions(problem, after)))


def _replicates(problem: Problem, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Independent draws of the prior, and where the moves of the block take them."""
    rng = np.random.default_rng(problem.n_parameters)
    before, _, _ = draw_prior(problem, COUNT, rng)
    after, state, target = before.copy(), new_state(before[0], 2, 0), problem.target()
    scene, prior = scene_of(target, state, rng), target.prior
    move = Move(redraw_blocks, Blocks(groups, prior.blocks, prior.level, prior.work)).bind()
    for theta in after:
        state.theta[:] = theta
        for _ in range(REPEATS):
            scene.make(move)
        theta[:] = state.theta
    return before, after


@pytest.mark.parametrize(("n_layers", "effect"), CASES)
def test_moves_leave_the_prior_and_linear_predictors(n_layers: int, effect: Effect) -> None:
    """So they leave the joint distribution, whatever the ties; false alarms 1e-4 each."""
    problem = _bound(_layers(n_layers), Correlated(effect))
    before, after = _replicates(problem, problem.prior.groups)
    part = next(part for _, bound, part in problem.effects if bound.correlated >= 0)
    assert (before != after).any(axis=0)[part].all()
    assert (before != after).any(axis=0)[problem.intercepts].all()
    target = BoundTarget(problem.target())
    for first, second in zip(before[:20], after[:20], strict=True):
        assert target.log_likelihood(first) == pytest.approx(target.log_likelihood(second), rel=1e-9)
    probability, name = _worst(problem, before, after)
    assert probability > FALSE_ALARM, f"{name}: p = {probability:.1e}"


def test_moves_of_another_prior_are_found_out() -> None:
    problem = _bound(_layers(2), Correlated(Sociality()))
    groups = problem.prior.groups.copy()
    groups[:, DF] += 2.0
    assert _worst(problem, *_replicates(problem, groups))[0] < FALSE_ALARM


def test_draws_of_the_prior_are_normal_with_the_matrix() -> None:
    problem = _bound(_layers(3), Correlated(SenderReceiver()))
    draws, _, _ = draw_prior(problem, COUNT, np.random.default_rng(5))
    assert min(_laws(problem, draws).values()) > FALSE_ALARM / len(_laws(problem, draws))
    values, sds, matrix = _block(problem, draws)
    white = np.linalg.solve(np.linalg.cholesky(matrix), values / sds[..., None])
    assert stats.kstest(white.reshape(-1)[::7], "norm").pvalue > FALSE_ALARM


def test_blocks_have_a_move_and_groups_beside_them_theirs() -> None:
    problem = _bound(_layers(2), Correlated(Sender()), Receiver(), similarity="distance")
    moves = sampler_moves(problem, problem.target(), np.ones(problem.n_parameters), 0.8)
    names = [move.function.__name__ for move in moves]
    assert names.index("redraw_effects") < names.index("redraw_blocks")
    alone = next(move.data for move in moves if move.function.__name__ == "redraw_effects")
    assert len(alone.groups) == len(problem.prior.groups) - 2
    assert problem.prior.blocks.tolist()[0][:2] == [len(alone.groups), 2]


def test_prior_sensitivity_takes_values_given_their_matrix_out() -> None:
    model = LatentPositionModel(
        similarity=None, effects=[Correlated(SenderReceiver())], inference=PriorDraws(3), random_state=1
    ).fit(Layers({"one": SECOND, "other": THIRD}))
    found = _given_scales(model._problem, model.draws_)
    values, sds, matrix = _block(model._problem, model.draws_.pooled)
    for k in range(3):
        law = stats.multivariate_normal(np.zeros(4), sds[k][:, None] * matrix[k] * sds[k])
        assert found[k] == pytest.approx(law.logpdf(values[k].T).sum(), rel=1e-9)


# Models.


@pytest.fixture(scope="module")
def fitted() -> LatentPositionModel:
    """Sampson's waves, in the last of which one monk is missing and another is new."""
    late = THIRD.to_frame()
    late = late[(late["sender"] != "Basil") & (late["receiver"] != "Basil")]
    actors = [actor for actor in THIRD.actors if actor != "Basil"] + ["Nobody"]
    last = Network.from_edges(late, "sender", "receiver", directed=True, actors=actors)
    model = LatentPositionModel(
        effects=[Homophily("group"), Correlated(SenderReceiver())],
        inference=MCMC(60, 60, 2, progress=False),
        random_state=1,
    )
    groups = pd.Series("Outcasts", index=["Nobody"])
    known = pd.concat([THIRD.attributes["group"].astype(object), groups]).reindex(actors)
    last = Network.from_array(last.ties, directed=True, actors=actors, attributes=known.to_frame("group"))
    with pytest.warns(latentnet.LatentnetWarning):
        return model.fit(Layers({"early": FIRST, "late": last}))


def test_names_and_a_table_of_correlations(fitted: LatentPositionModel) -> None:
    names = {"sender[early]", "receiver[late]", "sender_variance[early]", "sender_receiver_correlation"}
    assert names <= set(fitted.draws_.variables)
    posterior = fitted.posterior_["posterior"]
    assert posterior["sender[early]"].dims[2:] == ("actor",)
    pairs = list(posterior["sender_receiver_correlation"].coords["layer_pair"].values)
    assert pairs[:2] == ["sender[early], receiver[early]", "sender[early], sender[late]"]
    draws = fitted.draws_.variables["sender_receiver_correlation"][..., 1].ravel()
    table = fitted.layer_table(probability=0.8)
    found = table.loc["late", [f"sender_correlation[early]{end}" for end in ("", "_low", "_high")]].tolist()
    assert found == pytest.approx([draws.mean(), *np.quantile(draws, [0.1, 0.9])])
    assert table.loc["late", "receiver_correlation[late]"] == pytest.approx(1.0)
    assert f"sender_receiver_correlation[{pairs[0]}]" in fitted.summary().index


def test_a_layer_is_an_ordinary_model(fitted: LatentPositionModel) -> None:
    draws, actors = fitted.draws_, list(fitted.actors_)
    for name, k in (("early", 0), ("late", 5)):
        view = fitted.layer(name)
        where = [actors.index(actor) for actor in view.actors_]
        np.testing.assert_array_equal(view.draws_.variables["sender"], draws.variables[f"sender[{name}]"][..., where])
        rho = draws.variables["sender_receiver_correlation"][..., k]
        np.testing.assert_allclose(view.draws_.variables["sender_receiver_correlation"], rho)
        assert len(view.simulate(2, random_state=1)) == 2


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_it_is_saved_and_loaded(fitted: LatentPositionModel, tmp_path: Path) -> None:
    fitted.save(tmp_path / "correlated")
    again = latentnet.load(tmp_path / "correlated")
    np.testing.assert_array_equal(again.draws_.parameters, fitted.draws_.parameters)
    assert again.effects == fitted.effects
    pd.testing.assert_frame_equal(again.layer_table(), fitted.layer_table())
    again.extend(20)
    assert again.draws_.n_draws == 80


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_periods_have_one_value_for_each_actor_and_layer() -> None:
    periods = [Layers({"early": FIRST, "late": SECOND}), Layers({"early": SECOND, "late": THIRD})]
    model = DynamicLatentPositionModel(
        effects=[Correlated(SenderReceiver())], inference=MCMC(20, 20, 2, progress=False), random_state=1
    ).fit(periods)
    assert model.posterior_["posterior"]["sender[early]"].dims[2:] == ("presence",)
    one, other = model.at(1).layer("late"), model.layer("late").at(1)
    np.testing.assert_allclose(one.predict(), other.predict())
    for name in ("sender", "receiver", "sender_receiver_correlation"):
        np.testing.assert_allclose(one.draws_.variables[name], other.draws_.variables[name])
    assert "sender_correlation[late]" in model.layer_table()


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
@pytest.mark.parametrize("network", [SECOND, Layers({"liking": SECOND})])
def test_one_kind_of_ties_has_nothing_to_be_correlated_with(network: Any) -> None:
    plain = LatentPositionModel(effects=[SenderReceiver()], inference=MCMC(20, 20, 1, progress=False), random_state=4)
    found = clone(plain).set_params(effects=[Correlated(SenderReceiver())]).fit(network)
    np.testing.assert_array_equal(found.draws_.parameters, plain.fit(SECOND).draws_.parameters)


def test_a_mode_is_where_values_given_others_have_theirs() -> None:
    """The mode has finite correlations, as the density of what is joint grows without bound near ±1."""
    layers = Layers({"one": SECOND, "other": SECOND})  # the same ties twice
    model = LatentPositionModel(effects=[Correlated(Receiver())], inference=MAP(n_starts=1), random_state=1).fit(layers)
    assert 0.3 < model.layer_table().loc["one", "receiver_correlation[other]"] < 0.999


@pytest.mark.parametrize("effect", [Homophily("group"), Correlated(Sender()), "sender", Sender])
def test_what_is_no_random_effect_is_refused(effect: Any) -> None:
    with pytest.raises(ValueError, match="Correlated: effect must be a random effect of actors"):
        LatentPositionModel(effects=[Correlated(effect)]).fit(Layers({"one": SECOND, "other": THIRD}))


@pytest.mark.slow
@pytest.mark.parametrize("effect", [Sociality(), SenderReceiver()])
def test_two_layers_with_correlated_effects_are_calibrated(effect: Effect) -> None:
    """200 replications by the library's own ranks; false alarms 0.001 over all quantities."""
    rng, networks = np.random.default_rng(6), {}
    for name, actors in (("asked", "abcdefgh"), ("met", "ibcdefg")):
        ties = rng.integers(2, size=(len(actors),) * 2) * 1.0
        ties[1, 3:] = np.nan
        np.fill_diagonal(ties, 0.0)
        networks[name] = Network.from_array(ties, directed=True, actors=list(actors))
    model = LatentPositionModel(
        effects=[Correlated(effect)], inference=MCMC(99, 400, 1, thin=15, n_jobs=1, progress=False)
    )
    found = latentnet.calibrate(model, Layers(networks), 200, n_jobs=1, random_state=1)
    assert any("correlation" in name for name in found.table.index)
    assert found.table["p_value"].min() > 0.001 / len(found.table)

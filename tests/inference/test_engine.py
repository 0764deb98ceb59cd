"""The engines: parameters, chains in threads, interruption, progress, warnings, and the optima that they promise."""

from __future__ import annotations

import _thread
import signal
import threading

import joblib
import numpy as np
import pytest
from scipy import optimize, stats
from scipy.special import expit

from latentnet import MAP, MCMC, ConvergenceWarning, LatentnetWarning, LatentPositionModel, Network
from latentnet.inference import chains, mcmc, progress
from tests.contracts.networks import NETWORKS, engine, quick_fit, refit
from tests.reference import central_difference, dyads, plain_log_likelihood, similarity

DIRECTED = NETWORKS["directed"]


# parameters


@pytest.mark.parametrize(
    ("params", "message"),
    [
        *(
            ({name: value}, f"MCMC: {name} must be an integer of at least {least}{otherwise}, but is {value!r}")
            for name, least, otherwise in (
                *(("n_draws", 1, ""), ("n_warmup", 0, ""), ("n_chains", 1, ""), ("max_thin", 1, "")),
                ("thin", 1, " or 'auto'"),
            )
            for value in (least - 1, 2.0, "3", None, True)
        ),
        *(
            ({"n_jobs": value}, f"MCMC: n_jobs must be None, -1 or an integer from 1 to 1024, but is {value!r}")
            for value in (0, 1.5, True)
        ),
        *(
            ({"target_acceptance": value}, f"MCMC: target_acceptance must be between 0 and 1, but is {value!r}")
            for value in (0.0, 1.0, -1, float("nan"))
        ),
        ({"on_interrupt": "stop"}, "MCMC: on_interrupt must be 'raise' or 'return', but is 'stop'"),
    ],
)
def test_wrong_parameters_of_mcmc_are_named_before_anything_is_drawn(params, message, monkeypatch):
    monkeypatch.setattr(MCMC, "infer", lambda *_: pytest.fail("the engine ran"))
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        LatentPositionModel(inference=MCMC(**params)).fit(DIRECTED)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_starts": 0}, "MAP: n_starts must be an integer from 1 to 10000 or None, but is 0"),
        ({"n_starts": True}, "MAP: n_starts must be an integer from 1 to 10000 or None, but is True"),
        ({"max_iterations": 1.5}, "MAP: max_iterations must be an integer of at least 1, but is 1.5"),
        ({"tolerance": 0.0}, "MAP: tolerance must be a finite number above 0, but is 0.0"),
    ],
)
def test_wrong_parameters_of_map_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        LatentPositionModel(inference=MAP(**params)).fit(DIRECTED)


def test_numpy_integers_are_integers():
    draws = quick_fit(DIRECTED, engine(n_draws=np.int64(4), thin=np.int32(2))).draws_
    assert draws.parameters.shape[:2] == (2, 4)


# what is kept


def test_shapes_and_statistics():
    draws = quick_fit(DIRECTED, engine(n_draws=9, n_chains=3, thin=2)).draws_
    assert draws.parameters.shape == (3, 9, 7 * 2 + 2)
    assert draws.positions.shape == (3, 9, 7, 2)
    found = draws.statistics
    of_trajectories = {"lp", "log_likelihood_total", "acceptance_rate", "step_size", "n_steps", "diverging"}
    of_swings = {"swing_rate", "crowd_swing_rate", "component_swing_rate", "arrangement_rate"}
    of_moves = {"relocation_rate", "swap_rate", "scaling_rate"} | of_swings
    assert of_trajectories < set(found) <= of_trajectories | of_moves
    assert all(((found[name] >= 0.0) & (found[name] <= 1.0)).all() for name in of_moves & set(found))
    assert all(values.shape == (3, 9) for values in found.values())
    assert found["diverging"].dtype == bool
    assert found["n_steps"].dtype == np.int64
    assert (found["n_steps"] >= 1).all()
    assert ((found["acceptance_rate"] >= 0.0) & (found["acceptance_rate"] <= 1.0)).all()


def naive_log_posterior(model: LatentPositionModel, theta: np.ndarray) -> float:
    """Log density of positions, intercept and log σ, straight from the equations."""
    n, d, priors = model.n_actors_, model.n_dims, model.priors_
    z, intercept, log_scale = theta[: n * d].reshape(d, n).T, theta[n * d], theta[-1]
    half, variance = priors.position_variance_df / 2, np.exp(2 * log_scale)
    return float(
        plain_log_likelihood(model.network_, z, intercept, model.similarity)
        + stats.norm.logpdf(z, scale=np.exp(log_scale)).sum()
        + stats.norm.logpdf(intercept, scale=np.sqrt(priors.intercept_variance))
        + stats.invgamma.logpdf(variance, half, scale=half * priors.position_variance_scale)
        + np.log(2 * variance)
    )


@pytest.mark.parametrize("name", ["bilinear", "distance"])
def test_lp_and_log_likelihood_belong_to_their_draws(name):
    model = quick_fit(NETWORKS["unobserved dyads, directed"], similarity=name)
    draws = model.draws_
    for chain, draw in ((0, 0), (1, 3), (1, 7)):
        theta = draws.parameters[chain, draw]
        expected = plain_log_likelihood(model.network_, draws.positions[chain, draw], theta[14], name)
        assert draws.statistics["log_likelihood_total"][chain, draw] == pytest.approx(expected, abs=1e-3)
        # on the natural scale, the density is that of σ²; alignment moves the centre, which the prior feels
        if name == "bilinear":
            natural = naive_log_posterior(model, theta) - np.log(2) - 2 * theta[-1]
            assert draws.statistics["lp"][chain, draw] == pytest.approx(natural, abs=1e-3)


def test_thin_keeps_every_so_manieth_draw():
    every = quick_fit(DIRECTED, engine(n_draws=30)).draws_
    third = quick_fit(DIRECTED, engine(n_draws=10, thin=3)).draws_
    np.testing.assert_array_equal(third.scalars["intercept"], every.scalars["intercept"][:, 2::3])
    for name in ("lp", "step_size", "n_steps"):
        np.testing.assert_array_equal(third.statistics[name], every.statistics[name][:, 2::3])


def test_more_draws_go_on_from_fewer():
    few = quick_fit(DIRECTED, engine(n_draws=6)).draws_
    more = quick_fit(DIRECTED, engine(n_draws=12)).draws_
    np.testing.assert_array_equal(more.scalars["intercept"][:, :6], few.scalars["intercept"])


@pytest.mark.parametrize("seconds", [1e-9, 100.0])
def test_draws_do_not_depend_on_how_chains_are_cut(seconds, monkeypatch):
    expected = quick_fit(DIRECTED, engine(n_warmup=60, n_draws=60)).draws_.parameters
    calls = []
    advance = chains.Chain.advance
    monkeypatch.setattr(chains.Chain, "advance", lambda chain: calls.append(1) or advance(chain))
    monkeypatch.setattr(chains, "_SECONDS_PER_CHUNK", seconds)
    cut = quick_fit(DIRECTED, engine(n_warmup=60, n_draws=60)).draws_.parameters
    np.testing.assert_array_equal(cut, expected)
    assert len(calls) > 200 if seconds < 1 else len(calls) < 20


@pytest.mark.parametrize("n_warmup", [0, 1, 40])
def test_the_step_is_frozen_after_warm_up(n_warmup):
    steps = quick_fit(DIRECTED, engine(n_warmup=n_warmup, n_draws=30)).draws_.statistics["step_size"]
    assert (steps == steps[:, :1]).all()
    assert (steps > 0).all()


# threads


def threads_of(monkeypatch: pytest.MonkeyPatch, inference: MCMC) -> set[str]:
    names = set()
    advance = chains.Chain.advance
    monkeypatch.setattr(
        chains.Chain, "advance", lambda chain: names.add(threading.current_thread().name) or advance(chain)
    )
    quick_fit(DIRECTED, inference)
    return names


@pytest.mark.parametrize("n_jobs", [None, 1, 2])
def test_chains_run_in_threads_of_ours_by_default(n_jobs, monkeypatch):
    assert all(name.startswith("latentnet") for name in threads_of(monkeypatch, engine(n_jobs=n_jobs)))


def test_the_number_of_threads(monkeypatch):
    monkeypatch.setattr(mcmc.os, "sched_getaffinity", lambda _: range(3), raising=False)
    wanted = {None: 3, 1: 1, 2: 2, -1: 3, -2: 2, -9: 1, 50: 8}
    assert {n_jobs: MCMC(n_chains=8, n_jobs=n_jobs)._n_threads() for n_jobs in wanted} == wanted
    assert MCMC(n_chains=2)._n_threads() == 2


def test_a_backend_of_joblib_is_used_if_one_was_chosen(monkeypatch):
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert not any(name.startswith("latentnet") for name in threads_of(monkeypatch, engine()))
        assert all(name.startswith("latentnet") for name in threads_of(monkeypatch, engine(n_jobs=2)))
    with joblib.parallel_config(n_jobs=1):
        assert threads_of(monkeypatch, engine()) == {"MainThread"}


# Ctrl-C


def interrupting(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Have Ctrl-C come once, when all of two chains have done `after` iterations."""
    advance, lock, seen, given = chains.Chain.advance, threading.Lock(), {}, []

    def advance_or_stop(chain: chains.Chain) -> int:
        with lock:
            seen[id(chain)] = chain
            if not given and (after == 0 or (len(seen) == 2 and min(one.done for one in seen.values()) >= after)):
                given.append(1)
                raise KeyboardInterrupt
        chain.chunk = 5
        return advance(chain)

    monkeypatch.setattr(chains.Chain, "advance", advance_or_stop)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_ctrl_c_stores_equal_chains_and_goes_on(n_jobs, monkeypatch):
    whole = quick_fit(DIRECTED, engine(n_draws=2000)).draws_
    interrupting(monkeypatch, 40)
    model = LatentPositionModel(inference=engine(n_draws=2000, n_jobs=n_jobs), random_state=1)
    with pytest.raises(KeyboardInterrupt):
        refit(model, DIRECTED)
    draws = model.draws_
    assert draws.n_chains == 2
    assert 28 <= draws.n_draws < 2000  # 40 iterations, 12 of them warm-up
    np.testing.assert_array_equal(draws.scalars["intercept"], whole.scalars["intercept"][:, : draws.n_draws])
    assert all(values.shape == (2, draws.n_draws) for values in draws.statistics.values())
    assert model.positions_.shape == (7, 2)
    assert len(model.summary()) > 3
    assert model.posterior_["posterior"].sizes["draw"] == draws.n_draws


def test_ctrl_c_can_return(monkeypatch):
    interrupting(monkeypatch, 40)
    model = LatentPositionModel(inference=engine(n_draws=2000, on_interrupt="return"), random_state=1)
    with pytest.warns(LatentnetWarning) as caught:
        assert model.fit(DIRECTED) is model
    *others, last = caught
    assert f"fit was interrupted: {model.draws_.n_draws} draws a chain were kept of 2000" in str(last.message)
    assert not isinstance(last.message, ConvergenceWarning)
    assert last.filename == __file__
    assert all(isinstance(warning.message, ConvergenceWarning) for warning in others)


@pytest.mark.parametrize("on_interrupt", ["raise", "return"])
def test_ctrl_c_before_the_first_draw_leaves_nothing(on_interrupt, monkeypatch):
    interrupting(monkeypatch, 0)
    model = LatentPositionModel(inference=engine(on_interrupt=on_interrupt), random_state=1)
    with pytest.raises(KeyboardInterrupt):
        model.fit(DIRECTED)
    assert not model.__sklearn_is_fitted__()


def test_ctrl_c_before_the_first_draw_of_a_refit_leaves_the_first_fit(monkeypatch):
    model = quick_fit(DIRECTED)
    positions = model.positions_.copy()
    interrupting(monkeypatch, 0)
    with pytest.raises(KeyboardInterrupt):
        model.fit(NETWORKS["complete"])
    np.testing.assert_array_equal(model.positions_, positions)


def test_a_real_ctrl_c_reaches_the_main_thread():
    model = LatentPositionModel(inference=engine(n_draws=200_000, n_warmup=10), random_state=1)
    refit(LatentPositionModel(inference=engine(), random_state=1), DIRECTED)  # compile first
    threads = set(threading.enumerate())
    timer = threading.Timer(1.0, _thread.interrupt_main)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            refit(model, DIRECTED)
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert 0 < model.draws_.n_draws < 200_000
    assert np.isfinite(model.draws_.parameters).all()
    assert set(threading.enumerate()) <= threads, "a chain goes on"


def test_an_error_in_a_chain_is_not_swallowed(monkeypatch):
    def fail(chain: chains.Chain) -> int:
        raise RuntimeError("a broken kernel")

    monkeypatch.setattr(chains.Chain, "advance", fail)
    with pytest.raises(RuntimeError, match="a broken kernel"):
        quick_fit(DIRECTED)


# progress


def test_progress_is_shown_on_request(capsys):
    quick_fit(DIRECTED, engine(progress=True, n_draws=50))
    shown = capsys.readouterr()
    assert "it/s" in shown.err or "?it" in shown.err
    assert "/124" in shown.err  # 2 chains of 12 + 50 iterations
    assert shown.out == ""


@pytest.mark.parametrize("progress", [False, None])
def test_progress_is_not_shown_otherwise(progress, capfd):
    quick_fit(DIRECTED, engine(progress=progress))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_by_default_where_stderr_is_a_terminal(terminal, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    monkeypatch.delitem(progress.sys.modules, "ipykernel", raising=False)
    assert progress.is_shown(None) is terminal
    assert progress.is_shown(False) is False
    assert progress.is_shown(True) is True
    monkeypatch.setitem(progress.sys.modules, "ipykernel", progress)
    assert progress.is_shown(None) is True


# warnings


def test_a_hopeless_run_says_what_and_what_to_do():
    network = Network.from_array((np.random.default_rng(1).random((20, 20)) < 0.2) * (1 - np.eye(20)), directed=True)
    model = LatentPositionModel(inference=MCMC(n_draws=20, n_warmup=0, progress=False), random_state=1)
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(network)
    message = str(caught[0].message)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert "R-hat" in message
    assert "draw more (inference=MCMC(n_draws=...))" in message
    assert "dyads' linear predictors" in message
    assert not model.diagnose().converged
    assert all(problem in message for problem in model.diagnose().problems)


def test_a_good_run_says_nothing():
    # The seed is fixed; of 100 other seeds none warned, so a false alarm is rarer than 3 % (95 % confidence).
    network = NETWORKS["directed"]
    model = LatentPositionModel(inference=MCMC(n_draws=3000, progress=False), random_state=2).fit(network)
    assert model.diagnose().converged


def test_map_says_that_it_stopped_early():
    model = LatentPositionModel(inference=MAP(1, max_iterations=2), random_state=1)
    with pytest.warns(ConvergenceWarning, match="MAP stopped after 2 iterations.*raise max_iterations") as caught:
        model.fit(DIRECTED)
    assert caught[0].filename == __file__


# optima


@pytest.mark.parametrize("kind", ["directed", "components", "unobserved dyads", "unobserved rows"])
@pytest.mark.parametrize("name", ["distance", "squared_distance", "bilinear"])
def test_the_mode_is_a_mode(kind, name):
    model = quick_fit(NETWORKS[kind], MAP(tolerance=1e-6), similarity=name)
    theta = model.draws_.parameters[0, 0]
    best = naive_log_posterior(model, theta)
    rng = np.random.default_rng(2)
    for spread in (1e-2, 1e-1, 0.5):
        for _ in range(10):
            assert naive_log_posterior(model, theta + spread * rng.standard_normal(theta.size)) < best
    if name == "distance":  # actors at one place sit on the likelihood's kink
        z = model.positions_
        apart = np.sqrt(((z[:, None] - z[None]) ** 2).sum(axis=-1))[np.triu_indices(len(z), 1)].min()
        if apart < 1e-3:
            return
    gradient = central_difference(lambda at: naive_log_posterior(model, at), theta)
    np.testing.assert_allclose(gradient, 0.0, atol=5e-3)


def test_more_starts_give_no_worse_mode():
    modes = [
        naive_log_posterior(model, model.draws_.parameters[0, 0])
        for model in (quick_fit(DIRECTED, MAP(n_starts)) for n_starts in (1, 8))
    ]
    assert modes[1] >= modes[0] - 1e-6


def expected_log_likelihood(model: LatentPositionModel, z: np.ndarray, intercept: float) -> float:
    """Log-likelihood with the ties' posterior means as data, over observed dyads (all if rows are unobserved)."""
    network = model.network_
    mean = model.predict()
    pairs = dyads(network)
    if not network.observed.asked.all():
        pairs = [(i, j) for i in range(len(z)) for j in range(len(z)) if i != j]
    eta = [intercept + similarity(model.similarity, z[i], z[j]) for i, j in pairs]
    return float(sum(mean[i, j] * e - np.logaddexp(0.0, e) for (i, j), e in zip(pairs, eta, strict=True)))


@pytest.mark.parametrize("kind", ["directed", "unobserved dyads", "unobserved rows"])
@pytest.mark.parametrize("name", ["distance", "squared_distance", "bilinear"])
def test_mkl_positions_maximise_the_expected_log_likelihood(kind, name):
    model = quick_fit(NETWORKS[kind], engine(n_draws=100, n_warmup=100), similarity=name)
    shape = model.positions_.shape

    def gradient_at(z: np.ndarray) -> float:
        """Norm of the gradient, under the best intercept for these positions."""
        best = optimize.minimize_scalar(
            lambda intercept: -expected_log_likelihood(model, z, intercept), bounds=(-20, 20), method="bounded"
        )
        gradient = central_difference(lambda at: expected_log_likelihood(model, at.reshape(shape), best.x), z.ravel())
        return float(np.abs(gradient).max())

    assert gradient_at(model.positions_) < 0.01
    assert gradient_at(model.draws_.positions.mean(axis=(0, 1))) > 0.02


def test_predictions_are_posterior_means():
    model = quick_fit(DIRECTED)
    z, intercept = model.draws_.positions, model.draws_.scalars["intercept"]
    eta = intercept - np.sqrt(((z[:, :, 0] - z[:, :, 3]) ** 2).sum(axis=-1))
    assert model.predict([(0, 3)])[0] == pytest.approx(expit(eta).mean(), rel=1e-12)
    assert model.predict()[0, 3] == pytest.approx(expit(eta).mean(), rel=1e-5)
    np.testing.assert_allclose(model.linear_predictor([(0, 3)], draws=True)[..., 0], eta, rtol=1e-12)

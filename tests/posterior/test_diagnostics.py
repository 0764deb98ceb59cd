"""The diagnostics equal ArviZ's, quantity by quantity, on awkward draws too."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from latentnet.posterior import diagnostics

METHODS = ("bulk", "tail")


@pytest.fixture(scope="module")
def arviz():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ArviZ 0.x announces its successor when imported
        import arviz
    # With numba installed ArviZ 0.23 takes one-pass variances, and its mcse is a TypeError under NumPy 2.4.
    if not hasattr(arviz, "Numba") or not arviz.Numba.numba_flag:
        yield arviz
        return
    arviz.Numba.disable_numba()
    yield arviz
    arviz.Numba.enable_numba()


def autoregressive(rng, coefficient, shape):
    noise = rng.normal(size=shape)
    draws = noise.copy()
    for t in range(1, shape[1]):
        draws[:, t] = coefficient * draws[:, t - 1] + noise[:, t]
    return draws


def awkward_draws(n_chains, n_draws):
    """Draws (n_chains, n_draws, 12): slow, antithetic, tied, constant, heavy-tailed and more."""
    rng = np.random.default_rng(n_chains * 1000 + n_draws)
    shape = (n_chains, n_draws)
    binary = (rng.random(shape) < 0.1).astype(float)
    balanced = np.tile(np.arange(n_draws) % 2, (n_chains, 1)).astype(float)
    quantities = [
        rng.normal(size=shape),
        autoregressive(rng, 0.95, shape),
        autoregressive(rng, -0.7, shape),
        np.round(rng.normal(size=shape), 1),
        rng.integers(0, 4, size=shape).astype(float),
        binary,
        balanced,
        np.full(shape, 0.1),
        rng.normal(size=shape) + np.arange(n_chains)[:, None],
        rng.standard_cauchy(size=shape),
        1e6 + rng.normal(size=shape),
        np.abs(autoregressive(rng, 0.5, shape)) ** 3,
    ]
    return np.stack(quantities, axis=-1)


def each(function, draws):
    """ArviZ's function quantity by quantity; its warnings about 0/0 are not ours."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return np.array([float(function(draws[..., q].copy())) for q in range(draws.shape[-1])])


def assert_close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-8, atol=1e-12)


SHAPES = [(4, 100), (4, 251), (1, 200), (2, 7), (3, 4), (2, 5), (4, 1000), (2, 1001)]


@pytest.mark.parametrize(("n_chains", "n_draws"), SHAPES)
def test_r_hat_equals_arviz(arviz, n_chains, n_draws):
    draws = awkward_draws(n_chains, n_draws)
    if n_chains == 1:
        assert np.isnan(diagnostics.r_hat(draws)).all()
    else:
        assert_close(diagnostics.r_hat(draws), each(arviz.rhat, draws))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("n_chains", "n_draws"), SHAPES)
def test_ess_equals_arviz(arviz, method, n_chains, n_draws):
    draws = awkward_draws(n_chains, n_draws)
    options = {"prob": (0.05, 0.95)} if method == "tail" else {}
    expected = each(lambda x: arviz.ess(x, method=method, **options), draws)
    assert_close(diagnostics.summarise(draws)[f"ess_{method}"], expected)


@pytest.mark.parametrize("method", ["mean", "sd"])
@pytest.mark.parametrize(("n_chains", "n_draws"), SHAPES)
def test_mcse_equals_arviz(arviz, method, n_chains, n_draws):
    draws = awkward_draws(n_chains, n_draws)
    varying = np.ptp(draws, axis=(0, 1)) > 0  # of a constant ArviZ returns rounding
    balanced = 6  # the variance of its square is rounding too
    varying[balanced] = False
    actual = diagnostics.summarise(draws)[f"mcse_{method}"]
    assert_close(actual[varying], each(lambda x: arviz.mcse(x, method=method), draws[..., varying]))


def test_constants():
    summary = diagnostics.summarise(np.full((4, 100, 2), [0.1, -3e5]))
    np.testing.assert_array_equal(summary["mean"], [0.1, -3e5])
    np.testing.assert_array_equal(summary["lower"], [0.1, -3e5])
    for name in ("sd", "mcse_mean"):
        np.testing.assert_array_equal(summary[name], 0)
    for name in ("mcse_sd", "r_hat"):
        assert np.isnan(summary[name]).all()
    for name in ("ess_bulk", "ess_tail"):
        np.testing.assert_array_equal(summary[name], 400)


@pytest.mark.parametrize(("n_chains", "n_draws"), [(4, 250), (3, 111), (1, 50)])
def test_summary_holds_moments_and_quantiles(n_chains, n_draws):
    draws = awkward_draws(n_chains, n_draws)
    summary = diagnostics.summarise(draws, probability=0.8)
    columns = ["mean", "median", "sd", "lower", "upper", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"]
    assert list(summary) == columns
    np.testing.assert_array_equal(summary["r_hat"], diagnostics.r_hat(draws))
    assert_close(summary["mean"], draws.mean(axis=(0, 1)))
    assert_close(summary["sd"], draws.std(axis=(0, 1), ddof=1))
    assert_close(summary["median"], np.median(draws, axis=(0, 1)))
    assert_close([summary["lower"], summary["upper"]], np.quantile(draws, [0.1, 0.9], axis=(0, 1)))


def test_trailing_axes_batches_and_dtypes_do_not_matter(monkeypatch):
    draws = np.random.default_rng(5).normal(size=(3, 40, 4, 5)).astype(np.float32)
    expected = diagnostics.summarise(draws.astype(np.float64))
    monkeypatch.setattr(diagnostics, "_BATCH_VALUES", 7 * 120)
    for name, values in diagnostics.summarise(draws).items():
        assert values.shape == (4, 5)
        assert values.dtype == np.float64
        np.testing.assert_array_equal(values, expected[name])
    assert diagnostics.r_hat(draws[..., 0, 0]).shape == ()
    assert diagnostics.r_hat(draws[..., :0]).shape == (4, 0)


@pytest.mark.parametrize("n_draws", [1, 2, 3])
def test_few_draws_give_moments_and_no_diagnostics(n_draws):
    draws = np.random.default_rng(2).normal(size=(2, n_draws, 3))
    summary = diagnostics.summarise(draws)
    assert_close(summary["mean"], draws.mean(axis=(0, 1)))
    assert_close(summary["upper"], np.quantile(draws, 0.95, axis=(0, 1)))
    for name in ("mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"):
        assert np.isnan(summary[name]).all()


def test_missing_draws_spoil_their_own_quantity_alone():
    draws = np.random.default_rng(3).normal(size=(4, 50, 3))
    expected = diagnostics.summarise(draws)
    draws[2, 17, 1] = np.nan
    for name, values in diagnostics.summarise(draws).items():
        assert np.isnan(values[1])
        np.testing.assert_array_equal(values[[0, 2]], expected[name][[0, 2]])


def test_infinite_draws_do_not_crash():
    draws = np.random.default_rng(3).normal(size=(4, 50, 2))
    draws[0, 0, 0], draws[1, 3, 0] = np.inf, -np.inf
    summary = diagnostics.summarise(draws)
    assert np.isnan(summary["mcse_mean"][0])
    assert summary["r_hat"][0] < 1.1


def test_chains_stuck_apart_are_seen():
    draws = np.broadcast_to(np.arange(4.0)[:, None], (4, 60))
    assert diagnostics.r_hat(draws) > 1e6


def test_errors_name_argument_and_fix():
    with pytest.raises(ValueError, match=r"draws must be .* shape is \(5,\).*draws\[None\]"):
        diagnostics.r_hat(np.zeros(5))
    with pytest.raises(ValueError, match=r"probability must be inside \(0, 1\), but it is 90"):
        diagnostics.summarise(np.zeros((2, 5)), probability=90)

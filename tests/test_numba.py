"""Verbs that types implement; the hand-written exponential, logarithm and softplus against NumPy's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numba.core.errors import TypingError

from latentnet.compiled import UNCOUNTED, exp, implements, kernel, log, offers, softplus, verb


@kernel
def _exp_of(x, out):  # type: ignore[no-untyped-def]
    for p in range(x.size):
        out[p] = exp(x[p])


@kernel
def _log_of(x, out):  # type: ignore[no-untyped-def]
    for p in range(x.size):
        out[p] = log(x[p])


@kernel
def _softplus_of(x, out):  # type: ignore[no-untyped-def]
    for p in range(x.size):
        out[p] = softplus(x[p])


def _compiled(function, x: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    out = np.empty_like(x)
    function(x, out)
    return out


def _arguments(limit: float, dtype: type) -> np.ndarray:
    rng = np.random.default_rng(0)
    near = np.concatenate([np.zeros(1), 10.0 ** np.linspace(-300, 0, 601)])
    halves = np.log(2.0) * (np.arange(-20, 20) + 0.5)  # where the power of two changes
    x = np.concatenate([rng.uniform(-limit, limit, 100_000), rng.normal(size=100_000), near, -near, halves])
    return x.astype(dtype)


@pytest.mark.parametrize(("dtype", "limit", "relative"), [(np.float64, 700.0, 1e-13), (np.float32, 86.0, 5e-7)])
def test_exp(dtype: type, limit: float, relative: float) -> None:
    x = _arguments(limit, dtype)
    found = _compiled(_exp_of, x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found.astype(np.float64), np.exp(x.astype(np.float64)), rtol=relative, atol=0.0)
    assert _compiled(_exp_of, np.zeros(1, dtype))[0] == 1.0


@pytest.mark.parametrize(("dtype", "limit"), [(np.float64, 708.0), (np.float32, 87.0)])
def test_exp_is_clamped(dtype: type, limit: float) -> None:
    """Beyond the limits the result stays at theirs: finite above, positive below."""
    ends = np.array([-limit, limit], dtype)
    beyond = np.array([-1e6, 1e6], dtype)
    found = _compiled(_exp_of, beyond)
    np.testing.assert_array_equal(found, _compiled(_exp_of, ends))
    assert np.isfinite(found).all()
    assert (found > 0).all()


def test_log() -> None:
    rng = np.random.default_rng(1)
    near_one = 1.0 + np.concatenate([rng.uniform(-0.5, 1.0, 100_000), 10.0 ** np.linspace(-15, -1, 100)])
    x = np.concatenate([np.exp(rng.uniform(-700.0, 700.0, 100_000)), near_one, np.sqrt([0.5, 2.0]), [1.0, 1e-307]])
    np.testing.assert_allclose(_compiled(_log_of, x), np.log(x), rtol=1e-14, atol=0.0)


def test_softplus() -> None:
    x = np.concatenate([_arguments(700.0, np.float64), np.linspace(-700.0, 700.0, 140_001)])
    np.testing.assert_allclose(_compiled(_softplus_of, x), np.logaddexp(0.0, x), rtol=1e-14, atol=1e-14)


def test_softplus_of_very_negative_arguments() -> None:
    """There softplus is exp: its relative error is that of the exponential, not lost to 1 + e."""
    x = np.linspace(-700.0, -40.0, 1001)
    np.testing.assert_allclose(_compiled(_softplus_of, x), np.exp(x), rtol=1e-13, atol=0.0)


def test_outside_of_compiled_code() -> None:
    assert exp(1.0) == np.exp(1.0)
    assert log(2.0) == np.log(2.0)
    assert softplus(-2.0) == np.logaddexp(0.0, -2.0)


class _Square(NamedTuple):
    side: float


class _Point(NamedTuple):
    x: float


@verb
def _area(shape, scale):  # type: ignore[no-untyped-def]
    """Area of a shape whose lengths are scaled."""


@verb
def _n_corners(shape):  # type: ignore[no-untyped-def]
    """Number of corners."""


@implements(_area, _Square, UNCOUNTED)
def _area_of_square(square, scale):  # type: ignore[no-untyped-def]
    return (scale * square.side) ** 2


@implements(_n_corners, _Square)
@kernel
def _corners_of_square(square):  # type: ignore[no-untyped-def]
    return 4


@implements(_n_corners, None)
def _no_corners(shape):  # type: ignore[no-untyped-def]
    return 0


@kernel
def _measured(shape, scale):  # type: ignore[no-untyped-def]
    return _area(shape, scale) if _n_corners(shape) > 0 else -1.0


@kernel
def _counted(shape):  # type: ignore[no-untyped-def]
    return _n_corners(shape)


def test_a_type_implements_a_verb_beside_itself() -> None:
    """The way of the type, or the one of all others, in compiled code and in Python."""
    assert _measured(_Square(3.0), 2.0) == 36.0
    assert [_counted(_Square(3.0)), _counted(_Point(1.0))] == [4, 0]
    assert [_n_corners(_Square(3.0)), _n_corners(_Point(1.0))] == [4, 0]
    assert offers(_Square(3.0), _area, _n_corners)
    assert not offers(_Point(1.0), _n_corners)


def test_what_a_type_does_not_implement() -> None:
    with pytest.raises(TypeError, match="_Point does not implement _area: Area of a shape"):
        _area(_Point(1.0), 2.0)
    with pytest.raises(TypingError, match="_area"):
        _measured(_Point(1.0), 2.0)

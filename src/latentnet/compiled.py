"""The library's compile decorators, verbs that types implement, and an exponential and a logarithm for vectors.

Numba calls libm for ``math.exp``, one value at a time (11 ns); today's llvmlite has no SVML. `exp` is a branch-free
polynomial instead: 2^k·p(r) with x = k·log 2 + r, so a loop over it vectorises. Relative errors 1e-14 (float64) and
3e-7 (float32), tested. Arguments are clamped to where 2^k is a normal number.
"""

from __future__ import annotations

import functools
import gc
import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.ccallback import CFunc
from numba.core.errors import NumbaExperimentalFeatureWarning
from numba.core.registry import CPUDispatcher
from numba.core.sigutils import normalize_signature
from numba.extending import intrinsic, overload

from latentnet.keeping import kept, say_that_it_takes_time
from latentnet.parts import PART, Loop, Part, Whole
from latentnet.wanted import listed

__all__ = [
    "COUNTED",
    "UNCOUNTED",
    "block_function",
    "clear",
    "compiled_for",
    "copy_into",
    "exp",
    "fast_kernel",
    "first_class_functions",
    "implements",
    "inline_kernel",
    "kernel",
    "larger",
    "log",
    "offers",
    "small_kernel",
    "smaller",
    "softplus",
    "verb",
    "way_of",
]

# "nnan" and "ninf" let LLVM vectorise reductions with selects but make NaN and infinity undefined, so `kernel` goes
# without them.
_FAST = {"contract", "nsz", "arcp", "reassoc", "nnan", "ninf"}
_STRICT = {"contract", "nsz"}

# Options of what implements a verb (`implements`). UNCOUNTED leaves out reference counts, a tenth to a third of the
# time of kernels that run in a microsecond: only for functions that neither allocate nor return arrays, nor call
# anything that returns one.
COUNTED = {"error_model": "numpy", "fastmath": _STRICT, "_nrt": True}
UNCOUNTED = {**COUNTED, "_nrt": False}


class Kernel(CPUDispatcher):
    """A function that compiled code calls as a part of it; Python calls a copy, compiled and kept by itself."""

    def __init__(
        self, function: Callable[..., Any], fastmath: set[str], steps: Any = Part, *, counted: bool = True
    ) -> None:
        self._options = {"nopython": True, "nogil": True, "error_model": "numpy", "fastmath": fastmath}
        self._returns_none = function.__annotations__.get("return") == "None"
        super().__init__(function, targetoptions=self._options | {"_nrt": counted}, pipeline_class=steps)

    @functools.cached_property
    def of_python(self) -> Any:
        """The copy that Python calls."""
        return kept(numba.jit(**self._options, no_cfunc_wrapper=True)(self.py_func), self.py_func)

    def __call__(self, *arguments: Any) -> Any:
        """Call the copy that is Python's."""
        if self._returns_none and listed(
            self.py_func, lambda: (tuple(map(self.of_python.typeof_pyval, arguments)), None), kernel=True
        ):
            return None
        return self.of_python(*arguments)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile at the first call, cached on disk, without the GIL; NaN and infinity keep their meaning."""
    return Kernel(function, _STRICT)


def fast_kernel(function: Callable[..., Any]) -> Any:
    """Compile like `kernel`, for inner loops that must vectorise: operands must be finite."""
    return Kernel(function, _FAST, Loop)


def small_kernel(function: Callable[..., Any]) -> Any:
    """Compile like `kernel`, without counting references: see `UNCOUNTED`."""
    return Kernel(function, _STRICT, counted=False)


def inline_kernel(function: Callable[..., Any]) -> Any:
    """Compile as a part of each caller, under the caller's rules.

    For what is called in one place, or must be compiled for what it is called with.
    """
    return numba.njit(nogil=True, error_model="numpy", fastmath=_STRICT, inline="always")(function)


@small_kernel
def clear(out):
    """Fill a vector by zeros; for an assignment to a slice Numba compiles all kinds of them."""
    for p in range(out.size):
        out[p] = 0.0


@small_kernel
def copy_into(out, values):
    """Copy a vector; a slice would ask for an array in case both overlap."""
    for p in range(values.size):
        out[p] = values[p]


@functools.cache
def block_function(function: Callable[..., None], signature: Any) -> Any:
    """Compile a verb of the block contract to a first-class function with this explicit signature.

    Compilation happens here, at first use, never at import.
    """
    return compiled_for(signature, function, {"error_model": "numpy", "fastmath": _FAST})


def compiled_for(signature: Any, function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Compile a function for one signature, and keep it on disk."""
    begun = time.perf_counter()
    found = kept(CFunc(function, normalize_signature(signature), {}, options, pipeline_class=Whole), function)
    collecting = gc.isenabled()
    gc.disable()  # a fifth of the time went into looking for garbage in the compiler's trees
    try:
        found.compile()
    finally:
        if collecting:
            gc.enable()
    if not found.cache_hits:
        say_that_it_takes_time(time.perf_counter() - begun)
    return found


def verb(function: Callable[..., Any]) -> Any:
    """A name, arguments and docstring for what types do each in its own way: `implements` adds a way.

    The type of the first argument chooses: for compiled code when it compiles, for Python when it calls. The body of
    the decorated function is never run.
    """
    ways: dict[type | None, Callable[..., Any]] = {}
    options: dict[type | None, dict[str, Any]] = {}

    @functools.wraps(function)
    def call(subject: Any, *arguments: Any) -> Any:
        return ways[_way(call, type(subject))](subject, *arguments)

    call.ways, call.options = ways, options  # type: ignore[attr-defined]
    return call


def _nearest(verb: Any, kind: Any) -> type | None:
    """The class whose way of a verb an object takes: its own, a base class, or None for the way of all types."""
    return next((base for base in getattr(kind, "__mro__", ()) if base in verb.ways), None)


def _way(verb: Any, kind: type) -> type | None:
    nearest = _nearest(verb, kind)
    if nearest not in verb.ways:
        raise TypeError(f"{kind.__name__} does not implement {verb.__name__}: {verb.__doc__}")
    return nearest


def implements(verb: Any, kind: type | None, options: dict[str, Any] = COUNTED) -> Any:
    """Register the decorated function as a type's way of a verb.

    Parameters
    ----------
    verb : verb
    kind : type or None
        A NamedTuple's class; None is for all types that have no way of their own.
    options : dict
        COUNTED or UNCOUNTED, for compiled callers.
    """

    def register(function: Any) -> Any:
        verb.ways[kind], verb.options[kind] = function, options
        body = getattr(function, "py_func", function)

        def choose(subject: Any, *_: Any) -> Any:
            nearest = _nearest(verb, getattr(subject, "instance_class", None))
            return body if nearest is kind and nearest in verb.ways else None

        overload(verb, jit_options=options | PART, strict=False)(choose)
        return function

    return register


def way_of(verb: Any, subject: Any) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The plain function that is the way of an object's type of a verb, and the options that it compiles with."""
    kind = _way(verb, type(subject))
    return getattr(verb.ways[kind], "py_func", verb.ways[kind]), verb.options[kind]


def offers(subject: Any, *verbs: Any) -> bool:
    """Whether the type of an object has a way of its own of all of these verbs."""
    return all(_nearest(verb, type(subject)) is not None for verb in verbs)


@contextmanager
def first_class_functions() -> Iterator[None]:
    """Silence Numba's note that passing functions to kernels is experimental.

    It is measured, tested and pinned by our suite.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
        yield


def _chosen(typingctx: Any, x: Any, y: Any, comparison: str) -> Any:
    """Of two numbers y where the comparison of y with x holds, else x: as `max` and `min` do."""
    kind = typingctx.unify_types(types.unliteral(x), types.unliteral(y))

    def codegen(context, builder, signature, values):
        a, b = (context.cast(builder, *one, kind) for one in zip(values, signature.args, strict=True))
        compare = builder.fcmp_ordered if isinstance(kind, types.Float) else builder.icmp_signed
        return builder.select(compare(comparison, b, a), b, a)

    return kind(x, y), codegen


@intrinsic
def larger(typingctx, x, y):
    """The larger one; for Python's `max` Numba compiles functions for each pair of types."""
    return _chosen(typingctx, x, y, ">")


@intrinsic
def smaller(typingctx, x, y):
    """The smaller one."""
    return _chosen(typingctx, x, y, "<")


@intrinsic
def _power_of_two_64(typingctx, k):
    """2.0**k for an int64 k in [-1022, 1023], by writing the exponent's bits."""

    def codegen(context, builder, signature, args):
        integer = ir.IntType(64)
        bits = builder.shl(builder.add(args[0], integer(1023)), integer(52))
        return builder.bitcast(bits, ir.DoubleType())

    return types.float64(types.int64), codegen


@intrinsic
def _power_of_two_32(typingctx, k):
    """2.0**k for an int32 k in [-126, 127], by writing the exponent's bits."""

    def codegen(context, builder, signature, args):
        integer = ir.IntType(32)
        bits = builder.shl(builder.add(args[0], integer(127)), integer(23))
        return builder.bitcast(bits, ir.FloatType())

    return types.float32(types.int32), codegen


@intrinsic
def _bits_of(typingctx, x):
    """The bits of a float64 as an int64."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def _float_of(typingctx, bits):
    """The float64 that has these bits."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


_LOG2_E = 1.4426950408889634
# log 2 in two parts: k times the first is exact for every k that occurs.
_LN2_HIGH_64, _LN2_LOW_64 = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LN2_HIGH_32, _LN2_LOW_32 = np.float32(0.693359375), np.float32(-2.12194440e-4)
_C64 = tuple(1.0 / math.factorial(m) for m in range(12))
_C32 = tuple(np.float32(1.0 / math.factorial(m)) for m in range(7))
_A2, _A3, _A4, _A5, _A6, _A7, _A8, _A9, _A10, _A11 = _C64[2:]
_B2, _B3, _B4, _B5, _B6 = _C32[2:]


def _exp_64(x):
    x = smaller(larger(x, -708.0), 708.0)
    k = np.floor(x * _LOG2_E + 0.5)
    r = (x - k * _LN2_HIGH_64) - k * _LN2_LOW_64
    p = _A6 + r * (_A7 + r * (_A8 + r * (_A9 + r * (_A10 + r * _A11))))
    p = 1.0 + r * (1.0 + r * (_A2 + r * (_A3 + r * (_A4 + r * (_A5 + r * p)))))
    return p * _power_of_two_64(np.int64(np.int32(k)))


def _exp_32(x):
    x = smaller(larger(x, np.float32(-87.0)), np.float32(87.0))
    k = np.floor(x * np.float32(_LOG2_E) + np.float32(0.5))
    r = (x - k * _LN2_HIGH_32) - k * _LN2_LOW_32
    p = np.float32(1.0) + r * (np.float32(1.0) + r * (_B2 + r * (_B3 + r * (_B4 + r * (_B5 + r * _B6)))))
    return p * _power_of_two_32(np.int32(k))


def exp(x: float) -> float:
    """Exponential of a float64 or float32, vectorisable in compiled loops; NumPy's outside of them."""
    return np.exp(x)


@overload(exp, jit_options=PART)
def _exp(x):
    return _exp_32 if x == types.float32 else _exp_64


def log(x: float) -> float:
    """Logarithm of a positive, normal float64, vectorisable in compiled loops; NumPy's outside of them."""
    return np.log(x)


_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_L0, _L1, _L2, _L3, _L4, _L5, _L6, _L7, _L8, _L9, _L10 = (2.0 / (2 * m + 1) for m in range(11))


@overload(log, jit_options=PART)
def _log(x):
    def implementation(x):  # x = 2^k·m, m in [√½, √2), and log m = 2·atanh(u), |u| < 0.172
        bits = _bits_of(x)
        k = (bits - _ROOT_HALF_BITS) >> 52
        m = _float_of(bits - (k << 52))
        u = (m - 1.0) / (m + 1.0)
        v = u * u
        p = _L6 + v * (_L7 + v * (_L8 + v * (_L9 + v * _L10)))
        p = _L0 + v * (_L1 + v * (_L2 + v * (_L3 + v * (_L4 + v * (_L5 + v * p)))))
        exponent = float(np.int32(k))
        return exponent * _LN2_HIGH_64 + (exponent * _LN2_LOW_64 + u * p)

    return implementation


def softplus(x: float) -> float:
    """log(1 + exp(x)) of a float64, vectorisable in compiled loops, without overflow."""
    return np.logaddexp(0.0, x)


# log(1 + e) = 2·atanh(u), u = e / (2 + e) ≤ 1/3 for e ≤ 1: the odd powers' coefficients 2 / (2m + 1).
_ATANH = tuple(2.0 / (2 * m + 1) for m in range(15))


@overload(softplus, jit_options=PART)
def _softplus(x):
    a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14 = _ATANH

    def implementation(x):
        e = exp(-abs(x))
        u = e / (2.0 + e)
        v = u * u
        p = a8 + v * (a9 + v * (a10 + v * (a11 + v * (a12 + v * (a13 + v * a14)))))
        p = a0 + v * (a1 + v * (a2 + v * (a3 + v * (a4 + v * (a5 + v * (a6 + v * (a7 + v * p)))))))
        return larger(x, 0.0) + u * p

    return implementation

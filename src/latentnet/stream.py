"""Stream: a NumPy generator's uniform numbers for compiled code, and the laws that kernels draw from it.

Numba's own code of these laws takes a third of a second to compile in every kernel that draws. A kernel's `rng` may be
a Stream or a NumPy generator: both have the methods `random`, `standard_normal` and `standard_gamma`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba.extending import overload_method

from latentnet.compiled import UNCOUNTED
from latentnet.native import Memory, Reference, address_of, call
from latentnet.parts import PART

__all__ = ["STREAM", "Stream", "stream"]


class Stream(NamedTuple):
    """Where a bit generator and its next number in [0, 1) are."""

    state: int
    next_double: int


def stream(rng: np.random.Generator) -> Stream:
    """The stream of a generator, which must live as long."""
    bits = rng.bit_generator.ctypes
    return Stream(address_of(bits.state), address_of(bits.next_double))


STREAM = Memory(Stream(0, 0)).type


def _is_stream(kind: Reference) -> bool:
    return kind.instance_class is Stream


@overload_method(Reference, "random", jit_options=UNCOUNTED | PART)
def _random(rng):
    return (lambda rng: call(rng.next_double, (rng.state,))) if _is_stream(rng) else None


@overload_method(Reference, "standard_normal", jit_options=UNCOUNTED | PART)
def _standard_normal(rng):
    """Marsaglia & Bray's polar method (1964)."""

    def implementation(rng):
        while True:
            u, v = 2.0 * rng.random() - 1.0, 2.0 * rng.random() - 1.0
            square = u * u + v * v
            if 0.0 < square < 1.0:
                return u * math.sqrt(-2.0 * math.log(square) / square)

    return implementation if _is_stream(rng) else None


@overload_method(Reference, "standard_gamma", jit_options=UNCOUNTED | PART)
def _standard_gamma(rng, shape):
    """Marsaglia & Tsang's method (2000), and for shapes below 1 theirs of 1 + shape times u^(1/shape)."""

    def implementation(rng, shape):
        boost = 1.0
        if shape < 1.0:
            boost = math.exp(math.log(1.0 - rng.random()) / shape)
            shape = shape + 1.0
        d = shape - 1.0 / 3.0
        c = 1.0 / math.sqrt(9.0 * d)
        while True:
            x = rng.standard_normal()
            v = (1.0 + c * x) ** 3
            if v > 0.0 and math.log(1.0 - rng.random()) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
                return boost * d * v

    return implementation if _is_stream(rng) else None

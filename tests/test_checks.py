"""The checks of whole numbers and of names, whatever is thrown at them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from latentnet.checks import MOST, one_of, shown, whole_number
from latentnet.constraints import FRACTION

ABSURD = [
    None, True, 1.0, "1", b"1", 1j, Decimal("sNaN"), np.float64(1), np.bool_(True), np.array([1]), [], {}, (1,), int,
    pd.NA, pd.NaT, float("nan"), object(), 0, -1, np.int8(-3), MOST + 1, 10**400, 10**5000, np.uint64(2**63),
]  # fmt: skip


@pytest.mark.parametrize("value", ABSURD, ids=lambda value: type(value).__name__)
def test_no_whole_number_from_1(value):
    with pytest.raises(
        ValueError, match=r"n must be an integer (of at least 1|from 1 to 2147483647) or 'auto', but is"
    ):
        whole_number("n", value, 1, otherwise=" or 'auto'")


@pytest.mark.parametrize("value", [1, MOST, np.int8(100), np.uint64(7)])
def test_whole_numbers(value):
    found = whole_number("n", value, 1)
    assert type(found) is int
    assert found == value
    with pytest.raises(ValueError, match=r"n must be an integer from -3 to 0, but is .*; help"):
        whole_number("n", value, -3, 0, fix="; help")


def test_none_of_the_names():
    for value in [*ABSURD, pd.DataFrame({"a": [1]}), np.zeros((2, 2)), "A"]:
        with pytest.raises(ValueError, match=r"kind must be one of 'a', 'b', 'c', but is"):
            one_of("kind", value, ("a", "b", "c"))


def test_messages_are_short_whatever_the_value():
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError

    assert shown("a" * 1000) == f"'{'a' * 79}... (1002 characters)"
    assert shown(np.int64(3)) == "3"
    assert shown(Rude()) == "a value of type Rude that cannot be written out"


@pytest.mark.parametrize("value", [None, "x", 0, 1, True, float("nan"), np.array([0.2, 0.3]), 1j])
def test_fractions_lie_between_0_and_1(value: object) -> None:
    with pytest.raises(ValueError, match=r"probability must be between 0 and 1, but is "):
        FRACTION.demand("probability", value)
    FRACTION.demand("probability", np.float32(0.5))

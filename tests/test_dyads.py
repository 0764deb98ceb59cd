"""Numbers by dyad: arrays, sparse matrices and labelled frames read alike, and refused with the actors' names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from latentnet import Network
from latentnet.network.dyads import average_of_dyads, read_dyads, read_number_or_dyads, take_dyads, tie_place

LABELS = list("abcde")
DIRECTED = Network.from_array(np.triu(np.ones((5, 5)), 1), actors=LABELS, directed=True)
UNDIRECTED = Network.from_array(np.ones((5, 5)) - np.eye(5), actors=LABELS)
TWO_MODE = Network.from_incidence(np.ones((2, 3)), rows=["r", "s"], columns=["x", "y", "z"])
NUMBERS = np.random.default_rng(0).integers(1, 9, (5, 5)) * (1.0 - np.eye(5))
BLOCK = NUMBERS[:2, 2:].copy()


def _frame(numbers: np.ndarray) -> pd.DataFrame:
    """In another order, with an actor whom the network does not have."""
    frame = pd.DataFrame(numbers, index=LABELS, columns=LABELS)
    frame.loc["zoe"] = 77.0
    return frame.loc[["zoe", *"edcba"], list("bdaec")]


FORMS: dict[str, Callable[[np.ndarray], Any]] = {
    "array": np.array,
    "columns first": np.asfortranarray,
    "integers": lambda numbers: numbers.astype(np.int32),
    "no diagonal": lambda numbers: np.where(np.eye(5), np.nan, numbers),
    "masked diagonal": lambda numbers: np.ma.masked_array(numbers, np.eye(5)),
    "frame": _frame,
    "nullable frame": lambda numbers: _frame(numbers).astype("Int64"),
    "csr_array": sparse.csr_array,
    "coo_matrix": sparse.coo_matrix,
    "csc_array": sparse.csc_array,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_read_alike(form: Callable[[np.ndarray], Any]) -> None:
    value = form(NUMBERS)
    read = read_dyads(value, DIRECTED, "x")
    np.testing.assert_array_equal(read, NUMBERS)
    assert read.flags.c_contiguous
    assert not np.shares_memory(read, NUMBERS)
    senders, receivers = np.array([0, 4, 2, 0]), np.array([3, 1, 0, 3])
    np.testing.assert_array_equal(take_dyads(value, DIRECTED, "x", senders, receivers), NUMBERS[senders, receivers])
    np.testing.assert_array_equal(read_number_or_dyads(value, DIRECTED, "x"), NUMBERS)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("framed", [False, True])
def test_two_mode(full: bool, framed: bool) -> None:
    value: Any = np.full((5, 5), np.nan) if full else BLOCK
    if full:
        value[:2, 2:] = BLOCK
    if framed:
        rows, columns = TWO_MODE.actors[: None if full else 2], TWO_MODE.actors[0 if full else 2 :]
        value = pd.DataFrame(value, index=rows, columns=columns).iloc[::-1, ::-1]
    read = read_dyads(value, TWO_MODE, "x")
    np.testing.assert_array_equal(read[:2, 2:], BLOCK)
    assert not read[2:].any()
    assert not read[:, :2].any()
    taken = take_dyads(value, TWO_MODE, "x", np.array([1, 0]), np.array([2, 4]))
    np.testing.assert_array_equal(taken, [BLOCK[1, 0], BLOCK[0, 2]])


def test_one_number() -> None:
    for number in (3, 3.0, np.int64(3), np.float32(3)):
        assert read_number_or_dyads(number, DIRECTED, "x") == 3.0
        np.testing.assert_array_equal(take_dyads(number, DIRECTED, "x", np.zeros(2, int), np.ones(2, int)), [3.0, 3.0])
        assert average_of_dyads(number) == 3.0
    for value in (NUMBERS, sparse.csr_array(NUMBERS), pd.DataFrame(NUMBERS)):
        assert average_of_dyads(value) == pytest.approx(NUMBERS[NUMBERS > 0.0].mean())


HOLE = np.where(np.arange(25).reshape(5, 5) == 8, np.nan, NUMBERS)


@pytest.mark.parametrize(
    ("value", "network", "words"),
    [
        (NUMBERS, UNDIRECTED, ["symmetric", "from 'a' to 'b'", "matrix.T"]),
        (NUMBERS[:3], DIRECTED, ["(5, 5)", "(3, 5)"]),
        (BLOCK.T, TWO_MODE, ["(5, 5)", "(2, 3)", "(3, 2)"]),
        (HOLE, DIRECTED, ["finite", "from 'b' to 'd' it is nan"]),
        (_frame(HOLE), DIRECTED, ["finite", "from 'b' to 'd' it is nan"]),
        (np.where(np.isnan(HOLE), np.inf, HOLE), DIRECTED, ["from 'b' to 'd' it is inf"]),
        (np.inf, DIRECTED, ["must be a finite number", "inf"]),
        (_frame(NUMBERS).drop(["a", "c"]), DIRECTED, ["x's index", "lacks 'a', 'c'"]),
        (_frame(NUMBERS).drop(columns="e"), DIRECTED, ["x's columns", "lacks 'e'"]),
        (pd.concat([_frame(NUMBERS)] * 2), DIRECTED, ["more than once"]),
    ],
)
def test_wrong_numbers_are_refused_by_name(value: Any, network: Network, words: list[str]) -> None:
    with pytest.raises(ValueError, match="must") as raised:
        read_number_or_dyads(value, network, "x")
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("trade", ["a numpy array", "str"]),
        (None, ["NoneType"]),
        (NUMBERS.tolist(), ["list", "numpy.asarray"]),
        (NUMBERS.astype(str), ["real numbers", "<U"]),
        (NUMBERS + 1j, ["real numbers", "complex"]),
        (_frame(NUMBERS).astype({"d": str}), ["column 'd'", "real numbers"]),
    ],
)
def test_wrong_types_are_refused(value: Any, words: list[str]) -> None:
    with pytest.raises(TypeError, match="x must") as raised:
        read_dyads(value, DIRECTED, "x")
    for word in words:
        assert word in str(raised.value)


def test_place_of_a_tie() -> None:
    assert tie_place(DIRECTED, 4) == "from 'b' to 'c'"


REPEATED = [(np.int8, 100, 200.0), (np.uint8, 200, 400.0), (bool, True, 1.0)]


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(("dtype", "value", "total"), REPEATED)
def test_repeated_entries_add_up_as_floats(compressed: bool, dtype: Any, value: Any, total: float) -> None:
    """Small integers overflowed: 100 and 100 were -56."""
    values, columns = np.full(2, value, dtype), np.array([1, 1])
    entries = (
        sparse.csr_array((values, columns, np.array([0, 2, 2, 2, 2, 2])), shape=(5, 5))
        if compressed
        else sparse.coo_array((values, (np.zeros(2, int), columns)), shape=(5, 5))
    )
    assert read_dyads(entries, DIRECTED, "x")[0, 1] == total
    assert take_dyads(entries, DIRECTED, "x", np.array([0]), np.array([1])) == [total]
    network = Network.from_array(entries, actors=LABELS, directed=True)
    assert network.ties[0, 1] == total

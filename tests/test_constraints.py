"""Rules of arguments: what they let pass, and what they say."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import latentnet
from latentnet._exceptions import ArgumentError, NotFittedError
from latentnet.constraints import (
    COLUMN,
    COUNT,
    FITTED,
    FLAG,
    FRACTION,
    JOBS,
    LABELS,
    NAMES,
    PATH,
    SEED,
    Rule,
    among,
    checked,
    number,
    optional,
    whole,
)


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (COUNT, [1, np.int8(3)], [0, 1.0, True, "1", None, 2**31]),
        (whole(0, 1), [0, 1], [-1, 2, np.True_]),
        (number(0.0, 1.0), [0.5, 1, np.float32(0.1), Fraction(1, 3)], [0, 1.1, float("nan"), True, 10**400, "x"]),
        (number(least=0.0), [0.0, 3], [-0.1, float("inf")]),
        (FRACTION, [0.5, np.float64(0.1)], [0, 1, None, "x", float("nan"), np.array([0.2, 0.3])]),
        (FLAG, [True, np.False_], [0, 1, None, "yes"]),
        (optional(FLAG), [None, False], [0]),
        (among("a", "b"), ["a"], ["c", 0, None, ["a"]]),
        (JOBS, [None, -1, 4], [0, 1.5, True, 10**9]),
        (SEED, [None, 0, np.random.default_rng(1), np.random.SeedSequence(1)], [-1, True, 0.5, "x", np.random]),
        (PATH, ["x", Path("x")], ["", "a\0b", "\ud800", b"x", 0, None]),
        (NAMES, ["a", ["a", "b"], ("a",)], ["", [], [0], {"a": 1}, None, 0]),
        (LABELS, [[], ["a"], (k for k in "ab")], ["a", b"a", 0, None, np.array(0.5)]),
        (COLUMN, ["a", 0, ("a", 1), None], [["a"], float("nan"), 10**5000, int]),
    ],
)
def test_rules_let_pass_what_they_say(rule: Rule, good: list[object], bad: list[object]) -> None:
    for value in good:
        rule.demand("it", value)
    for value in bad:
        with pytest.raises(ArgumentError, match=r"^it must be .*, but is "):
            rule.demand("it", value)


def test_error_names_argument_rule_and_value_and_is_of_both_kinds() -> None:
    with pytest.raises(
        ValueError, match=r"^n must be an integer from 1 to 3 or None, but is 'x'; ask for fewer$"
    ) as found:
        optional(Rule("an integer from 1 to 3", lambda value: value in (1, 2, 3), "; ask for fewer")).demand("n", "x")
    assert isinstance(found.value, TypeError)


def test_values_that_cannot_be_looked_at_break_the_rule() -> None:
    class Rude:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

    for rule in (COUNT, FLAG, SEED, PATH, NAMES, LABELS, COLUMN, FITTED, among("a")):
        with pytest.raises(ArgumentError):
            rule.demand("it", Rude())


def test_decorated_functions_check_what_was_given_and_keep_their_signature() -> None:
    @checked(n=COUNT)
    def twice(n: int, m: int = 0) -> int:
        return 2 * n + m

    assert twice(2) == twice(n=2) == 4
    assert list(twice.__wrapped__.__annotations__) == ["n", "m", "return"]  # type: ignore[attr-defined]
    with pytest.raises(ArgumentError, match="n must be an integer of at least 1, but is 0"):
        twice(0, m=1)
    with pytest.raises(TypeError, match="twice needs n, but was not given it"):
        twice()  # type: ignore[call-arg]


def test_models_are_told_from_classes_and_from_what_is_not_fitted() -> None:
    with pytest.raises(ArgumentError, match=r"model must be a fitted model of latentnet, but is 0"):
        latentnet.bic(0)
    with pytest.raises(ArgumentError, match=r"write LatentPositionModel\(\) with parentheses"):
        latentnet.bic(latentnet.LatentPositionModel)
    with pytest.raises(NotFittedError, match="model must be fitted, but this LatentPositionModel is not fitted yet"):
        latentnet.bic(latentnet.LatentPositionModel())


@pytest.mark.parametrize("tolerance", [10**300, 1e300], ids=["whole", "float"])
def test_tolerances_whose_squares_no_float_holds_are_taken(tolerance: float) -> None:
    network = latentnet.Network.from_networkx(nx.path_graph(4))
    engine = latentnet.MAP(1, tolerance=tolerance)
    assert latentnet.LatentPositionModel(inference=engine, random_state=1).fit(network).n_actors_ == 4

"""What arguments of public callables may be: one table for each callable, read by one function.

``@checked(n=whole(1), probability=FRACTION)`` above a function checks these arguments before anything is computed, and
says of what breaks a rule which argument it is, the rule, and the value: "n must be an integer of at least 1, but is
'x'". `checked` knows what can be said of an argument by itself; what hangs on others, or on the network, is checked in
the function's first lines, in the same words.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from latentnet._exceptions import ArgumentError, NotFittedError
from latentnet.calls import misfit
from latentnet.checks import MOST, can_be_shown, forgotten_call, is_whole, listed, meant, shown

__all__ = [
    "BY_DYAD",
    "COLUMN",
    "COUNT",
    "FITTED",
    "FLAG",
    "FRACTION",
    "FRAME",
    "JOBS",
    "LABELS",
    "MATRIX",
    "MODEL",
    "NAMED_MODELS",
    "NAMES",
    "PAIRS",
    "PATH",
    "PICTURED",
    "SEED",
    "SHOWN",
    "Rule",
    "among",
    "checked",
    "goes_through",
    "having",
    "instance",
    "is_number",
    "number",
    "optional",
    "whole",
]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Rule:
    """What an argument may be.

    Parameters
    ----------
    says : str
        Such as "an integer of at least 1", to follow "must be".
    holds : callable
        Whether a value is such; what it raises counts as no.
    fix : str
        What to do, such as "; for no latent space use similarity=None".
    """

    says: str
    holds: Callable[[Any], Any]
    fix: str = ""

    def allows(self, value: Any) -> bool:
        """Whether the rule holds for a value."""
        try:
            return bool(self.holds(value))
        except Exception:  # whatever a value that is nothing of what it should be raises when it is looked at
            return False

    def demand(self, argument: str, value: Any) -> None:
        """Raise an ArgumentError that names the argument, the rule and the value, if the rule does not hold."""
        if not self.allows(value):
            hint = forgotten_call(value) if _is_of_library(value) else ""
            raise ArgumentError(f"{argument} must be {self.says}, but is {shown(value)}{hint}{self.fix}")

    def or_(self, says: str, holds: Callable[[Any], Any]) -> Rule:
        """The rule that this one holds or another."""
        return replace(self, says=f"{self.says} or {says}", holds=lambda value: holds(value) or self.holds(value))


def optional(rule: Rule) -> Rule:
    """The rule that it holds, or the value is None."""
    return rule.or_("None", lambda value: value is None)


def checked(**rules: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check arguments by their rules before the function runs, and names that it does not take.

    Parameters
    ----------
    **rules : Rule
        By argument, if there are any. Defaults that are not given are not checked.

    Returns
    -------
    callable
        A decorator. What it makes has the `rules` as an attribute.

    Examples
    --------
    >>> @checked(n=whole(1))
    ... def twice(n):
    ...     return 2 * n
    >>> twice("x")
    Traceback (most recent call last):
    latentnet._exceptions.ArgumentError: n must be an integer of at least 1, but is 'x'
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        assert set(rules) <= set(signature.parameters)

        @functools.wraps(function)
        def careful(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:  # it names what was called by an inner name, and no way out
                raise misfit(function, signature, args, kwargs) from None
            for argument, value in bound.arguments.items():
                if argument in rules:
                    rules[argument].demand(argument, value)
            return function(*args, **kwargs)

        careful.rules = rules  # type: ignore[attr-defined]
        return careful

    return decorate


def whole(least: int, most: int = MOST) -> Rule:
    """Integers of Python or NumPy, no booleans."""
    limit = f"of at least {least}" if most == MOST else f"from {least} to {most}"
    return Rule(f"an integer {limit}", lambda value: is_whole(value) and least <= int(value) <= most)


def number(above: float = -math.inf, most: float = math.inf, *, least: float = -math.inf) -> Rule:
    """Finite numbers above one and up to another; `least` is a limit that is let in."""
    limits = [f"above {above:g}"] * (above > -math.inf) + [f"of at least {least:g}"] * (least > -math.inf)
    limits += [f"up to {most:g}"] * (most < math.inf)
    return Rule(
        " ".join(["a finite number", " and ".join(limits)]).strip(),
        lambda value: is_number(value) and math.isfinite(value) and above < value <= most and value >= least,
    )


def is_number(value: Any) -> bool:
    """Whether it is a real number of Python or NumPy, and no boolean."""
    return isinstance(value, Real | np.number) and not isinstance(value, bool | np.bool_ | np.complexfloating)


@dataclass(frozen=True)
class _Among(Rule):
    """Some words, and what is said of words that others use for them."""

    words: tuple[str, ...] = ()

    def demand(self, argument: str, value: Any) -> None:
        fix = f"{self.fix}{meant(argument.rpartition(' ')[2], value, self.words)}"
        Rule(self.says, self.holds, fix).demand(argument, value)


def among(*choices: str) -> Rule:
    """One of some words."""
    return _Among(listed(choices), lambda value: isinstance(value, str) and value in choices, words=choices)


def instance(says: str, *types: type) -> Rule:
    """Instances of some classes."""
    return Rule(says, lambda value: isinstance(value, types))


def having(says: str, *names: str) -> Rule:
    """What has some attributes, and is no class."""
    return Rule(says, lambda value: not isinstance(value, type) and all(hasattr(value, name) for name in names))


class _Fitted(Rule):
    """Fitted models, and what is said of those that are not."""

    def demand(self, argument: str, value: Any) -> None:
        if not self.allows(value) and any(name in ("posterior", "prior") for name in _names_in(value)):
            raise ArgumentError(f"{argument} must be {self.says}, but is draws of one for ArviZ; give the model itself")
        super().demand(argument, value)
        if _is_model(value) and not hasattr(value, "draws_"):
            raise NotFittedError(
                f"{argument} must be fitted, but this {type(value).__name__} is not fitted yet: call fit(network) first"
            )


def _names_in(value: Any) -> list[str]:
    """Names of what is in a mapping or in one of ArviZ's objects, as far as they are to be had."""
    try:
        return [one.strip("/") for one in value if isinstance(one, str)]
    except Exception:  # it has none
        return []


def _is_of_library(value: Any) -> bool:
    return isinstance(value, type) and value.__module__.startswith("latentnet.")


def _is_model(value: Any) -> bool:
    return hasattr(type(value), "_checked") and not isinstance(value, type)


def _is_picture(value: Any) -> bool:
    return _is_model(value) or (not isinstance(value, type) and any(hasattr(value, name) for name in _OF_PICTURES))


def _is_key(value: Any) -> bool:
    """Whether it can be looked up among others and written out, which integers of 5,000 digits cannot."""
    return isinstance(hash(value), int) and value == value and bool(str(value)) and not isinstance(value, type)


def _is_table(value: Any) -> bool:
    """Whether numpy sees axes in it; ragged lists it refuses."""
    shape = getattr(value, "shape", None)
    return len(shape) > 0 if isinstance(shape, tuple) else isinstance(value, list | tuple) and np.ndim(value) > 0


def _are_names(value: Any) -> bool:
    if isinstance(value, str):
        return value != ""
    return not isinstance(value, Mapping) and len(value) > 0 and all(isinstance(one, str) for one in value)


def _is_path(value: Any) -> bool:
    text = os.fspath(value)
    return isinstance(text, str) and text != "" and b"\0" not in os.fsencode(text)


def _is_seed(value: Any) -> bool:
    kinds = np.random.SeedSequence | np.random.Generator | np.random.RandomState
    return value is None or isinstance(value, kinds) or (is_whole(value) and value >= 0)


def goes_through(value: Any) -> bool:
    """Whether it is a sequence, or another thing to go through, that is no text."""
    return not isinstance(value, str | bytes | type) and iter(value) is not None


# What a picture is drawn of: a fitted model, or what has the same attributes.
_OF_PICTURES = ("network_", "labels_", "posterior_")

FLAG = Rule("True or False", lambda value: isinstance(value, bool | np.bool_))
COUNT = whole(1)
FRACTION = Rule("between 0 and 1", lambda value: is_number(value) and 0.0 < value < 1.0)
SHOWN = Rule("a string that can be shown", lambda value: isinstance(value, str) and can_be_shown(value))
PATH = Rule("the name of a file", _is_path)
LABELS = Rule(
    "a sequence of labels",
    lambda value: goes_through(value) and not isinstance(value, pd.DataFrame),
    "; for one actor write [label], and of a frame take its index or one of its columns",
)
PAIRS = Rule(
    "a sequence of (sender, receiver) labels",
    lambda value: goes_through(value) and not isinstance(value, pd.DataFrame),
    "; of a frame take list(zip(frame['sender'], frame['receiver']))",
)
NAMES = Rule("a name or a sequence of names", _are_names)
MATRIX = Rule("a matrix: an array, a sparse matrix, a DataFrame or lists of equal length", _is_table)
BY_DYAD = Rule(
    "a number, or a number for each dyad: a numpy array, a scipy.sparse matrix or a DataFrame",
    lambda value: is_number(value) or isinstance(getattr(value, "shape", None), tuple),
    "; numpy.asarray(...) makes an array of nested lists",
)
COLUMN = Rule("the name of a column", _is_key)
FRAME = instance("a pandas DataFrame", pd.DataFrame)
NAMED_MODELS = Rule(
    "a mapping from names to fitted models, such as {'two dimensions': model}",
    lambda value: isinstance(value, Mapping) and len(value) > 0 and all(map(SHOWN.allows, value)),
)
MODEL = Rule("a model of latentnet", _is_model)
FITTED = _Fitted("a fitted model of latentnet", lambda value: _is_model(value) or hasattr(value, "draws_"))
PICTURED = _Fitted("a fitted model of latentnet", _is_picture)
SEED = Rule("None, an integer of at least 0, or a SeedSequence, Generator or RandomState of numpy", _is_seed)
JOBS = Rule(
    "None, -1 or an integer from 1 to 1024",
    lambda value: value is None or (is_whole(value) and value != 0 and abs(value) <= 1024),
)

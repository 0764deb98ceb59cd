"""Calls that a function cannot take: parameters that it does not have, that are missing, or that come out of place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from latentnet._exceptions import ArgumentError
from latentnet.meant import parameter_meant

__all__ = ["called", "known", "misfit", "offer", "unknown"]

_KEYWORDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
# By a part's parameter and the argument that takes the part: how to write it.
_PARTS: dict[tuple[str, str], str] = {}


def offer(part: str, names: Collection[str], argument: str) -> None:
    """Let errors say of a part's parameters where they belong.

    Parameters
    ----------
    part : str
        A class, such as "MCMC".
    names : collection of str
        The parameters of its constructor.
    argument : str
        What takes such parts, such as "inference".
    """
    for name in names:
        text = f"{argument}={part}({name}=...)"
        _PARTS[name, argument] = min(text, _PARTS.get((name, argument), text))


def known(function: Callable[..., Any]) -> list[str]:
    """The names of what a function or class takes by name."""
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters if one.kind in _KEYWORDS and one.name not in ("self", "cls")]


def unknown(owner: str, names: Sequence[str], taken: Collection[str], made_by: Collection[str] = ()) -> ArgumentError:
    """The error for parameters that there are not; `made_by` are those of the constructor, where a method fits.

    Examples
    --------
    >>> unknown("Model", ["seed"], ["n_dims", "random_state"])
    ArgumentError("Model has no parameter 'seed'; did you mean random_state? It takes n_dims and random_state")
    """
    hints = [_hint(owner, name, taken, made_by) for name in names]
    takes = f"t takes {_in_words([name for name in taken if name != 'y'])}"  # scikit-learn's y is ignored
    if len(names) == 1:
        text = f"{owner} has no parameter {names[0]!r}; "
        return ArgumentError(f"{text}{hints[0]} I{takes}" if hints[0] else f"{text}i{takes}")
    told = [f"{name!r} ({hint})" if hint else repr(name) for name, hint in zip(names, hints, strict=True)]
    return ArgumentError(f"{owner} has no parameters {_in_words(told)}; i{takes}")


def misfit(
    function: Callable[..., Any], signature: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> ArgumentError:
    """The error for a call that a signature cannot be bound to."""
    owner, given = called(function, args), list(args)
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].name in ("self", "cls"):
        parameters, given = parameters[1:], given[1:]
    names = [one.name for one in parameters if one.kind in _KEYWORDS]
    strange = [name for name in kwargs if name not in names]
    if strange:
        fits = function.__name__.startswith("fit") and args
        return unknown(owner, strange, names, known(type(args[0]).__init__) if fits else ())
    placed = [one.name for one in parameters if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    if len(given) > len(placed):
        rest = names[len(placed) :]
        fix = f"; write the others by name: {', '.join(f'{name}=...' for name in rest)}" if rest else ""
        return ArgumentError(f"{owner} takes {_in_words(placed)} by place, but was given {len(given)}{fix}")
    twice = [name for name in placed[: len(given)] if name in kwargs]
    if twice:
        return ArgumentError(f"{owner} was given {twice[0]} twice, by place and by name; leave one out")
    needed = {one.name for one in parameters if one.kind in _KEYWORDS and one.default is inspect.Parameter.empty}
    missing = [name for name in names if name in needed - set(kwargs) - set(placed[: len(given)])]
    them, bound = "them" if len(missing) > 1 else "it", {**dict(zip(placed, given, strict=False)), **kwargs}
    return ArgumentError(
        f"{owner} needs {_in_words(missing)}, but was not given {them}{_columns(bound)}{_several(bound)}"
    )


def called(function: Callable[..., Any], args: Sequence[Any]) -> str:
    """What users call it by: a class for its constructor, "Network.from_edges", or a function's name."""
    first = next(iter(inspect.signature(function).parameters), "")
    if not args or first not in ("self", "cls"):
        return function.__name__
    owner = (type(args[0]) if first == "self" else args[0]).__name__
    return owner if function.__name__ == "__init__" else f"{owner}.{function.__name__}"


def _hint(owner: str, name: str, taken: Collection[str], made_by: Collection[str]) -> str:
    """What was meant: a parameter that is taken, else one of the constructor, else what is written in another place."""
    hint = _meant(name, taken)
    return _meant_of(owner.partition(".")[0], name, made_by) or hint if not hint or "(" in hint else hint


def _meant(name: str, taken: Collection[str]) -> str:
    return parameter_meant(name, taken, lambda one: _elsewhere(one, taken))


def _meant_of(owner: str, name: str, taken: Collection[str]) -> str:
    """What was meant by a parameter that a constructor takes."""
    if name in taken:
        return f"did you mean {owner}({name}=...)?"
    hint = _meant(name, taken) if taken else ""
    return hint and f"{hint[:-1]} of {owner}(...)?"


def _columns(given: Mapping[str, Any]) -> str:
    """What columns there are to be named, where a frame was given."""
    frames = {name: list(value.columns) for name, value in given.items() if isinstance(value, pd.DataFrame)}
    return "".join(f"; the columns of {name} are {_in_words(list(map(repr, have)))}" for name, have in frames.items())


def _several(given: Mapping[str, Any]) -> str:
    """What to give in place of a model of several networks, where one was given and something else is missing."""
    ours = {name: value for name, value in given.items() if type(value).__module__.startswith("latentnet.")}
    joint = [name for name, value in ours.items() if hasattr(value, "networks_")]
    return f"; {joint[0]} is a model of several networks: give parts of it, such as model.at(period=0)" if joint else ""


def _elsewhere(name: str, taken: Collection[str]) -> list[str]:
    return [text for (one, argument), text in _PARTS.items() if one == name and argument in taken]


def _in_words(names: Collection[str]) -> str:
    *start, last = list(names) or ["nothing"]
    return f"{', '.join(start)} and {last}" if start else last

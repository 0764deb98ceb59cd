"""Checks that are made in many places, so that their words are the same: a whole number, one of some names, memory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from latentnet._exceptions import ArgumentError
from latentnet.meant import value_meant

__all__ = [
    "MOST",
    "can_be_shown",
    "check_shown",
    "fits",
    "fits_square",
    "forgotten_call",
    "is_whole",
    "listed",
    "meant",
    "one_of",
    "shown",
    "whole_number",
]

# Sums and products of two such numbers still fit into 64 bits, and no array of more elements fits into memory.
MOST = 2**31 - 1
_LONGEST = 100
# Control characters, halves of surrogate pairs and what is no character: neither SVG nor HTML can hold them.
_UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PLAIN = (int, float, bool, type(None))  # as text they are digits and the like


def shown(value: Any) -> str:
    """Write a value for a message, cut where it is long, whatever its `repr` does."""
    try:
        text = repr(value.item() if isinstance(value, np.generic) else value)
    except Exception:  # such as that of an integer of 5,000 digits, or one that a user wrote
        return f"a value of type {type(value).__name__} that cannot be written out"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}... ({len(text)} characters)"


def can_be_shown(text: str) -> bool:
    """Whether pictures and pages can hold a text."""
    return _UNSHOWN.search(text) is None


def check_shown(argument: str, values: Iterable[Any]) -> None:
    """Refuse labels, names and the like whose text no picture or page can hold.

    Parameters
    ----------
    argument : str
        What messages call them.
    values : iterable
        Texts; whatever has another type, also within tuples, is shown as its `str`.

    Raises
    ------
    ValueError
        If one has control characters, halves of surrogate pairs or what is no character.
    """
    for value in values:
        if isinstance(value, tuple):
            check_shown(argument, value)
        elif type(value) not in _PLAIN:
            text = value if isinstance(value, str) else str(value)
            found = _UNSHOWN.search(text)
            if found is not None:
                raise ValueError(
                    f"{argument} must be texts that can be shown, but {shown(text)} has the character "
                    f"{shown(found[0])}; escape it, for example by repr(text)[1:-1]"
                )


def is_whole(value: Any) -> bool:
    """Whether it is an integer of Python or NumPy, and no boolean."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def whole_number(argument: str, value: Any, least: int, most: int = MOST, *, otherwise: str = "", fix: str = "") -> int:
    """Check an integer.

    Parameters
    ----------
    argument : str
        Its name, for the message.
    value : object
        Python's or NumPy's integers pass; booleans and floats do not.
    least, most : int
    otherwise : str
        What else would have been right, such as " or 'auto'".
    fix : str
        What to do, such as "; for no latent space use similarity=None".

    Returns
    -------
    int

    Raises
    ------
    ArgumentError
        If it is no integer, or out of range.

    Examples
    --------
    >>> whole_number("n", 3, 1)
    3
    >>> whole_number("n", True, 1)
    Traceback (most recent call last):
    latentnet._exceptions.ArgumentError: n must be an integer of at least 1, but is True
    """
    whole = is_whole(value)
    if whole and least <= int(value) <= most:
        return int(value)
    limit = f"of at least {least}" if most == MOST and not (whole and value > most) else f"from {least} to {most}"
    raise ArgumentError(f"{argument} must be an integer {limit}{otherwise}, but is {shown(value)}{fix}")


def one_of(argument: str, value: Any, choices: Iterable[Any], *, otherwise: str = "", fix: str = "") -> Any:
    """Check that a value is among some names or labels, and return it.

    Parameters
    ----------
    argument : str
        Its name, for the message.
    value : object
        Of any type, also one that cannot be compared.
    choices : iterable of hashable
    otherwise, fix : str
        As for `whole_number`.

    Raises
    ------
    ArgumentError
        If it is not.

    Examples
    --------
    >>> one_of("kind", "b", ["a", "c", "d"], otherwise=" or None")
    Traceback (most recent call last):
    latentnet._exceptions.ArgumentError: kind must be one of 'a', 'c', 'd' or None, but is 'b'
    """
    choices = tuple(choices)
    try:
        hash(value)
        found = value in choices
    except (TypeError, ValueError):  # an array, a frame, a missing value
        found = False
    if not found:
        hint = meant(argument, value, choices)
        raise ArgumentError(f"{argument} must be {listed(choices)}{otherwise}, but is {shown(value)}{fix}{hint}")
    return value


def forgotten_call(value: Any) -> str:
    """What to write instead of a class or its module, for the end of a message; nothing of what is neither."""
    if isinstance(value, ModuleType):
        folder, _, own = value.__name__.rpartition(".")
        inside = [one for one in vars(value).values() if isinstance(one, type) and one.__module__ == value.__name__]
        found = [one.__name__ for one in inside if one.__name__.lower() == own.replace("_", "")]
        return f", a module; write {found[0]}(), from {folder}" if found else ""
    return f"; write {value.__name__}() with parentheses" if isinstance(value, type) else ""


def meant(argument: str, value: Any, choices: Iterable[Any]) -> str:
    """What to write instead of a word, for the end of a message; nothing if that is not known."""
    hint = isinstance(value, str) and value_meant(argument, value, [one for one in choices if isinstance(one, str)])
    return f"; {hint}" if hint else ""


def listed(choices: Iterable[Any]) -> str:
    """Write choices for a message."""
    choices = tuple(choices)
    joint, start = (" or ", "") if len(choices) == 2 else (", ", "one of ")
    return start + joint.join(map(shown, choices))


def fits(what: str, n_bytes: float, *, fix: str) -> None:
    """Refuse what does not fit into memory, before it is made.

    Parameters
    ----------
    what : str
        What would be made, for the message.
    n_bytes : float
        What it takes.
    fix : str
        What to do instead.

    Raises
    ------
    MemoryError
        If it takes more than is free (than there is, where a system does not say what is free).
    """
    free = free_memory()
    if n_bytes > free:
        needed, left = (f"{value / 2**30:,.1f} GiB" for value in (n_bytes, free))
        raise MemoryError(f"{what} would take {needed} of memory, but {left} are free; {fix}")


def fits_square(what: str, n_actors: int, n_bytes: float, *, fix: str) -> None:
    """Refuse what grows with the square of the actors and does not fit into memory, before it is made.

    Parameters
    ----------
    what : str
        What would be made of "for ... actors".
    n_actors : int
    n_bytes : float
        What it takes for each ordered pair of actors, all that is made on the way included.
    fix : str
        What to do instead.

    Raises
    ------
    MemoryError
        If it takes more than is free.

    Examples
    --------
    >>> fits_square("a number for each dyad", 10**7, 8.0, fix="ask for some of them")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    MemoryError: a number for each dyad of 10,000,000 actors would take 745,058.1 GiB of memory, but ...
    """
    fits(f"{what} of {n_actors:,} actors", n_bytes * n_actors * n_actors, fix=fix)


def free_memory() -> float:
    """Bytes that are free, or there are; infinity where the system does not say."""
    try:
        told = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
        return 1024.0 * float(told["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        names = getattr(os, "sysconf_names", {})
        if "SC_PHYS_PAGES" not in names:
            return float("inf")
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")

"""What was meant by a name that there is not, for errors to say."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from difflib import get_close_matches
from opcode import opmap
from typing import Any

from latentnet.other_names import ATTRIBUTES, PARAMETERS, VALUES

__all__ = ["attribute_meant", "guide", "no_attribute", "parameter_meant", "value_meant"]

# The public names of each module that has a guide.
_PUBLIC: dict[str, Collection[str]] = {}


def parameter_meant(name: str, names: Collection[str], elsewhere: Callable[[str], list[str]]) -> str:
    """What was meant by a parameter that there is not, such as "did you mean n_dims?", or nothing.

    Parameters
    ----------
    name : str
    names : collection of str
        The parameters that there are.
    elsewhere : callable
        How a parameter of that name is given to a part of what is called, such as "inference=MCMC(n_draws=...)".
    """
    told = PARAMETERS.get(_key(name), ())
    parts = [text for one in (name, *told) for text in elsewhere(one)]
    texts = [one for one in told if not one.isidentifier()]
    return _asked([one for one in told if one in names] or parts[:1] or _nearest(name, names) or texts)


def attribute_meant(name: str, names: Collection[str], elsewhere: Collection[str] = (), owner: str = "") -> str:
    """What was meant by an attribute that there is not, or nothing, as of private ones: many look for these.

    Parameters
    ----------
    name : str
    names : collection of str
        The attributes that there are.
    elsewhere : collection of str
        The full names of others that may be meant, such as "latentnet.effects.Homophily".
    owner : str
        The class that it is asked of.
    """
    if name.startswith("_"):
        return ""
    told = ATTRIBUTES.get(_key(f"{owner}.{name}")) or ATTRIBUTES.get(_key(name), ())
    last = {one: one.rpartition(".")[2] for one in elsewhere}
    others = [one for one in elsewhere if last[one] in (name, *told)]
    others = others or [one for one in elsewhere if last[one].lower() == name.lower()]
    texts = [one for one in told if not one.isidentifier()]
    mine = [one for one in told if one in names] or [one for one in names if one.lower() == name.lower()]
    return _asked(mine or others or texts or _nearest(name, names))


def guide(module: str, names: Collection[str]) -> Callable[[str], Any]:
    """What a module's `__getattr__` is: the error that says what was meant, and nothing else."""
    _PUBLIC[module] = names

    def absent(name: str) -> Any:
        others = [f"{one}.{public}" for one, several in _PUBLIC.items() if one != module for public in several]
        hint = attribute_meant(name, names, others)
        if _imports(name):
            raise ImportError(f"cannot import name {name!r} from {module!r}{hint and '; ' + hint}", name=module)
        raise no_attribute(f"module {module!r}", name, hint)

    return absent


def _imports(name: str) -> bool:
    """Whether ``from module import name`` asks: of an AttributeError that would make one without a hint."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_name == "__getattr__":
        frame = frame.f_back
    return frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]


def no_attribute(owner: str, name: str, hint: str) -> AttributeError:
    """The error for an attribute that there is not; it has its name, or Python would guess as well."""
    return AttributeError(f"{owner} has no attribute {name!r}{hint and '; ' + hint}", name=name)


def value_meant(parameter: str, value: str, choices: Collection[str]) -> str:
    """What to write for a value that a parameter does not take, or nothing."""
    found = VALUES.get(parameter, {}).get(value.lower())
    near = [f"{parameter}={one!r}" for one in _nearest(value, choices)]
    return f"write {found}" if found else _asked(near)


def _nearest(name: str, names: Collection[str]) -> list[str]:
    """The one of some names that is spelt most like it, if one is."""
    lower = {one.lower(): one for one in names}
    return [lower[one] for one in get_close_matches(name.lower(), list(lower), 1, 0.75)]


def _key(name: str) -> str:
    return name.lower().replace(".", "_")


def _asked(found: list[str]) -> str:
    return f"did you mean {' or '.join(found)}?" if found else ""

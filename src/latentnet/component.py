"""What families, effects, priors and engines have in common: their constructors' parameters, by name."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet._exceptions import refuse_rows
from latentnet.calls import known, offer, unknown
from latentnet.checks import shown
from latentnet.constraints import Rule, checked
from latentnet.meant import attribute_meant, no_attribute

__all__ = ["Component", "Guiding", "GuidingType", "Named", "named"]

Kind = TypeVar("Kind", bound=type)


def named(owner: Kind) -> Kind:
    """Let a class's own constructor say which parameters it has, where it is given others.

    A part of models (`Component.given_as`) says it of its parameters where a model is given them.
    """
    own = vars(owner).get("__init__")
    if own is not None and not hasattr(own, "rules"):
        type.__setattr__(owner, "__init__", checked()(own))
    argument = getattr(owner, "given_as", "")
    if own is not None and argument and owner.__module__.startswith("latentnet."):
        offer(owner.__name__, known(own), argument)
    return owner


class Named:
    """Base of classes whose constructors, and those of their subclasses, say which parameters they have."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Decorate the constructor."""
        super().__init_subclass__(**kwargs)
        named(cls)


class GuidingType(ABCMeta):
    """The type of classes that say what was meant, such as `Network.read_csv`; abc's, so that both can be bases."""

    if not TYPE_CHECKING:  # type checkers should still find misspelt attributes

        def __getattr__(cls, name: str) -> Any:
            """Raise the AttributeError."""
            raise no_attribute(f"type object {cls.__name__!r}", name, _attribute_meant(name, cls, cls))


class Guiding(metaclass=GuidingType):
    """Base of classes that say what was meant by an attribute that they do not have."""

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers should still find misspelt attributes

        def __getattr__(self, name: str) -> Any:
            """Raise the AttributeError."""
            refuse_rows(type(self).__name__)
            raise no_attribute(type(self).__name__, name, _attribute_meant(name, self, type(self)))


def _attribute_meant(name: str, owner: Any, kind: type) -> str:
    if name.startswith("_"):  # what `dir` asks for is
        return ""
    public = [one for one in dir(owner) if not one.startswith("_")]
    return attribute_meant(name, public, owner=kind.__name__)


class Component(Named):
    """Parameters by name, as scikit-learn's estimators have them, for effects, families, priors and engines.

    Attributes
    ----------
    rules : mapping from str to Rule
        What the constructor's parameters must be, by name; read before a model is fitted.
    """

    rules: ClassVar[Mapping[str, Rule]] = {}
    given_as: ClassVar[str] = ""  # the model's argument that takes one such component, such as "inference"

    @checked()
    def __init__(self) -> None:
        pass

    def check_parameters(self) -> None:
        """Raise a ValueError or TypeError for the first parameter that breaks its rule."""
        for name, rule in self.rules.items():
            rule.demand(f"{type(self).__name__}: {name}", getattr(self, name))

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return known(cls.__init__)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters of the constructor by name (``deep`` is there for scikit-learn's sake)."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Component:
        """Set parameters by name and return the component."""
        names = self._parameter_names()
        strange = [name for name in params if name not in names]
        if strange:
            raise unknown(type(self).__name__, strange, names)
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={_shown(value)}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({arguments})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Component) or type(self) is not type(other):
            return False
        mine, theirs = self.get_params(), other.get_params()
        return all(_same(value, theirs[name]) for name, value in mine.items())

    def __hash__(self) -> int:
        shapes = (np.shape(v) if _is_matrix(v) else _shown(v) for v in self.get_params().values())
        return hash((type(self), *shapes))


def _is_matrix(value: Any) -> bool:
    shape = getattr(value, "shape", ())
    return isinstance(shape, tuple) and len(shape) > 0


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple) and any(map(_is_matrix, value)):
        return f"<{len(value)} matrices>"
    if _is_matrix(value):
        return f"<{type(value).__name__} of shape {value.shape}>"
    try:
        return repr(value)
    except Exception:  # of integers of thousands of digits, or written by a user
        return shown(value)


def _same(first: Any, second: Any) -> bool:
    """Whether two parameters are equal; matrices by content, frames also by label."""
    if first is second:
        return True
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return list(first) == list(second) and all(_same(first[key], second[key]) for key in first)
    if isinstance(first, Component):
        return first == second
    if not (_is_matrix(first) and _is_matrix(second)):
        return repr(first) == repr(second)
    frames = [isinstance(one, pd.DataFrame) for one in (first, second)]
    if frames[0] != frames[1] or (
        frames[0] and not (first.index.equals(second.index) and first.columns.equals(second.columns))
    ):
        return False
    try:
        return np.array_equal(_numbers(first), _numbers(second), equal_nan=True)
    except (TypeError, ValueError):  # something that nobody can use
        return False


def _numbers(matrix: Any) -> np.ndarray:
    dense = matrix.toarray() if sparse.issparse(matrix) else matrix
    return np.asarray(dense, dtype=np.float64)

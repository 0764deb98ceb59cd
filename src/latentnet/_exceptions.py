"""Errors and warnings of the library; all warnings derive from one class, so that users can filter them together."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sklearn.exceptions import NotFittedError

__all__ = [
    "ArgumentError",
    "ConvergenceWarning",
    "LatentnetWarning",
    "NotFittedError",
    "refit",
    "refuse_joint",
    "refuse_layers",
    "refuse_rows",
    "refuse_splits_of_rows",
    "warn",
    "within_refit",
]


class LatentnetWarning(UserWarning):
    """Base class of every warning that the library gives."""


class ConvergenceWarning(LatentnetWarning):
    """Chains have not mixed, or a mode was not reached: the message says which quantity and what to do."""


_REFIT: ContextVar[str] = ContextVar("refit", default="")


@contextmanager
def refit(name: str) -> Iterator[None]:
    """Say in warnings and errors of which refit they are, such as "fold 2"."""
    token = _REFIT.set(name)
    try:
        yield
    except Exception as error:
        if not isinstance(error, LatentnetWarning):  # as an error it has the name already
            error.add_note(f"This was in {name}.")
        raise
    finally:
        _REFIT.reset(token)


def within_refit() -> bool:
    """Whether the model that is fitted is one that its user never sees, and cannot go on with."""
    return bool(_REFIT.get())


def warn(message: str, category: type[LatentnetWarning] = LatentnetWarning) -> None:
    """Warn where the user's code called the library, however deep within, of which refit it is if of one."""
    message = f"{_REFIT.get()}: {message}" if within_refit() else message
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(("latentnet.", "joblib.")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


class ArgumentError(ValueError, TypeError):
    """An argument breaks its rule: the message names the argument, the rule and the value."""


def refuse_joint(model: Any, function: str) -> None:
    """Raise a ValueError if a model of several networks comes where one of one network is needed."""
    if hasattr(model, "networks_"):
        raise ValueError(
            f"{function} needs a model of one network, but got a {type(model).__name__} of several: give one of them, "
            "model.at(period=..., site=...)"
        )


def refuse_layers(model: Any, function: str) -> None:
    """Raise a ValueError if a model of several kinds of ties comes where one kind is needed."""
    names = [layer.name for layer in getattr(getattr(model, "_problem", None), "layers", ())]
    if names:
        raise ValueError(
            f"{function} needs one kind of ties, but the model has {', '.join(map(repr, names))}: give one of them, "
            "model.layer(name)"
        )


_HELD_OUT = (
    "as scikit-learn's cross-validation and searches do; hold out dyads, actors or respondents by cross_validate and "
    "GridSearch of latentnet.model_selection"
)


def refuse_splits_of_rows() -> None:
    """Raise a ValueError where scikit-learn's cross-validation calls: it splits rows, and a network has none to split.

    Of a square matrix it would fit the actors that it trains on, and score those to the others as if both were the
    same.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        within = frame.f_globals.get("__name__", "").startswith("sklearn.model_selection.")
        if within and frame.f_code.co_name != "__sklearn_tags__":  # of a search, as its picture in a notebook asks for
            raise ValueError(f"network must not be split by rows, {_HELD_OUT}")


def refuse_rows(kind: str) -> None:
    """Raise an ArgumentError where scikit-learn asks a Network or Layers for rows, before it makes any estimator.

    What calls this must be the `__getattr__` of the class: scikit-learn's checks of what is an array ask for what a
    network does not have.
    """
    if sys._getframe(2).f_globals.get("__name__") in ("sklearn.utils.validation", "sklearn.utils._param_validation"):
        raise ArgumentError(f"a {kind} must not be split by rows, {_HELD_OUT}")

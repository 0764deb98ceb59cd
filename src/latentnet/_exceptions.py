"""Errors and warnings of the library; all warnings derive from one class, so that users can filter them together."""

from __future__ import annotations

from typing import Any

from sklearn.exceptions import NotFittedError

__all__ = ["ConvergenceWarning", "LatentnetWarning", "NotFittedError", "refuse_joint", "refuse_layers"]


class LatentnetWarning(UserWarning):
    """Base class of every warning that the library gives."""


class ConvergenceWarning(LatentnetWarning):
    """Chains have not mixed, or a mode was not reached: the message says which quantity and what to do."""


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

"""Errors and warnings of the library; all warnings derive from one class, so that users can filter them together."""

from __future__ import annotations

from sklearn.exceptions import NotFittedError

__all__ = ["ConvergenceWarning", "LatentnetWarning", "NotFittedError"]


class LatentnetWarning(UserWarning):
    """Base class of every warning that the library gives."""


class ConvergenceWarning(LatentnetWarning):
    """Chains have not mixed, or a mode was not reached: the message says which quantity and what to do."""

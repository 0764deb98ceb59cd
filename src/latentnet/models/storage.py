"""Saving, loading and the ArviZ object."""

from __future__ import annotations

__all__ = ["Storage"]


class Storage:
    """Methods of fitted models that store."""

"""The frame of statistical pictures."""

from __future__ import annotations

from typing import Any

__all__ = ["open_frame"]


def open_frame(ax: Any) -> None:
    """Leave out the upper and the right side."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)

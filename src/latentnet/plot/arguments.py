"""What arguments of pictures may be, beyond what `latentnet.constraints` has."""

from __future__ import annotations

from matplotlib.axes import Axes

from latentnet.constraints import SHOWN, instance, optional

__all__ = ["AXES", "TITLE"]

AXES = optional(instance("matplotlib Axes", Axes))
TITLE = optional(SHOWN)

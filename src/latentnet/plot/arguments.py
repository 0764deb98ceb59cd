"""What arguments of pictures may be, beyond what `latentnet.constraints` has."""

from __future__ import annotations

from matplotlib.axes import Axes

from latentnet.constraints import Rule, instance, optional
from latentnet.network.labels import can_be_shown

__all__ = ["AXES", "TITLE"]

AXES = optional(instance("matplotlib Axes", Axes))
TITLE = optional(Rule("a string that can be shown", lambda value: isinstance(value, str) and can_be_shown(value)))

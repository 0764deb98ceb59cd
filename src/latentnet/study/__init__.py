"""The interview study: nominations, whom to ask next, roles, composition of clusters, what changed between periods."""

from typing import TYPE_CHECKING

from latentnet.meant import guide
from latentnet.study.composition import Composition, composition
from latentnet.study.next_interviews import next_interviews
from latentnet.study.nominations import near_duplicates
from latentnet.study.roles import roles
from latentnet.study.waves import WaveComparison, compare_waves

__all__ = [
    "Composition",
    "WaveComparison",
    "compare_waves",
    "composition",
    "near_duplicates",
    "next_interviews",
    "roles",
]

if not TYPE_CHECKING:  # type checkers should still find misspelt names
    __getattr__ = guide(__name__, __all__)

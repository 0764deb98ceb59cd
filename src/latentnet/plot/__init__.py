"""Pictures of fitted models, by matplotlib: nothing is shown, no global setting is changed.

`positions_html` alone writes a file, by bokeh (extra ``html``).
"""

from typing import TYPE_CHECKING

from latentnet.meant import guide
from latentnet.plot.calibration_ranks import calibration_ranks
from latentnet.plot.clusters import coclustering, membership, n_clusters
from latentnet.plot.comparison import compare
from latentnet.plot.diagnostics import rank, trace
from latentnet.plot.flow import flow
from latentnet.plot.goodness_of_fit import goodness_of_fit
from latentnet.plot.map.positions import positions
from latentnet.plot.page.positions_html import positions_html
from latentnet.plot.pairs import pairs
from latentnet.plot.predictions import calibration, roc

__all__ = [
    "calibration",
    "calibration_ranks",
    "coclustering",
    "compare",
    "flow",
    "goodness_of_fit",
    "membership",
    "n_clusters",
    "pairs",
    "positions",
    "positions_html",
    "rank",
    "roc",
    "trace",
]

if not TYPE_CHECKING:  # type checkers should still find misspelt names
    __getattr__ = guide(__name__, __all__)

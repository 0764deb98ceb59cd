"""Pictures of fitted models, by matplotlib: nothing is shown or saved, no global setting is changed."""

from latentnet.plot.clusters import coclustering, membership, n_clusters
from latentnet.plot.diagnostics import rank, trace
from latentnet.plot.flow import flow
from latentnet.plot.positions import positions

__all__ = ["coclustering", "flow", "membership", "n_clusters", "positions", "rank", "trace"]

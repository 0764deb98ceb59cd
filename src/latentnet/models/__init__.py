"""The estimators."""

from latentnet.models.cluster import LatentClusterModel
from latentnet.models.position import LatentPositionModel

__all__ = ["LatentClusterModel", "LatentPositionModel"]

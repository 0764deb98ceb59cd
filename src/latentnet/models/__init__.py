"""The estimators."""

from latentnet.models.cluster import LatentClusterModel
from latentnet.models.dynamic import DynamicLatentPositionModel
from latentnet.models.dynamic_cluster import DynamicLatentClusterModel
from latentnet.models.position import LatentPositionModel

__all__ = ["DynamicLatentClusterModel", "DynamicLatentPositionModel", "LatentClusterModel", "LatentPositionModel"]

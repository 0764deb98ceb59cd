"""The estimators."""

from latentnet.models.position import LatentPositionModel

__all__ = ["LatentPositionModel"]

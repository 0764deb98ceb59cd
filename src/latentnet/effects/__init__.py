"""Effects: the terms of the linear predictor, one a file."""

from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.bilinear import Bilinear
from latentnet.effects.distance import Distance
from latentnet.effects.intercept import Intercept, NoIntercept
from latentnet.effects.similarity import Similarity
from latentnet.effects.squared_distance import SquaredDistance

__all__ = [
    "SIMILARITIES",
    "Bilinear",
    "BoundEffect",
    "Distance",
    "Effect",
    "Intercept",
    "NoIntercept",
    "Similarity",
    "SquaredDistance",
]

SIMILARITIES: dict[str, type[Similarity]] = {
    "distance": Distance,
    "squared_distance": SquaredDistance,
    "bilinear": Bilinear,
}

"""Effects: the terms of the linear predictor, one a file."""

from typing import TYPE_CHECKING, Any

from latentnet.checks import forgotten_call, one_of
from latentnet.effects.absolute_difference import AbsoluteDifference
from latentnet.effects.base import BoundEffect, Correlation, Effect, RandomGroup
from latentnet.effects.bilinear import Bilinear
from latentnet.effects.correlated import Correlated
from latentnet.effects.distance import Distance
from latentnet.effects.dyad_covariate import DyadCovariate
from latentnet.effects.homophily import Homophily
from latentnet.effects.intercept import Intercept, NoIntercept
from latentnet.effects.loops import Loops
from latentnet.effects.mixing import Mixing
from latentnet.effects.receiver import Receiver
from latentnet.effects.receiver_covariate import ReceiverCovariate
from latentnet.effects.reciprocity import Reciprocity
from latentnet.effects.sender import Sender
from latentnet.effects.sender_covariate import SenderCovariate
from latentnet.effects.sender_receiver import SenderReceiver
from latentnet.effects.shared_coefficients import Shared
from latentnet.effects.similarity import Similarity
from latentnet.effects.sociality import Sociality
from latentnet.effects.sociality_covariate import SocialityCovariate
from latentnet.effects.squared_distance import SquaredDistance
from latentnet.meant import guide

__all__ = [
    "EFFECTS",
    "SIMILARITIES",
    "AbsoluteDifference",
    "Bilinear",
    "BoundEffect",
    "Correlated",
    "Correlation",
    "Distance",
    "DyadCovariate",
    "Effect",
    "Homophily",
    "Intercept",
    "Loops",
    "Mixing",
    "NoIntercept",
    "RandomGroup",
    "Receiver",
    "ReceiverCovariate",
    "Reciprocity",
    "Sender",
    "SenderCovariate",
    "SenderReceiver",
    "Shared",
    "Similarity",
    "Sociality",
    "SocialityCovariate",
    "SquaredDistance",
]

if not TYPE_CHECKING:  # type checkers should still find misspelt names
    __getattr__ = guide(__name__, __all__)

SIMILARITIES: dict[str, type[Similarity]] = {
    "distance": Distance,
    "squared_distance": SquaredDistance,
    "bilinear": Bilinear,
}


def read_similarity(similarity: Any) -> Similarity | None:
    """A similarity by name or instance; None is no latent space.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if similarity is None or isinstance(similarity, Similarity):
        return similarity
    hint = forgotten_call(similarity)
    return SIMILARITIES[one_of("similarity", similarity, SIMILARITIES, otherwise=", a Similarity or None", fix=hint)]()


# What may be among a model's `effects`.
EFFECTS: dict[str, type[Effect]] = {
    effect.__name__: effect
    for effect in (
        Sociality,
        Sender,
        Receiver,
        SenderReceiver,
        DyadCovariate,
        Homophily,
        Mixing,
        AbsoluteDifference,
        SenderCovariate,
        ReceiverCovariate,
        SocialityCovariate,
        Reciprocity,
        Loops,
        NoIntercept,
    )
}

"""Families: the distribution of a tie given its linear predictor, one a file."""

from latentnet.families.base import Family
from latentnet.families.bernoulli import Bernoulli

__all__ = ["FAMILIES", "Bernoulli", "Family"]

FAMILIES: dict[str, type[Family]] = {"bernoulli": Bernoulli}

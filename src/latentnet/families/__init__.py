"""Families: the distribution of a tie given its linear predictor, one a file."""

from typing import TYPE_CHECKING

from latentnet.families.base import BoundFamily, Family, Variable
from latentnet.families.bernoulli import Bernoulli
from latentnet.families.binomial import Binomial
from latentnet.families.gaussian import Gaussian
from latentnet.families.negative_binomial import NegativeBinomial
from latentnet.families.ordinal import Ordinal
from latentnet.families.poisson import Poisson
from latentnet.meant import guide

__all__ = [
    "FAMILIES",
    "Bernoulli",
    "Binomial",
    "BoundFamily",
    "Family",
    "Gaussian",
    "NegativeBinomial",
    "Ordinal",
    "Poisson",
    "Variable",
]

if not TYPE_CHECKING:  # type checkers should still find misspelt names
    __getattr__ = guide(__name__, __all__)

FAMILIES: dict[str, type[Family]] = {
    family.name: family for family in (Bernoulli, Binomial, Poisson, NegativeBinomial, Gaussian, Ordinal)
}

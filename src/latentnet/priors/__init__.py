"""Priors: their numbers (`Priors`), and the densities that the compiled engines call, one a file."""

from latentnet.priors.priors import Priors

__all__ = ["Priors"]

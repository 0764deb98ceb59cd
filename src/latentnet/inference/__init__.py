"""Engines: how the posterior, or its mode, is found."""

from latentnet.inference.map import MAP
from latentnet.inference.mcmc import MCMC

__all__ = ["ENGINES", "MAP", "MCMC"]

ENGINES: dict[str, type[MCMC] | type[MAP]] = {"mcmc": MCMC, "map": MAP}

"""Engines: how the posterior, or its mode, is found."""

from latentnet.inference.base import Engine
from latentnet.inference.map import MAP
from latentnet.inference.mcmc import MCMC
from latentnet.inference.prior_draws import PriorDraws

__all__ = ["ENGINES", "MAP", "MCMC", "Engine", "PriorDraws"]

ENGINES: dict[str, type[Engine]] = {"mcmc": MCMC, "map": MAP, "prior": PriorDraws}

"""Engines: how the posterior, or its mode, is found."""

from latentnet.inference.map import MAP
from latentnet.inference.mcmc import MCMC
from latentnet.inference.prior_draws import PriorDraws

__all__ = ["ENGINES", "MAP", "MCMC", "Engine", "PriorDraws"]

Engine = MCMC | MAP | PriorDraws

ENGINES: dict[str, type[Engine]] = {"mcmc": MCMC, "map": MAP, "prior": PriorDraws}

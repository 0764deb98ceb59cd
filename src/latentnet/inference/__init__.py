"""Engines: how the posterior, or its mode, is found."""

from typing import Any

from latentnet.checks import forgotten_call, one_of
from latentnet.inference.auto import Auto
from latentnet.inference.base import Engine
from latentnet.inference.map import MAP
from latentnet.inference.mcmc import MCMC
from latentnet.inference.prior_draws import PriorDraws
from latentnet.inference.variational import Variational

__all__ = ["ENGINES", "MAP", "MCMC", "Engine", "PriorDraws", "Variational", "read_engine"]

ENGINES: dict[str, type[Engine]] = {
    "auto": Auto,
    "mcmc": MCMC,
    "map": MAP,
    "prior": PriorDraws,
    "variational": Variational,
}


def read_engine(inference: Any) -> Engine:
    """An engine by name or instance, its parameters checked."""
    if not isinstance(inference, Engine):
        instead = " or an engine such as MCMC(n_draws=2000)"
        fix = forgotten_call(inference)
        inference = ENGINES[one_of("inference", inference, ENGINES, otherwise=instead, fix=fix)]()
    inference.check_parameters()
    inference.check()
    return inference

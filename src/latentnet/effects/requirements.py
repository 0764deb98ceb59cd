"""Kinds of networks that an effect refuses, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.effects.observed_dyads import observed_counts

if TYPE_CHECKING:
    from latentnet.effects.base import Effect
    from latentnet.network import Network

__all__ = ["check_receivers", "check_senders", "refuse_two_mode", "refuse_undirected"]


def refuse_undirected(effect: Effect, network: Network, instead: str) -> None:
    """Refuse networks whose dyads have no sender and receiver."""
    if not network.has_direction:
        raise ValueError(
            f"effects: {effect!r} tells senders from receivers, but the network is undirected; {instead}, or read the "
            "network with directed=True"
        )


def refuse_two_mode(effect: Effect, network: Network, instead: str) -> None:
    """Refuse networks in which no actor both sends and receives."""
    if network.two_mode:
        raise ValueError(
            f"effects: {effect!r} needs actors that can have ties to each other, but the network is two-mode, with "
            f"ties from row actors to column actors alone; {instead}"
        )


def check_senders(effect: Effect, network: Network) -> None:
    """Refuse networks with less than two observed rows."""
    n_seen = int(np.count_nonzero(observed_counts(network)[0]))
    if n_seen < 2:
        raise ValueError(
            f"effects: {effect!r} needs observed rows of at least 2 senders, but the network has {n_seen}; sender "
            "effects are not identified: leave them out"
        )


def check_receivers(effect: Effect, network: Network) -> None:
    """Refuse networks with less than two columns of which a dyad was observed."""
    n_seen = int(np.count_nonzero(observed_counts(network)[1]))
    if n_seen < 2:
        raise ValueError(
            f"effects: {effect!r} needs observed dyads of at least 2 receivers, but the network has {n_seen}; receiver "
            "effects are not identified: leave them out"
        )

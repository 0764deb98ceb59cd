"""Sender covariates: ties by an attribute of their sender."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects._actor_values import add_covariates, pull_covariates
from latentnet.effects._attributes import expanded
from latentnet.effects._observed_dyads import check_varies, sender_moments
from latentnet.effects._requirements import refuse_undirected
from latentnet.effects.base import BoundEffect, Effect

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["SenderCovariate"]


class SenderCovariate(Effect):
    """η_ij gets β·x_i of an attribute x of the sender.

    Parameters
    ----------
    attribute : column name
        Of the network's `attributes`. In a two-mode network only row actors' values are read.

    Notes
    -----
    A numeric attribute has one coefficient, ``sender(attribute)``. Any other (strings, booleans, categories, objects)
    has one for each level that occurs but the first, ``sender(attribute=level)``: the difference from the first, the
    reference. Levels are sorted, those of a pandas Categorical are in its order.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from latentnet import Network
    >>> from latentnet.effects import SenderCovariate
    >>> roles = pd.DataFrame({"role": ["nurse", "doctor", "porter", "nurse"]})
    >>> advice = Network.from_array(np.eye(4, k=1), directed=True, attributes=roles)
    >>> SenderCovariate("role").bind(advice, n_dims=2).names
    ('sender(role=nurse)', 'sender(role=porter)')
    """

    def __init__(self, attribute: Hashable) -> None:
        self.attribute = attribute

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Coefficients; the data (n_coefficients, n_actors) holds their covariates.

        Raises
        ------
        ValueError
            If the network is undirected or has no such attribute, it is missing or infinite for a sender, or a
            covariate is the same in all observed dyads.
        """
        refuse_undirected(self, network, f"use SocialityCovariate({self.attribute!r})")
        wanted = None if network.mode is None else np.asarray(network.mode == 0)
        values, labels, levels = expanded(self, network, self.attribute, wanted)
        names = tuple(f"sender({label})" for label in labels)
        moments = sender_moments(network, values)
        check_varies(self, names, moments, ", or merge the level with another" if levels else "")
        return BoundEffect(len(names), values, names, moments.mean_square)

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += Σ β·x_i."""
        add_covariates(runs, values, data, 0, eta)

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ score·x_i."""
        pull_covariates(runs, score, data, 0, gradient)

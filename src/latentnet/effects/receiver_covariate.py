"""Receiver covariates: ties by an attribute of their receiver."""

from __future__ import annotations

from typing import Any

from latentnet.effects.actor_values import add_covariates, pull_covariates
from latentnet.effects.attributes import RoleCovariate

__all__ = ["ReceiverCovariate"]


class ReceiverCovariate(RoleCovariate):
    """η_ij gets β·x_j of an attribute x of the receiver.

    Parameters
    ----------
    attribute : column name
        Of the network's `attributes`. In a two-mode network only column actors' values are read.

    Notes
    -----
    A numeric attribute has one coefficient, ``receiver(attribute)``. Any other (strings, booleans, categories, objects)
    has one for each level that occurs but the first, ``receiver(attribute=level)``: the difference from the first, the
    reference. Levels are sorted, those of a pandas Categorical are in its order.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from latentnet import Network
    >>> from latentnet.effects import ReceiverCovariate
    >>> roles = pd.DataFrame({"role": ["nurse", "doctor", "porter", "nurse"]})
    >>> advice = Network.from_array(np.eye(4, k=1), directed=True, attributes=roles)
    >>> ReceiverCovariate("role").bind(advice, n_dims=2).names
    ('receiver(role=nurse)', 'receiver(role=porter)')
    """

    role = 1
    word = "receiver"

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += Σ β·x_j."""
        add_covariates(runs, values, data, 1, eta)

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ score·x_j."""
        pull_covariates(runs, score, data, 1, gradient)

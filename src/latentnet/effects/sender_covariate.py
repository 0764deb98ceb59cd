"""Sender covariates: ties by an attribute of their sender."""

from __future__ import annotations

from typing import Any

from latentnet.effects.actor_values import add_covariates, pull_covariates
from latentnet.effects.attributes import RoleCovariate

__all__ = ["SenderCovariate"]


class SenderCovariate(RoleCovariate):
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

    role = 0
    word = "sender"

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += Σ β·x_i."""
        add_covariates(runs, values, data, 0, eta)

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ score·x_i."""
        pull_covariates(runs, score, data, 0, gradient)

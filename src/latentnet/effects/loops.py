"""Loops: ties of actors to themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.checks import shown
from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.checks import refuse_two_mode
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Loops", "check_self_ties"]


class Loops(Effect):
    """η_ii gets β: ties of actors to themselves, which are then part of the data.

    The coefficient is called ``loops``; its prior is N(0, `Priors.coefficient_variance`) in units of the linear
    predictor. The network must have kept its self-ties (``self_ties="keep"``); `fit` keeps those of a graph or matrix.

    Notes
    -----
    A self-tie has the linear predictor of a tie between two actors, with j = i, plus β: the intercept, a distance of 0
    (with "bilinear" ‖z_i‖²), s_i + r_i of a sender and a receiver or 2·s_i of a sociality, x_ii of a covariate, for
    `Homophily` and `Mixing` the coefficient of the actor's own value, for `AbsoluteDifference` nothing. So with
    distances β compares a self-tie with a tie between two actors at one place. Given the parameters, self-ties are
    independent of all else: `Reciprocity` has no part in them. They are no dyads: covariates are centred, and
    coefficients' priors scaled, by the pairs of actors alone.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import Network
    >>> from latentnet.effects import Loops
    >>> cited = Network.from_array(np.array([[1, 1], [0, 1]]), self_ties="keep")
    >>> Loops().bind(cited, n_dims=2).names
    ('loops',)
    """

    of_self_ties = True

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """One coefficient.

        Raises
        ------
        ValueError
            If the network is two-mode, has not kept its self-ties, or none of them was observed.
        """
        refuse_two_mode(self, network, "leave it out")
        if network.n_nominations is not None:
            raise ValueError(
                f"effects: {shown(self)} needs self-ties, but nobody names himself or herself in lists of names; leave "
                "it out"
            )
        if network.self_ties is None:
            raise ValueError(
                f"effects: {shown(self)} needs self-ties, but the network has not kept them; read it with "
                "self_ties='keep' (the diagonal is then observed, but for NaN), or leave it out"
            )
        if np.isnan(network.self_ties).all():
            raise ValueError(
                f"effects: {shown(self)} needs self-ties, but none was observed: all are NaN; leave it out, and read "
                "the network with self_ties='drop'"
            )
        return BoundEffect(1, np.zeros((1, 1)), ("loops",), symmetric=True)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η_ii += β."""
        for r in range(runs.shape[0]):
            p = runs[r, RUN_ACTOR] - runs[r, RUN_COLUMN]
            if 0 <= p < runs[r, RUN_LENGTH]:
                eta[runs[r, RUN_OFFSET] + p] += values[0]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ of the scores of self-ties."""
        for r in range(runs.shape[0]):
            p = runs[r, RUN_ACTOR] - runs[r, RUN_COLUMN]
            if 0 <= p < runs[r, RUN_LENGTH]:
                gradient[0] += score[runs[r, RUN_OFFSET] + p]


def check_self_ties(effects: Sequence[Effect], network: Network) -> None:
    """Refuse a network that has kept its self-ties, where they have no term."""
    loops = network.self_ties
    if loops is not None and not any(effect.of_self_ties for effect in effects):
        n_ties, n_seen = np.count_nonzero(np.nan_to_num(loops)), np.count_nonzero(~np.isnan(loops))
        raise ValueError(
            f"effects must have a term for the self-ties that network has kept ({n_ties} of {n_seen} are not 0); "
            "give effects=[Loops()], or read the network with self_ties='drop'"
        )

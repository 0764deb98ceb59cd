"""A fitted model as two tables: of its actors, and of its dyads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from latentnet.checks import fits_square
from latentnet.constraints import FRACTION, checked
from latentnet.models.fitted import Fitted
from latentnet.network.dyads import were_observed
from latentnet.network.labels import label_index
from latentnet.network.sparse import entries_at
from latentnet.predictive.predictive import Predictive

__all__ = ["Tables"]


class Tables(Fitted):
    """Methods of fitted models that hand out everything as one table."""

    @checked(probability=FRACTION)
    def to_frame(self, *, probability: float = 0.9) -> pd.DataFrame:
        """What the model says of each actor.

        Parameters
        ----------
        probability : float
            Of the equal-tailed intervals.

        Returns
        -------
        DataFrame by actor
            ``position_0``, ``position_1``, ...: `positions_`; of cluster models ``cluster`` (`labels_`) and
            ``membership_0``, ``membership_1``, ... (`membership_`); of each random effect, such as ``sender``, the
            posterior mean, and ``sender_low`` and ``sender_high``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For a probability that is not between 0 and 1.

        Examples
        --------
        >>> from latentnet import LatentClusterModel
        >>> from latentnet.datasets import load_sampson
        >>> model = LatentClusterModel(2, inference="map", random_state=1).fit(load_sampson())
        >>> model.to_frame().columns.tolist()
        ['position_0', 'position_1', 'cluster', 'membership_0', 'membership_1']
        """
        n, axis = self._checked().n_actors, self.draws_.dims["positions"][:1]
        table = pd.DataFrame(index=label_index(self.network_.actors).rename("actor"))
        for k, column in enumerate(self.positions_.T):
            table[f"position_{k}"] = column
        if hasattr(self, "labels_"):
            clustered: Any = self
            table["cluster"] = clustered.labels_
            for k, column in enumerate(clustered.membership_.T):
                table[f"membership_{k}"] = column
        for name, values in self.draws_.variables.items():
            if self.draws_.dims.get(name) == axis:
                draws, tail = values.reshape(-1, n), (1.0 - probability) / 2.0
                low, high = np.quantile(draws, (tail, 1.0 - tail), axis=0)
                table[name], table[f"{name}_low"], table[f"{name}_high"] = draws.mean(axis=0), low, high
        return table

    @checked()
    def ties_to_frame(self) -> pd.DataFrame:
        """What the model says of each dyad, beside what was observed.

        Returns
        -------
        DataFrame
            A row for each ordered pair of a directed network, each dyad of an undirected one, and each row actor and
            column actor of a two-mode one, by ``sender`` and ``receiver``. ``value`` is the tie's, 0 without one, NaN
            where nobody observed it; ``impossible`` whether there can be none; ``mean`` is E[Y] (`predict`) and
            ``probability`` P(Y > 0) (`predict_proba`). Held-out dyads are among the unobserved ones.

        Raises
        ------
        NotFittedError
            Before `fit`.
        MemoryError
            If the table does not fit into memory; it is raised before anything is computed.

        Examples
        --------
        >>> from latentnet import LatentPositionModel
        >>> from latentnet.datasets import load_sampson
        >>> model = LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
        >>> model.ties_to_frame().query("value == 1").shape
        (88, 6)
        """
        problem, network = self._checked(), self.network_
        n = network.n_actors
        fits_square("a row for each dyad", n, 100.0, fix="ask predict(dyads) for some of them")
        every = np.ones((n, n), dtype=bool)
        if network.two_mode:
            every[network.n_row_actors :] = every[:, : network.n_row_actors] = False
        np.fill_diagonal(every, False)
        senders, receivers = np.nonzero(every if network.has_direction else np.triu(every))
        value = entries_at(network.ties, senders, receivers)
        value[~were_observed(network, senders, receivers)] = np.nan
        predictive = Predictive(problem, self.draws_.pooled)
        return pd.DataFrame(
            {
                "sender": network.actors[senders],
                "receiver": network.actors[receivers],
                "value": value,
                "impossible": entries_at(network.impossible, senders, receivers) > 0.0,
                "mean": predictive.mean("mean", senders, receivers),
                "probability": predictive.mean("tie_probability", senders, receivers),
            }
        )

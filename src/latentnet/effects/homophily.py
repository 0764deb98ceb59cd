"""Homophily: ties among actors that share a value of an attribute."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from latentnet.checks import shown
from latentnet.constraints import FLAG, Rule
from latentnet.effects.attributes import AttributeEffect, codes, level_codes
from latentnet.effects.base import BoundEffect
from latentnet.effects.checks import attribute_cells, check_varies, possible_cells
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Homophily"]


class Homophily(AttributeEffect):
    """η_ij gets β where both actors have the same value of an attribute.

    Parameters
    ----------
    attribute : column name
        Of the network's `attributes`; of any type, and missing for nobody. In a two-mode network a row actor is
        compared with a column actor.
    by_level : bool
        Whether each value has a coefficient of its own, for the dyads of which both actors have it. A value that no two
        actors share, who could be tied, has none.

    Notes
    -----
    The coefficient is called ``homophily(attribute)``, those by level ``homophily(attribute=level)``. Levels are
    sorted, those of a pandas Categorical are in its order.

    Examples
    --------
    >>> import networkx as nx
    >>> from latentnet import Network
    >>> from latentnet.effects import Homophily
    >>> network = Network.from_networkx(nx.karate_club_graph(), weight=None)
    >>> bound = Homophily("club").bind(network, n_dims=2)
    >>> bound.names, bound.symmetric
    (('homophily(club)',), True)
    """

    rules: ClassVar[Mapping[str, Rule]] = {**AttributeEffect.rules, "by_level": FLAG}

    def __init__(self, attribute: Hashable, by_level: bool = False) -> None:
        super().__init__(attribute)
        self.by_level = by_level

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Coefficients; the data (2, n_actors) holds a number for each value, and which coefficient it has.

        Raises
        ------
        ValueError
            If the network has no such attribute, it is missing for an actor, or all (or no) observed dyads share it, or
            one of its values by level.
        """
        data = np.zeros((2, network.n_actors))
        names: tuple[str, ...] = (f"homophily({self.attribute})",)
        if not self.by_level:
            data[0] = codes(self, network, self.attribute)
        else:
            data[0], levels = level_codes(self, network, self.attribute)
            shared = np.flatnonzero(np.diag(possible_cells(network, data[0], data[0], len(levels), self.networks)))
            if not len(shared):
                raise ValueError(
                    f"effects: {shown(self)} needs a value of {shown(self.attribute)} that two actors share who "
                    "could be tied, but there is none; leave the effect out"
                )
            which = np.full(len(levels), -1.0)
            which[shared] = np.arange(len(shared))
            data[1] = which[data[0].astype(np.int64)]
            names = tuple(f"homophily({self.attribute}={levels[k]})" for k in shared)

        def cells(senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
            return np.where(senders[0, :, np.newaxis] == receivers[0], receivers[1], -1.0)

        moments = attribute_cells(network, data, len(names), cells)
        check_varies(self, names, moments, ", or merge the level with another" if self.by_level else "")
        return BoundEffect(len(names), data, names, symmetric=True)

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += β where the values are the same."""
        real = eta.dtype.type
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            which = int(data[1, runs[r, RUN_ACTOR]])
            coefficient = values[which] if which >= 0 else real(0.0)
            row, columns = eta[start : start + length], data[0, runs[r, RUN_COLUMN] :]
            own = data[0, runs[r, RUN_ACTOR]]
            for p in range(row.size):
                row[p] += coefficient if columns[p] == own else real(0.0)

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ of the scores where the values are the same."""
        real, last = score.dtype.type, -1
        total = real(0.0)
        for r in range(runs.shape[0]):
            start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
            force, columns = score[start : start + length], data[0, runs[r, RUN_COLUMN] :]
            own, which = data[0, runs[r, RUN_ACTOR]], int(data[1, runs[r, RUN_ACTOR]])
            if which != last:
                if last >= 0:
                    gradient[last] += total
                total, last = real(0.0), which
            for p in range(force.size):
                total += force[p] if columns[p] == own else real(0.0)
        if last >= 0:
            gradient[last] += total

"""Mixing: ties by the pair of values that an attribute has for sender and receiver."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.checks import shown
from latentnet.effects.attributes import AttributeEffect, level_codes
from latentnet.effects.base import BoundEffect, Effect
from latentnet.effects.checks import attribute_cells, check_varies, possible_cells
from latentnet.network.labels import listing
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET, RUN_SWAPPED

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Mixing"]

_CODES = 2  # rows of the data: levels as a sender and as a receiver; below them the coefficient of each cell


class Mixing(AttributeEffect):
    """η_ij gets a coefficient of its own for each pair of values (of i, of j) of an attribute, but one.

    Parameters
    ----------
    attribute : column name
        Of the network's `attributes`; of any type, and missing for nobody. In a two-mode network the values of row
        actors and of column actors are sets of their own.
    reference : (level, level), optional
        The pair of values, sender's first, that has no coefficient: the others are differences from it. Default: the
        first pair, by the order of levels, between which a tie is possible.

    Notes
    -----
    The coefficients are called ``mixing(attribute=a->b)``; in undirected networks, where the pair has no order,
    ``mixing(attribute=a--b)``. Levels are sorted, those of a pandas Categorical are in its order. A pair of values
    between whose actors no tie is possible, such as a value that one actor has with itself, has no coefficient.

    References
    ----------
    Morris, M. (1991). A log-linear modeling framework for selective mixing. Mathematical Biosciences 107, 349–377.

    Examples
    --------
    >>> import networkx as nx
    >>> from latentnet import Network
    >>> from latentnet.effects import Mixing
    >>> network = Network.from_networkx(nx.karate_club_graph(), weight=None)
    >>> Mixing("club").bind(network, n_dims=2).names
    ('mixing(club=Mr. Hi--Officer)', 'mixing(club=Officer--Officer)')
    >>> Mixing("club", reference=("Mr. Hi", "Officer")).bind(network, n_dims=2).names
    ('mixing(club=Mr. Hi--Mr. Hi)', 'mixing(club=Officer--Officer)')
    """

    def __init__(self, attribute: Hashable, reference: tuple[Any, Any] | None = None) -> None:
        super().__init__(attribute)
        self.reference = reference

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Coefficients; the data has the levels of senders and of receivers, and below the coefficient of each cell.

        Raises
        ------
        ValueError
            If the network has no such attribute, it is missing for an actor, `reference` is no pair of its values, or a
            pair of values has a possible dyad but no observed one.
        """
        sides = (None, None) if network.mode is None else (network.mode == 0, network.mode == 1)
        (senders, first), (receivers, second) = (level_codes(self, network, self.attribute, side) for side in sides)
        most = max(len(first), len(second))
        possible = possible_cells(network, senders, receivers, most, self.networks)[: len(first), : len(second)]
        ordered = network.directed or network.two_mode
        cells = [(a, b) for a, b in np.argwhere(possible).tolist() if ordered or a <= b]
        without = self._reference(cells, first, second, ordered)
        cells.remove(without)
        table = np.full((len(first), most), -1.0)
        for k, (a, b) in enumerate(cells):
            table[a, b] = k
            if not ordered:
                table[b, a] = k
        arrow = "->" if ordered else "--"
        reference, *pairs = (f"{first[a]}{arrow}{second[b]}" for a, b in (without, *cells))
        names = tuple(f"mixing({self.attribute}={pair})" for pair in pairs)
        levels = np.stack([senders, receivers])

        def cell(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
            return table[rows[0].astype(np.int64)[:, np.newaxis], columns[1].astype(np.int64)]

        moments = attribute_cells(network, levels, len(names), cell)
        check_varies(self, names, moments, ", or merge the level with another")
        data = _stacked(levels, table)
        return BoundEffect(len(names), data, names, symmetric=not ordered, reference=reference)

    def _reference(
        self, cells: list[tuple[int, int]], first: list[Any], second: list[Any], ordered: bool
    ) -> tuple[int, int]:
        """The cell without a coefficient."""
        if self.reference is None:
            return cells[0]
        pair = self.reference
        if isinstance(pair, tuple | list) and len(pair) == 2 and pair[0] in first and pair[1] in second:
            a, b = first.index(pair[0]), second.index(pair[1])
            if not ordered:
                a, b = min(a, b), max(a, b)
            if (a, b) in cells:
                return a, b
        there = listing([(first[a], second[b]) for a, b in cells])
        raise ValueError(
            f"effects: reference of {shown(self)} must be a pair of values of {shown(self.attribute)} between which a "
            f"tie is possible, one of {there}, but is {shown(self.reference)}; the sender's value comes first"
        )

    def at(
        self, bound: BoundEffect, network: Network, presences: np.ndarray, n_dims: int
    ) -> tuple[Effect, BoundEffect]:
        """With the cells of all of the networks."""
        table = bound.data[_CODES:, : int(bound.data[:_CODES].max()) + 1]
        return self, bound._replace(data=_stacked(bound.data[:_CODES, presences], table))

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += the coefficient of the dyad's cell."""
        for r in range(runs.shape[0]):
            start, swapped = runs[r, RUN_OFFSET], runs[r, RUN_SWAPPED]
            own = int(data[swapped, runs[r, RUN_ACTOR]])
            others = data[1 - swapped, runs[r, RUN_COLUMN] :]
            for p in range(runs[r, RUN_LENGTH]):
                other = int(others[p])
                cell = int(data[_CODES + own, other] if swapped == 0 else data[_CODES + other, own])
                if cell >= 0:
                    eta[start + p] += values[cell]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂β = Σ of the scores of the cell's dyads."""
        for r in range(runs.shape[0]):
            start, swapped = runs[r, RUN_OFFSET], runs[r, RUN_SWAPPED]
            own = int(data[swapped, runs[r, RUN_ACTOR]])
            others = data[1 - swapped, runs[r, RUN_COLUMN] :]
            for p in range(runs[r, RUN_LENGTH]):
                other = int(others[p])
                cell = int(data[_CODES + own, other] if swapped == 0 else data[_CODES + other, own])
                if cell >= 0:
                    gradient[cell] += score[start + p]


def _stacked(codes: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Levels (2, n_actors) above the table (n_levels, n_levels), of one width."""
    data = np.full((len(codes) + len(table), max(codes.shape[1], table.shape[1])), -1.0)
    data[: len(codes), : codes.shape[1]] = codes
    data[len(codes) :, : table.shape[1]] = table
    return data

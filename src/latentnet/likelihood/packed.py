"""Which dyads the likelihood sums over, packed into blocks: the one description that every engine and effect reads.

Blocks hold whole rows as runs (`signatures.py`), about 4,096 dyads. A *hole* is a dyad inside a run that was not
observed (the diagonal too): effects may fill it, families and sums leave it out. Runs are cut where more than `GAP`
dyads in a row are unobserved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from latentnet.compiled import kernel
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET, RUN_SWAPPED

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["BLOCK", "Packed", "actor_layout", "blocks_of_rows", "dyad_layout", "dyads_by_actor", "network_layout"]

BLOCK = 4096
GAP = 8


class Packed(NamedTuple):
    """Packed dyads of a network.

    Positions of ties and holes are flat indices into the block's (halves, size) arrays.
    """

    runs: np.ndarray  # (n_runs, 5) int64
    run_starts: np.ndarray  # (n_blocks + 1,)
    sizes: np.ndarray  # (n_blocks,) dyads (pairs) in each block
    starts: np.ndarray  # (n_blocks + 1,) where each block's dyads start if all are laid end to end
    tie_starts: np.ndarray  # (n_blocks + 1,)
    tie_positions: np.ndarray
    tie_values: np.ndarray
    hole_starts: np.ndarray  # (n_blocks + 1,)
    hole_positions: np.ndarray
    halves: int  # 1; 2 where a unit is the pair (i→j, j→i)
    width: int  # dyads that the longest block holds

    def dyads(self, block: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Sender and receiver of every packed dyad of one half, holes included: of a block, or of all end to end."""
        runs = self.runs if block is None else self.runs[self.run_starts[block] : self.run_starts[block + 1]]
        lengths = runs[:, RUN_LENGTH]
        actor = np.repeat(runs[:, RUN_ACTOR], lengths)
        run_starts = np.cumsum(lengths) - lengths
        column = np.arange(lengths.sum()) - np.repeat(run_starts - runs[:, RUN_COLUMN], lengths)
        swapped = np.repeat(runs[:, RUN_SWAPPED], lengths) == 1
        return np.where(swapped, column, actor), np.where(swapped, actor, column)


@kernel
def _mark_row(observed, actor, first, last, half, senders, missing_starts, missing):
    """observed[j] = 1 where the dyad (actor, j), or (j, actor) in half 1, was observed."""
    for j in range(first, last):
        observed[j] = senders[actor] if half == 0 else senders[j]
    if first <= actor < last:
        observed[actor] = 0
    for t in range(missing_starts[actor], missing_starts[actor + 1]):
        observed[missing[t]] = 0


@kernel
def _cut_runs(any_observed, first, last, actor, swapped, offset, runs, n_runs, places):
    """Append the row's runs; places[j] becomes the column's position in the block, -1 outside of runs."""
    j = first
    while j < last:
        while j < last and any_observed[j] == 0:
            places[j] = -1
            j += 1
        if j == last:
            break
        start, end, gap = j, j + 1, 0
        j += 1
        while j < last and gap <= GAP:
            gap = 0 if any_observed[j] else gap + 1
            j += 1
            if gap == 0:
                end = j
        for column in range(start, end):
            places[column] = offset + column - start
        for column in range(end, j):
            places[column] = -1
        if n_runs < runs.shape[0]:
            runs[n_runs, RUN_ACTOR] = actor
            runs[n_runs, RUN_COLUMN] = start
            runs[n_runs, RUN_OFFSET] = offset
            runs[n_runs, RUN_LENGTH] = end - start
            runs[n_runs, RUN_SWAPPED] = swapped
        n_runs += 1
        offset += end - start
        j = end
    return n_runs, offset


@kernel
def _pack(rows, blocks, senders, ties_from, ties_to, missing_from, missing_to, halves, width, out):
    """Lay all rows out. With arrays too small in `out` it only counts: (runs, holes, ties)."""
    runs, run_starts, sizes, hole_starts, holes, tie_starts, positions, values = out
    n = senders.size
    observed = np.zeros((2, n), np.uint8)
    either = np.zeros(n, np.uint8)
    places = np.full(n, -1, np.int64)
    n_runs = n_holes = n_ties = 0
    actors, swapped, firsts, lasts = rows
    for block in range(blocks.size - 1):
        offset = 0
        for r in range(blocks[block], blocks[block + 1]):
            i, first, last = actors[r], firsts[r], lasts[r]
            for half in range(halves):
                receiving = (half == 1) != (swapped[r] == 1)
                table = missing_to if receiving else missing_from
                _mark_row(observed[half], i, first, last, 1 if receiving else 0, senders, table[0], table[1])
            for j in range(first, last):
                either[j] = observed[0, j] if halves == 1 else max(observed[0, j], observed[1, j])
            n_runs, offset = _cut_runs(either, first, last, i, swapped[r], offset, runs, n_runs, places)
            for half in range(halves):
                for j in range(first, last):
                    if places[j] >= 0 and observed[half, j] == 0:
                        if n_holes < holes.size:
                            holes[n_holes] = half * width + places[j]
                        n_holes += 1
                receiving = (half == 1) != (swapped[r] == 1)
                starts, columns, weights = ties_to if receiving else ties_from
                for t in range(starts[i], starts[i + 1]):
                    j = columns[t]
                    if first <= j < last:
                        if n_ties < positions.size:
                            positions[n_ties] = half * width + places[j]
                            values[n_ties] = weights[t]
                        n_ties += 1
        run_starts[block + 1] = n_runs
        hole_starts[block + 1] = n_holes
        tie_starts[block + 1] = n_ties
        sizes[block] = offset
    return n_runs, n_holes, n_ties


def _csr(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), np.array(matrix.data, dtype=np.float64)


def _layout(network: Network, rows: tuple[np.ndarray, ...], blocks: np.ndarray, halves: int, width: int) -> Packed:
    senders, missing = network.observed.asked.astype(np.uint8), network.observed.missing
    tables = (
        _csr(network.ties),
        _csr(network.ties.T.tocsr()),
        _csr(missing)[:2],
        _csr(missing.T.tocsr())[:2],
    )
    n_blocks = blocks.size - 1
    index = [np.zeros(n_blocks + 1, np.int64) for _ in range(3)]
    sizes = np.zeros(n_blocks, np.int64)
    counts = (0, 0, 0)
    for _ in range(2):  # count, then fill
        runs = np.empty((counts[0], 5), np.int64)
        holes, positions, values = np.empty(counts[1], np.int64), np.empty(counts[2], np.int64), np.empty(counts[2])
        out = (runs, index[0], sizes, index[1], holes, index[2], positions, values)
        counts = _pack(rows, blocks, senders, *tables, halves, width, out)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    for found, of_block in ((holes, index[1]), (positions, index[2])):  # from (halves, width) to (halves, size)
        found -= (found // width) * (width - np.repeat(sizes, np.diff(of_block)))
    return Packed(runs, index[0], sizes, starts, index[2], positions, values, index[1], holes, halves, width)


def network_layout(network: Network, *, unit: str = "dyad") -> Packed:
    """Lay out every observed dyad once: rows j < i if undirected (and for pairs), else all receivers of each sender.

    Parameters
    ----------
    network : Network
    unit : {"dyad", "row", "network", "pair"}
        What the family's likelihood factorises over; with "network" all rows are one block.
    """
    n = network.n_actors
    halves = 2 if unit == "pair" else 1
    actors = np.arange(n, dtype=np.int64)
    first, last = np.zeros(n, np.int64), np.full(n, n, np.int64)
    if network.two_mode:
        n_rows = network.n_row_actors
        actors, first, last = actors[:n_rows], np.full(n_rows, n_rows, np.int64), last[:n_rows]
    elif not network.directed or halves == 2:
        last = actors.copy()
    if halves == 1:
        asked = network.observed.asked[actors]
        actors, first, last = actors[asked], first[asked], last[asked]
    lengths = last - first
    width = max(BLOCK, int(lengths.sum() if unit == "network" else lengths.max(initial=0)))
    blocks = blocks_of_rows(lengths, width)
    return _layout(network, (actors, np.zeros_like(actors), first, last), blocks, halves, width)


def dyad_layout(senders: np.ndarray, receivers: np.ndarray) -> Packed:
    """One block of the given dyads, a run each, without ties or holes."""
    size = len(senders)
    runs = np.zeros((size, 5), np.int64)
    runs[:, RUN_ACTOR], runs[:, RUN_COLUMN] = senders, receivers
    runs[:, RUN_OFFSET], runs[:, RUN_LENGTH] = np.arange(size), 1
    ends, none = np.array([0, size], np.int64), np.zeros(2, np.int64)
    empty = np.zeros(0, np.int64)
    return Packed(runs, ends, ends[1:], ends, none, empty, np.zeros(0), none, empty, 1, size)


def dyads_by_actor(senders: np.ndarray, receivers: np.ndarray, n_actors: int) -> Packed:
    """The same block by block: that of each actor has the dyad that he or she sends, at most one; ascending."""
    counts = np.zeros(n_actors, np.int64)
    counts[senders] = 1
    starts = np.concatenate([[0], np.cumsum(counts)])
    packed, none = dyad_layout(senders, receivers), np.zeros(n_actors + 1, np.int64)
    packed.runs[:, RUN_OFFSET] = 0
    return packed._replace(run_starts=starts, sizes=counts, starts=starts, tie_starts=none, hole_starts=none, width=1)


def blocks_of_rows(lengths: np.ndarray, width: int) -> np.ndarray:
    """Cut rows of these lengths into blocks of at most `width` dyads, whole rows each."""
    cuts, filled = [0], 0
    for row, length in enumerate(lengths.tolist()):
        if filled + length > width:
            cuts.append(row)
            filled = 0
        filled += length
    cuts.append(len(lengths))
    return np.array(cuts, np.int64)


def actor_layout(network: Network, *, unit: str = "dyad") -> Packed:
    """Lay out, block by actor, all dyads that the actor is part of: its row and, if directed, its column."""
    n = network.n_actors
    halves = 2 if unit == "pair" else 1
    both = network.directed and halves == 1 and not network.two_mode
    actors = np.repeat(np.arange(n, dtype=np.int64), 2 if both else 1)
    swapped = np.tile(np.array([0, 1], np.int64), n) if both else np.zeros(n, np.int64)
    first, last = np.zeros(actors.size, np.int64), np.full(actors.size, n, np.int64)
    if network.two_mode:
        n_rows = network.n_row_actors
        columns = np.arange(n) >= n_rows
        swapped = columns.astype(np.int64)
        first, last = np.where(columns, 0, n_rows), np.where(columns, n_rows, n)
    blocks = np.arange(0, actors.size + 1, 2 if both else 1, dtype=np.int64)
    width = max(BLOCK, 2 * n)
    return _layout(network, (actors, swapped, first, last), blocks, halves, width)

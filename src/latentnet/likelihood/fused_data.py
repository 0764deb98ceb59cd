"""A network packed for the fused kernels: unordered pairs, ties and unobserved dyads, by block and by actor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.effects import Bilinear, Distance, SquaredDistance
from latentnet.likelihood.packed import BLOCK, blocks_of_rows

if TYPE_CHECKING:
    from latentnet.effects import Similarity
    from latentnet.network import Network

__all__ = [
    "BILINEAR",
    "DISTANCE",
    "SIMILARITY_CODES",
    "SQUARED_DISTANCE",
    "FusedData",
    "fused_data",
]

DISTANCE, SQUARED_DISTANCE, BILINEAR = 0, 1, 2
# By class: the kernels are written for these three alone.
SIMILARITY_CODES: dict[type, int] = {Distance: DISTANCE, SquaredDistance: SQUARED_DISTANCE, Bilinear: BILINEAR}


class FusedData(NamedTuple):
    """Data of a plain model, and the scratch of its energies."""

    n_actors: int
    n_dims: int
    similarity: int
    intercept: int  # index into the parameter vector, -1 without one
    multiplicity: float  # of every pair; 0 where it is observed[i] + observed[j]
    observed: np.ndarray  # (n,) float64, 1 where the actor's row was observed
    blocks: np.ndarray  # (n_blocks + 1,) first row of each block
    tie_starts: np.ndarray  # (n_blocks + 1,)
    tie_pairs: np.ndarray  # position of the pair in its block
    tie_weights: np.ndarray  # y_ij + y_ji
    tie_totals: np.ndarray  # (n_blocks,) their sums
    hole_starts: np.ndarray
    hole_pairs: np.ndarray
    hole_kept: np.ndarray  # share of the pair's multiplicity that remains
    neighbour_starts: np.ndarray  # CSR of the same ties by actor, symmetric
    neighbours: np.ndarray
    neighbour_weights: np.ndarray
    gap_starts: np.ndarray  # CSR of the same holes by actor, symmetric
    gaps: np.ndarray
    gap_kept: np.ndarray
    expected_ties: np.ndarray  # (n_pairs,) in place of the ties, pairs end to end; empty if the ties are as observed
    energies: np.ndarray  # (max(block, n),) float64 scratch


def fused_data(network: Network, *, n_dims: int, similarity: Similarity, intercept: int) -> FusedData:
    """Pack a one-mode binary network into unordered pairs.

    Parameters
    ----------
    network : Network
    n_dims : int
    similarity : Distance, SquaredDistance or Bilinear
    intercept : int
        Index of the intercept in the parameter vector, -1 without one.
    """
    n = network.n_actors
    observed, ties = network.observed.asked.astype(np.float64), network.ties
    holes = network.observed.missing.astype(np.float64).tocoo()
    if network.directed:
        ties, holes = ties + ties.T, (holes + holes.T).tocoo()
        i, j = holes.row, holes.col
        holes.data = holes.data / (observed[i] + observed[j])
    # `observed` is 0 or 1 a row, and an undirected network has every row, so half of 1 + 1 is its multiplicity.
    multiplicity = (2.0 if network.directed else 1.0) if observed.all() else 0.0
    kept = holes.copy()
    kept.data = 1.0 - holes.data
    blocks = blocks_of_rows(np.arange(n), max(BLOCK, n))
    by_block = _by_block(ties, blocks)
    return FusedData(
        n, n_dims, SIMILARITY_CODES[type(similarity)], intercept, multiplicity, observed, blocks,
        *by_block, np.add.reduceat(np.append(by_block[2], 0.0), by_block[0][:-1]) * (np.diff(by_block[0]) > 0),
        *_by_block(kept, blocks), *_by_actor(ties), *_by_actor(kept),
        expected_ties=np.zeros(0), energies=np.zeros(0),
    )  # fmt: skip


def _by_block(matrix: Any, blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The strictly lower triangle's entries as (starts by block, positions in the block, values), sorted."""
    entries = matrix.tocoo()
    i, j = entries.row, entries.col
    order = np.lexsort((j, i))
    order = order[(j < i)[order]]
    i, j, values = i[order].astype(np.int64), j[order].astype(np.int64), np.array(entries.data[order], dtype=np.float64)
    block = np.searchsorted(blocks, i, side="right") - 1
    first = blocks[block]
    positions = (i * (i - 1) - first * (first - 1)) // 2 + j
    return np.searchsorted(i, blocks).astype(np.int64), positions, values


def _by_actor(matrix: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    entries = matrix.tocsr()
    return entries.indptr.astype(np.int64), entries.indices.astype(np.int64), np.array(entries.data, dtype=np.float64)

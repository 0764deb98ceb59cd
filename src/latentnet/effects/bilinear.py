"""Bilinear similarity: the linear predictor rises with the inner product of two actors' positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from latentnet.effects.similarity import Similarity
from latentnet.effects.starting_positions import eigen_positions
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

__all__ = ["Bilinear"]


class Bilinear(Similarity):
    """η gets z_i·z_j (Hoff 2005): actors in the same direction from the origin are likelier tied.

    The origin itself has a meaning.
    """

    invariance = "orthogonal"
    degree = 2.0

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η += inner product."""
        n_dims = int(data[0, 0])
        n = values.size // n_dims
        for k in range(n_dims):
            x = values[k * n : (k + 1) * n]
            for r in range(runs.shape[0]):
                start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
                row, columns = eta[start : start + length], x[runs[r, RUN_COLUMN] :]
                x_i = x[runs[r, RUN_ACTOR]]
                for p in range(row.size):
                    row[p] += x_i * columns[p]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂z_i = Σ_j score·z_j, and the same the other way round."""
        n_dims = int(data[0, 0])
        n = values.size // n_dims
        for k in range(n_dims):
            x, g = values[k * n : (k + 1) * n], gradient[k * n : (k + 1) * n]
            for r in range(runs.shape[0]):
                start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
                force = score[start : start + length]
                columns, pulled = x[runs[r, RUN_COLUMN] :], g[runs[r, RUN_COLUMN] :]
                i = runs[r, RUN_ACTOR]
                x_i, own = x[i], score.dtype.type(0.0)
                for p in range(force.size):
                    pulled[p] += force[p] * x_i
                for p in range(force.size):  # sums apart from stores: their order must not hang on the heap
                    own += force[p] * columns[p]
                g[i] += own

    @staticmethod
    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """z_i·z_j over the last axis."""
        return np.sum(first * second, axis=-1)

    def start(self, graph: sparse.csr_array, n_dims: int, rng: np.random.Generator) -> np.ndarray:
        """Such that inner products follow the ties' deviations from their mean."""
        return eigen_positions(graph, n_dims, rng)

    def reading(self, length: float, predictor: str) -> str:
        """Of lengths from the origin."""
        return f"length {length:g} from the origin (+); angles and lengths matter, not the orientation"

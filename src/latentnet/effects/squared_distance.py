"""Squared distance: the linear predictor falls by the squared Euclidean distance between two actors."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from latentnet.effects.similarity import Similarity
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

__all__ = ["SquaredDistance"]


class SquaredDistance(Similarity):
    """η gets −‖z_i − z_j‖² (Gollini & Murphy 2016)."""

    invariance = "isometry"
    degree = 2.0

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η −= squared distance."""
        n_dims = int(data[0, 0])
        n = values.size // n_dims
        for k in range(n_dims):
            x = values[k * n : (k + 1) * n]
            for r in range(runs.shape[0]):
                start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
                row, columns = eta[start : start + length], x[runs[r, RUN_COLUMN] :]
                x_i = x[runs[r, RUN_ACTOR]]
                for p in range(row.size):
                    u = x_i - columns[p]
                    row[p] -= u * u

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂z_i = −2 Σ_j score·(z_i − z_j), and the opposite for z_j."""
        real, n_dims = score.dtype.type, int(data[0, 0])
        n = values.size // n_dims
        for k in range(n_dims):
            x, g = values[k * n : (k + 1) * n], gradient[k * n : (k + 1) * n]
            for r in range(runs.shape[0]):
                start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
                force = score[start : start + length]
                columns, pulled = x[runs[r, RUN_COLUMN] :], g[runs[r, RUN_COLUMN] :]
                i = runs[r, RUN_ACTOR]
                x_i, own = x[i], real(0.0)
                for p in range(force.size):
                    pulled[p] += real(2.0) * force[p] * (x_i - columns[p])
                for p in range(force.size):  # sums apart from stores: their order must not hang on the heap
                    own += real(2.0) * force[p] * (x_i - columns[p])
                g[i] -= own

    @staticmethod
    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """−‖z_i − z_j‖² over the last axis."""
        return -np.sum((first - second) ** 2, axis=-1)

    def start(self, graph: sparse.csr_array, n_dims: int, rng: np.random.Generator) -> np.ndarray:
        """As for the distance, closer together."""
        positions = super().start(graph, n_dims, rng)
        return positions / np.sqrt(np.sqrt(np.mean(positions**2)) + 1.0)

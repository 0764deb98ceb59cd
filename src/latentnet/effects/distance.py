"""Distance: the linear predictor falls by the Euclidean distance between two actors."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentnet.effects.similarity import Similarity
from latentnet.signatures import RUN_ACTOR, RUN_COLUMN, RUN_LENGTH, RUN_OFFSET

__all__ = ["Distance"]


class Distance(Similarity):
    """η gets −‖z_i − z_j‖ (Hoff, Raftery & Handcock 2002)."""

    invariance = "isometry"
    degree = 1.0

    single_precision = True

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        """η −= distance; work keeps 1 / distance."""
        real, n_dims = eta.dtype.type, int(data[0, 0])
        n = values.size // n_dims
        for k in range(n_dims):
            x = values[k * n : (k + 1) * n]
            for r in range(runs.shape[0]):
                start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
                row = work[start : start + length]
                columns = x[runs[r, RUN_COLUMN] :]
                x_i = x[runs[r, RUN_ACTOR]]
                if k == 0:
                    for p in range(row.size):
                        u = x_i - columns[p]
                        row[p] = u * u
                else:
                    for p in range(row.size):
                        u = x_i - columns[p]
                        row[p] += u * u
        for p in range(eta.size):
            squared = max(work[p], real(1e-30))  # two actors at one place: their distance has no gradient, and gets 0
            inverse = real(1.0) / np.sqrt(squared)
            work[p] = inverse
            eta[p] -= squared * inverse

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        """∂ℓ/∂z_i = −Σ_j score·(z_i − z_j) / distance, and the opposite for z_j."""
        real, n_dims = score.dtype.type, int(data[0, 0])
        n = values.size // n_dims
        for p in range(score.size):
            work[p] *= score[p]
        for k in range(n_dims):
            x, g = values[k * n : (k + 1) * n], gradient[k * n : (k + 1) * n]
            for r in range(runs.shape[0]):
                start, length = runs[r, RUN_OFFSET], runs[r, RUN_LENGTH]
                force = work[start : start + length]
                columns, pulled = x[runs[r, RUN_COLUMN] :], g[runs[r, RUN_COLUMN] :]
                i = runs[r, RUN_ACTOR]
                x_i, own = x[i], real(0.0)
                for p in range(force.size):
                    pulled[p] += force[p] * (x_i - columns[p])
                for p in range(force.size):  # sums apart from stores: their order must not hang on the heap
                    own += force[p] * (x_i - columns[p])
                g[i] -= own

    @staticmethod
    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """−‖z_i − z_j‖ over the last axis."""
        return -np.sqrt(np.sum((first - second) ** 2, axis=-1))

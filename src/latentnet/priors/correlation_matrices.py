"""Correlation matrices as the parameter vector holds them: atanh of partial correlations, below the diagonal by row.

The partial correlation of i and j < i is given those before j, so that any values make a matrix that is one
(Lewandowski, Kurowicka & Joe 2009). Of two groups it is their correlation.
"""

from __future__ import annotations

import numpy as np

__all__ = ["correlation_factor", "lower_correlations"]


def correlation_factor(x: np.ndarray, count: int) -> np.ndarray:
    """Cholesky factors of correlation matrices, (..., count, count)."""
    partial, factor, p = np.tanh(x), np.zeros((*x.shape[:-1], count, count)), 0
    for i in range(count):
        rest = np.ones(x.shape[:-1])
        for j in range(i):
            factor[..., i, j] = partial[..., p] * rest
            rest = rest / np.cosh(x[..., p])
            p += 1
        factor[..., i, i] = rest
    return factor


def lower_correlations(x: np.ndarray) -> np.ndarray:
    """Correlations below the diagonal, row by row, of the shape of `x`."""
    count = round(0.5 + np.sqrt(0.25 + 2.0 * x.shape[-1]))
    factor = correlation_factor(x, count)
    matrices = np.einsum("...ik,...jk->...ij", factor, factor)
    return np.asarray(matrices[..., *np.tril_indices(count, -1)])

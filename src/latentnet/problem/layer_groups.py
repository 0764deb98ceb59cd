"""The random effects of all layers, as the prior of a model of several kinds of ties has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latentnet.priors.random_effects import FIRST, LAST, SCALE, START, STOP

if TYPE_CHECKING:
    from latentnet.problem.layers import Layer
    from latentnet.problem.problem import Problem

__all__ = ["groups_of_layers"]


def groups_of_layers(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random effects, and those of families' own σ; correlations of two; blocks with a correlation matrix, which end.

    Returns
    -------
    groups : ndarray of shape (n_groups, 8)
    correlations : int ndarray of shape (n_correlations, 3)
    blocks : int ndarray of shape (n_blocks, 3)
    """
    across = [(bound, part) for _, bound, part in problem.effects if bound.correlated >= 0]
    of_blocks = {part.start + group.scale for bound, part in across for group in bound.groups}
    alone: list[np.ndarray] = []
    correlations: list[tuple[int, int, int]] = []
    blocks: list[tuple[int, int, int]] = []
    by_scale: dict[int, np.ndarray] = {}
    for layer in problem.layers:
        moved = _moved(layer, problem.intercept)
        kept = np.array([int(scale) not in of_blocks for scale in moved[:, SCALE]], dtype=bool)
        number = len(alone) + np.cumsum(kept) - 1
        for first, second, place in layer.problem.prior.correlations.tolist():
            if kept[first]:
                correlations.append((int(number[first]), int(number[second]), int(layer.source[place])))
        alone += list(moved[kept])
        by_scale |= {int(row[SCALE]): row for row in moved[~kept]}
    groups = alone
    for bound, part in across:
        blocks.append((len(groups), len(bound.groups), part.start + bound.correlated))
        for group in bound.groups:
            row = by_scale[part.start + group.scale]
            row[[START, STOP]] = part.start + group.start, part.start + group.stop
            groups = [*groups, row]
    return (
        np.array(groups, np.float64).reshape(-1, 8),
        np.array(correlations, np.int64).reshape(-1, 3),
        np.array(blocks, np.int64).reshape(-1, 3),
    )


def _moved(layer: Layer, intercept: int) -> np.ndarray:
    """A layer's own groups where they are in the whole model."""
    own, source = layer.problem.prior, layer.source
    moved = own.groups.copy()
    size = moved[:, STOP] - moved[:, START]
    moved[:, START] = source[own.groups[:, START].astype(np.int64)]
    moved[:, STOP] = moved[:, START] + size
    moved[:, SCALE] = source[own.groups[:, SCALE].astype(np.int64)]
    if own.level.n_intercepts:
        moved[:, [FIRST, LAST]] += source[own.level.intercept] - intercept
    return moved

"""What both renderers of a picture share: points, limits, sizes, the words under it, and the order of drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentnet._exceptions import NotFittedError, refuse_joint
from latentnet.effects import read_similarity
from latentnet.families import FAMILIES
from latentnet.network.labels import actor_places, label_index

__all__ = [
    "MOST_ARROWS",
    "RINGS",
    "by_degree",
    "by_place",
    "cluster_extent",
    "cluster_moments",
    "crosses",
    "half_ellipses",
    "has_origin",
    "hidden_actors",
    "layers_of",
    "limits",
    "mark_radius",
    "reading",
    "round_length",
    "shown_positions",
    "stacked_rows",
    "tie_looks",
    "tie_pairs",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MOST_ARROWS = 250
RINGS = (2.0, 1.0)  # standard deviations, outermost first


def shown_positions(model: Any) -> FloatArray:
    """Coordinates on show, shape (n_actors, 1, 2 or 3)."""
    if not hasattr(model, "positions_"):
        raise NotFittedError(f"this {type(model).__name__} is not fitted yet; call `fit` before plotting it")
    refuse_joint(model, "the picture")
    positions = np.asarray(model.positions_, dtype=np.float64)
    if positions.ndim != 2 or positions.shape[1] == 0:
        raise ValueError("the model has no latent space (similarity=None), so there are no positions to plot")
    return positions if positions.shape[1] <= 3 else positions[:, :2]


def hidden_actors(reveal: Sequence[Any] | None, actors: NDArray[np.object_]) -> BoolArray:
    """Actors without a name: all but those of `reveal`, nobody where it is None."""
    hidden = np.zeros(len(actors), dtype=bool)
    if reveal is not None:
        hidden[:] = True
        hidden[actor_places(reveal, label_index(actors), "`reveal`")] = False
    return hidden


def limits(model: Any, coordinates: FloatArray, extent: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Corners of what is shown: the actors, the origin where it has a meaning, and most of `extent`."""
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    if has_origin(model):
        low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
    span = max(float((high - low).max()), 1e-3)
    if len(extent):
        # One very wide cluster or cloud must not squeeze the actors into a corner.
        low = np.maximum(np.minimum(low, extent.min(axis=0)), low - 0.6 * span)
        high = np.minimum(np.maximum(high, extent.max(axis=0)), high + 0.6 * span)
    margin = 0.07 * max(float((high - low).max()), 1e-3)
    return low - margin, high + margin


def has_origin(model: Any) -> bool:
    """Whether lengths and angles are read from the origin."""
    similarity = read_similarity(getattr(model, "similarity", "distance"))
    return similarity is not None and similarity.invariance != "isometry"


def mark_radius(inches: float, n_actors: int) -> float:
    """Radius of an actor's mark in points, in a picture whose shorter side has so many inches."""
    size = np.clip(np.sqrt(max(inches, 0.5) / 3.6), 0.6, 1.3)
    return float(size * np.clip(16.0 / n_actors**0.36, 1.2, 4.6))


def round_length(width: float) -> float:
    """A length of 1, 2 or 5 times a power of ten, about a fifth of `width`."""
    target = width / 4
    power = 10.0 ** np.floor(np.log10(target))
    return float(power * max(step for step in (1, 2, 5) if step * power <= target * (1 + 1e-12)))


def reading(model: Any, length: float) -> str:
    """One line that says what the reader may read off."""
    similarity = read_similarity(getattr(model, "similarity", "distance"))
    assert similarity is not None
    layers = layers_of(model)
    if layers:  # the map has the units of the first one
        name = layers[0].problem.given_family.predictor_name()
        return similarity.reading(length, f"{name} ({layers[0].name})" if name else "")
    family = getattr(model, "family", "bernoulli")
    family = FAMILIES[family]() if isinstance(family, str) else family
    return similarity.reading(length, family.predictor_name())


def layers_of(model: Any) -> tuple[Any, ...]:
    """Layers of a model of several kinds of ties."""
    found: tuple[Any, ...] = getattr(getattr(model, "_problem", None), "layers", ())
    return found


def stacked_rows(x: FloatArray, diameter: float) -> IntArray:
    """Row of each dot under a line: the first in which it touches no other. No jitter, none hidden."""
    rows = np.zeros(len(x), dtype=np.int64)
    last: list[float] = []
    for i in np.argsort(x, kind="stable"):
        free = (row for row, right in enumerate(last) if x[i] - right >= diameter)
        rows[i] = next(free, len(last))
        last[rows[i] : rows[i] + 1] = [float(x[i])]
    return rows


def tie_pairs(network: Any) -> tuple[IntArray, FloatArray, NDArray[np.bool_]]:
    """Each tie once: actors (n_lines, 2), strength relative to the strongest, whether it runs both ways."""
    ties = network.ties.tocoo()
    sender, receiver = (np.asarray(end, dtype=np.int64) for end in (ties.row, ties.col))
    strength = np.abs(np.asarray(ties.data, dtype=np.float64))
    if network.two_mode:
        mutual = np.zeros(len(sender), dtype=bool)
    else:
        n = ties.shape[0]
        mutual = np.isin(sender * n + receiver, receiver * n + sender)
        first = ~mutual | (sender < receiver)
        if network.directed:  # a mutual tie is as strong as its stronger half
            both = ties.tocsr()
            strength = np.maximum(strength, np.abs(np.asarray(both[receiver, sender]).ravel()))
        sender, receiver, strength, mutual = sender[first], receiver[first], strength[first], mutual[first]
    top = strength.max(initial=0.0)
    return np.column_stack([sender, receiver]), strength / top if top > 0 else strength, mutual


def tie_looks(strength: FloatArray) -> tuple[FloatArray, float]:
    """Opacity of each tie and the lines' width in points: fainter the weaker a tie is, and the more there are."""
    root = np.sqrt(len(strength))
    alpha = float(np.clip(5.5 / root, 0.03, 0.6))
    return np.clip(alpha * (0.3 + 0.7 * strength), 0.02, 1.0), float(np.clip(9.0 / root, 0.35, 0.8))


def by_place(points: FloatArray, pairs: IntArray, *, oriented: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Ties from left to right, so that a file tells nothing of the order of the actors in the network.

    Parameters
    ----------
    points : (n_actors, n_shown) array
    pairs : (n_ties, 2) int array
    oriented : (n_ties,) bool array
        Ties that are drawn as running from the first actor to the second; of others the left end comes first.

    Returns
    -------
    pairs : (n_ties, 2) int array
    order : (n_ties,) int array
        Which of the given ties each is.
    """
    ends = points[pairs]
    leftmost = np.lexsort(np.moveaxis(ends, 2, 0)[::-1], axis=1)
    leftmost[oriented] = [0, 1]
    pairs = np.take_along_axis(pairs, leftmost, axis=1)
    order = np.lexsort(points[pairs].reshape(len(pairs), -1).T[::-1])
    return pairs[order], order


def half_ellipses(x: FloatArray, height: float = 1.0) -> list[FloatArray]:
    """Arcs over a line, (40, 2) each, between the two ends of each row of `x`; the longest is of that height."""
    turn = np.linspace(0.0, np.pi, 40)
    middle, reach = x.mean(axis=1), np.abs(x[:, 1] - x[:, 0]) / 2
    high = height * reach / max(float(reach.max()), 1e-12)
    return [
        np.column_stack([m + r * np.cos(turn), h * np.sin(turn)]) for m, r, h in zip(middle, reach, high, strict=True)
    ]


def cluster_extent(model: Any, n_shown: int) -> FloatArray:
    """Points that the limits of the axes should include, shape (2 n_clusters, n_shown)."""
    means, scales = cluster_moments(model)
    means = means[:, :n_shown]
    reach = max(RINGS) * scales[:, None]
    return np.vstack([means - reach, means + reach])


def cluster_moments(model: Any) -> tuple[FloatArray, FloatArray]:
    """Centres (n_clusters, n_dims) and standard deviations (n_clusters,) of the clusters among the drawn positions.

    They are those of `positions_`, weighted by membership, as R's pictures have them. The posterior means of the
    clusters' parameters would lie elsewhere: each draw is wider than the point estimate, so the rings would not fit the
    actors. Sums run over the actors by place, so that not even their last bit tells of the order of hidden actors.
    """
    positions = np.asarray(model.positions_, dtype=np.float64)
    weights = np.asarray(model.membership_, dtype=np.float64)
    order = np.lexsort([*weights.T, *positions.T])
    positions, weights = positions[order], weights[order]
    totals = weights.sum(axis=0)
    means = weights.T @ positions / totals[:, None]
    squares = ((positions[:, None] - means) ** 2).sum(axis=2)
    variances = (weights * squares).sum(axis=0) / totals / positions.shape[1]
    return means, np.sqrt(np.maximum(variances, 1e-4 * positions.var()))


def crosses(model: Any, *, with_clusters: bool) -> FloatArray:
    """Where labels must not lie: the numbers of clusters, the origin where it has a meaning."""
    found = [np.empty((0, 2))]
    if with_clusters:
        found.append(cluster_moments(model)[0][:, :2])
    if has_origin(model):
        found.append(np.zeros((1, 2)))
    return np.vstack(found)


def by_degree(names: dict[int, str], pairs: IntArray) -> dict[int, str]:
    """The same names, those of actors with many ties first."""
    degree = np.bincount(pairs.ravel(), minlength=max(names, default=0) + 1)
    return {i: names[i] for i in sorted(names, key=lambda i: (-degree[i], i))}

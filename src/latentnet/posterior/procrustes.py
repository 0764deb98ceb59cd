"""Alignment of latent positions by the maps that leave a similarity as it is.

A likelihood of distances does not change when all actors are moved, turned or reflected together
(``"isometry"``); one of inner products does not change when they are turned or reflected about the origin
(``"orthogonal"``). Draws are compared after such a map only: scales are never changed, and under
``"orthogonal"`` nothing is ever moved. Least squares over rotations and reflections is Schönemann's problem
(Psychometrika 31, 1966), the mean of many configurations Gower's (Psychometrika 40, 1975).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from latentnet.checks import one_of

__all__ = ["Alignment", "Invariance", "align", "maps_to", "mean_shape", "principal_axes"]

Array = npt.NDArray[np.float64]
Invariance = Literal["none", "orthogonal", "isometry"]

_MAX_PASSES = 20
_TOLERANCE = 1e-6  # of the mean shape's size: far below any posterior spread
_BATCH_VALUES = 1 << 20


class Alignment(NamedTuple):
    """Aligned positions, and the maps: ``positions = original @ rotations + translations[..., None, :]``.

    Attributes
    ----------
    positions : ndarray, (..., n_actors, n_dims)
    rotations : ndarray, (..., n_dims, n_dims)
        Orthogonal matrices, applied from the right; reflections among them.
    translations : ndarray, (..., n_dims)
    """

    positions: Array
    rotations: Array
    translations: Array


def align(positions: npt.ArrayLike, target: npt.ArrayLike, invariance: Invariance) -> Alignment:
    """Bring every configuration as close to a target as the invariance allows, in least squares.

    Parameters
    ----------
    positions : array_like, (..., n_actors, n_dims)
        Configurations, for instance draws.
    target : array_like, (n_actors, n_dims)
    invariance : {"none", "orthogonal", "isometry"}
        ``"isometry"`` puts each configuration's centre onto the target's, so that no draw brings a location
        of its own; ``"orthogonal"`` turns and reflects about the origin; ``"none"`` leaves everything as it
        is.

    Returns
    -------
    Alignment
        Apply its maps to whatever lives in the same space, such as cluster means.

    Raises
    ------
    ValueError
        If shapes do not match, a position is not finite, or `invariance` is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.posterior.procrustes import align
    >>> target = np.random.default_rng(1).normal(size=(5, 2))
    >>> turned = target @ [[0.0, 1.0], [1.0, 0.0]] + 3.0
    >>> bool(np.allclose(align(turned, target, "isometry").positions, target))
    True
    """
    positions = _checked(positions, "positions", invariance)
    return _moved(positions, *maps_to(positions, target, invariance))


def maps_to(positions: npt.ArrayLike, target: npt.ArrayLike, invariance: Invariance) -> tuple[Array, Array]:
    """Rotations and translations of `align` alone: the draws of a large network are long."""
    positions = _checked(positions, "positions", invariance)
    target = _checked(target, "target", invariance)
    if target.ndim != 2 or target.shape != positions.shape[-2:]:
        raise ValueError(
            f"target must have the shape of one configuration, (n_actors, n_dims) = {positions.shape[-2:]}, "
            f"but its shape is {target.shape}; give one configuration of the same actors in the same order"
        )
    return _maps(positions, target, invariance)


def principal_axes(positions: npt.ArrayLike, invariance: Invariance) -> Alignment:
    """Turn every configuration to its principal axes, in descending order of spread.

    The axes are those about the centroid, which moves to the origin, under ``"isometry"``, and about the
    origin, with nothing moved, under ``"orthogonal"``. On each axis the actor farthest out is on the positive
    side. ``"none"`` changes nothing.

    Parameters
    ----------
    positions : array_like, (..., n_actors, n_dims)
    invariance : {"none", "orthogonal", "isometry"}

    Returns
    -------
    Alignment

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.posterior.procrustes import principal_axes
    >>> principal_axes([[0.0, 1.0], [0.0, 3.0], [0.0, 8.0]], "isometry").positions[:, 0]
    array([-3., -1.,  4.])
    """
    positions = _checked(positions, "positions", invariance)
    n_dims = positions.shape[-1]
    if invariance == "none":
        return _moved(positions, *_identity(positions))
    centres = _centres(positions, invariance)
    centred = positions - centres[..., None, :]
    _, axes = np.linalg.eigh(np.swapaxes(centred, -1, -2) @ centred)
    rotations = np.ascontiguousarray(axes[..., ::-1])  # eigh's order is ascending
    turned = centred @ rotations
    if turned.shape[-2]:
        farthest = np.take_along_axis(turned, np.abs(turned).argmax(axis=-2, keepdims=True), axis=-2)
        rotations *= np.where(farthest < 0, -1.0, 1.0)
    translations = -(centres[..., None, :] @ rotations)[..., 0, :]
    return _moved(positions, rotations.reshape(*positions.shape[:-2], n_dims, n_dims), translations)


def mean_shape(positions: npt.ArrayLike, invariance: Invariance) -> Array:
    """Mean of configurations that are aligned to it (generalised Procrustes), turned to its principal axes.

    Parameters
    ----------
    positions : array_like, (n_configurations, n_actors, n_dims)
        Pooled draws; the search starts from the first.
    invariance : {"none", "orthogonal", "isometry"}

    Returns
    -------
    ndarray, (n_actors, n_dims)
        A target for `align`; centred at the origin under ``"isometry"``, the plain mean under ``"none"``.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.posterior.procrustes import mean_shape
    >>> shape = np.array([[-3.0, 1.0], [-1.0, -2.0], [4.0, 1.0]])
    >>> draws = np.stack([shape, -shape, shape + 7.0])
    >>> mean = mean_shape(draws, "isometry")
    >>> bool(np.allclose(np.linalg.norm(mean[0] - mean[1]), np.sqrt(13)))
    True
    """
    positions = _checked(positions, "positions", invariance)
    if positions.ndim != 3 or not len(positions):
        raise ValueError(
            "positions must hold at least one configuration, (n_configurations, n_actors, n_dims), "
            f"but their shape is {positions.shape}; pool chains and draws into the first axis"
        )
    if invariance == "none":
        return np.asarray(positions.mean(axis=0))
    mean = principal_axes(positions[0], invariance).positions
    for _ in range(_MAX_PASSES):
        previous, mean = mean, _mean_aligned(positions, mean, invariance)
        if np.linalg.norm(mean - previous) <= _TOLERANCE * np.linalg.norm(mean):
            break
    return principal_axes(mean, invariance).positions


def _checked(positions: npt.ArrayLike, name: str, invariance: str) -> Array:
    one_of("invariance", invariance, get_args(Invariance))
    array = np.asarray(positions, dtype=np.float64)
    if array.ndim < 2 or array.shape[-1] < 1:
        raise ValueError(
            f"{name} must have the shape (..., n_actors, n_dims) with n_dims >= 1, but the shape is "
            f"{array.shape}; give one row of coordinates for every actor"
        )
    if not np.isfinite(array).all():
        count = np.count_nonzero(~np.isfinite(array))
        raise ValueError(f"{name} must be finite, but {count} values are not; leave absent actors out")
    return array


def _identity(positions: Array) -> tuple[Array, Array]:
    batch, n_dims = positions.shape[:-2], positions.shape[-1]
    return np.tile(np.eye(n_dims), (*batch, 1, 1)), np.zeros((*batch, n_dims))


def _centres(positions: Array, invariance: Invariance) -> Array:
    """Centroids where translations are free, otherwise the origin: (..., n_dims)."""
    if invariance == "isometry" and positions.shape[-2]:
        return np.asarray(positions.mean(axis=-2))
    return np.zeros((*positions.shape[:-2], positions.shape[-1]))


def _maps(positions: Array, target: Array, invariance: Invariance) -> tuple[Array, Array]:
    """Rotations and translations that bring `positions` closest to the target."""
    if invariance == "none":
        return _identity(positions)
    target_centre, centres = _centres(target, invariance), _centres(positions, invariance)
    # Centring the target alone is enough for the cross-products, and spares a copy of the draws.
    rotations = _closest_orthogonal(np.swapaxes(positions, -1, -2) @ (target - target_centre))
    return rotations, target_centre - (centres[..., None, :] @ rotations)[..., 0, :]


def _closest_orthogonal(cross: Array) -> Array:
    """Orthogonal R (..., n_dims, n_dims) that maximise trace(R' cross); the identity for a zero matrix."""
    n_dims = cross.shape[-1]
    if n_dims == 1:
        return np.where(cross < 0, -1.0, 1.0)
    if n_dims == 2:
        return _closest_orthogonal_plane(cross)
    left, _, right = np.linalg.svd(cross)
    return np.asarray(left @ right)


def _closest_orthogonal_plane(cross: Array) -> Array:
    """In the plane, the better of the best rotation and the best reflection: ten times as fast as an SVD."""
    a, b, c, d = cross[..., 0, 0], cross[..., 0, 1], cross[..., 1, 0], cross[..., 1, 1]
    rotation, reflection = np.hypot(a + d, c - b), np.hypot(a - d, b + c)
    turn = rotation >= reflection
    length = np.where(turn, rotation, reflection)
    degenerate = length == 0
    length = np.where(degenerate, 1.0, length)
    cosine = np.where(degenerate, 1.0, np.where(turn, a + d, a - d) / length)
    sine = np.where(turn, c - b, b + c) / length
    handedness = np.where(turn, 1.0, -1.0)
    rows = [cosine, -handedness * sine, sine, handedness * cosine]
    return np.stack(rows, axis=-1).reshape(cross.shape)


def _moved(positions: Array, rotations: Array, translations: Array) -> Alignment:
    aligned = positions @ rotations
    aligned += translations[..., None, :]
    return Alignment(aligned, rotations, translations)


def _mean_aligned(positions: Array, target: Array, invariance: Invariance) -> Array:
    """Mean of all configurations aligned to a target, by batches, so that few are aligned at once."""
    batch = max(1, _BATCH_VALUES // max(1, target.size))
    total = np.zeros_like(target)
    for start in range(0, len(positions), batch):
        part = positions[start : start + batch]
        rotations, translations = _maps(part, target, invariance)
        total += np.tensordot(part, rotations, axes=([0, 2], [0, 1])) + translations.sum(axis=0)
    return total / len(positions)

"""Draws as an ArviZ object, and ArviZ's smoothing of importance weights, 0.x and 1.x alike."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from arviz import InferenceData

    ArvizObject: TypeAlias = InferenceData  # of ArviZ 0.x; of 1.x, which ships no types, it is Any

__all__ = ["pareto_smoothed", "to_arviz"]

_SAMPLE_DIMS = ("chain", "draw")
_SHORTEST_TAIL = 5  # draws that a generalised Pareto distribution is fitted to


def to_arviz(
    groups: Mapping[str, Mapping[str, npt.ArrayLike]],
    dims: Mapping[str, Sequence[str]],
    coords: Mapping[str, Any],
    attrs: Mapping[str, Any] | None = None,
) -> ArvizObject:
    """Build the object that the installed ArviZ works with.

    Parameters
    ----------
    groups : dict of dict of array_like
        ``groups["posterior"]["positions"]`` and so on. Arrays begin with the axes chain and draw, except in
        groups whose name ends in ``_data``. Any name is possible; groups may differ in their numbers of
        chains and draws. Groups without variables are left out.
    dims : dict of sequences of str
        The names of a variable's axes, those after chain and draw where these exist; scalars need no entry.
    coords : dict
        Labels of a dimension, or ``(dimension, values)`` for a further coordinate along it. Each group takes
        those of its own dimensions (of chain and draw: where the lengths agree); a dimension without labels
        is numbered from 0.
    attrs : dict, optional
        Attributes of the object and of every group.

    Returns
    -------
    arviz.InferenceData or xarray.DataTree
        The first with ArviZ 0.x, the second with 1.x. ``result[group][variable]`` works with both.

    Raises
    ------
    ValueError
        If a variable bears the name of a dimension, or of a coordinate of its own group (ArviZ would drop it
        without a word), or if axes, names and labels do not match.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet.posterior.arviz import to_arviz
    >>> draws = {"intercept": np.zeros((4, 50)), "positions": np.zeros((4, 50, 2, 1))}
    >>> dims = {"positions": ["actor", "latent_dim"]}
    >>> posterior = to_arviz({"posterior": draws}, dims, {"actor": ["ann", "bob"]})
    >>> posterior["posterior"]["positions"].sel(actor="bob").shape
    (4, 50, 1)
    """
    _check_names(groups, dims, coords)
    attrs = dict(attrs or {})
    datasets = {name: _dataset(name, variables, dims, coords, attrs) for name, variables in groups.items() if variables}
    arviz = _arviz()
    if "InferenceData" in vars(arviz):  # asking ArviZ 1.x by hasattr makes it warn
        return arviz.InferenceData(attrs=attrs, **datasets)
    import xarray

    tree = xarray.DataTree.from_dict(datasets)
    tree.attrs.update(attrs)
    return tree


def _arviz() -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"\s*ArviZ is undergoing a major refactor", FutureWarning)
        import arviz
    return arviz


def pareto_smoothed(
    log_ratios: npt.NDArray[np.float64], efficiency: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pareto-smoothed importance weights (Vehtari, Simpson, Gelman, Yao & Gabry 2024).

    Parameters
    ----------
    log_ratios : ndarray of shape (n_quantities, n_draws)
        Log importance ratios.
    efficiency : float
        Effective draws a draw, which says how far the tail goes that is smoothed.

    Returns
    -------
    log_weights : ndarray of shape (n_quantities, n_draws)
        Their exponentials add up to 1.
    k : ndarray of shape (n_quantities,)
        Shape of each tail; 0 where the largest ratios are all equal, so that there is nothing to smooth, and infinite
        where there are too few draws to tell, fewer than about 25.
    """
    n_quantities, n_draws = log_ratios.shape
    in_tail = int(np.ceil(min(n_draws / 5.0, 3.0 * np.sqrt(n_draws / efficiency))))
    ordered = np.partition(log_ratios, n_draws - in_tail, axis=1)
    varies = ordered[:, n_draws - in_tail] < log_ratios.max(axis=1)
    log_weights = log_ratios - np.logaddexp.reduce(log_ratios, axis=1, keepdims=True)
    k = np.zeros(n_quantities)
    if in_tail < _SHORTEST_TAIL:  # ArviZ 1.x refuses it, 0.x says infinity
        k[varies] = np.inf
    elif varies.any():
        arviz = _arviz()
        if "psislw" in vars(arviz):
            log_weights[varies], k[varies] = arviz.psislw(log_ratios[varies], efficiency)
        else:
            from arviz_stats.base import array_stats

            # It takes log-likelihoods, whose negatives are the log ratios of leave-one-out.
            log_weights[varies], k[varies] = array_stats.psislw(-log_ratios[varies], efficiency)
    return log_weights, k


def _check_names(
    groups: Mapping[str, Mapping[str, Any]], dims: Mapping[str, Sequence[str]], coords: Mapping[str, Any]
) -> None:
    """Refuse variables named like a dimension of any group or a coordinate of their own: ArviZ drops them silently."""
    every_dim = {*_SAMPLE_DIMS, *(dim for names in dims.values() for dim in names)}
    for group, variables in groups.items():
        own_dims = {dim for name in variables for dim in dims.get(name, ())}
        if not group.endswith("_data"):
            own_dims.update(_SAMPLE_DIMS)
        own_coords = {name for name, given in coords.items() if _dimension_of(name, given) in own_dims}
        clashes = sorted((every_dim | own_coords).intersection(variables))
        if clashes:
            raise ValueError(
                f"no variable may bear the name of a dimension, or of a coordinate of its group, but group {group!r} "
                f"has {', '.join(map(repr, clashes))}; rename the variable"
            )


def _dataset(
    group: str,
    variables: Mapping[str, npt.ArrayLike],
    dims: Mapping[str, Sequence[str]],
    coords: Mapping[str, Any],
    attrs: Mapping[str, Any],
) -> Any:
    import xarray

    sample_dims = () if group.endswith("_data") else _SAMPLE_DIMS
    arrays = {name: np.asarray(values) for name, values in variables.items()}
    sizes: dict[str, int] = {}
    contents = {}
    for name, values in arrays.items():
        axes = (*sample_dims, *dims.get(name, ()))
        if len(axes) != values.ndim:
            raise ValueError(
                f"variable {name!r} of group {group!r} has {values.ndim} axes, shape {values.shape}, but "
                f"they are named {axes}; name every axis after chain and draw in dims[{name!r}]"
            )
        for axis, size in zip(axes, values.shape, strict=True):
            if sizes.setdefault(axis, size) != size:
                raise ValueError(
                    f"dimension {axis!r} of group {group!r} has length {sizes[axis]}, but variable {name!r} "
                    f"has {size} along it; give dimensions of different length different names"
                )
        contents[name] = (axes, values)
    return xarray.Dataset(contents, coords=_coordinates(group, sizes, coords), attrs=attrs)


def _coordinates(group: str, sizes: Mapping[str, int], coords: Mapping[str, Any]) -> dict[str, Any]:
    """Coordinates of the dimensions that a group has."""
    chosen: dict[str, Any] = {dim: (dim, np.arange(size)) for dim, size in sizes.items()}
    for name, given in coords.items():
        dim = _dimension_of(name, given)
        values = given[1] if _names_dimension(given) else given
        if dim not in sizes or (name in _SAMPLE_DIMS and np.size(values) != sizes[dim]):
            continue  # groups may have chains and draws of their own
        if np.shape(values) != (sizes[dim],):
            raise ValueError(
                f"coordinate {name!r} needs {sizes[dim]} values along dimension {dim!r} of group {group!r}, "
                f"but has shape {np.shape(values)}; give one value for each"
            )
        chosen[name] = (dim, np.asarray(values))
    return chosen


def _dimension_of(name: str, given: Any) -> str:
    """The dimension that a coordinate of this name lies along."""
    return str(given[0]) if _names_dimension(given) else name


def _names_dimension(given: Any) -> bool:
    """Whether a coordinate is ``(dimension, values)``, and not two labels that happen to be in a tuple."""
    if not isinstance(given, tuple) or len(given) != 2:
        return False
    return isinstance(given[0], str) and np.ndim(given[1]) == 1

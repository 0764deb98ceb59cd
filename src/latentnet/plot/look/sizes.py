"""How large each actor's mark is: by degree, by a random effect, or by any numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentnet.checks import shown
from latentnet.network.labels import listing
from latentnet.plot.look.attributes import encode
from latentnet.plot.look.colors import GREY
from latentnet.plot.look.legend import Section, mark_handle

__all__ = ["mark_sizes"]

FloatArray = NDArray[np.float64]

_LEAST, _MOST = 0.6, 2.2  # of the usual radius
_HANDLE = 6.5


def mark_sizes(size: Any, model: Any, seen: NDArray[np.bool_]) -> tuple[FloatArray, Section]:
    """Factors of the marks' radii, and what the legend says of them.

    Parameters
    ----------
    size : str, Series, sequence of shape (n_actors,) or None
        "degree"; a random effect of the model, whose odds ratio (more generally, the exponential of its posterior mean)
        is shown; a numeric column of ``network.attributes``; or numbers. Areas are in proportion to the numbers.
    model : fitted estimator
    seen : (n_actors,) bool array
        Actors that have a name; the legend speaks of no other.

    Returns
    -------
    factors : (n_actors,) array
    section : Section
        Empty without `size`.
    """
    n = len(seen)
    if size is None:
        return np.ones(n), Section("")
    heading, values = _values(size, model)
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("`size` must be finite numbers of at least 0, one for each actor; replace the others first")
    usual = float(np.median(values[values > 0])) if (values > 0).any() else 1.0
    factors = np.clip(np.sqrt(values / usual), _LEAST, _MOST)
    section = Section(heading)
    for value in sorted({float(values[seen].min()), float(values[seen].max())}) if seen.any() else ():
        factor = float(np.clip(np.sqrt(value / usual), _LEAST, _MOST))
        section.entries.append((mark_handle(GREY, size=_HANDLE * factor), f"{value:.3g}"))
    return factors, section


def _values(size: Any, model: Any) -> tuple[str, FloatArray]:
    network = model.network_
    n = len(network.actors)
    if isinstance(size, str) and size == "degree":
        ties = (network.ties != 0).astype(np.float64)
        degree = np.asarray(ties.sum(axis=1)).ravel()
        if network.directed or network.two_mode:
            degree = degree + np.asarray(ties.sum(axis=0)).ravel()
        return "degree", degree
    effects = getattr(getattr(model, "draws_", None), "variables", {})
    if isinstance(size, str) and size in effects and np.shape(effects[size])[2:] == (n,):
        return f"exp({size})", np.exp(np.asarray(effects[size], dtype=np.float64).mean(axis=(0, 1)))
    if isinstance(size, str) and size not in network.attributes.columns:
        by_actor = listing([name for name, values in effects.items() if np.shape(values)[2:] == (n,)]) or "none"
        columns = listing(network.attributes.columns) or "none"
        raise ValueError(
            f"`size` must be 'degree', a random effect of the model, which has {by_actor}, or an attribute of the "
            f"network, which has {columns}, but is {shown(size)}"
        )
    encoding = encode("size", size, network, numbers=True, codes=False)
    if encoding.values is None:
        raise ValueError("`size` must be numbers, but has texts or categories; use `color` or `shape` for these")
    return encoding.name or "size", encoding.values

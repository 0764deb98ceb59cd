"""Trace and rank plots by ArviZ, 0.x and 1.x alike."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

from latentnet.checks import shown

__all__ = ["rank_figure", "scalar_names", "trace_figure"]

_OWN_DIMS = {"chain", "draw"}
_LISTED_DIMS = _OWN_DIMS | {"coefficient"}


def scalar_names(dataset: Any) -> list[str]:
    """Variables without actors, clusters or latent dimensions: chains worth a look one by one.

    Parameters
    ----------
    dataset : xarray.Dataset
        A group of the posterior.

    Returns
    -------
    list of str
    """
    return [str(name) for name, variable in dataset.data_vars.items() if set(variable.dims) <= _LISTED_DIMS]


def _selected(posterior: Any, var_names: str | Sequence[str] | None) -> tuple[Any, Any]:
    """The variables asked for as one dataset, and the sampler's flags of divergence."""
    draws, stats = _dataset(posterior["posterior"]), _dataset(posterior["sample_stats"])
    if var_names is None:
        names = [name for name in scalar_names(draws) if draws[name].size]
        names += [name for name in ("lp",) if name in stats]
    else:
        names = [var_names] if isinstance(var_names, str) else list(var_names)
    unknown = [name for name in names if name not in draws and name not in stats]
    if unknown:
        known = ", ".join(repr(str(name)) for name in [*draws.data_vars, *stats.data_vars])
        raise ValueError(f"`var_names` has {shown(unknown[0])}, but must name variables of the posterior: {known}")
    chosen = draws[[name for name in names if name in draws]]
    extra = {name: stats[name] for name in names if name not in draws}
    flags = stats[["diverging"]] if "diverging" in stats else stats[[]]
    return chosen.assign(extra)[names], flags


def _dataset(group: Any) -> Any:
    """A group of an InferenceData is a Dataset already, one of a DataTree has to be asked."""
    return group.to_dataset() if hasattr(group, "to_dataset") and hasattr(group, "children") else group


def _legacy() -> bool:
    import arviz

    return int(arviz.__version__.split(".")[0]) < 1


def _container(draws: Any, stats: Any) -> Any:
    if _legacy():
        import arviz

        return arviz.InferenceData(posterior=draws, sample_stats=stats)
    import xarray

    return xarray.DataTree.from_dict({"posterior": draws, "sample_stats": stats})


def trace_figure(posterior: Any, var_names: str | Sequence[str] | None = None) -> Figure:
    """Densities and traces of the chains.

    Parameters
    ----------
    posterior : arviz.InferenceData or xarray.DataTree
        With groups `posterior` and `sample_stats`.
    var_names : str, sequence of str or None
        None means all scalars and `lp`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import arviz

    draws, stats = _selected(posterior, var_names)
    container = _container(draws, stats)
    if not _legacy():
        return _figure(arviz.plot_trace_dist(container, compact=False, backend="matplotlib"))
    with warnings.catch_warnings():
        # ArviZ 0.23 calls what newer releases of matplotlib deprecate; no user of ours can help it.
        warnings.simplefilter("ignore", category=DeprecationWarning)
        return _figure(arviz.plot_trace(container, compact=False))


def rank_figure(posterior: Any, var_names: str | Sequence[str] | None = None) -> Figure:
    """Ranks of the chains' draws: bars on ArviZ 0.x, differences from the uniform distribution on 1.x.

    Parameters
    ----------
    posterior : arviz.InferenceData or xarray.DataTree
        With groups `posterior` and `sample_stats`.
    var_names : str, sequence of str or None
        None means all scalars and `lp`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import arviz

    draws, stats = _selected(posterior, var_names)
    container = _container(draws, stats)
    if not _legacy():
        return _figure(arviz.plot_rank(container, backend="matplotlib"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=DeprecationWarning)
        return _figure(arviz.plot_rank(container))


def _figure(drawn: Any) -> Figure:
    """The figure of an array of axes (ArviZ 0.x) or a PlotCollection (1.x), panels clear of each other."""
    figure: Figure = drawn.viz["figure"].item() if hasattr(drawn, "viz") else np.ravel(drawn)[0].figure
    figure.set_layout_engine("constrained")
    for ax in figure.axes:
        for text in (ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts):
            text.set_parse_math(False)  # names of coefficients may have dollars
    return figure

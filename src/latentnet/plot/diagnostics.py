"""Pictures of the chains, by ArviZ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from latentnet._exceptions import NotFittedError
from latentnet.constraints import NAMES, PICTURED, checked, optional

__all__ = ["rank", "trace"]


@checked(model=PICTURED, var_names=optional(NAMES))
def trace(model: Any, var_names: str | Sequence[str] | None = None) -> Figure:
    """Draw the chains of scalar quantities, with their densities.

    Chains that have mixed look like one another and have no trend.

    Parameters
    ----------
    model : fitted estimator
        Fitted with ``inference="mcmc"``.
    var_names : str or sequence of str, optional
        Variables of ``model.posterior_``; ``"lp"`` and other sampler statistics too. By default every
        quantity without actors or dimensions: intercept, coefficients, variances, lp. Coordinates of
        positions are left out: they depend on the alignment of draws and mislead; look at
        ``model.summary()`` for distances between actors.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        For an unknown variable, and for models without chains.

    Examples
    --------
    >>> from latentnet import plot
    >>> figure = plot.trace(model)  # doctest: +SKIP
    """
    from latentnet.posterior.arviz_plots import trace_figure

    return trace_figure(_posterior(model), var_names)


@checked(model=PICTURED, var_names=optional(NAMES))
def rank(model: Any, var_names: str | Sequence[str] | None = None) -> Figure:
    """Draw the ranks of each chain's draws among all draws.

    Chains that have mixed have all ranks equally often: level bars (ArviZ 0.x), or a line that stays near 0
    (ArviZ 1.x).

    Parameters
    ----------
    model : fitted estimator
        Fitted with ``inference="mcmc"``.
    var_names : str or sequence of str, optional
        As in `trace`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        For an unknown variable, and for models without chains.

    References
    ----------
    Vehtari, A., Gelman, A., Simpson, D., Carpenter, B. & Buerkner, P.-C. (2021).
    Rank-normalization, folding, and localization: an improved R-hat for assessing convergence of MCMC.
    *Bayesian Analysis* 16, 667-718.

    Examples
    --------
    >>> from latentnet import plot
    >>> figure = plot.rank(model)  # doctest: +SKIP
    """
    from latentnet.posterior.arviz_plots import rank_figure

    return rank_figure(_posterior(model), var_names)


def _posterior(model: Any) -> Any:
    if not hasattr(model, "posterior_"):
        raise NotFittedError(
            f"this {type(model).__name__} has no posterior draws; "
            "call `fit` with inference='mcmc' before plotting chains"
        )
    if "draws_" in vars(model) and model.draws_.kind != "chains":
        raise ValueError(f"model must have chains to draw, but was fitted by {model.inference!r}; use inference='mcmc'")
    return model.posterior_

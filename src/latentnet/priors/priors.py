"""The numbers of the prior, and their defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from latentnet.component import Component

__all__ = ["Priors"]


@dataclass(eq=False, repr=False)
class Priors(Component):
    """Prior distributions by their numbers; None stands for a default that depends on the network.

    With n actors, d dimensions and G clusters (1 without clusters), the defaults are those of R's ``latentnet``
    (Krivitsky & Handcock 2008) wherever these do not depend on units or on where a covariate has its zero: for ties
    that are present or absent, and models without covariates. Else they are R's for standardised data, so that results
    do not depend on these: the unit u of the linear predictor is the standard deviation of the observed ties of family
    "gaussian", 1 for other families; the intercept is that of average covariates; its mean m is the mean of Gaussian
    ties, the log of the mean rate of counts, 0 for other families. `as_in_r` has R's numbers for all.

    ``LatentClusterModel(n_clusters="auto")`` has others: R's variance scale grows with n, and would make one cluster of
    four. There v0 = V/5, df = 4, ω² = 2V and ν = 1: a prior that is scaled by the data. V is the variance of a
    coordinate of the positions at the mode of the position model, with its σ² held at the scale of R's prior.

    Parameters
    ----------
    intercept_variance : float
        The linear predictor of two actors at one place, with average covariates, is N(m, intercept_variance·u²).
    coefficient_variance : float
        A coefficient of a covariate x is N(0, coefficient_variance·u² / variance of x), the variance over observed
        dyads.
    position_variance_scale : float or None
        v0, in squared units of the linear predictor: σ² (of the positions, or within each cluster) is scaled inverse
        chi-square, df·v0/σ² ~ χ²(df). Default (1/8)·(n/G)^(2/d) times the squared unit of the positions: u for
        similarity "distance", √u for the others.
    position_variance_df : float or None
        df of the same. Default √(n/G).
    cluster_mean_variance : float or None
        ω²: cluster means are N(0, ω² I). Default 2·v0·G^(2/d).
    cluster_weight_concentration : float or None
        Cluster weights are Dirichlet(ν, ..., ν). Default √(n/G).
    step_variance_scale : float or None
        Dynamic models: τ², the variance of a coordinate's step from one period to the next, is scaled inverse
        chi-square with this scale. Default v0/10.
    step_variance_df : float
        df of the same.
    random_effect_variance_scale, random_effect_variance_df : float
        The variance of each random effect, in units of u², is scaled inverse chi-square with this scale and df. The
        correlation ρ of ``SenderReceiver()`` has density ¾(1 − ρ²).
    gaussian_variance_scale : float or None
        The variance of Gaussian ties is scaled inverse chi-square with this scale, in squared units of the ties.
        Default: the observed variance of the ties, so this prior is scaled by the data.
    gaussian_variance_df : float
        df of the same.
    dispersion_log_variance : float
        The log of the negative binomial's dispersion is N(0, dispersion_log_variance): with 4, a dispersion of 0.02 to
        50 in 95 of 100 cases.
    cutpoint_log_gap_variance : float
        The log of each gap between neighbouring cut-points of ordinal ties is N(0, cutpoint_log_gap_variance).
    layer_weight_log_variance : float
        The log of the weight of each further layer of `Layers`, how much a distance matters there in units u, is N(0,
        layer_weight_log_variance).
    cluster_count_rate : float
        ``n_clusters="auto"``: the number of components G has prior ∝ rate^G/G! on 1..most_clusters.
    most_clusters : int
        The largest number that ``n_clusters="auto"`` considers.
    standardised : bool
        Whether defaults are those of standardised data. If not, u = 1, m = 0, the intercept is that of covariates of 0,
        and the variance of x is the mean of x².

    Raises
    ------
    ValueError
        When used, if a number is not positive and finite.

    Examples
    --------
    >>> from latentnet import Priors
    >>> Priors(intercept_variance=4.0).intercept_variance
    4.0
    """

    intercept_variance: float = 9.0
    coefficient_variance: float = 9.0
    position_variance_scale: float | None = None
    position_variance_df: float | None = None
    cluster_mean_variance: float | None = None
    cluster_weight_concentration: float | None = None
    step_variance_scale: float | None = None
    step_variance_df: float = 3.0
    random_effect_variance_scale: float = 1.0
    random_effect_variance_df: float = 3.0
    gaussian_variance_scale: float | None = None
    gaussian_variance_df: float = 3.0
    dispersion_log_variance: float = 4.0
    cutpoint_log_gap_variance: float = 1.0
    layer_weight_log_variance: float = 1.0
    cluster_count_rate: float = 1.0
    most_clusters: int = 10
    standardised: bool = True

    @classmethod
    def as_in_r(cls) -> Priors:
        """R's priors, number by number (R package ``latentnet``), also for values and covariates in any units.

        Examples
        --------
        >>> from latentnet import Priors
        >>> Priors.as_in_r().standardised
        False
        """
        return cls(standardised=False)

    @classmethod
    def flat(cls) -> Priors:
        """Priors that say next to nothing of the intercept and of coefficients: a thousand times their usual width.

        Positions and random effects keep theirs, which they cannot do without.

        Examples
        --------
        >>> from latentnet import Priors
        >>> Priors.flat().coefficient_variance
        9000000.0
        """
        return cls(intercept_variance=9e6, coefficient_variance=9e6)

    def resolve(
        self,
        n_actors: float,
        n_dims: int,
        n_clusters: int | None = None,
        *,
        steps: bool = False,
        unit: float = 1.0,
    ) -> Priors:
        """Fill in the defaults for a network of this size, and check every number.

        Parameters
        ----------
        n_actors : float
            A mean, where there are several sites.
        n_dims : int
            Dimensions of the latent space; 0 without one, where the positions' numbers stay None.
        n_clusters : int or None
            None without clusters, whose numbers then stay None.
        steps : bool
            Whether positions move from period to period; without, that prior's scale stays None.
        unit : float
            Of the positions, where the numbers are those of standardised data.
        """
        resolved, unit = self, unit if self.standardised else 1.0
        if n_dims > 0:
            members = n_actors / (n_clusters or 1)
            resolved = resolved.with_defaults(
                position_variance_scale=members ** (2.0 / n_dims) / 8.0 * unit**2,
                position_variance_df=math.sqrt(members),
            )
        if n_clusters is not None:
            assert resolved.position_variance_scale is not None
            resolved = resolved.with_defaults(
                cluster_mean_variance=2.0 * resolved.position_variance_scale * n_clusters ** (2.0 / n_dims),
                cluster_weight_concentration=math.sqrt(n_actors / n_clusters),
            )
        if steps and resolved.position_variance_scale is not None:
            resolved = resolved.with_defaults(step_variance_scale=resolved.position_variance_scale / 10.0)
        for field in fields(resolved):
            value = getattr(resolved, field.name)
            if field.name == "standardised":
                continue
            number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            if value is not None and not (number and value > 0 and math.isfinite(value)):
                raise ValueError(f"priors: {field.name} must be positive and finite, but is {value!r}")
        return resolved

    def scaled_by(self, variance: float) -> Priors:
        """Fill in the defaults of ``n_clusters="auto"``, for positions whose coordinates have this variance."""
        return self.with_defaults(
            position_variance_scale=variance / 5.0,
            position_variance_df=4.0,
            cluster_mean_variance=2.0 * variance,
            cluster_weight_concentration=1.0,
        )

    def with_defaults(self, **defaults: Any) -> Priors:
        """Copy with these numbers where there was None.

        Parameters
        ----------
        **defaults : float
        """
        return replace(self, **{name: value for name, value in defaults.items() if getattr(self, name) is None})

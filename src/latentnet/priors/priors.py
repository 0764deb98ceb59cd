"""The numbers of the prior, and their defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

import pandas as pd

from latentnet.checks import shown
from latentnet.component import Component, named
from latentnet.constraints import COUNT, FLAG, Rule, checked, number, optional

__all__ = ["Priors"]

# Where the default of a number that depends on the network comes from, as the printed table says it.
_SOURCES = {
    "intercept_mean": "mean of Gaussian ties, log (of trials: log odds) of the mean rate of counts, else 0",
    "position_variance_scale": "(n/G)^(2/d) / 8, in squared units of the positions",
    "position_variance_df": "√(n/G)",
    "cluster_mean_variance": "2 · position_variance_scale · G^(2/d)",
    "cluster_weight_concentration": "√(n/G)",
    "step_variance_scale": "position_variance_scale / 10",
    "gaussian_variance_scale": "variance of the observed ties",
}
_OF_THE_MODE = {
    "position_variance_scale": "V/5, V: variance of a coordinate at the mode",
    "position_variance_df": "with V",
    "cluster_mean_variance": "2V",
    "cluster_weight_concentration": "with V",
}
_FOR_ANY_DIMS = {
    "position_variance_scale": "V (V/5 with clusters): variance of a coordinate at the mode in two dimensions",
    "position_variance_df": "with V",
    "cluster_mean_variance": "2V",
}
# By term: how the pair of numbers is called, and whether the first one must be positive as the second.
_BY_TERM = {"coefficients": ("mean", "variance", False), "random_effects": ("variance scale", "df", True)}


@named
@dataclass(eq=False, repr=False)
class Priors(Component):
    """Prior distributions by their numbers; None stands for a default that depends on the network.

    With n actors, d dimensions and G clusters (1 without clusters), the defaults are those of R's ``latentnet``
    (Krivitsky & Handcock 2008) wherever these do not depend on units or on where a covariate has its zero: for ties
    that are present or absent, and models without covariates. Else they are R's for standardised data, so that results
    do not depend on these: the unit u of the linear predictor is the standard deviation of the observed ties of family
    "gaussian", 1 for other families; the intercept is that of average covariates; its mean m is the mean of Gaussian
    ties, the log of the mean rate of counts (of counts out of trials: its log odds), 0 for other families. `as_in_r`
    has R's numbers for all.

    ``LatentClusterModel(n_clusters="auto")`` has others: R's variance scale grows with n, and would make one cluster of
    four. There v0 = V/5, df = 4, ω² = 2V and ν = 1: a prior that is scaled by the data. V is the variance of a
    coordinate of the positions at the mode of the position model, with its σ² held at the scale of R's prior.

    ``print(priors)`` shows every number with where it comes from; `priors_` of a fitted model has them filled in.

    ``n_dims="auto"`` needs defaults that are the same for each number of dimensions: v0 = V, df = 4 without clusters,
    and v0 = V/5, df = 4, ω² = 2V with clusters, where V is that of two dimensions.

    Parameters
    ----------
    intercept_variance : float
        The linear predictor of two actors at one place, with average covariates, is N(intercept_mean,
        intercept_variance·u²).
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
        correlation ρ of ``SenderReceiver()`` has density ¾(1 − ρ²), a matrix R of correlations across layers
        (``Correlated(...)``) LKJ(2), which is proportional to det(R).
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
        layer_weight_log_variance). Not under ``layers="around"``: there the variance of the layer's own positions has
        the prior that σ² has, as if it was fitted alone, and the weight follows from that.
    layer_spread_log_variance : float
        ``layers="around"``: τ is the standard deviation of a layer's positions around the common ones. The log of τ
        over the square root of position_variance_scale (with clusters, plus cluster_mean_variance) is N(0,
        layer_spread_log_variance): with 16, τ is under a quarter of it, between, or over four times it in about 36, 27
        and 36 of 100 cases, so that a layer with the common map and one that has nothing of it are both likely.
    dimension_ratio : float
        ``n_dims="auto"``: how probable a number of dimensions is beforehand, over how probable the number below it is.
    cluster_count_rate : float
        ``n_clusters="auto"``: the number of components G has prior ∝ rate^G/G! on 1..most_clusters.
    most_clusters : int
        The largest number that ``n_clusters="auto"`` considers.
    standardised : bool
        Whether defaults are those of standardised data. If not, u = 1, m = 0, the intercept is that of covariates of 0,
        and the variance of x is the mean of x².
    intercept_mean : float or None
        See `intercept_variance`. Default m.
    coefficients : mapping of str to (float, float), or None
        Mean and variance of the normal prior of single coefficients, by their names in `coefficients_`, in units of the
        linear predictor per unit of the covariate: ``{"homophily(group)": (0.0, 4.0)}``.
    random_effects : mapping of str to (float, float), or None
        Scale, in squared units of the linear predictor, and df of the variance of single random effects by their
        names: ``{"receiver": (0.5, 3.0)}``.

    Raises
    ------
    ValueError
        When used, if a number is not positive and finite (a mean need not be positive), or a name is not one of the
        model's.

    Examples
    --------
    >>> from latentnet import Priors
    >>> Priors(intercept_variance=4.0).intercept_variance
    4.0
    >>> known = Priors(intercept_mean=-2.0, coefficients={"homophily(group)": (0.0, 4.0)})
    >>> print(str(known).splitlines()[-2].split())  # the line of one of the numbers
    ['intercept_mean', '-2', 'given']
    """

    given_as = "priors"

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
    layer_spread_log_variance: float = 16.0
    dimension_ratio: float = 0.5
    cluster_count_rate: float = 1.0
    most_clusters: int = 10
    standardised: bool = True
    intercept_mean: float | None = None
    coefficients: Mapping[str, tuple[float, float]] | None = None
    random_effects: Mapping[str, tuple[float, float]] | None = None
    _sources: dict[str, str] = field(default_factory=dict, init=False)  # of what was filled in, for print

    rules: ClassVar[Mapping[str, Rule]] = {}

    @classmethod
    @checked()
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
    @checked()
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
        resolved.check_parameters()
        return resolved

    def scaled_by(self, variance: float) -> Priors:
        """Fill in the defaults of ``n_clusters="auto"``, for positions whose coordinates have this variance."""
        return self.with_defaults(
            position_variance_scale=variance / 5.0,
            position_variance_df=4.0,
            cluster_mean_variance=2.0 * variance,
            cluster_weight_concentration=1.0,
        )

    def for_any_dims(self, variance: float, clusters: bool) -> Priors:
        """Fill in the defaults of ``n_dims="auto"``: the same for each number, for coordinates of this variance."""
        if clusters:
            return self.with_defaults(
                position_variance_scale=variance / 5.0,
                position_variance_df=4.0,
                cluster_mean_variance=2.0 * variance,
            )
        return self.with_defaults(position_variance_scale=variance, position_variance_df=4.0)

    def with_defaults(self, **defaults: Any) -> Priors:
        """Copy with these numbers where there was None.

        Parameters
        ----------
        **defaults : float
        """
        return replace(self, **{name: value for name, value in defaults.items() if getattr(self, name) is None})

    def filled_from(self, given: Priors, by_the_mode: bool, for_any_dims: bool = False) -> Priors:
        """The same numbers, which know where they come from when printed.

        Parameters
        ----------
        given : Priors
            Before `resolve`.
        by_the_mode : bool
            Whether `scaled_by` filled in what is of positions and clusters.
        for_any_dims : bool
            Whether `for_any_dims` did.
        """
        told, sources = replace(self), _SOURCES | (_OF_THE_MODE if by_the_mode else {})
        sources |= _FOR_ANY_DIMS if for_any_dims else {}
        told._sources = {name: source for name, source in sources.items() if getattr(given, name) is None}
        return told

    def check_names(self, coefficients: list[str], random_effects: list[str]) -> None:
        """Raise a ValueError where a prior by term names one that the model does not have."""
        for field_name, names in (("coefficients", coefficients), ("random_effects", random_effects)):
            for name in getattr(self, field_name) or {}:
                if name not in names:
                    raise ValueError(
                        f"Priors: {field_name} names {shown(name)}, but the model has "
                        f"{', '.join(map(repr, names)) or 'none'}; use these names"
                    )

    def __str__(self) -> str:
        try:
            self.check_parameters()
        except (ValueError, TypeError):  # which fit tells; there is nothing to write as a number
            return repr(self)
        rows = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in _BY_TERM:
                first, second, _ = _BY_TERM[one.name]
                for term, pair in (value or {}).items():
                    rows[f"{one.name}[{term}]"] = f"{first} {pair[0]:g}, {second} {pair[1]:g}", "given"
            elif one.init:
                source = self._sources.get(one.name, "default" if value == one.default else "given")
                if value is None:
                    rows[one.name] = "", "not in this model" if self._sources else _SOURCES[one.name]
                else:
                    rows[one.name] = f"{value:.4g}" if one.name != "standardised" else str(value), source
        return pd.DataFrame(rows, index=["value", "from"]).T.to_string()

    def check_parameters(self) -> None:
        """Raise a ValueError where a number cannot be used."""
        super().check_parameters()
        for name in _BY_TERM:
            self._check_terms(name, getattr(self, name))

    def _check_terms(self, name: str, terms: Any) -> None:
        first, second, positive = _BY_TERM[name]
        rule = f"Priors: {name} must be a mapping of names to ({first}, {second})"
        if terms is not None and not isinstance(terms, Mapping):
            raise ValueError(f"{rule}, but is {shown(terms)}")
        for term, pair in (terms or {}).items():
            if not isinstance(pair, tuple | list) or len(pair) != 2 or not isinstance(term, str):
                raise ValueError(f"{rule}, but has {shown(pair)} for {shown(term)}")
            if not ((_POSITIVE if positive else _FINITE).allows(pair[0]) and _POSITIVE.allows(pair[1])):
                numbers = "two finite numbers, both positive" if positive else "two finite numbers, the second positive"
                raise ValueError(f"{rule}, {numbers}, but has {shown(pair)} for {term!r}")


_FINITE, _POSITIVE = number(), number(0.0)
_OF_OTHERS = {"most_clusters": COUNT, "standardised": FLAG, "intercept_mean": optional(_FINITE)}
Priors.rules = {
    one.name: _OF_OTHERS.get(one.name, _POSITIVE if one.default is not None else optional(_POSITIVE))
    for one in fields(Priors)
    if one.init and one.name not in _BY_TERM
}

"""The numbers of the prior, and their defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from latentnet._contract import Component

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["Priors"]


@dataclass(eq=False, repr=False)
class Priors(Component):
    """Prior distributions by their numbers; None stands for a default that depends on the network.

    With n actors, d dimensions and G clusters (1 without clusters), the defaults are those of R's ``latentnet``, so that results
    compare number by number (Krivitsky & Handcock 2008).

    Parameters
    ----------
    intercept_variance : float
        The intercept is N(0, intercept_variance).
    coefficient_variance : float
        A coefficient of a covariate x is N(0, coefficient_variance / mean of x²), the mean over observed dyads.
    position_variance_scale : float or None
        v0, in squared units of the linear predictor: σ² (of the positions, or within each cluster) is scaled inverse chi-square,
        df·v0/σ² ~ χ²(df). Default (1/8)·(n/G)^(2/d).
    position_variance_df : float or None
        df of the same. Default √(n/G).

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

    def resolve(self, network: Network, n_dims: int) -> Priors:
        """Fill in the defaults for this network, and check every number.

        Parameters
        ----------
        network : Network
        n_dims : int
            Dimensions of the latent space; 0 without one, where the positions' numbers stay None.
        """
        resolved = self
        if n_dims > 0:
            n = network.n_actors
            scale, df = n ** (2.0 / n_dims) / 8.0, math.sqrt(n)
            resolved = replace(
                self,
                position_variance_scale=scale if self.position_variance_scale is None else self.position_variance_scale,
                position_variance_df=df if self.position_variance_df is None else self.position_variance_df,
            )
        for field in fields(resolved):
            value = getattr(resolved, field.name)
            if value is not None and not (value > 0 and math.isfinite(value)):
                raise ValueError(f"priors: {field.name} must be positive and finite, but is {value!r}")
        return resolved

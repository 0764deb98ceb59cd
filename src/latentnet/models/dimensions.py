"""Models whose number of dimensions is inferred: ``n_dims="auto"``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from latentnet._exceptions import ConvergenceWarning, warn
from latentnet.checks import whole_number
from latentnet.inference.optimise import position_spread
from latentnet.inference.start import start_parameters
from latentnet.models.arguments import read_priors
from latentnet.models.fitted import Fitted
from latentnet.priors import Priors

if TYPE_CHECKING:
    from latentnet.network.layers import Given
    from latentnet.problem.problem import Problem

__all__ = ["InferredDims", "with_inferred_dims"]

_MOST = 20
_DIMS_OF_SPREAD = 2


class InferredDims(Fitted):
    """What fitted models say of their number of dimensions."""

    _make_problem: Callable[..., Problem]  # of the estimator

    @property
    def n_dims_(self) -> int:
        """Dimensions of the latent space, 0 without one: `n_dims`, or the most probable number under "auto".

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        return self._checked().n_dims

    @property
    def n_dims_probabilities_(self) -> pd.Series[float]:
        """Posterior of the number of dimensions: 1 for a number that was given.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        return self.n_dims_evidence_["probability"]

    @property
    def n_dims_evidence_(self) -> pd.DataFrame:
        """The evidence for each number of dimensions.

        Returns
        -------
        DataFrame
            By `n_dims`: `probability` in the posterior (`Priors.dimension_ratio` has the prior); `log_evidence`, the
            log probability of the ties, less that under `n_dims_`; `mcse`, the standard error of `log_evidence`, from
            how far the chains disagree.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        joint = self.__dict__.get("_joint", (self,))[0]  # which a period, site or layer has its number from
        problem = joint._checked()
        evidence = problem.evidence
        if evidence is None:
            table = {"probability": [1.0], "log_evidence": [0.0], "mcse": [0.0]}
            return pd.DataFrame(table, index=pd.Index([problem.n_dims], name="n_dims"))
        columns = {
            "probability": evidence.probabilities,
            "log_evidence": evidence.log_evidence,
            "mcse": evidence.standard_errors,
        }
        return pd.DataFrame(columns, index=pd.Index(np.arange(1, len(evidence.steps) + 2), name="n_dims"))

    def _spread(self, given: Given, n_dims: int, rng: np.random.Generator) -> float:
        """Variance of a coordinate at the mode of the position model, which data-scaled priors go by."""
        problem = self._make_problem(given, n_dims, Priors(), None)
        return position_spread(problem, start_parameters(problem, rng))


def with_inferred_dims(model: Any, given: Given, engine: Any, rng: np.random.Generator) -> Problem:
    """The model with the most probable number of dimensions, bound to what is fitted.

    Parameters
    ----------
    model : Estimator
    given : Given
    engine : Engine
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If `most_dims` is out of range, or the engine cannot tell.

    Warns
    -----
    ConvergenceWarning
        If the estimates do not tell which number is the most probable one.
    LatentnetWarning
        If it is `most_dims`.
    """
    most = whole_number("most_dims", model.most_dims, 2, _MOST)
    if not engine.counts_dims:
        raise ValueError(
            f"n_dims='auto' needs inference='mcmc', but inference is {model.inference!r}, which finds no posterior of "
            "the number of dimensions; give a number"
        )
    # Evidence can be compared only where the priors are: R's variance of a coordinate depends on the number.
    spread = model._spread(given, _DIMS_OF_SPREAD, rng)
    priors = read_priors(model.priors).for_any_dims(spread, clusters=hasattr(model, "n_clusters"))
    problems = [model._specify_with(given, rng, n_dims, priors) for n_dims in range(1, most + 1)]
    evidence = engine.weigh_dims(problems, rng)
    if evidence.rivals:
        warn(
            f"the most probable number of dimensions is {evidence.n_dims}, but the chains do not tell it from "
            f"{', '.join(map(str, evidence.rivals))}: the estimates differ by under three standard errors "
            "(model.n_dims_evidence_); draw more (inference=MCMC(n_draws=...)), or give n_dims",
            ConvergenceWarning,
        )
    if evidence.n_dims == most:
        warn(
            f"the most probable number of dimensions is {most}, the largest that was tried, and more may be more "
            "probable; give a larger most_dims"
        )
    return replace(problems[evidence.n_dims - 1], evidence=evidence)

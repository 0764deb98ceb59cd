"""What all estimators share: fit = read, specify, infer, align, store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd

from latentnet._exceptions import refuse_splits_of_rows, warn
from latentnet._random import as_generator
from latentnet.calls import known, unknown
from latentnet.checks import fits, one_of, shown
from latentnet.constraints import COUNT, checked
from latentnet.effects import Effect, read_similarity
from latentnet.families.designs import warn_of_roster
from latentnet.inference import read_engine
from latentnet.inference.base import InferenceResult
from latentnet.inference.minimum_kl import is_mean_of_draws, minimum_kullback_leibler
from latentnet.models.aligned import read_reference, turn
from latentnet.models.arguments import (
    EngineLike,
    FamilyLike,
    LayersName,
    Number,
    SimilarityLike,
    read_effects,
    read_families,
    read_n_dims,
    read_priors,
)
from latentnet.models.arviz_groups import ArvizGroups
from latentnet.models.dimensions import InferredDims, with_inferred_dims
from latentnet.models.fitted import read_only
from latentnet.models.layers import LayerViews, mean_positions
from latentnet.models.placements import Placements
from latentnet.models.predictions import Predictions
from latentnet.models.report import Report, warn_unless_converged
from latentnet.models.reported_clusters import ClusterReport
from latentnet.models.saved import Saved
from latentnet.models.tables import Tables
from latentnet.network.content import SelfTies
from latentnet.network.layers import Given, as_given
from latentnet.posterior.procrustes import maps_to, principal_axes
from latentnet.posterior.references import every_position
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.problem.identifiability import check_identified
from latentnet.problem.layers import bind_given
from latentnet.problem.named import as_draws
from latentnet.problem.problem import Problem

__all__ = ["Estimator", "LatentModel"]


class Estimator(InferredDims, LayerViews, Report, Saved):
    """What models of one network and of several share."""

    intercept_: Any

    def __init__(
        self,
        n_dims: Number = 2,
        *,
        most_dims: int = 5,
        similarity: SimilarityLike = "distance",
        family: FamilyLike = "bernoulli",
        effects: Sequence[Effect] = (),
        layers: LayersName = "shared",
        priors: Priors | None = None,
        inference: EngineLike = "mcmc",
        random_state: Any = None,
    ) -> None:
        self.n_dims = n_dims
        self.most_dims = most_dims
        self.similarity = similarity
        self.family = family
        self.effects = effects
        self.layers = layers
        self.priors = priors
        self.inference = inference
        self.random_state = random_state

    def _infer(
        self, given: Given, engine: Any, rng: np.random.Generator, start: np.ndarray | None = None
    ) -> tuple[Problem, InferenceResult]:
        """Specify and infer; nothing is stored yet."""
        network = given.network
        if network.observed.n_dyads == 0 and engine.reads_ties:
            raise ValueError(
                "network must have observed dyads, but none was observed: there is nothing to learn from; an absent "
                "tie is 0, and NaN is for what nobody knows (inference=PriorDraws() draws from the prior)"
            )
        if self._infers_dims:
            problem = with_inferred_dims(self, given, engine, rng)
        else:
            problem = replace(self._specify(given, rng), start=start)
        for one in [network] if given.stack is None else given.stack.networks:
            warn_of_roster(one)
        write = self._checkpoint_writer(problem, engine)
        return problem, engine.infer(problem, rng) if write is None else engine.infer(problem, rng, write)

    @checked(n_draws=COUNT)
    def extend(self, n_draws: int) -> Self:
        """Go on from where the chains stand.

        The draws are those of one longer run with the same thinning, to the bit; all that `fit` learns is learned anew
        from them. A model that was loaded goes on as well; its positions were saved as aligned, so the map
        may lie a little differently than that of one run; distances, and all else, are the same.

        Parameters
        ----------
        n_draws : int
            More draws of each chain, after thinning by `thin_`.

        Returns
        -------
        self

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If there are no chains: after ``inference="map"``, of one period of a joint model, of a file that an older
            version wrote.
        KeyboardInterrupt
            After Ctrl-C, as in `fit`.

        Warns
        -----
        ConvergenceWarning
            If the chains do not agree yet.

        Examples
        --------
        >>> from latentnet import LatentPositionModel, MCMC
        >>> from latentnet.datasets import load_sampson
        >>> model = LatentPositionModel(inference=MCMC(n_draws=700, thin=1), random_state=1).fit(load_sampson())
        >>> model.extend(300).draws_.n_draws
        1000
        """
        problem, engine = self._checked(), read_engine(self.inference)
        more = int(n_draws)
        if self._standing is None:
            raise ValueError(
                "extend needs chains to go on with, but this model has none that can: it was not fitted by MCMC, was "
                "loaded from a file of an older version, was pooled by merge, or is one network of a joint model; fit "
                "again with more draws"
            )
        n_bytes = 8.0 * more * self.draws_.parameters.shape[0] * problem.n_parameters
        fits(f"n_draws={more} more of {self.draws_.n_chains} chains", n_bytes, fix="ask for fewer")
        write, lies_as = self._checkpoint_writer(problem, engine), self._lies_as
        self._conclude(problem, engine.go_on(problem, self._standing.longer(more), write), engine)
        if lies_as is not None:
            turn(self, *lies_as)
        return self

    def _conclude(self, problem: Problem, result: InferenceResult, engine: Any) -> None:
        """Align, store, warn."""
        positions = self._align(problem, result.draws, self._point_estimate(problem, result))
        self._keep(problem, result, positions, self._report_clusters(problem, result))
        if result.kind == "chains":
            warn_unless_converged(self)
        if result.interrupted:
            if engine.on_interrupt == "raise":
                raise KeyboardInterrupt
            asked = engine.n_draws if result.standing is None else result.standing.plan.n_draws
            warn(f"fit was interrupted: {self.draws_.n_draws} draws a chain were kept of {asked}")

    @property
    def _self_ties(self) -> SelfTies:
        """What is done with self-ties in what is given to `fit` and is not a `Network` yet."""
        return "keep" if any(effect.of_self_ties for effect in read_effects(self.effects)) else "error"

    @property
    def _infers_dims(self) -> bool:
        """Whether the number of dimensions is inferred, of which there are none without a latent space."""
        return self.similarity is not None and isinstance(self.n_dims, str) and self.n_dims == "auto"

    def _specify(self, given: Given, rng: np.random.Generator) -> Problem:
        """Read the constructor's parameters for what is fitted; only data-scaled priors need `rng`."""
        n_dims = read_n_dims(self.n_dims, self.similarity)
        return self._specify_with(given, rng, n_dims, read_priors(self.priors))

    def _specify_with(self, given: Given, rng: np.random.Generator, n_dims: int, priors: Priors) -> Problem:
        return self._make_problem(given, n_dims, priors, None)

    def _make_problem(self, given: Given, n_dims: int, priors: Priors, clusters: Clusters | None) -> Problem:
        n_bytes = 200.0 * n_dims * given.network.n_actors
        fits(f"n_dims={n_dims} of {given.network.n_actors:,} actors", n_bytes, fix="take fewer: 2, 3 or 4 are usual")
        problem = bind_given(
            given,
            read_families(self.family, given),
            similarity=self.similarity,
            n_dims=n_dims,
            effects=read_effects(self.effects),
            priors=priors,
            position_prior=clusters,
            layers=one_of("layers", self.layers, ("shared", "around")),
        )
        if problem.n_parameters == 0:
            raise ValueError(
                "there is nothing to fit: similarity is None and effects has NoIntercept() and nothing else; leave "
                "NoIntercept() out, or choose a similarity"
            )
        for one in [layer.problem for layer in problem.layers] or [problem]:
            check_identified(one)
        return problem

    def _keep(
        self,
        problem: Problem,
        result: InferenceResult,
        positions: np.ndarray,
        clusters: ClusterReport | None,
        extra: dict[str, np.ndarray] | None = None,
    ) -> None:
        """Set everything that ends in an underscore: the one place for `fit`, `load` and `at`.

        Parameters
        ----------
        problem : Problem
        result : InferenceResult
            Positions aligned.
        positions : ndarray of shape (n_actors, n_dims)
            The point estimate.
        clusters : ClusterReport or None
        extra : dict of str to ndarray of shape (n_chains, n_draws, ...), optional
            Further variables, which a subclass has drawn.
        """
        self._problem, self._inference = problem, self.inference
        self.network_, self.actors_, self.n_actors_ = problem.network, problem.network.actors, problem.n_actors
        self.priors_ = problem.priors.filled_from(
            read_priors(self.priors), problem.counts_clusters, problem.evidence is not None
        )
        self.positions_ = read_only(positions)
        variables, axes = extra or {}, self._extra_dims
        if clusters is not None:
            variables, axes = clusters.variables(problem.n_sites) | variables, clusters.axes(problem) | axes
        self.draws_ = as_draws(problem, result, variables, axes, None if clusters is None else clusters.draws)
        self.thin_, self._standing, self._agreement = result.thin, result.standing, result.agreement
        self._lies_as = None
        self.__dict__.pop("_posterior", None)
        self.intercept_ = self._mean_intercept(result.draws[..., problem.intercepts])
        self.coefficients_ = pd.Series(
            self.draws_.coefficients.mean(axis=(0, 1)), index=problem.coefficient_names, dtype=np.float64
        )

    def _align(self, problem: Problem, draws: np.ndarray, point: np.ndarray) -> np.ndarray:
        """Bring all draws, in place, as near to the point estimate as the similarity allows; returns its positions."""
        if not problem.n_dims:
            return np.zeros((problem.n_actors, 0))
        target = principal_axes(problem.parameters.positions(point), problem.invariance).positions
        problem.parameters.turn(draws, *maps_to(problem.parameters.positions(draws), target, problem.invariance))
        return target

    def _mean_intercept(self, draws: np.ndarray) -> float | pd.Series[float]:
        names = [layer.name for layer in self._problem.layers]
        if names:
            means = draws.mean(axis=(0, 1)) if draws.shape[-1] else np.zeros(len(names))
            return pd.Series(means, index=pd.Index(names, name="layer"), name="intercept")
        return float(draws.mean()) if draws.shape[-1] else 0.0

    def _report_clusters(self, problem: Problem, result: InferenceResult) -> ClusterReport | None:
        """Bring the clusters of all draws, aligned by now, into one order."""
        return None

    def _point_estimate(self, problem: Problem, result: InferenceResult) -> np.ndarray:
        """The engine's own, or the draws' minimum Kullback–Leibler parameters, or, of large networks, their mean."""
        draws = result.draws.reshape(-1, problem.n_parameters)
        if result.point is not None:
            return result.point
        if not problem.n_dims:
            return draws[0]
        if is_mean_of_draws(problem, result.statistics):
            return mean_positions(problem, draws)
        return minimum_kullback_leibler(problem, draws, result.statistics.get("lp", np.zeros(len(draws))).ravel())

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also those of a parameter: ``set_params(inference__n_draws=500)``.

        Parameters
        ----------
        **params
            By name; ``inference__n_draws`` needs an instance as `inference`, such as ``MCMC()``: a name has no
            parameters.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If there is no parameter of this name, or what it is of has no parameters.
        """
        names = known(type(self).__init__)
        strange = [key for key in params if key.partition("__")[0] not in names]
        if strange:
            raise unknown(type(self).__name__, strange, names)
        for name, _, nested in (key.partition("__") for key in params):
            owner = params.get(name, getattr(self, name, None))
            if nested and not hasattr(owner, "set_params"):
                raise ValueError(
                    f"{name}__{nested} cannot be set: {name} is {shown(owner)}, which has no parameters; give an "
                    f"instance first, such as {type(self).__name__}(inference=MCMC())"
                )
        return super().set_params(**params)

    def __sklearn_tags__(self) -> Any:
        """Input is one square, pairwise thing, which cross-validation of rows is refused, before its first fit."""
        refuse_splits_of_rows()
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = True
        tags.target_tags.required = False
        return tags


class LatentModel(Estimator, Predictions, Placements, Tables, ArvizGroups):
    """Template of the models of one network; see `LatentPositionModel`."""

    intercept_: float | pd.Series[float]

    @checked()
    def fit(self, network: Any, y: None = None, *, start: Any = None, align_to: Any = None) -> Self:
        """Fit the model to a network.

        Parameters
        ----------
        network : Network, Layers, networkx graph, square array or frame, sparse matrix or igraph graph
            Row = sender. NaN marks an unobserved dyad. `Layers` are several kinds of ties on one map. Under
            `effects.Loops` the diagonal of a graph or matrix is read as self-ties.
        y : None
            Ignored; there for scikit-learn's sake.
        start : fitted model, DataFrame or mapping by actor, array of shape (n_actors, n_dims), or None
            Positions that the search for the mode starts from, around which chains start. None: from the ties.
        align_to : as `start`, of all actors or some, or None
            Turn the map to lie as this one does (`latentnet.align_to`). None: principal axes.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For parameters out of range, and networks that the family or the effects cannot have; nothing is computed
            then.
        KeyboardInterrupt
            After Ctrl-C, with what was drawn stored (``inference=MCMC(on_interrupt="return")`` returns instead).

        Warns
        -----
        ConvergenceWarning
            If the chains do not agree, or the mode was not reached: which quantity, and what to do.
        LatentnetWarning
            If the network's design and the model do not suit each other, ``n_clusters="auto"`` has few draws with the
            reported number, or the fit was interrupted.
        """
        refuse_splits_of_rows()
        given, engine = as_given(network, self._self_ties), read_engine(self.inference)
        actors, target = given.network.actors, None
        if self._infers_dims and not (start is None and align_to is None):
            raise ValueError(
                "start and align_to are of a number of dimensions, which n_dims='auto' does not know beforehand; leave "
                "them out, and turn the map afterwards: latentnet.align_to(model, positions)"
            )
        if start is not None:
            start = every_position(start, actors, read_n_dims(self.n_dims, self.similarity), "start")
        if align_to is not None:
            n_dims, space = read_n_dims(self.n_dims, self.similarity), read_similarity(self.similarity)
            target = read_reference(align_to, space, actors, n_dims, "align_to")
        self._conclude(*self._infer(given, engine, as_generator(self.random_state), start=start), engine)
        if target is not None:
            turn(self, *target)
        return self

    @checked()
    def fit_transform(self, network: Any, y: None = None) -> np.ndarray:
        """Fit the model and return `positions_`.

        Parameters
        ----------
        network : as for `fit`
        y : None
            Ignored.

        Returns
        -------
        ndarray of shape (n_actors, n_dims)
        """
        return self.fit(network).positions_

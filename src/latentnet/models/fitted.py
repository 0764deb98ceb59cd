"""What every fitted model has, and what it says before it is fitted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from latentnet._exceptions import NotFittedError
from latentnet.checks import shown
from latentnet.component import GuidingType, Named
from latentnet.inference import ENGINES, Engine
from latentnet.inference.approximation import ERRORS
from latentnet.meant import attribute_meant, no_attribute
from latentnet.models.arviz_object import arviz_object
from latentnet.network.labels import dyad_places

if TYPE_CHECKING:
    from latentnet.inference.convergence import Agreement
    from latentnet.inference.standing import Standing
    from latentnet.network import Network
    from latentnet.posterior.arviz import ArvizObject
    from latentnet.posterior.draws import Draws
    from latentnet.priors import Priors
    from latentnet.problem.problem import Problem

    class BaseEstimator:
        """What type checkers see of scikit-learn's, which has no types: of Any they would take every attribute."""

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Self: ...
        def get_metadata_routing(self) -> Any: ...
        def __sklearn_tags__(self) -> Any: ...

else:
    from sklearn.base import BaseEstimator

__all__ = ["Fitted", "Model", "read_only"]

_TYPED = "__annotations__"
Model = TypeVar("Model", bound="Fitted")  # what gives back a model of the class that it takes


def read_only(array: np.ndarray) -> np.ndarray:
    """The array, write-protected: who changed an estimate in place would change what other methods say."""
    array.flags.writeable = False
    return array


class Fitted(Named, BaseEstimator, metaclass=GuidingType):
    """Base of the classes that each add some methods of fitted models."""

    inference: Any
    family: Any
    draws_: Draws
    network_: Network
    positions_: np.ndarray
    coefficients_: pd.Series[float]
    priors_: Priors
    actors_: np.ndarray
    n_actors_: int
    _problem: Problem
    _inference: Any  # as it was at the fit
    thin_: int
    _standing: Standing | None
    _agreement: Agreement | None
    _lies_as: tuple[np.ndarray, np.ndarray] | None  # places and positions that the map was turned to

    if not TYPE_CHECKING:  # type checkers should still find misspelt attributes

        def __getattr__(self, name: str) -> Any:
            """Say of what `fit` learns that it has not been fitted yet."""
            owner, unfitted = type(self).__name__, "draws_" not in self.__dict__
            of_class = {one for kind in type(self).__mro__ for one in {**vars(kind), **vars(kind).get(_TYPED, {})}}
            public = sorted(one for one in {*of_class, *vars(self)} if not one.startswith("_"))
            hint = attribute_meant(name, public)
            of_fit = unfitted and name.endswith("_") and not name.startswith("_")
            if of_fit and (name in public or not hint):
                raise NotFittedError(f"this {owner} is not fitted yet: call fit(network) before using {shown(name)}")
            hint += f" Besides, this {owner} is not fitted yet: call fit(network) first" if of_fit else ""
            raise no_attribute(owner, name, hint)

    def __getstate__(self) -> Any:
        """Without the ArviZ object, which is built again at its next use."""
        kept: Any = super().__getstate__()
        state = dict(kept)
        state.pop("_posterior", None)
        return state

    def __sklearn_is_fitted__(self) -> bool:
        """Whether `fit` has stored something."""
        return hasattr(self, "draws_")

    def _checked(self) -> Problem:
        check_is_fitted(self)
        return self._problem

    @property
    def inference_(self) -> pd.Series[Any]:
        """Which engine found the estimates, and why it was that one.

        Returns
        -------
        pandas.Series
            `kind` is "mcmc", "map", "variational" or "prior", or the class of an engine of one's own; `why` is what
            ``inference="auto"`` says of its choice, and else that it was asked for.

        Raises
        ------
        NotFittedError
            Before `fit`.

        Examples
        --------
        >>> from latentnet import LatentPositionModel
        >>> from latentnet.datasets import load_sampson
        >>> model = LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
        >>> model.inference_["kind"]
        'map'
        """
        self._checked()
        engine, why = self._chosen_engine()
        names = {kind: name for name, kind in ENGINES.items()}
        return pd.Series({"kind": names.get(type(engine), type(engine).__name__), "why": why}, dtype=object)

    def _chosen_engine(self) -> tuple[Engine, str]:
        """The engine that found the estimates, and why: that of several networks was for all."""
        asked = self._inference  # which was checked then
        engine = ENGINES[asked]() if isinstance(asked, str) else asked
        return engine.chosen(self.__dict__.get("_joint", (self,))[0]._problem)

    @property
    def likelihood_(self) -> pd.Series[Any]:
        """Which likelihood the engine used, and how far an approximated one is off.

        Returns
        -------
        pandas.Series
            `kind` is "exact" or "approximate"; then `log_likelihood_error` and `gradient_error` are root mean square
            errors against exact sums over the dyads of a sample of 200 actors, relative to these; 0 if exact.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        self._checked()
        errors = {name: float(np.max(self.draws_.statistics.get(name, 0.0))) for name in ERRORS}
        approximate = ERRORS[0] in self.draws_.statistics
        return pd.Series({"kind": "approximate" if approximate else "exact", **errors}, dtype=object)

    def _points(self) -> np.ndarray:
        """The point estimate, (n_actors, n_dims) in the order of `network_`."""
        return self.positions_

    def _pairs(self, dyads: Iterable[tuple[Any, Any]]) -> tuple[np.ndarray, np.ndarray]:
        """Indices of senders and receivers given by label."""
        return dyad_places(self.network_, dyads, loops=self._problem.has_loops)

    @property
    def posterior_(self) -> ArvizObject:
        """Draws as the object that the installed ArviZ works with, built at first use.

        Groups `posterior` (`positions` aligned, `intercept`, `coefficients`, `position_variance`, ...), `sample_stats`
        (not under MAP, where `posterior` has one chain of one draw), `observed_data` (non-zero `ties`, undirected ones
        once) and `constant_data`: `observed_rows` is False for actors whose whole row is unobserved, and `unobserved`
        lists the other unobserved dyads, `impossible` those that cannot be tied. Actors are labelled by unique strings.
        Draws of the prior are in a group `prior` in place of `posterior`. `to_arviz` adds further groups.

        Returns
        -------
        arviz.InferenceData (ArviZ 0.x) or xarray.DataTree (1.x)

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        self._checked()
        if "_posterior" not in self.__dict__:
            self._posterior = arviz_object(self.draws_, self.network_)
        return self._posterior

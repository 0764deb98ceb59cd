"""What a fitted model keeps and gives away: learned attributes, the ArviZ object, files."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from latentnet._exceptions import NotFittedError
from latentnet._version import __version__
from latentnet.effects import NoIntercept
from latentnet.files.archive import ArrayStore, write_archive
from latentnet.files.networks import encode_network
from latentnet.files.values import class_name, encode
from latentnet.network.labels import unique_strings
from latentnet.network.sparse import entry_rows
from latentnet.posterior.arviz import to_arviz

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.posterior.draws import Draws
    from latentnet.problem.problem import Problem

__all__ = ["Storage"]


class Storage:
    """Methods of fitted models that store.

    A subclass that learns more than positions and coefficients names it in `_fitted_attributes` (for `save`) and gives
    the dimensions of what its engine puts into `draws_.extra` in `_extra_dims` (for `posterior_`).
    """

    # What `save` writes beside network, problem and draws: arrays, numbers, Series.
    _fitted_attributes: ClassVar[tuple[str, ...]] = ("positions_", "intercept_", "coefficients_")
    # Names of the axes after chain and draw; scalars need no entry.
    _extra_dims: ClassVar[dict[str, tuple[str, ...]]] = {}

    draws_: Draws
    network_: Network

    if not TYPE_CHECKING:  # type checkers should still find misspelt attributes

        def __getattr__(self, name: str) -> Any:
            """Say of what `fit` learns that it has not been fitted yet."""
            owner = type(self).__name__
            if name.endswith("_") and not name.startswith("_") and "draws_" not in self.__dict__:
                raise NotFittedError(f"this {owner} is not fitted yet: call fit(network) before using {name!r}")
            raise AttributeError(f"{owner!r} object has no attribute {name!r}")

    def __getstate__(self) -> Any:
        """Without the ArviZ object, which is built again at its next use."""
        state = dict(super().__getstate__())  # type: ignore[call-overload]
        state.pop("_posterior", None)
        return state

    def _checked(self) -> Problem:
        raise NotImplementedError

    @property
    def posterior_(self) -> Any:
        """Draws as the object that the installed ArviZ works with, built at first use.

        Groups `posterior` (`positions` aligned, `intercept`, `coefficients`, `position_variance`, ...), `sample_stats`
        (not under MAP, where `posterior` has one chain of one draw), `observed_data` (non-zero `ties`, undirected ones
        once) and `constant_data`: `observed_rows` is False for actors whose whole row is unobserved, and `unobserved`
        lists the other unobserved dyads. Actors are labelled by unique strings.

        Returns
        -------
        arviz.InferenceData (ArviZ 0.x) or xarray.DataTree (1.x)
        """
        problem = self._checked()
        if "_posterior" not in self.__dict__:
            attrs = {"inference_library": "latentnet", "inference_library_version": __version__}
            self._posterior = to_arviz(self._groups(), self._dims(), self._coords(problem), attrs)
        return self._posterior

    def _groups(self) -> dict[str, dict[str, np.ndarray]]:
        """Variables of each group of `posterior_`."""
        draws, observed = self.draws_, self.network_.observed
        variables: dict[str, np.ndarray] = {"positions": draws.positions} if draws.n_dims else {}
        variables |= draws.variables
        if draws.coefficient_names:
            variables["coefficients"] = draws.coefficients
        _, _, values = _once(self.network_.ties, not self.network_.has_direction)
        constant: dict[str, np.ndarray] = {"observed_rows": observed.asked}
        if observed.missing.nnz:
            _, _, unobserved = _once(observed.missing, not self.network_.has_direction)
            constant["unobserved"] = unobserved
        return {
            "posterior": {**variables, **draws.extra},
            "sample_stats": dict(draws.statistics),
            "observed_data": {"ties": values},
            "constant_data": constant,
        }

    def _dims(self) -> dict[str, tuple[str, ...]]:
        """Names of the variables' axes after chain and draw."""
        return {
            "positions": ("actor", "latent_dim"),
            "coefficients": ("coefficient",),
            "ties": ("tie",),
            "observed_rows": ("actor",),
            "unobserved": ("unobserved_dyad",),
            **self.draws_.dims,
            **self._extra_dims,
        }

    def _coords(self, problem: Problem) -> dict[str, Any]:
        """Labels of the dimensions of `posterior_`."""
        labels = unique_strings(self.network_.actors)
        senders, receivers, _ = _once(self.network_.ties, not self.network_.has_direction)
        coords: dict[str, Any] = {
            "actor": labels,
            "coefficient": np.array(problem.coefficient_names, dtype=np.str_),
            "sender": ("tie", labels[senders]),
            "receiver": ("tie", labels[receivers]),
            **self.draws_.coords,
        }
        if self.network_.two_mode:
            coords["row_actor"], coords["column_actor"] = np.split(labels, [self.network_.n_row_actors])
        missing = self.network_.observed.missing
        if missing.nnz:
            senders, receivers, _ = _once(missing, not self.network_.has_direction)
            coords["unobserved_sender"] = ("unobserved_dyad", labels[senders])
            coords["unobserved_receiver"] = ("unobserved_dyad", labels[receivers])
        return coords

    def _encoded_networks(self, store: ArrayStore) -> dict[str, Any]:
        return {"network": encode_network(self.network_, store)}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to a file that `latentnet.load` reads, without a refit and without pickle.

        Parameters
        ----------
        path : str or path
            One zip of netCDF and JSON; an existing file is replaced.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            If an actor's label, an attribute or a parameter is of a type that cannot be stored; the message names it.
            Labels may be strings, numbers, booleans, dates, and tuples of these.
        ValueError
            If the model is one period or site of a joint model.

        Examples
        --------
        >>> import tempfile, pathlib, latentnet
        >>> from latentnet.datasets import load_sampson
        >>> model = latentnet.LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "monks.latentnet"
        ...     model.save(path)
        ...     again = latentnet.load(path)
        >>> bool((again.positions_ == model.positions_).all())
        True
        """
        problem = self._checked()
        if "_joint" in self.__dict__:
            raise ValueError(
                "a period or site of a joint model cannot be saved by itself: save the joint model, and take "
                "at(period, site) again after load"
            )
        store = ArrayStore()

        def encoded(value: Any, where: str) -> Any:
            return encode(value, store, where)

        params = self.get_params(deep=False)  # type: ignore[attr-defined]
        draws = self.draws_
        content = {
            "model": {
                **class_name(type(self)),
                "params": {name: encoded(value, f"the parameter {name!r}") for name, value in params.items()},
            },
            **self._encoded_networks(store),
            "problem": {name: encoded(value, f"{name} of the fit") for name, value in ingredients(problem).items()},
            "draws": {
                "kind": draws.kind,
                "parameters": store.add(draws.parameters, "parameters"),
                "statistics": encoded(dict(draws.statistics), "statistics"),
                "extra": encoded(dict(draws.extra), "extra draws"),
            },
            "fitted": {name: encoded(getattr(self, name), name) for name in self._fitted_attributes},
        }
        write_archive(path, content, store.arrays)


def ingredients(problem: Problem) -> dict[str, Any]:
    """What `make_problem` needs beside the network; the constructor's parameters may have changed since the fit."""
    effects: list[Any] = [effect.given for effect, _, _ in problem.effects if not effect.implied]
    if problem.intercept < 0:
        effects.append(NoIntercept())
    return {
        "family": problem.given_family,
        "similarity": problem.similarity,
        "n_dims": problem.n_dims,
        "effects": tuple(effects),
        "priors": problem.priors,
        "clusters": None if problem.clusters is None else asdict(problem.clusters),
    }


def _once(matrix: Any, undirected: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Senders, receivers and values of the entries, those of an undirected network once."""
    senders, receivers, values = entry_rows(matrix), matrix.indices, matrix.data
    if not undirected:
        return senders, receivers, values
    once = senders < receivers
    return senders[once], receivers[once], values[once]

"""What `save` writes of a fitted model."""

from __future__ import annotations

import copy
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from latentnet.constraints import PATH, checked
from latentnet.effects import NoIntercept
from latentnet.files.archive import ArrayStore, write_archive
from latentnet.files.networks import decode_network, encode_network
from latentnet.files.values import Source, class_name, encode
from latentnet.inference.standing import Standing
from latentnet.models.fitted import Fitted
from latentnet.models.reported_clusters import encoded_clusters, extra_of_others
from latentnet.models.standings import encoded_standing
from latentnet.network.layers import Given, Layers, as_given

if TYPE_CHECKING:
    from latentnet.inference.chains import Paused, Plan
    from latentnet.inference.checkpoints import Write
    from latentnet.problem.problem import Problem

__all__ = ["Saved"]


class Saved(Fitted):
    """Fitted models that can be saved.

    A subclass whose `fit` learns something of its own (arrays, numbers, Series) names it in `_fitted_attributes`, and
    gives the axes after chain and draw of what it puts into `draws_.extra` in `_extra_dims`.
    """

    _fitted_attributes: ClassVar[tuple[str, ...]] = ()
    _extra_dims: ClassVar[dict[str, tuple[str, ...]]] = {}

    def _encoded_networks(self, problem: Problem, store: ArrayStore) -> dict[str, Any]:
        if not problem.layers:
            return {"network": encode_network(problem.network, store)}
        return {"layers": {layer.name: encode_network(layer.problem.network, store) for layer in problem.layers}}

    def _decoded_networks(self, content: dict[str, Any], source: Source) -> Given:
        if "layers" not in content:
            return Given(decode_network(content["network"], source))
        networks = {name: decode_network(one, source) for name, one in content["layers"].items()}
        source.allowance.take(sum(one.n_actors for one in networks.values()) ** 2)  # who is seen in some layer
        return as_given(Layers(networks))

    @checked(path=PATH)
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to a file that `latentnet.load` reads, without a refit and without pickle.

        The file is written whole or not at all: until it is complete an older one stays, and nothing is left behind
        when the process is killed. A symbolic link is followed; an older file's mode is kept.

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
            Labels may be strings, numbers, booleans, dates, and tuples of these. Also if `path` is no path.
        ValueError
            If the model is one period or site of a joint model, or `path` names a folder, a device or a pipe.
        OSError
            If the file cannot be written, with what to do: FileNotFoundError without its folder, PermissionError where
            it may not be written, and OSError where there is no room or the name is too long.

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
                "a period, site or layer of a joint model cannot be saved by itself: save the joint model, and take "
                "at(period, site) or layer(name) again after load"
            )
        store = ArrayStore()

        def encoded(value: Any, where: str) -> Any:
            return encode(value, store, where)

        draws, standing = self.draws_, self._standing
        content = self._encoded_specification(problem, store) | {
            "draws": {
                "kind": draws.kind,
                "thin": self.thin_,
                "parameters": store.add(draws.parameters, "parameters"),
                "statistics": encoded(dict(draws.statistics), "statistics"),
                "extra": encoded(extra_of_others(draws), "extra draws"),
            },
            "positions": encoded(self._points(), "positions"),
            "clusters": encoded_clusters(self, store),
            "fitted": {name: encoded(getattr(self, name), name) for name in self._fitted_attributes},
            "standing": None if standing is None else encoded_standing(standing, store, draws.n_draws),
        }
        write_archive(path, content, store.arrays)

    def _encoded_specification(self, problem: Problem, store: ArrayStore) -> dict[str, Any]:
        """What a file says of the model and of what it is fitted to."""

        def encoded(value: Any, where: str) -> Any:
            return encode(value, store, where)

        params = self.get_params(deep=False)
        if getattr(params["inference"], "checkpoint", None) is not None:  # a path of this machine
            params["inference"] = copy.copy(params["inference"]).set_params(checkpoint=None)
        return {
            "model": {
                **class_name(type(self)),
                "params": {name: encoded(value, f"the parameter {name!r}") for name, value in params.items()},
            },
            **self._encoded_networks(problem, store),
            "problem": {name: encoded(value, f"{name} of the fit") for name, value in ingredients(problem).items()},
            "evidence": None if problem.evidence is None else encoded(tuple(problem.evidence), "evidence of the fit"),
        }

    def _checkpoint_writer(self, problem: Problem, engine: Any) -> Write | None:
        """What writes a checkpoint of this model, if the engine asks for one; a model that no file can hold fails."""
        path = getattr(engine, "checkpoint", None)
        if path is None:
            return None
        specified = ArrayStore()
        content = self._encoded_specification(problem, specified)

        def write(plan: Plan, chains: tuple[Paused, ...]) -> None:
            store = ArrayStore()
            store.arrays |= specified.arrays
            standing = encoded_standing(Standing(plan, chains), store, 0)
            write_archive(path, content | {"checkpoint": standing}, store.arrays)

        return write


def ingredients(problem: Problem) -> dict[str, Any]:
    """What `make_problem` needs beside the network; the constructor's parameters may have changed since the fit."""
    of_one = problem.layers[0].problem if problem.layers else problem  # every layer has the same
    given: list[Any] = [effect.given for effect, _, _ in of_one.effects if not effect.implied]
    effects = [next((one for one in problem.across_layers if one.effect == effect), effect) for effect in given]
    if problem.intercept < 0:
        effects.append(NoIntercept())
    return {
        "family": [layer.problem.given_family for layer in problem.layers] or problem.given_family,
        "similarity": problem.similarity,
        "n_dims": problem.n_dims,
        "layers": "around" if problem.around else "shared",
        "effects": tuple(effects),
        "priors": problem.priors,
        "clusters": None if problem.clusters is None else asdict(problem.clusters),
    }

"""Reading what `save` wrote."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, get_args

import numpy as np

import latentnet.effects
import latentnet.families
import latentnet.inference
import latentnet.models
import latentnet.priors
from latentnet.component import Component
from latentnet.files.archive import TooLargeError, read_archive
from latentnet.files.networks import decode_network
from latentnet.files.values import Classes, MissingComponentError, Source, decode
from latentnet.inference.base import InferenceResult, Kind
from latentnet.models.base import Estimator
from latentnet.models.dynamic import DynamicModel
from latentnet.network import Network
from latentnet.network.joined import Presences, join_networks
from latentnet.network.reading.periods import Periods, read_networks
from latentnet.priors.clusters import Clusters
from latentnet.problem.bind import make_problem
from latentnet.problem.named import as_draws
from latentnet.problem.problem import Problem

__all__ = ["library_classes", "load"]


def library_classes() -> dict[str, type]:
    """Every estimator, effect, family, prior and engine of the library by its name."""
    rooms = (latentnet.models, latentnet.effects, latentnet.families, latentnet.inference, latentnet.priors)
    found = [getattr(room, name) for room in rooms for name in room.__all__]
    return {one.__name__: one for one in found if isinstance(one, type) and issubclass(one, Component | Estimator)}


def load(path: str | os.PathLike[str], components: Iterable[type] = (), *, max_bytes: int | None = None) -> Any:
    """Read a fitted model that `save` wrote.

    Nothing is imported by name and nothing in the file is run, so a file from a stranger is safe to load.

    Parameters
    ----------
    path : str or path
    components : sequence of classes
        User-made effects, families, priors, engines or estimators that the model has; the file names the class only.
    max_bytes : int or None
        Memory that the file may make the library take, in bytes; more is refused before it is taken. None: 256 MB, and
        eight times the file's size.

    Returns
    -------
    LatentPositionModel or another estimator
        As it was when saved, with everything that `fit` learned.

    Raises
    ------
    FileNotFoundError, PermissionError
        If there is no such file, or it cannot be read.
    TypeError
        If `path` is no path, or `components` holds something else than such classes.
    ValueError
        If it is no file of a saved model, is damaged, comes from a newer latentnet, would take more memory than
        `max_bytes`, or has a class that is not in `components`.

    Examples
    --------
    >>> import tempfile, pathlib, latentnet
    >>> from latentnet.datasets import load_sampson
    >>> model = latentnet.LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "monks.latentnet"
    ...     model.save(path)
    ...     again = latentnet.load(path)
    >>> again.predict([("Mark", "Victor")]) == model.predict([("Mark", "Victor")])
    array([ True])
    """
    classes = Classes(library_classes(), _user_classes(components))
    content, arrays, allowance = read_archive(path, max_bytes)
    try:
        return _restored(content, Source(arrays, classes, allowance))
    except (MissingComponentError, TooLargeError) as error:
        raise ValueError(f"{os.fspath(path)!r} {error}") from None
    except (Exception, RecursionError) as error:
        raise ValueError(
            f"{os.fspath(path)!r} is damaged, or was made by something else than model.save(path): {error}"
        ) from error


def _user_classes(components: Iterable[type]) -> dict[str, type]:
    found = {}
    for one in [components] if isinstance(components, type) else components:
        if not (isinstance(one, type) and issubclass(one, Component | Estimator)):
            raise TypeError(
                f"components must hold classes of effects, families, priors, engines or estimators, but has {one!r}"
            )
        found[one.__name__] = one
    return found


def _restored(content: dict[str, Any], source: Source) -> Estimator:
    about = content["model"]
    found = source.classes.find(about)
    if not issubclass(found, Estimator):
        raise ValueError(f"{about['class']!r} is no estimator")
    model = found(**{name: decode(value, source) for name, value in about["params"].items()})
    several = _several(content, source) if issubclass(found, DynamicModel) else None
    if several is None:
        network, presences = decode_network(content["network"], source), None
    else:
        network, presences = join_networks(several.networks, several.sites)
    problem = _problem(network, presences, {name: decode(value, source) for name, value in content["problem"].items()})
    draws = content["draws"]
    parameters = source.arrays[draws["parameters"]]
    statistics, extra = decode(draws["statistics"], source), decode(draws["extra"], source)
    _check_draws(problem, parameters, {**statistics, **extra})
    model._problem = problem
    model.network_, model.actors_, model.n_actors_ = network, network.actors, network.n_actors
    model.priors_ = problem.priors
    kind = draws.get("kind") or _kind_before(model, statistics)
    if kind not in get_args(Kind):
        raise ValueError(f"its draws are of kind {kind!r}")
    model.draws_ = as_draws(problem, InferenceResult(parameters, kind, statistics or {}), extra)
    for name in model._fitted_attributes:
        setattr(model, name, decode(content["fitted"][name], source))
    if several is not None:
        model._several = several
        model._store_actors(problem)
    elif model.positions_.shape != (network.n_actors, problem.n_dims):
        raise ValueError("its positions are not those of its actors")
    return model


def _kind_before(model: Estimator, statistics: dict[str, np.ndarray] | None) -> Kind:
    """What kind of draws a file of the version before holds, which did not say so."""
    if statistics:
        return "chains"
    of_prior = model.inference == "prior" or isinstance(model.inference, latentnet.inference.PriorDraws)
    return "independent" if of_prior else "mode"


def _several(content: dict[str, Any], source: Source) -> Periods:
    networks = [[decode_network(one, source) for one in periods] for periods in content["networks"]]
    sites = decode(content["sites"], source)
    return read_networks(networks[0] if sites is None else dict(zip(sites, networks, strict=True)))


def _problem(network: Network, presences: Presences | None, ingredients: dict[str, Any]) -> Problem:
    clusters = ingredients.pop("clusters")
    if clusters is not None:
        clusters = Clusters(**clusters)
        if type(clusters.most) is not int or not 1 <= clusters.most <= network.n_actors:
            raise ValueError("its clusters are not those of its actors")
    return make_problem(network, position_prior=clusters, presences=presences, **ingredients)


def _check_draws(problem: Problem, parameters: np.ndarray, others: dict[str, np.ndarray]) -> None:
    if parameters.dtype != np.float64 or parameters.ndim != 3 or parameters.shape[2] != problem.n_parameters:
        raise ValueError("its draws are not those of its parameters")
    if 0 in parameters.shape[:2] or any(values.shape[:2] != parameters.shape[:2] for values in others.values()):
        raise ValueError("its chains are not of one length")

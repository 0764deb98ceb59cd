"""Reading what `save` and checkpoints wrote."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, get_args

import numpy as np

import latentnet.effects
import latentnet.families
import latentnet.inference
import latentnet.models
import latentnet.priors
from latentnet._exceptions import warn
from latentnet.checks import check_shown, one_of, shown, whole_number
from latentnet.component import Component
from latentnet.constraints import PATH, Rule, checked, goes_through, optional, whole
from latentnet.families import Family
from latentnet.files.archive import TooLargeError, read_archive
from latentnet.files.values import Classes, MissingComponentError, Source, decode
from latentnet.inference import read_engine
from latentnet.inference.approximation import ERRORS
from latentnet.inference.base import Engine, InferenceResult, Kind
from latentnet.inference.chains import Kept
from latentnet.inference.standing import Standing
from latentnet.models.arguments import read_effects, read_priors
from latentnet.models.base import Estimator
from latentnet.models.reported_clusters import OF_CLUSTERS, decoded_clusters
from latentnet.models.standings import decoded_standing, is_finite
from latentnet.network.layers import Given
from latentnet.priors.clusters import Clusters
from latentnet.problem.evidence import Evidence
from latentnet.problem.layers import bind_given
from latentnet.problem.problem import Problem

__all__ = ["library_classes", "load", "resume"]

_OWN_MAPS = 5  # the first version of files with today's prior of layers' own maps

_CLASSES = Rule("a sequence of classes", goes_through)


def library_classes() -> dict[str, type]:
    """Every estimator, effect, family, prior and engine of the library by its name."""
    rooms = (latentnet.models, latentnet.effects, latentnet.families, latentnet.inference, latentnet.priors)
    found = [getattr(room, name) for room in rooms for name in room.__all__]
    return {one.__name__: one for one in found if isinstance(one, type) and issubclass(one, Component | Estimator)}


@checked(path=PATH, max_bytes=optional(whole(1, 2**63 - 1)))
def load(path: str | os.PathLike[str], components: Iterable[type] = (), *, max_bytes: int | None = None) -> Estimator:
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

    Warns
    -----
    LatentnetWarning
        If the model has ``layers="around"`` and was fitted by a version whose prior of these was another one.

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
    return _read(path, components, max_bytes, _restored)


@checked(path=PATH, max_bytes=optional(whole(1, 2**63 - 1)))
def resume(path: str | os.PathLike[str], components: Iterable[type] = (), *, max_bytes: int | None = None) -> Estimator:
    """Go on with a run from the checkpoint that it wrote, after it was killed or interrupted, until it is done.

    The draws are those of a run that nothing interrupted, to the bit. The file may have been moved; further checkpoints
    go to where it is now. What a finished run wrote last gives its model at once. As of `load`, nothing in the file is
    run.

    Parameters
    ----------
    path : str or path
        What ``MCMC(checkpoint=path)`` wrote.
    components, max_bytes
        As for `load`.

    Returns
    -------
    LatentPositionModel or another estimator
        Fitted.

    Raises
    ------
    FileNotFoundError, PermissionError, TypeError, ValueError
        As for `load`, and if it is no checkpoint, or one of a prior that this version does not have.
    KeyboardInterrupt
        After Ctrl-C; the checkpoint has what was drawn.

    Warns
    -----
    ConvergenceWarning, LatentnetWarning
        As `fit` does.

    Examples
    --------
    >>> import tempfile, pathlib, latentnet
    >>> from latentnet import LatentPositionModel, MCMC
    >>> from latentnet.datasets import load_sampson
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "monks.checkpoint"
    ...     engine = MCMC(n_draws=1000, checkpoint=path)
    ...     model = LatentPositionModel(inference=engine, random_state=1).fit(load_sampson())
    ...     again = latentnet.resume(path)
    >>> bool((again.draws_.parameters == model.draws_.parameters).all())
    True
    """
    model, problem, standing = _read(path, components, max_bytes, _restored_run)
    if standing is None:
        raise ValueError(
            f"{shown(os.fspath(path))} holds a run of an older latentnet, which had another prior of "
            "layers='around': fit again"
        )
    engine = read_engine(model.inference)
    engine.set_params(checkpoint=path)
    write = model._checkpoint_writer(problem, engine)
    model._conclude(problem, engine.go_on(problem, standing, write), engine)
    return model


def _read(
    path: str | os.PathLike[str],
    components: Iterable[type],
    max_bytes: int | None,
    restore: Callable[[dict[str, Any], Source], Any],
) -> Any:
    classes = Classes(library_classes(), _user_classes(components))
    content, arrays, allowance = read_archive(path, max_bytes)
    if restore is _restored and "checkpoint" in content:
        raise ValueError(
            f"{shown(os.fspath(path))} holds a run that was under way: latentnet.resume(path) goes on with it"
        )
    if restore is _restored_run and "draws" in content:
        raise ValueError(
            f"{shown(os.fspath(path))} holds a fitted model, not a run under way: latentnet.load(path), then "
            "model.extend(n_draws)"
        )
    try:
        return restore(content, Source(arrays, classes, allowance))
    except (MissingComponentError, TooLargeError) as error:
        raise ValueError(f"{shown(os.fspath(path))} {error}") from None
    except (Exception, RecursionError) as error:
        if isinstance(error, Warning) and not isinstance(error, RuntimeWarning):
            raise  # where warnings are errors; those of arithmetic come of what is in the file
        raise ValueError(
            f"{shown(os.fspath(path))} is damaged, or was made by something else than model.save(path): {error}"
        ) from error


def _user_classes(components: Iterable[type]) -> dict[str, type]:
    if not isinstance(components, type):
        _CLASSES.demand("components", components)
    found = {}
    for one in [components] if isinstance(components, type) else components:
        if not (isinstance(one, type) and issubclass(one, Component | Estimator)):
            raise TypeError(
                f"components must hold classes of effects, families, priors, engines or estimators, but has "
                f"{shown(one)}"
            )
        found[one.__name__] = one
    return found


def _restored_run(content: dict[str, Any], source: Source) -> tuple[Estimator, Problem, Standing | None]:
    """A model that is not fitted yet, and where its chains stand; None if they are of another prior."""
    mass = decode(content["checkpoint"]["mass"], source)
    model, problem = _specified(content, source, mass)
    if _of_another_prior(content, problem):
        return model, problem, None
    standing = decoded_standing(content["checkpoint"], problem, source, None)
    assert standing is not None
    return model, problem, standing


def _specified(content: dict[str, Any], source: Source, parameters: np.ndarray) -> tuple[Estimator, Problem]:
    """The model, and what it was fitted to; `parameters` has the length of the parameter vector as its last axis."""
    about = content["model"]
    found = source.classes.find(about)
    if not issubclass(found, Estimator):
        raise ValueError(f"{shown(about['class'])} is no estimator")
    model = found(**{name: decode(value, source) for name, value in about["params"].items()})
    engine = model.inference
    if not isinstance(engine, str | Engine):
        raise ValueError(f"its inference is {shown(engine)}")
    # where a file says to write is not to be trusted
    if isinstance(engine, Engine) and getattr(engine, "checkpoint", None) is not None:
        engine.set_params(checkpoint=None)
    fitted = model._decoded_networks(content, source)
    given = {name: decode(value, source) for name, value in content["problem"].items()}
    return model, replace(_problem(fitted, given, parameters), evidence=_evidence(content, source, given["n_dims"]))


def _evidence(content: dict[str, Any], source: Source, n_dims: int) -> Evidence | None:
    """The evidence for each number of dimensions; older files have none."""
    if content.get("evidence") is None:
        return None
    steps, errors, ratio = decode(content["evidence"], source)
    found = Evidence(steps, errors, float(ratio))
    if not (is_finite(steps) and is_finite(errors) and steps.ndim == 1 and steps.shape == errors.shape and ratio > 0):
        raise ValueError("its evidence is not a number for each dimension")
    if found.n_dims != n_dims:
        raise ValueError("its dimensions are not the most probable ones")
    return found


def _restored(content: dict[str, Any], source: Source) -> Estimator:
    if content["version"] < 4:
        content = _as_of_version_4(content)
    draws = content["draws"]
    parameters = source.arrays[draws["parameters"]]
    model, problem = _specified(content, source, parameters)
    statistics, extra = decode(draws["statistics"], source), decode(draws["extra"], source)
    kind = one_of("kind", draws["kind"], get_args(Kind))
    if kind == "independent" and _is_of_prior(content):  # of a version that did not tell these apart
        kind = "prior"
    positions = decode(content["positions"], source)
    _check_draws(problem, parameters, kind, statistics, extra)
    if not is_finite(positions) or positions.shape != (problem.n_actors, problem.n_dims):
        raise ValueError("its positions are not those of its actors")
    clusters = decoded_clusters(content["clusters"], problem, parameters, source)
    kept = [Kept(*of_chain) for of_chain in _by_chain(parameters, statistics)]
    standing = decoded_standing(content.get("standing"), problem, source, kept)
    if _of_another_prior(content, problem):
        warn(
            "the file is of an older latentnet, which had another prior of layers='around': its draws are of that one; "
            "for more draws, or prior_sensitivity, fit again"
        )
        standing = None
    result = InferenceResult(parameters, kind, statistics, thin=_thin(content, model), standing=standing)
    model._keep(problem, result, positions, clusters, extra)
    drawn = model.draws_
    axes = {axis for axes in drawn.dims.values() for axis in axes}
    taken = {"chain", "draw", "positions", "coefficients", *axes, *drawn.coords, *drawn.variables}
    if taken & {*statistics, *extra}:
        raise ValueError(f"it has a variable with a name that is taken, one of {sorted(taken & {*statistics, *extra})}")
    for name in model._fitted_attributes:
        setattr(model, name, decode(content["fitted"][name], source))
    return model


def _of_another_prior(content: dict[str, Any], problem: Problem) -> bool:
    """Whether chains went by another prior than today's."""
    return problem.around and content["version"] < _OWN_MAPS


def _as_of_version_4(content: dict[str, Any]) -> dict[str, Any]:
    """The content of an older file in today's places: it held also what follows from the draws."""
    fitted, extra = dict(content["fitted"]), content["draws"]["extra"]
    variables = dict(zip(extra["keys"], extra["items"], strict=True))
    clusters = None
    if "_cluster_order" in fitted:
        clusters = {
            "labels": variables["cluster_label"],
            "order": fitted["_cluster_order"],
            "partition": fitted["labels_"],
            "membership": fitted["membership_"],
            "n_components": variables.get("n_components"),
        }
        variables = {name: one for name, one in variables.items() if name not in OF_CLUSTERS}
    draws = {
        "kind": _kind_before(content),
        **content["draws"],
        "extra": {"kind": "dict", "keys": [*variables], "items": [*variables.values()]},
    }
    return content | {
        "draws": draws,
        "positions": fitted["_points"] if "_points" in fitted else fitted["positions_"],
        "clusters": clusters,
        "fitted": fitted,
    }


def _kind_before(content: dict[str, Any]) -> Kind:
    """What kind of draws a file holds that does not say so."""
    if content["draws"]["statistics"]["keys"]:
        return "chains"
    return "prior" if _is_of_prior(content) else "mode"  # only these two engines gave draws without chains


def _is_of_prior(content: dict[str, Any]) -> bool:
    engine = content["model"]["params"]["inference"]
    return engine == "prior" or (isinstance(engine, dict) and engine.get("class") == "PriorDraws")


def _by_chain(parameters: np.ndarray, statistics: dict[str, np.ndarray]) -> list[Kept]:
    """Draws of each chain, without labels."""
    nothing = np.zeros((parameters.shape[1], 0), np.int32)
    return [
        Kept(draws, {name: values[k] for name, values in statistics.items() if name not in ERRORS}, nothing)
        for k, draws in enumerate(parameters)
    ]


def _thin(content: dict[str, Any], model: Estimator) -> int:
    """One of how many draws was kept; older files do not say so, but then nothing thinned by itself."""
    thin = content["draws"].get("thin", getattr(model.inference, "thin", 1))
    return whole_number("thin", 1 if thin == "auto" else thin, 1)


def _problem(fitted: Given, given: dict[str, Any], parameters: np.ndarray) -> Problem:
    clusters, families, network = given.pop("clusters"), given.pop("family"), fitted.network
    families = families if isinstance(families, list) else [families]
    n_dims = 0 if given["similarity"] is None else whole_number("n_dims", given["n_dims"], 1, parameters.size)
    if not all(isinstance(family, Family) for family in families):
        raise ValueError(f"its family is {shown(families)}")
    for family in families:
        family.check_parameters()
    if len(families) != (1 if fitted.stack is None else len(fitted.stack.names)):
        raise ValueError("its families are not those of its layers")
    given |= {"n_dims": n_dims, "effects": read_effects(given["effects"]), "priors": read_priors(given["priors"])}
    given["layers"] = one_of("layers", given.get("layers", "shared"), ("shared", "around"))
    if n_dims * network.n_actors > parameters.shape[-1]:
        raise ValueError("its draws are not those of its parameters")
    if clusters is not None:
        most = whole_number("clusters", clusters["most"], 1, network.n_actors)
        clusters = Clusters(most, bool(clusters["automatic"]))
    return bind_given(fitted, families, position_prior=clusters, **given)


def _check_draws(
    problem: Problem,
    parameters: np.ndarray,
    kind: Kind,
    statistics: dict[str, np.ndarray],
    extra: dict[str, np.ndarray],
) -> None:
    """Check everything that is read later without a look at it."""
    shape = parameters.shape
    if not is_finite(parameters) or len(shape) != 3 or shape[2] != problem.n_parameters or 0 in shape[:2]:
        raise ValueError("its draws are not those of its parameters")
    check_shown("its variables", statistics | extra)
    for name, values in (statistics | extra).items():
        if not (isinstance(name, str) and isinstance(values, np.ndarray) and values.shape[:2] == shape[:2]):
            raise ValueError("its chains are not of one length")
    for name, values in statistics.items():
        if values.ndim != 2 or values.dtype.kind not in ("b" if name == "diverging" else "fiub"):
            raise ValueError(f"its statistics {shown(name)} are not numbers by draw")
    if kind == "chains" and not ("diverging" in statistics and is_finite(statistics.get("lp"))):
        raise ValueError("its chains lack log densities or divergences")

"""Everything public that takes arguments, with arguments that it takes, on small networks and models of every kind."""

from __future__ import annotations

import importlib
import inspect
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import igraph
import networkx as nx
import numpy as np
import pandas as pd

import latentnet
from latentnet import MAP, MCMC, effects, families


class Call(NamedTuple):
    """Something public, and arguments that it takes."""

    name: str
    function: Callable[..., Any]
    arguments: dict[str, Any]


def _engine(**params: Any) -> MCMC:
    return MCMC(**{"n_draws": 25, "n_warmup": 6, "n_chains": 2, "progress": False, **params})


def _map(**params: Any) -> MAP:
    return MAP(**{"n_starts": 1, "max_iterations": 3, **params})


def _new(owner: Callable[..., Any], *args: Any, **params: Any) -> Any:
    return owner(*args, **{"inference": _engine(), "random_state": 1, **params})


@cache
def scene() -> SimpleNamespace:
    """Small networks of every kind, and a fitted model of every kind."""
    rng = np.random.default_rng(1)
    names = [f"a{k}" for k in range(12)]
    attributes = pd.DataFrame({"group": ["u", "v"] * 6, "age": rng.integers(20, 60, 12)}, index=names)

    def network() -> latentnet.Network:
        ties = (rng.random((12, 12)) < 0.3) * (1 - np.eye(12))
        ties[11] = np.nan  # has not been asked
        return latentnet.Network.from_array(ties, names, True, attributes)

    first, second = network(), network()
    layers = latentnet.Layers({"early": first, "late": second})
    position, cluster = partial(_new, latentnet.LatentPositionModel), partial(_new, latentnet.LatentClusterModel, 2)
    dynamic = partial(_new, latentnet.DynamicLatentPositionModel)
    models = {
        "LatentPositionModel": position().fit(first),
        "LatentClusterModel": cluster().fit(first),
        "LatentPositionModel (map)": position(inference=_map()).fit(first),
        "LatentPositionModel (layers)": position().fit(layers),
        "DynamicLatentPositionModel": dynamic().fit([first, second]),
        "DynamicLatentClusterModel": _new(latentnet.DynamicLatentClusterModel, 2).fit([first, second]),
    }
    fitted, joint = models["LatentPositionModel"], models["DynamicLatentClusterModel"]
    return SimpleNamespace(
        first=first,
        second=second,
        layers=layers,
        models=models,
        again=position(random_state=2).fit(first),
        calibrated=latentnet.calibrate(position(inference=_engine(n_draws=50)), first, 2, random_state=1),
        compared=latentnet.compare_waves(joint.at(0), joint.at(1)),
        counted=latentnet.goodness_of_fit(fitted, n_networks=3, random_state=1),
        frame=pd.DataFrame({"i": ["a", "a", "b"], "j": ["b", "c", "c"], "v": [1.0, 2.0, 1.0]}),
        study=latentnet.datasets.make_interview_study(1, n_people=(40, 40, 40)),
    )


def _required(function: Callable[..., Any], **given: Any) -> dict[str, Any]:
    """Arguments with their defaults, and those that are given instead."""
    arguments = {}
    for name, parameter in inspect.signature(function).parameters.items():
        named = parameter.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        if named and name not in ("self", "cls", "y", "deep"):
            arguments[name] = given.get(name, parameter.default)
    missing = [name for name, value in arguments.items() if value is inspect.Parameter.empty]
    assert not missing, f"{function} needs {missing}"
    return arguments


# What methods of fitted models need, by the method's name.
OF_METHODS: dict[str, dict[str, Any]] = {
    "layer": {"name": "early"},
    "extend": {"n_draws": 2},
    "place": {"ties": {"new": {"a1": 1, "a2": 0}}},
    "save": {"path": "model.latentnet"},
    "at": {"period": 0},
}


def _methods() -> Iterator[Call]:
    one = scene()
    for name, model in one.models.items():
        for method, function in _own_methods(type(model)):
            if ("layers" in name) != method.startswith("layer") or ("map" in name and method in ("extend", "to_arviz")):
                continue  # what the model does not have is no question of arguments
            needs = dict(OF_METHODS.get(method, {}))
            if method in ("fit", "fit_transform", "fit_predict"):
                needs |= {"network": one.first, "networks": [one.first, one.second]}
            elif method == "score":
                needs |= {"network": one.first}
            run = _on_a_copy(model, method) if method in ("fit", "fit_transform", "fit_predict", "extend") else None
            yield Call(f"{name}.{method}", run or getattr(model, method), _required(function, **needs))


def _own_methods(owner: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public methods that the library itself defines; those that scikit-learn writes are its own."""
    for name in dir(owner):
        function = inspect.getattr_static(owner, name)
        function = function.__func__ if isinstance(function, classmethod | staticmethod) else function
        ours = inspect.isfunction(function) and function.__module__.startswith("latentnet")
        if ours and not name.startswith("_") and name != "set_params":
            yield name, function


def _on_a_copy(model: Any, method: str) -> Callable[..., Any]:
    def run(**arguments: Any) -> Any:
        if method == "extend":
            with tempfile.TemporaryDirectory() as folder:
                model.save(Path(folder) / "m")
                copy = latentnet.load(Path(folder) / "m")
        else:
            copy = type(model)(**model.get_params(deep=False))
            copy.inference = _map()
        return getattr(copy, method)(**arguments)

    return run


def _estimators() -> Iterator[Call]:
    one = scene()
    for name in latentnet.models.__all__:
        owner = getattr(latentnet, name)
        network = [one.first, one.second] if "Dynamic" in name else one.first
        quick = {"inference": _map(), "random_state": 1}

        def run(owner: Any = owner, network: Any = network, **arguments: Any) -> Any:
            return owner(**arguments).fit(network)

        yield Call(name, run, _required(owner.__init__, **quick))


def _components() -> Iterator[Call]:
    """What goes into a model is checked by `fit`, as scikit-learn wants it."""
    one = scene()

    def model(owner: type, what: str, **fixed: Any) -> Callable[..., Any]:
        def run(**arguments: Any) -> Any:
            made = owner(**arguments)
            quick = {"inference": _map(), "random_state": 1}
            given = {what: [made] if what == "effects" else made, **fixed}
            return latentnet.LatentPositionModel(**{**quick, **given}).fit(one.first)

        return run

    engines = {
        latentnet.MCMC: {"n_draws": 6, "n_warmup": 6, "n_chains": 2, "progress": False},
        latentnet.MAP: {"n_starts": 1, "max_iterations": 3},
        latentnet.Variational: {"n_draws": 6, "max_iterations": 3},
        latentnet.PriorDraws: {"n_draws": 6},
    }
    for owner, given in engines.items():
        yield Call(owner.__name__, model(owner, "inference"), _required(owner.__init__, **given))
    yield Call("Priors", model(latentnet.Priors, "priors"), _required(latentnet.Priors.__init__))
    for name, owner in families.FAMILIES.items():
        if owner.__init__ is not object.__init__:
            needs = {"trials": 1} if name == "binomial" else {}
            yield Call(owner.__name__, model(owner, "family"), _required(owner.__init__, **needs))
    needs = {"matrix": np.arange(144.0).reshape(12, 12), "name": "x", "attribute": "group"}
    for owner in effects.EFFECTS.values():
        if owner.__init__ is not object.__init__:
            numeric = {"attribute": "age"} if "Covariate" in owner.__name__ or "Absolute" in owner.__name__ else {}
            yield Call(owner.__name__, model(owner, "effects"), _required(owner.__init__, **{**needs, **numeric}))
    across = {effects.Shared: effects.Homophily("group"), effects.Correlated: effects.Sociality()}
    for owner, effect in across.items():
        yield Call(owner.__name__, model(owner, "effects"), {"effect": effect})


def _networks() -> Iterator[Call]:
    one = scene()
    needs = {
        "from_array": {"array": np.eye(3)[::-1] * (1 - np.eye(3))},
        "from_edges": {"frame": one.frame, "source": "i", "target": "j"},
        "from_igraph": {"graph": igraph.Graph(edges=[(0, 1), (1, 2)])},
        "from_networkx": {"graph": nx.path_graph(3)},
        "from_incidence": {"matrix": [[1, 0, 1], [0, 1, 0]]},
        "from_nominations": {"frame": one.frame, "respondent": "i", "nominee": "j"},
        "index": {"labels": ["a1"]},
        "with_unobserved": {"dyads": [("a1", "a2")]},
    }
    for method, function in _own_methods(latentnet.Network):
        owner = latentnet.Network if method.startswith("from_") else one.first
        yield Call(f"Network.{method}", getattr(owner, method), _required(function, **needs.get(method, {})))
    yield Call("Layers", latentnet.Layers, {"networks": {"early": one.first, "late": one.second}, "families": None})
    for method, function in _own_methods(latentnet.Layers):
        yield Call(f"Layers.{method}", getattr(one.layers, method), _required(function))
    yield Call("Network", latentnet.Network, {"parts": one.first._parts})


def _functions() -> Iterator[Call]:
    one = scene()
    fitted, clustered = one.models["LatentPositionModel"], one.models["LatentClusterModel"]
    fitted.save("saved.latentnet")
    _quick_model(inference=_engine(checkpoint="run.latentnet")).fit(one.first)
    two, joint, pair = one.study, one.models["DynamicLatentClusterModel"], {"a": fitted, "b": one.again}
    unfitted = _quick_model(inference=_engine(n_draws=50))
    study_needs = {"site": two.sites[0], "respondents": two.experts(two.sites[0])}
    needs: dict[str, dict[str, Any]] = {
        "latentnet.align_to": {"model": fitted, "reference": fitted},
        "latentnet.calibrate": {"model": unfitted, "network": one.first, "n_replications": 2, "random_state": 1},
        "latentnet.compare": {"models": pair, "criterion": "bic"},
        "latentnet.compare_waves": {"first": joint.at(0), "second": joint.at(1)},
        "latentnet.composition": {"model": clustered, "attribute": "group"},
        "latentnet.goodness_of_fit": {"model": fitted, "n_networks": 3, "random_state": 1},
        "latentnet.load": {"path": "saved.latentnet"},
        "latentnet.resume": {"path": "run.latentnet"},
        "latentnet.merge": {"models": [fitted, one.again]},
        "latentnet.next_interviews": {"model": fitted, "n": 1},
        "latentnet.roles": {"model": clustered, "n_networks": 2, "random_state": 1},
        "latentnet.plot.calibration_ranks": {"result": one.calibrated},
        "latentnet.plot.compare": {"table": pd.DataFrame({"difference": [0.0, -9.1], "se_difference": [0.0, 3.2]})},
        "latentnet.plot.flow": {"comparison": one.compared},
        "latentnet.plot.goodness_of_fit": {"result": one.counted},
        "latentnet.plot.pairs": {"models": pair},
        "latentnet.plot.positions_html": {"model": fitted, "path": "page.html"},
        "latentnet.study.near_duplicates": {"names": ["Ann", "Anne"]},
        "latentnet.datasets.make_interview_study": {"random_state": 1},
        "latentnet.datasets.make_large_network": {"n_actors": 50, "random_state": 1},
        "latentnet.datasets.make_latent_network": {"n_actors": 20, "random_state": 1},
        "latentnet.model_selection.cross_validate": {"model": _quick_model(), "network": one.first, "cv": 2},
        "latentnet.model_selection.GridSearch": {"model": _quick_model(), "grid": {"n_dims": [1]}, "cv": 2},
    }
    for name, function in public_functions():
        of_clusters = name.rpartition(".")[2] in ("membership", "coclustering", "n_clusters")
        usual = {"model": clustered if of_clusters else fitted}
        run = _searched if name.endswith("GridSearch") else function
        arguments = _required(function, **{**usual, **needs.get(name, {})})
        for argument, other in _of_others(name).items():  # which have a meaning beside others alone
            given = {argument: arguments.pop(argument)}
            yield Call(f"{name} with {other}", partial(run, **{**usual, **needs.get(name, {}), **other}), given)
        yield Call(name, run, arguments)
    for method, function in _own_methods(type(two)):
        yield Call(f"InterviewStudy.{method}", getattr(two, method), _required(function, **study_needs))
    yield Call("Calibration.bands", one.calibrated.bands, {"level": 0.95})
    for fold in ("ActorKFold", "DyadKFold", "RespondentKFold"):
        owner = getattr(latentnet.model_selection, fold)

        def split(network: Any, owner: Any = owner, **arguments: Any) -> Any:
            return list(owner(**arguments).split(network))

        yield Call(fold, split, {"network": one.first, "n_splits": 2, "random_state": 1})


def _of_others(name: str) -> dict[str, dict[str, Any]]:
    if name.endswith((".positions", ".positions_html")):
        return {"palette": {"color": "group"}, "cmap": {"color": "age"}}
    return {}


def _quick_model(**params: Any) -> Any:
    return latentnet.LatentPositionModel(**{"inference": _map(), "random_state": 1, **params})


def _searched(**arguments: Any) -> Any:
    return latentnet.model_selection.GridSearch(**arguments).fit(scene().first)


FUNCTION_MODULES = (
    "latentnet",
    "latentnet.plot",
    "latentnet.datasets",
    "latentnet.model_selection",
    "latentnet.study",
)


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Functions of `latentnet` and its public modules, each once, and the search over models."""
    seen = set()
    for module_name in FUNCTION_MODULES:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            function = getattr(module, name)
            if (inspect.isfunction(function) or name == "GridSearch") and function not in seen:
                seen.add(function)
                yield f"{module_name}.{name}", function


def calls() -> list[Call]:
    """Everything public that takes arguments."""
    groups = (_functions, _networks, _components, _estimators, _methods)
    return [call for group in groups for call in group() if call.arguments]

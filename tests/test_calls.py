"""Calls with names that are not ours: every public callable says which parameters it has, and what may be meant."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pydoc
import re
from abc import ABC
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from matplotlib.axes import Axes
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split

import latentnet
from latentnet import MCMC, LatentClusterModel, LatentPositionModel, Network, Priors, effects, families
from latentnet._exceptions import ArgumentError, NotFittedError
from latentnet.calls import known
from latentnet.checking.calibration import Calibration
from latentnet.checking.goodness_of_fit import GoodnessOfFit
from latentnet.checking.loo import LOO
from latentnet.component import Component
from latentnet.model_selection import ActorKFold, DyadKFold, GridSearch, RespondentKFold
from latentnet.models.report import Diagnosis
from latentnet.other_names import ATTRIBUTES, PARAMETERS, VALUES
from tests.public import _own_methods, public_functions

ESTIMATORS = [getattr(latentnet, name) for name in latentnet.models.__all__]
ENGINES = [latentnet.MCMC, latentnet.MAP, latentnet.Variational, latentnet.PriorDraws]
EXTENSIONS = [*effects.EFFECTS.values(), *effects.SIMILARITIES.values(), effects.Shared, effects.Correlated]
COMPONENTS = [*ENGINES, Priors, *families.FAMILIES.values(), *EXTENSIONS]
MODULES = (effects, families, latentnet.datasets, latentnet.model_selection, latentnet.plot, latentnet.study)
OTHERS = [Network, latentnet.Layers, GridSearch, DyadKFold, ActorKFold, RespondentKFold]
CLASSES = [*ESTIMATORS, *COMPONENTS, *OTHERS]


def _callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    yield from ((kind.__name__, kind) for kind in CLASSES)
    for name, function in public_functions():
        yield name.rpartition(".")[2], function
    yield from (("Priors.as_in_r", Priors.as_in_r), ("Priors.flat", Priors.flat))
    for owner in (*ESTIMATORS, Network, latentnet.datasets.InterviewStudy):
        for method, function in _own_methods(owner):
            bound = getattr(owner, method) if method.startswith("from_") else function.__get__(object.__new__(owner))
            yield f"{owner.__name__}.{method}", bound


CALLABLES = dict(_callables())
TAKEN = {name for function in CALLABLES.values() for name in known(function)}


@pytest.mark.parametrize("name", [name for name in CALLABLES if name not in ("roc", "calibration", "pairs")])
def test_everything_public_says_which_parameters_it_has(name: str) -> None:
    function = CALLABLES[name]
    with pytest.raises(ArgumentError, match=rf"^{re.escape(name)} has no parameter 'zzz'; it takes ") as found:
        function(zzz=1)
    listed = re.findall(r"\w+", str(found.value).partition("it takes ")[2])
    assert set(listed) - {"and"} == set(known(function)) - {"y"} or listed == ["nothing"]
    with pytest.raises(ArgumentError, match=rf"^{re.escape(name)} (takes .* by place, but was given 99|was given)"):
        function(*range(99))


def test_needed_and_doubled_arguments_are_named() -> None:
    with pytest.raises(TypeError, match=r"^DyadCovariate needs matrix and name, but was not given them$"):
        effects.DyadCovariate()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^LatentPositionModel.fit needs network, but was not given it$"):
        LatentPositionModel().fit()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^LatentPositionModel was given n_dims twice, by place and by name"):
        LatentPositionModel(2, n_dims=2)  # type: ignore[misc]
    with pytest.raises(
        TypeError, match=r"takes n_dims by place, but was given 2; write the others by name: most_dims="
    ):
        LatentPositionModel(2, "bilinear")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda: LatentPositionModel(seed=1), "'seed'; did you mean random_state? It takes n_dims, most_dims,"),
        (lambda: LatentClusterModel(d=2, G=3), "parameters 'd' (did you mean n_dims?) and 'G' (did you mean n_clus"),
        (lambda: LatentPositionModel(G=3), "'G'; did you mean LatentClusterModel(n_clusters=...)?"),
        (lambda: LatentClusterModel(n_components=3), "did you mean n_dims or n_clusters?"),
        (lambda: LatentPositionModel(rreceiver=True), "did you mean effects=[Receiver()]?"),
        (lambda: LatentPositionModel(burnin=100), "did you mean inference=MCMC(n_warmup=...)?"),
        (lambda: LatentPositionModel().set_params(seed=1), "'seed'; did you mean random_state? It takes n_dims,"),
        (lambda: LatentPositionModel(inference=MCMC()).set_params(inference__tune=9), "did you mean n_warmup?"),
        (lambda: LatentPositionModel(familly="poisson"), "did you mean family?"),
        (lambda: MCMC(draws=100, seed=1), "'seed' (did you mean LatentPositionModel(random_state=...)?)"),
        (lambda: Priors(**{"Z.var": 1}), "did you mean position_variance_scale?"),
        (lambda: families.Binomial(n=3), "did you mean trials?"),
        (lambda: LatentPositionModel().fit(None, n_dims=2), "did you mean LatentPositionModel(n_dims=...)?"),
        (lambda: LatentPositionModel().fit(None, d=2), "did you mean n_dims of LatentPositionModel(...)?"),
        (lambda: LatentClusterModel().fit(None, seed=1), "did you mean random_state of LatentClusterModel(...)?"),
        (
            lambda: LatentPositionModel(response="x"),
            "did you mean weight=... of Network.from_networkx, or value=... of",
        ),
        (lambda: LatentPositionModel().fit(None, chains=2), "did you mean inference=MCMC(n_chains=...) of LatentPos"),
        (lambda: LatentPositionModel().summary(vars="lp"), "did you mean var_names?"),
        (lambda: LatentPositionModel(inference=MCMC).fit(nx.path_graph(4)), "; write MCMC() with parentheses"),
        (lambda: latentnet.loo({"posterior": 1}), "is draws of one for ArviZ; give the model itself"),
        (lambda: Network.from_edges(None, sender="a"), "did you mean source?"),
        (lambda: latentnet.plot.positions(None, node_color="red"), "did you mean color?"),
        (lambda: latentnet.goodness_of_fit(None, nsim=9), "did you mean n_networks?"),
    ],
)
def test_names_of_others_lead_to_ours(call: Callable[[], Any], hint: str) -> None:
    with pytest.raises(TypeError) as found:
        call()
    assert hint in str(found.value)


@pytest.mark.parametrize("part", [*ENGINES, Priors], ids=lambda part: part.__name__)
def test_models_say_where_parameters_of_their_parts_belong(part: type[Component]) -> None:
    for name in set(known(part)) - {"effects"}:
        with pytest.raises(TypeError, match=rf"did you mean (inference|priors)=\w+\({name}=\.\.\.\)\?"):
            LatentPositionModel(**{name: 1})


def test_what_names_lead_to_is_there() -> None:
    for ours in {one for several in PARAMETERS.values() for one in several if one.isidentifier()}:
        assert ours in TAKEN, ours
    modules = (latentnet, *MODULES, Network, latentnet.Layers)
    there = {name for one in (*modules, *ESTIMATORS) for name in dir(one)}
    there |= {field.name for kind in (GoodnessOfFit, Calibration, LOO, Diagnosis) for field in fields(kind)}
    there |= {name for kind in ESTIMATORS for base in kind.__mro__ for name in vars(base).get("__annotations__", {})}
    for ours in {one for several in ATTRIBUTES.values() for one in several if one.isidentifier()}:
        assert ours in there, ours


def test_what_is_told_in_code_is_there() -> None:
    several = [one.partition(",")[0] for told in ATTRIBUTES.values() for one in told if not one.isidentifier()]
    paths = {
        match[0] for one in several if (match := re.match(r"(latentnet|networkx|arviz|sklearn|pickle)[\w.]+", one))
    }
    assert len(paths) > 15
    for path in paths:
        assert pydoc.locate(path) is not None, path
    model = LatentPositionModel()
    for one in several:
        for found in re.finditer(r"(?<!\w)(model|network|Network|ax)\.(\w+)", one):
            owner = {"model": type(model), "ax": Axes}.get(found[1], Network)
            assert hasattr(owner, found[2]) or found[2] == "posterior_", one


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("from latentnet.effects import nodematch", "from 'latentnet.effects'; did you mean Homophily?"),
        ("from latentnet import Homophily", "from 'latentnet'; did you mean latentnet.effects.Homophily?"),
        ("from latentnet import MCMC, rreceiver", "from 'latentnet'; did you mean latentnet.effects.Receiver?"),
        ("from latentnet.families import MCMC", "did you mean latentnet.MCMC?"),
        ("from latentnet.families import negbin", "did you mean NegativeBinomial?"),
        ("from latentnet.plot import forest", "did you mean arviz.plot_forest(model.posterior_)?"),
        ("from latentnet.datasets import karate_club", "did you mean networkx.karate_club_graph(), which fit takes?"),
        ("from latentnet.model_selection import GridSearchCV", "did you mean GridSearch?"),
        ("from latentnet.study import role", "did you mean roles?"),
        ("from latentnet import unheard", "cannot import name 'unheard' from 'latentnet'"),
    ],
)
def test_imports_of_names_that_there_are_not_lead_to_ours(line: str, hint: str) -> None:
    with pytest.raises(ImportError) as found:
        exec(line)
    assert str(found.value).endswith(hint)
    module = importlib.import_module(line.split()[1])
    name = line.split()[-1]
    assert not hasattr(module, name)
    assert name not in dir(module)
    with pytest.raises(AttributeError):
        getattr(module, name)


def test_classes_and_results_say_what_was_meant() -> None:
    model = LatentPositionModel(inference="map", random_state=1).fit(latentnet.datasets.load_sampson())
    found = latentnet.goodness_of_fit(model, n_networks=2, random_state=1)
    hints = [
        (Network, "read_csv", "type object 'Network' has no attribute 'read_csv'; did you mean from_edges?"),
        (
            LatentPositionModel,
            "load",
            "no attribute 'load'; did you mean latentnet.load(path)?",
        ),
        (model, "print", "LatentPositionModel has no attribute 'print'; did you mean summary?"),
        (model, "forest", "did you mean arviz.plot_forest(model.posterior_)?"),
        (model, "rreceiver", "did you mean to_frame?"),
        (model, "mle", "did you mean a fit with inference='map'?"),
        (model, "plot_positions", "did you mean latentnet.plot.positions(model)?"),
        (model.network_, "print", "Network has no attribute 'print'; did you mean print(...)?"),
        (found, "plot", "GoodnessOfFit has no attribute 'plot'; did you mean latentnet.plot.goodness_of_fit(found)?"),
        (found, "pvalues", "did you mean p_values?"),
        (model.diagnose(), "rhat", "Diagnosis has no attribute 'rhat'; did you mean table?"),
    ]
    for owner, name, hint in hints:
        with pytest.raises(AttributeError) as error:
            getattr(owner, name)
        assert str(error.value).endswith(hint)
    assert pickle.loads(pickle.dumps(found)).p_values.equals(found.p_values)
    assert copy.deepcopy(found).table.equals(found.table)


def test_classes_that_guide_go_with_abstract_ones() -> None:
    class Mine(LatentPositionModel, ABC):
        pass

    assert clone(Mine(n_dims=3)).n_dims == 3


@pytest.mark.parametrize(
    "call",
    [
        lambda network: cross_val_score(LatentPositionModel(inference="map"), network),
        lambda network: GridSearchCV(LatentPositionModel(inference="map"), {"n_dims": [1, 2]}).fit(network),
        lambda network: train_test_split(network),
    ],
)
def test_networks_in_scikit_learns_splits_lead_to_ours(call: Callable[[Network], Any]) -> None:
    with pytest.raises(ArgumentError, match=r"a Network must not be split by rows.* latentnet\.model_selection"):
        call(latentnet.datasets.load_sampson())


@pytest.mark.parametrize("parameter", ["family", "inference", "similarity", "layers"])
def test_values_of_others_lead_to_ones_that_models_take(parameter: str) -> None:
    names = {**vars(latentnet), **vars(families)}
    network = latentnet.datasets.load_sampson()
    for theirs, ours in VALUES[parameter].items():
        if theirs == "binomial":  # a name of ours, too: that needs trials
            continue
        with pytest.raises(ValueError, match=rf"{parameter} must be .*; write {re.escape(ours)}$"):
            LatentPositionModel(**{parameter: theirs}).fit(network)
    for ours in {one.partition(", from")[0].replace("...", "1") for one in VALUES[parameter].values()}:
        model = eval(f"LatentPositionModel({ours})", names)
        model.set_params(**{"inference": latentnet.MAP(1, max_iterations=1)} if parameter != "inference" else {})
        assert getattr(model, parameter) is None or model.fit(network) is model


def test_misspelt_values_lead_to_the_nearest() -> None:
    network = latentnet.datasets.load_sampson()
    with pytest.raises(ValueError, match=r"did you mean family='bernoulli'\?$"):
        LatentPositionModel(family="bernouli").fit(network)
    with pytest.raises(ValueError, match=r"MCMC: likelihood must be .*; did you mean likelihood='exact'\?$"):
        LatentPositionModel(inference=MCMC(likelihood="exat")).fit(network)


def test_attributes_that_there_are_not_lead_to_those_that_there_are() -> None:
    model = LatentClusterModel(3, inference="map", random_state=1)
    with pytest.raises(AttributeError, match=r"no attribute 'lables_'; did you mean labels_\? Besides, .* call fit"):
        _ = model.lables_
    for name in ("labels_", "positions_", "unheard_of_"):
        with pytest.raises(NotFittedError, match=rf"call fit\(network\) before using '{name}'"):
            getattr(model, name)
    model.fit(latentnet.datasets.load_sampson())
    hints = {
        "position_": "positions_",
        "mkl": "positions_",
        "idata": "posterior_",
        "transform": "fit_transform or place",
    }
    for name, ours in hints.items():
        with pytest.raises(AttributeError, match=rf"'{name}'; did you mean {ours}( or place)?\?$"):
            getattr(model, name)
    with pytest.raises(AttributeError, match=r"did you mean latentnet\.plot\.positions\(model\)\?"):
        model.plot()
    with pytest.raises(AttributeError, match=r"^LatentClusterModel has no attribute 'unheard_of_'$"):
        _ = model.unheard_of_
    with pytest.raises(AttributeError, match=r"Network has no attribute 'nodes'; did you mean actors\?"):
        _ = model.network_.nodes
    with pytest.raises(AttributeError, match=r"'ergmm'; did you mean LatentPositionModel or LatentClusterModel\?"):
        _ = latentnet.ergmm


def test_needed_columns_are_looked_up_in_the_frame() -> None:
    frame = pd.DataFrame({"from": ["a", "b"], "to": ["b", "c"]})
    with pytest.raises(TypeError, match=r"needs source and target, .*; the columns of frame are 'from' and 'to'$"):
        Network.from_edges(frame)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"needs nominee, .*; the columns of frame are 'from' and 'to'$"):
        Network.from_nominations(frame, respondent="from")  # type: ignore[call-arg]


@pytest.mark.parametrize("model", [LatentPositionModel, LatentClusterModel])
def test_networks_and_formulas_in_the_constructor_lead_to_fit(model: Any) -> None:
    network = latentnet.datasets.load_sampson()
    for given in (network, network.to_networkx(), network.ties.toarray()):
        with pytest.raises(ValueError, match=r"; the network is given to fit: model\.fit\(network\)$"):
            model(given).fit(network)
    with pytest.raises(ValueError, match=r"in place of R's formula write LatentClusterModel\(.*\)\.fit\(network\)"):
        model("samplike ~ euclidean(d = 2)").fit(network)


def test_missing_files_are_named_with_those_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "monks.latentnet").touch()
    for read in (latentnet.load, latentnet.resume):
        with pytest.raises(FileNotFoundError, match=r"No such file to load in .*; did you mean 'monks\.latentnet'\?"):
            read(tmp_path / "monk.latentnet")
        with pytest.raises(FileNotFoundError, match=r"No such file to load in .*; model\.save\(path\) writes one"):
            read(tmp_path / "none")
        with pytest.raises(FileNotFoundError, match=r"No such file to load; nor is there a folder .*nowhere"):
            read(tmp_path / "nowhere" / "none")


def test_modes_without_standard_errors_say_why() -> None:
    model = LatentPositionModel(inference=latentnet.MAP(n_starts=1, max_iterations=1), random_state=1)
    with pytest.warns(latentnet.ConvergenceWarning):  # so far from the mode the density is not curved as at one
        model.fit(latentnet.datasets.load_sampson())
    with pytest.warns(latentnet.LatentnetWarning, match=r"no standard errors \(NaN\): at the mode .* not curved"):
        table = model.summary()
    assert table["sd"].isna().all()
    assert table.attrs["standard_errors"].startswith("none: at the mode")


@pytest.mark.parametrize(
    ("effects", "hint"),
    [
        (["rreceiver"], "did you mean Receiver?"),
        ("rsociality", "did you mean Sociality?"),
        (["nodematch('group')"], "did you mean Homophily?"),
        (["Homofily"], "did you mean Homophily?"),
        ([latentnet.effects.Sender], "write Sender() with parentheses"),
        ([importlib.import_module("latentnet.effects.sender")], ", a module; write Sender(), from latentnet.effects"),
    ],
)
def test_effects_by_name_lead_to_their_classes(effects: Any, hint: str) -> None:
    with pytest.raises(TypeError) as found:
        LatentPositionModel(effects=effects).fit(latentnet.datasets.load_sampson())
    assert str(found.value).endswith(hint)


def test_modules_and_statistics_say_what_was_meant() -> None:
    with pytest.raises(AttributeError, match=r"'latentnet.effects' has no attribute 'nodemix'; did you mean Mixing\?$"):
        _ = effects.nodemix
    with pytest.raises(
        AttributeError, match=r"'latentnet.plot' has no attribute 'position'; did you mean positions\?$"
    ):
        _ = latentnet.plot.position
    model = LatentPositionModel(inference="map", random_state=1).fit(latentnet.datasets.load_sampson())
    for theirs, ours in VALUES["statistics"].items():
        if "'degree'" not in ours:  # which directed networks do not have
            with pytest.raises(ValueError, match=f"write {ours}$"):
                latentnet.goodness_of_fit(model, theirs, n_networks=2)
            latentnet.goodness_of_fit(model, eval(ours.partition("=")[2]), n_networks=2, random_state=1)


def test_one_pair_and_formulas_lead_to_lists() -> None:
    model = LatentPositionModel(inference="map", random_state=1).fit(latentnet.datasets.load_sampson())
    with pytest.raises(ValueError, match=r"element 0 is 'Mark'; of one pair write \[\('Mark', 'Hugh'\)\]$"):
        model.predict_proba(("Mark", "Hugh"))
    assert model.predict_proba([("Mark", "Hugh")]).shape == (1,)
    with pytest.raises(ValueError, match=r"but has '~idegree'; in place of R's formula write a list of these$"):
        latentnet.goodness_of_fit(model, "~idegree")


def test_priors_that_cannot_be_used_can_be_printed() -> None:
    assert str(Priors(intercept_variance="normal")).startswith("Priors(intercept_variance='normal'")  # type: ignore[arg-type]
    assert str(Priors(coefficients=[3])).startswith("Priors(")  # type: ignore[arg-type]


def test_draws_for_arviz_are_told_from_models() -> None:
    model = LatentPositionModel(inference="map", random_state=1).fit(latentnet.datasets.load_sampson())
    for function in (latentnet.loo, latentnet.goodness_of_fit):
        with pytest.raises(
            TypeError, match=r"model must be a fitted model .* draws of one for ArviZ; give the model it"
        ):
            function(model.posterior_)


def test_signatures_are_those_of_the_constructors_and_clones_equal() -> None:
    assert list(inspect.signature(LatentClusterModel).parameters)[:2] == ["n_clusters", "n_dims"]
    assert next(iter(inspect.signature(Priors).parameters)) == "intercept_variance"
    assert clone(MCMC(300), safe=False) == MCMC(300)
    assert clone(LatentClusterModel(4)).get_params()["n_clusters"] == 4


def test_constructors_of_ones_own_components_say_it_too() -> None:
    class Mine(effects.Effect):
        def __init__(self, strength: float = 1.0) -> None:
            self.strength = strength

    with pytest.raises(TypeError, match=r"^Mine has no parameter 'strenght'; did you mean strength\?"):
        Mine(strenght=2.0)  # type: ignore[call-arg]

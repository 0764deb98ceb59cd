"""What every estimator promises: scikit-learn's contract, seeds, inputs, and networks of every shape."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
import warnings

import igraph
import joblib
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags

import latentnet
from latentnet import MAP, MCMC, ConvergenceWarning, LatentPositionModel, Network, Priors
from latentnet.effects import NoIntercept
from latentnet.families import Bernoulli
from tests.contracts.networks import NAN, NETWORKS, engine, quick_fit, refit

DIRECTED = NETWORKS["directed"]
SIMILARITIES = ["distance", "squared_distance", "bilinear", None]


@pytest.fixture(scope="module")
def fitted() -> LatentPositionModel:
    return quick_fit(DIRECTED)


# scikit-learn's contract


def test_parameters_are_stored_and_nothing_else():
    effects, inference = [NoIntercept()], MAP()
    model = LatentPositionModel(3, similarity=None, effects=effects, inference=inference, random_state=7)
    assert vars(model) == {
        "n_dims": 3,
        "most_dims": 5,
        "similarity": None,
        "family": "bernoulli",
        "effects": effects,
        "layers": "shared",
        "priors": None,
        "inference": inference,
        "random_state": 7,
    }
    assert model.effects is effects
    assert model.inference is inference
    assert model.get_params(deep=False) == vars(model)


def test_nested_parameters():
    model = LatentPositionModel(inference=MCMC(n_draws=7), priors=Priors(), family=Bernoulli())
    assert model.get_params()["inference__n_draws"] == 7
    assert model.get_params()["priors__intercept_variance"] == 9.0
    assert model.set_params(inference__n_draws=5, priors__intercept_variance=4.0, n_dims=1) is model
    assert (model.inference.n_draws, model.priors.intercept_variance, model.n_dims) == (5, 4.0, 1)
    model.set_params(inference=MAP(), inference__n_starts=2)
    assert model.inference == MAP(n_starts=2)
    with pytest.raises(ValueError, match=r"MAP has no parameter 'n_draws'; it takes n_starts, max_it"):
        model.set_params(inference__n_draws=5)
    with pytest.raises(ValueError, match="has no parameter 'dims'; did you mean n_dims"):
        model.set_params(dims=3)


def test_a_nested_parameter_of_a_name_says_what_to_do():
    model = LatentPositionModel()
    assert "inference__n_draws" not in model.get_params()
    with pytest.raises(ValueError, match=r"inference__n_draws cannot be set: inference is 'mcmc'.*inference=MCMC\(\)"):
        model.set_params(inference__n_draws=5)
    assert model.set_params(inference=MCMC(), inference__n_draws=5).inference.n_draws == 5


def test_clone_copies_parameters_and_drops_what_was_learned(fitted):
    model = clone(fitted.set_params(effects=(), priors=Priors(intercept_variance=2.0)))
    fitted.set_params(priors=None)
    assert not model.__sklearn_is_fitted__()
    assert model.inference == fitted.inference
    assert model.inference is not fitted.inference
    assert model.priors.intercept_variance == 2.0


@pytest.mark.parametrize("name", ["unfitted", "fitted"])
def test_html_repr(fitted, name):
    model = LatentPositionModel(inference=MCMC(n_draws=7)) if name == "unfitted" else fitted
    html = model._repr_html_()
    assert "LatentPositionModel" in html
    assert "n_draws" in html


def test_repr_is_what_makes_the_model():
    model = LatentPositionModel(3, inference=MCMC(n_draws=7), effects=[NoIntercept()])
    again = eval(repr(model), vars(latentnet) | {"NoIntercept": NoIntercept})
    assert again.get_params(deep=False) == model.get_params(deep=False)


def test_tags(fitted):
    tags = get_tags(fitted)
    assert tags.input_tags.pairwise
    assert not tags.target_tags.required


@pytest.mark.parametrize("copied", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy, copy.copy])
@pytest.mark.parametrize("kind", ["directed", "two-mode"])  # one with the fused kernels, one without
def test_copies_of_a_fitted_model_work(copied, kind):
    model = quick_fit(NETWORKS[kind])
    model.posterior_  # noqa: B018  (it is built, and left out of the copy)
    model.predict()
    again = copied(model)
    np.testing.assert_array_equal(again.predict(), model.predict())
    pd.testing.assert_frame_equal(again.summary(), model.summary())
    assert again.score(model.network_) == model.score(model.network_)
    assert again.simulate(1, 3) == model.simulate(1, 3)
    assert again.network_ == model.network_
    np.testing.assert_array_equal(refit(again, model.network_).draws_.parameters, model.draws_.parameters)


def test_the_pickle_holds_neither_kernels_nor_the_arviz_object(fitted):
    size = len(pickle.dumps(fitted))
    fitted.posterior_  # noqa: B018
    assert len(pickle.dumps(fitted)) == size
    assert size < 40_000


def test_fit_writes_no_constructor_parameter():
    params = {
        "n_dims": 2,
        "similarity": "distance",
        "family": Bernoulli(),
        "effects": [NoIntercept()],
        "priors": Priors(),
        "inference": engine(),
        "random_state": 3,
    }
    before = {name: repr(value) for name, value in params.items()}
    model = quick_fit(DIRECTED, **params)
    for name, value in params.items():
        assert getattr(model, name) is value, name
        assert repr(value) == before[name], name


METHODS = {
    "predict": lambda m: m.predict(),
    "predict_proba": lambda m: m.predict_proba([(0, 1)]),
    "linear_predictor": lambda m: m.linear_predictor(),
    "linear_predictor of draws": lambda m: m.linear_predictor([(0, 1)], draws=True),
    "score": lambda m: m.score(DIRECTED),
    "simulate": lambda m: m.simulate(),
    "summary": lambda m: m.summary(),
    "diagnose": lambda m: m.diagnose(),
    "save": lambda m: m.save("never written"),
}
LEARNED = ["positions_", "posterior_", "intercept_", "coefficients_", "actors_", "n_actors_", "network_", "priors_"]


@pytest.mark.parametrize("name", [*METHODS, *LEARNED])
def test_before_fit(name):
    model = LatentPositionModel()
    assert not model.__sklearn_is_fitted__()
    with pytest.raises(NotFittedError, match=r"not fitted yet.*fit"):
        METHODS[name](model) if name in METHODS else getattr(model, name)
    assert not hasattr(model, name) or name in METHODS


def test_misspelt_attributes(fitted):
    with pytest.raises(AttributeError, match="LatentPositionModel has no attribute 'labels_'; did you mean labels_ of"):
        fitted.labels_  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'postions'"):
        LatentPositionModel().postions  # noqa: B018


def test_learned_attributes(fitted):
    n = DIRECTED.n_actors
    assert fitted.__sklearn_is_fitted__()
    assert fitted.positions_.shape == (n, 2)
    assert fitted.positions_.dtype == np.float64
    np.testing.assert_allclose(fitted.positions_.mean(axis=0), 0.0, atol=1e-10)
    assert type(fitted.intercept_) is float
    assert fitted.intercept_ == pytest.approx(fitted.draws_.scalars["intercept"].mean())
    assert isinstance(fitted.coefficients_, pd.Series)
    assert fitted.coefficients_.empty
    assert list(fitted.actors_) == list(range(n))
    assert fitted.n_actors_ == n
    assert fitted.network_ is DIRECTED
    assert fitted.priors_.position_variance_df == pytest.approx(np.sqrt(n))
    assert fitted.priors_.position_variance_scale == pytest.approx(n / 8)
    assert fitted.priors is None


def test_fit_transform():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        positions = clone(quick_fit(DIRECTED)).fit_transform(DIRECTED)
    np.testing.assert_array_equal(positions, quick_fit(DIRECTED).positions_)


def test_a_refit_forgets_the_first_fit():
    model = quick_fit(NETWORKS["directed"])
    first = model.posterior_
    assert model.posterior_ is first
    refit(model.set_params(similarity=None), NETWORKS["complete"])
    assert model.posterior_ is not first
    assert model.n_actors_ == 6
    assert model.positions_.shape == (6, 0)
    assert set(model.posterior_["posterior"].data_vars) == {"intercept"}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_dims": 0}, "n_dims must be an integer of at least 1 or 'auto', but is 0; .*similarity=None"),
        ({"n_dims": 2.0}, "n_dims must be an integer of at least 1 or 'auto', but is 2.0"),
        ({"n_dims": True}, "n_dims must be an integer"),
        ({"similarity": "cosine"}, "similarity must be one of 'distance'.* or None, but is 'cosine'"),
        ({"family": "normal"}, "family must be one of 'bernoulli'.*but is 'normal'"),
        ({"family": Bernoulli}, "family must be one of"),
        ({"inference": "nuts"}, "inference must be one of .*'mcmc', 'map'.*but is 'nuts'"),
        ({"inference": MCMC}, "inference must be one of"),
        ({"inference": MCMC(n_draws=0)}, "n_draws must be an integer of at least 1, but is 0"),
        (
            {"priors": Priors(intercept_variance=-1.0)},
            "intercept_variance must be a finite number above 0, but",
        ),
        ({"priors": {}}, "priors must be None or a latentnet.Priors, but is {}"),
        ({"effects": NoIntercept()}, r"effects=\[NoIntercept\(\)\]"),
        (
            {"effects": 3},
            r"effects must be a sequence of effects such as \[Sociality\(\)\], but is 3; for none write",
        ),
        ({"effects": [NoIntercept]}, r"write NoIntercept\(\) with parentheses"),
        ({"random_state": -1}, "random_state must be None, an integer of at least 0"),
        ({"random_state": "one"}, "random_state must be None, an integer"),
    ],
)
def test_wrong_parameters_are_named_by_fit(params, message):
    model = LatentPositionModel(**params)
    with pytest.raises((ValueError, TypeError), match=message):
        model.fit(DIRECTED)
    assert not model.__sklearn_is_fitted__()


def test_values_that_the_family_cannot_have():
    graph = nx.karate_club_graph()
    with pytest.raises(ValueError, match=r"family 'bernoulli' needs ties in {0, 1}.*weight=None"):
        LatentPositionModel().fit(graph)


# seeds and threads


def draws_of(**params: object) -> np.ndarray:
    return quick_fit(DIRECTED, **params).draws_.parameters


def test_same_seed_same_draws_whatever_the_jobs():
    first = quick_fit(DIRECTED, engine(n_chains=3))
    expected = first.draws_.parameters.copy()
    refit(first, DIRECTED)
    np.testing.assert_array_equal(first.draws_.parameters, expected)
    for n_jobs in (1, 2, 3, -1):
        np.testing.assert_array_equal(draws_of(inference=engine(n_chains=3, n_jobs=n_jobs)), expected)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        threaded = quick_fit(DIRECTED, engine(n_chains=3))
    np.testing.assert_array_equal(threaded.draws_.parameters, expected)
    for name, values in first.draws_.statistics.items():
        np.testing.assert_array_equal(threaded.draws_.statistics[name], values)


def test_same_seed_same_draws_in_other_processes():
    with joblib.parallel_config(backend="loky", n_jobs=2):
        elsewhere = draws_of()
    np.testing.assert_array_equal(elsewhere, draws_of())


def test_same_seed_same_draws_with_many_blas_threads():
    code = (
        "import json, sys\nfrom tests.contracts.networks import *\n"
        "print(json.dumps(quick_fit(NETWORKS['directed']).draws_.parameters.ravel().tolist()))"
    )
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "4")
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, env=os.environ | threads
    )
    np.testing.assert_array_equal(json.loads(run.stdout), draws_of().ravel())


def test_kinds_of_random_state():
    one = draws_of(random_state=1)
    np.testing.assert_array_equal(draws_of(random_state=np.int64(1)), one)
    np.testing.assert_array_equal(draws_of(random_state=np.random.SeedSequence(1)), one)
    assert not np.array_equal(draws_of(random_state=2), one)
    assert not np.array_equal(draws_of(random_state=None), draws_of(random_state=None))
    for make in (np.random.default_rng, np.random.RandomState):
        state = make(1)
        first, second = draws_of(random_state=state), draws_of(random_state=state)
        assert not np.array_equal(first, second)
        np.testing.assert_array_equal(draws_of(random_state=make(1)), first)


def test_chains_differ(fitted):
    draws = fitted.draws_.parameters
    assert not np.array_equal(draws[0], draws[1])


# inputs


def _inputs() -> dict[str, object]:
    array = DIRECTED.ties.toarray()
    array[1, 2] = NAN
    names = pd.RangeIndex(len(array))
    graph = nx.DiGraph()
    graph.add_nodes_from(names)
    edges = [(int(i), int(j)) for i, j in np.argwhere(array != 0)]
    values = [None if np.isnan(array[i, j]) else array[i, j] for i, j in edges]
    for (i, j), value in zip(edges, values, strict=True):
        graph.add_edge(i, j, weight=value)
    other = igraph.Graph(n=len(array), edges=edges, directed=True)
    other.es["weight"] = [NAN if value is None else value for value in values]  # None is no weight at all in igraph
    return {
        "array": array,
        "network": Network.from_array(array),
        "networkx": graph,
        "igraph": other,
        "csr": sparse.csr_array(array),
        "coo matrix": sparse.coo_matrix(array),
        "frame": pd.DataFrame(array, index=names, columns=names),
    }


@pytest.mark.parametrize("kind", [*_inputs()])
def test_every_input_gives_the_same_draws(kind):
    model = quick_fit(_inputs()[kind])
    assert model.network_.observed.n_dyads == 7 * 6 - 1
    np.testing.assert_array_equal(model.draws_.parameters, quick_fit(_inputs()["array"]).draws_.parameters)


@pytest.mark.parametrize("bad", [None, "karate", [[0, 1], [1, 0]], np.zeros((2, 3)), 5])
def test_inputs_that_are_no_network(bad):
    with pytest.raises((TypeError, ValueError), match=r"network|square"):
        LatentPositionModel().fit(bad)


# networks of every shape


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("kind", NETWORKS)
def test_every_shape_of_network_can_be_fitted(kind, similarity):
    network = NETWORKS[kind]
    for n_dims in (1, 2, 3, 5) if similarity else (1,):
        for effects in ((), (NoIntercept(),)):
            if similarity is None and effects:
                continue
            model = quick_fit(network, similarity=similarity, n_dims=n_dims, effects=effects)
            draws = model.draws_
            assert np.isfinite(draws.parameters).all()
            assert all(np.isfinite(values).all() for values in draws.statistics.values())
            assert model.positions_.shape == (network.n_actors, n_dims if similarity else 0)
            assert np.isfinite(model.positions_).all()
            assert ("intercept" in draws.scalars) == (not effects)
            assert np.isfinite(model.intercept_)
            assert (model.intercept_ == 0.0) if effects else True
        predicted = model.predict()
        n_rows = None if network.mode is None else int((network.mode == 0).sum())
        assert predicted.shape == ((network.n_actors,) * 2 if n_rows is None else (n_rows, network.n_actors - n_rows))
        assert np.isnan(predicted).sum() == (0 if network.two_mode else network.n_actors)
        assert np.nanmin(predicted) >= 0.0
        assert np.nanmax(predicted) <= 1.0
        assert model.score(network) < 0.0
        (simulated,) = model.simulate(1, 1, observed=True)
        assert simulated.observed == network.observed


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("kind", NETWORKS)
def test_every_shape_of_network_has_a_mode(kind, similarity):
    model = LatentPositionModel(similarity=similarity, inference="map", random_state=1)
    refit(model, NETWORKS[kind])
    assert model.draws_.parameters.shape[:2] == (1, 1)
    assert np.isfinite(model.draws_.parameters).all()
    assert np.isfinite(model.positions_).all()


def test_no_effect_at_all_is_refused():
    with pytest.raises(ValueError, match="NoIntercept"):
        LatentPositionModel(similarity=None, effects=[NoIntercept()]).fit(DIRECTED)


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_no_variable_bears_the_name_of_a_dimension(similarity):
    posterior = quick_fit(NETWORKS["unobserved rows"], similarity=similarity).posterior_
    groups = ["posterior", "sample_stats", "observed_data", "constant_data"]
    dims = {dim for group in groups for dim in posterior[group].sizes}
    variables = {name for group in groups for name in posterior[group].data_vars}
    assert {"chain", "draw", "tie", "actor"} <= dims
    assert {"intercept", "lp", "ties", "observed_rows"} <= variables
    assert dims.isdisjoint(variables)

"""`posterior_` under both versions of ArviZ, and files: what is saved comes back exactly, anything else is refused."""

from __future__ import annotations

import datetime
import io
import json
import os
import pickle
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.io import netcdf_file

import latentnet
from latentnet import MAP, MCMC, LatentClusterModel, LatentnetWarning, LatentPositionModel, Network, Priors
from latentnet.effects import Effect, NoIntercept
from latentnet.effects.base import BoundEffect
from latentnet.families import Bernoulli
from latentnet.files import archive
from latentnet.files.archive import VERSION
from latentnet.files.values import Classes, Source, decode, encode
from latentnet.network.labels import unique_strings
from tests.contracts.forgery import entries_of, signed, write_zip
from tests.contracts.networks import NAN, NETWORKS, engine, quick_fit, refit

HOLES = NETWORKS["unobserved rows"]
GROUPS = ["posterior", "sample_stats", "observed_data", "constant_data"]


@pytest.fixture(scope="module")
def fitted() -> LatentPositionModel:
    return quick_fit(HOLES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.latentnet"


def saved(model: LatentPositionModel, path: Path, components: Any = ()) -> LatentPositionModel:
    model.save(path)
    return latentnet.load(path, components)


# the ArviZ object


def test_groups_and_their_variables(fitted):
    posterior = fitted.posterior_
    draws = fitted.draws_
    dims = {name: values.dims for group in GROUPS for name, values in posterior[group].data_vars.items()}
    samples = ("chain", "draw")
    assert dims == {
        "positions": (*samples, "actor", "latent_dim"),
        "intercept": samples,
        "position_variance": samples,
        **dict.fromkeys(
            [
                "lp",
                "log_likelihood_total",
                "acceptance_rate",
                "step_size",
                "n_steps",
                "diverging",
                "relocation_rate",
                "scaling_rate",
                "crowd_swing_rate",
            ],
            samples,
        ),
        "ties": ("tie",),
        "observed_rows": ("actor",),
        "unobserved": ("unobserved_dyad",),
    }
    np.testing.assert_array_equal(posterior["posterior"]["positions"].values, draws.positions)
    np.testing.assert_array_equal(posterior["posterior"]["intercept"].values, draws.scalars["intercept"])
    np.testing.assert_array_equal(posterior["sample_stats"]["lp"].values, draws.statistics["lp"])
    assert posterior["sample_stats"]["diverging"].dtype == bool
    assert posterior["sample_stats"]["n_steps"].dtype == np.int64
    assert posterior.attrs["inference_library"] == "latentnet"
    assert fitted.posterior_ is posterior


@pytest.mark.parametrize("kind", NETWORKS)
def test_ties_and_the_mask_can_be_put_together_again(kind):
    network = NETWORKS[kind]
    posterior = quick_fit(network, "map").posterior_
    place = {str(actor): k for k, actor in enumerate(network.actors)}
    undirected = not network.directed and not network.two_mode

    def filled(values: np.ndarray, senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
        matrix = np.zeros((network.n_actors, network.n_actors))
        for i, j, value in zip(senders, receivers, values, strict=True):
            matrix[place[str(i)], place[str(j)]] += value
            if undirected:
                matrix[place[str(j)], place[str(i)]] += value
        return matrix

    ties = posterior["observed_data"]["ties"]
    assert ties.size == network.n_ties
    found = filled(ties.values, ties["sender"].values, ties["receiver"].values)
    np.testing.assert_array_equal(found, network.ties.toarray())
    constant = posterior["constant_data"]
    rows = constant["observed_rows"].values
    assert list(constant["actor"].values) == [str(actor) for actor in network.actors]
    mask = np.ones((network.n_actors,) * 2, dtype=bool) & rows[:, None]
    np.fill_diagonal(mask, False)
    if network.mode is not None:
        mask &= (network.mode[:, None] == 0) & (network.mode[None, :] == 1)
    if "unobserved" in constant:
        pairs = constant["unobserved"]
        mask &= filled(pairs.values, pairs["unobserved_sender"].values, pairs["unobserved_receiver"].values) == 0
    np.testing.assert_array_equal(mask, network.observed.toarray())


def test_under_map_one_chain_of_one_draw():
    model = quick_fit(HOLES, "map")
    posterior = model.posterior_["posterior"]
    assert (posterior.sizes["chain"], posterior.sizes["draw"]) == (1, 1)
    np.testing.assert_allclose(posterior["positions"].values[0, 0], model.positions_)
    assert "sample_stats" not in model.posterior_


def test_labels_are_unique_strings():
    network = Network.from_array(np.zeros((4, 4)), actors=[1, "1", "b", ("b", 2)])
    actors = quick_fit(network, "map").posterior_["posterior"]["actor"].values
    assert list(actors) == ["1 (int)", "1 (str)", "b", "('b', 2)"]
    assert list(unique_strings(["a", 1])) == ["a", "1"]
    assert len(set(unique_strings([1, "1", "1 (int)", "1 (str)"]))) == 4
    twins = [type("Same", (), {"__str__": lambda self: "x"})() for _ in range(3)]
    assert len(set(unique_strings(twins))) == 3


def test_extra_draws_are_shown(fitted):
    class WithMore(LatentPositionModel):
        _extra_dims = {"height": ("actor",)}  # noqa: RUF012

    model = refit(WithMore(inference=engine(), random_state=1), HOLES)
    model.draws_.extra["height"] = np.zeros((2, 8, 7))
    model.draws_.extra["weight"] = np.ones((2, 8))
    posterior = model.posterior_["posterior"]
    assert posterior["height"].dims == ("chain", "draw", "actor")
    assert posterior["weight"].dims == ("chain", "draw")


def test_arviz_can_use_it(fitted):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz

        r_hat = arviz.rhat(fitted.posterior_)
    values = r_hat.get("posterior", r_hat)["intercept"].values
    np.testing.assert_allclose(values, fitted.summary("intercept")["r_hat"].iloc[0], rtol=1e-8)


def test_neither_fit_nor_load_imports_arviz(fitted, path):
    fitted.save(path)
    code = (
        "import sys\nfrom tests.contracts.networks import *\nimport latentnet\nquick_fit(NETWORKS['directed'])\n"
        f"latentnet.load({str(path)!r}).summary()\nsys.exit(any(name.startswith('arviz') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


# files: a round trip


def assert_same(first: LatentPositionModel, second: LatentPositionModel) -> None:
    """Compare everything that two models have and do."""
    assert type(second) is type(first)
    assert repr(second) == repr(first)
    assert vars(second).keys() - {"_posterior"} == vars(first).keys() - {"_posterior"}
    assert second.network_ == first.network_
    assert [type(actor) for actor in second.actors_] == [type(actor) for actor in first.actors_]
    assert second.priors_ == first.priors_
    assert second.n_actors_ == first.n_actors_
    assert second.intercept_ == first.intercept_
    assert second.draws_.scalars.keys() == first.draws_.scalars.keys()
    pd.testing.assert_series_equal(second.coefficients_, first.coefficients_)
    np.testing.assert_array_equal(second.positions_, first.positions_)
    np.testing.assert_array_equal(second.draws_.parameters, first.draws_.parameters)
    for name, values in first.draws_.statistics.items():
        np.testing.assert_array_equal(second.draws_.statistics[name], values)
        assert second.draws_.statistics[name].dtype == values.dtype
    np.testing.assert_array_equal(second.predict(), first.predict())
    assert second.score(first.network_) == first.score(first.network_)
    assert second.simulate(2, 5, observed=True) == first.simulate(2, 5, observed=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "summary has no standard errors", LatentnetWarning)
        pd.testing.assert_frame_equal(second.summary(), first.summary())
    assert str(second.diagnose()) == str(first.diagnose())


@pytest.mark.parametrize("inference", [None, "map"])
@pytest.mark.parametrize("kind", NETWORKS)
def test_everything_comes_back(kind, inference, path):
    model = quick_fit(NETWORKS[kind], inference)
    again = saved(model, path)
    assert_same(model, again)
    for group in GROUPS[: 4 if inference is None else 1]:
        assert again.posterior_[group].identical(model.posterior_[group]) or (
            again.posterior_[group].to_dataset().identical(model.posterior_[group].to_dataset())
        )


@pytest.mark.parametrize("similarity", ["squared_distance", "bilinear", None])
def test_every_similarity_comes_back(similarity, path):
    model = quick_fit(HOLES, similarity=similarity, n_dims=3)
    assert_same(model, saved(model, path))
    if similarity:
        model = quick_fit(HOLES, similarity=similarity, effects=[NoIntercept()])
        assert_same(model, saved(model, path))


def test_a_loaded_model_can_be_refitted_and_saved_again(fitted, path):
    again = saved(saved(fitted, path), path)
    refit(again, HOLES)
    np.testing.assert_array_equal(again.draws_.parameters, fitted.draws_.parameters)


def test_parameters_come_back_though_changed_since_the_fit(path):
    model = quick_fit(HOLES, n_dims=1)
    model.set_params(n_dims=3, similarity=None, priors=Priors(intercept_variance=0.1), inference=MAP(2, tolerance=0.5))
    again = saved(model, path)
    assert_same(model, again)
    assert again.positions_.shape == (7, 1)
    assert (again.n_dims, again.inference, again.priors) == (3, MAP(2, tolerance=0.5), Priors(0.1))
    assert again.priors_.intercept_variance == 9.0


def test_an_infinite_scale_of_parameters_is_kept(path):
    model = quick_fit(HOLES).set_params(inference=MAP(tolerance=float("inf")), family=Bernoulli(), n_dims=np.int64(2))
    again = saved(model, path)
    assert again.inference.tolerance == float("inf")
    assert isinstance(again.family, Bernoulli)
    assert type(again.n_dims) is np.int64


@pytest.mark.parametrize(
    "make",
    [
        lambda: 2**200,
        lambda: None,
        lambda: np.random.SeedSequence(2**90, spawn_key=(1, 2)),
        lambda: np.random.default_rng(3),
        lambda: np.random.Generator(np.random.MT19937(3)),
        lambda: np.random.Generator(np.random.Philox(3)),
        lambda: np.random.Generator(np.random.SFC64(3)),
        lambda: np.random.RandomState(3),
    ],
)
def test_random_states_go_on_where_they_were(make, path, fitted):
    state = make()
    if isinstance(state, np.random.Generator | np.random.RandomState):
        state.standard_normal(3)  # RandomState keeps every second normal number back
    model = saved(quick_fit(HOLES, "map").set_params(random_state=state), path)
    if isinstance(state, np.random.Generator | np.random.RandomState):
        assert type(model.random_state) is type(state)
        np.testing.assert_array_equal(model.random_state.standard_normal(5), state.standard_normal(5))
    if isinstance(state, np.random.Generator):
        spawned, expected = model.random_state.spawn(1)[0], state.spawn(1)[0]
        assert spawned.random() == expected.random()
    elif isinstance(state, np.random.SeedSequence):
        assert model.random_state.state == state.state
    elif not isinstance(state, np.random.RandomState):
        assert model.random_state == state


# files: labels, attributes, values


LABELS = [
    "Ann", "Zoë 李", "1", 1, 2**80, -0.5, False, ("a", (1, 2.5)), datetime.date(2020, 2, 29),
    datetime.datetime(2020, 2, 29, 12, 30, 1, 5), pd.Timestamp("2021-01-01 00:00:00.123456789"), b"raw", "",
]  # fmt: skip


def test_labels_survive_exactly(path):
    network = Network.from_array(np.zeros((len(LABELS),) * 2), actors=LABELS)
    again = saved(quick_fit(network, "map"), path)
    assert list(again.actors_) == LABELS
    assert [type(label) for label in again.actors_] == [type(label) for label in LABELS]
    assert again.predict([("1", 1)]).shape == (1,)


class Odd:
    def __repr__(self) -> str:
        return "Odd(7)"


@pytest.mark.parametrize(
    ("label", "shown"), [(Odd(), "Odd"), (("a", Odd()), "a"), (frozenset({1}), "frozenset"), (3 + 4j, "3")]
)
def test_other_labels_are_named(label, shown, path):
    network = Network.from_array(np.zeros((3, 3)), actors=["a", "b", label])
    with pytest.raises(TypeError, match=rf"save cannot store the actor's label .*{shown}.*use strings"):
        quick_fit(network, "map").save(path)
    assert not path.exists()
    assert list(path.parent.iterdir()) == []


ATTRIBUTES = {
    "float": [1.5, NAN, -np.inf],
    "float32": np.array([1.5, 2.5, NAN], dtype=np.float32),
    "int": [1, -(2**62), 3],
    "int8": np.array([1, -2, 3], dtype=np.int8),
    "uint8": np.array([1, 255, 3], dtype=np.uint8),
    "uint32": np.array([1, 2**32 - 1, 3], dtype=np.uint32),
    "uint64": np.array([1, 2**64 - 1, 3], dtype=np.uint64),
    "bool": [True, False, True],
    "text": ["x", None, "z"],
    "string": pd.array(["x", None, "z"], dtype="string"),
    "mixed": np.array(["x", 1, None], dtype=object),
    "category": pd.Categorical(["hi", None, "lo"], categories=["lo", "mid", "hi"], ordered=True),
    "numbers as categories": pd.Categorical([3, 1, 3]),
    "nullable": pd.array([1, None, 3], dtype="Int64"),
    "nullable bool": pd.array([True, None, False], dtype="boolean"),
    "nullable float": pd.array([0.5, None, 1.5], dtype="Float64"),
    "date": pd.to_datetime(["2020-01-01", None, "2020-01-03"]),
    "span": pd.to_timedelta([1, 2, 3], unit="s"),
    5: [1.0, 2.0, 3.0],
}


def test_attributes_survive_with_their_types(path):
    frame = pd.DataFrame(ATTRIBUTES, index=["a", "b", "c"])
    network = Network.from_array(np.zeros((3, 3)), actors=["c", "a", "b"], attributes=frame)
    again = saved(quick_fit(network, "map"), path).network_.attributes
    pd.testing.assert_frame_equal(again, network.attributes)
    assert list(again.columns) == list(ATTRIBUTES)


def test_attributes_that_cannot_be_stored_are_named(path):
    frame = pd.DataFrame({"z": np.array([1j, 2j])}, index=["a", "b"])
    network = Network.from_array(np.zeros((2, 2)), actors=["a", "b"], attributes=frame)
    with pytest.raises(TypeError, match="attributes z: its dtype is complex128; convert it"):
        quick_fit(network, "map").save(path)


@pytest.mark.parametrize(
    "value",
    [
        np.arange(24.0).reshape(2, 3, 4)[:, ::-1],
        np.asfortranarray(np.arange(6, dtype=np.int64).reshape(2, 3) + 2**40),
        np.array(7),
        np.zeros((0, 3)),
        np.array(["x", "yy"]),
        np.array([{"a": (1, 2)}, None], dtype=object),
        np.array([True, False]),
        np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),
        np.array([np.nan, -0.0, np.inf, 5e-324]),
        np.array([1, 2], dtype=">i4"),
        np.float16(0.1),
    ],
)
def test_arrays_as_parameters(value, tmp_path):
    store = archive.ArrayStore()
    content = {"value": encode(value, store, "x")}
    archive.write_archive(tmp_path / "file", content, store.arrays)
    read, arrays, _ = archive.read_archive(tmp_path / "file")
    again = decode(read["value"], Source(arrays, Classes({}, {}), archive.Allowance(0)))
    np.testing.assert_array_equal(again, value)
    assert again.dtype == value.dtype.newbyteorder("=")
    assert again.shape == value.shape
    assert type(again) is type(value)
    if value.dtype.kind == "f":
        np.testing.assert_array_equal(np.signbit(again), np.signbit(value))


def test_sparse_matrices_and_frames_as_parameters(tmp_path):
    store = archive.ArrayStore()
    values = {
        "sparse": sparse.random_array((5, 4), density=0.4, rng=np.random.default_rng(1), format="csr"),
        "matrix": sparse.csc_matrix(np.eye(3)),
        "series": pd.Series([1, 2], index=pd.Index(["a", 3], name="who"), name="s"),
        "frame": pd.DataFrame({"a": [1, 2]}, index=[("x", 1), ("x", 2)]),
    }
    archive.write_archive(tmp_path / "file", {"value": encode(values, store, "x")}, store.arrays)
    read, arrays, _ = archive.read_archive(tmp_path / "file")
    again = decode(read["value"], Source(arrays, Classes({}, {}), archive.Allowance(0)))
    for name in ("sparse", "matrix"):
        assert type(again[name]) is type(values[name])
        np.testing.assert_array_equal(again[name].toarray(), values[name].toarray())
    pd.testing.assert_series_equal(again["series"], values["series"])
    assert again["frame"].to_dict() == values["frame"].to_dict()


def test_large_arrays_are_stored_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_MOST_VALUES", 7)
    arrays = {"a": np.arange(30.0).reshape(5, 6), "b": np.arange(10) + 2**50, "c": np.arange(3)}
    archive.write_archive(tmp_path / "file", {}, arrays)
    _, again, _ = archive.read_archive(tmp_path / "file")
    for name, values in arrays.items():
        np.testing.assert_array_equal(again[name], values)
        assert again[name].dtype == values.dtype


@pytest.mark.parametrize("n_clusters", [2, "auto"])
def test_cluster_models_come_back(n_clusters, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)  # few draws have the most probable number of clusters
        model = LatentClusterModel(n_clusters, inference=engine(n_draws=70), random_state=1)
        refit(model, NETWORKS["directed"])
    again = saved(model, path)
    assert_same(model, again)
    for name in ("labels_", "membership_", "coclustering_", "cluster_means_", "cluster_variances_", "cluster_weights_"):
        np.testing.assert_array_equal(getattr(again, name), getattr(model, name), err_msg=name)
    assert again.n_clusters_ == model.n_clusters_
    pd.testing.assert_series_equal(again.n_clusters_probabilities_, model.n_clusters_probabilities_)
    assert again.draws_.extra.keys() == model.draws_.extra.keys()
    for name, values in model.draws_.extra.items():
        assert again.draws_.extra[name].dtype == values.dtype
        assert again.posterior_["posterior"][name].identical(model.posterior_["posterior"][name])
    assert ("posterior_clusters" in again.posterior_) == (n_clusters == "auto")


# files: user-made classes


class Shift(Effect):
    """A constant shift: the intercept in other words."""

    def __init__(self, by: float = 1.0) -> None:
        self.by = by

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        return BoundEffect(1, np.full((1, 1), self.by), ("shift",))

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        for p in range(eta.size):
            eta[p] += data[0, 0] * values[0]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        for p in range(score.size):
            gradient[0] += data[0, 0] * score[p]


class MyModel(LatentPositionModel):
    """A user's own estimator, which learns something more."""

    _fitted_attributes = (*LatentPositionModel._fitted_attributes, "labels_")
    _extra_dims = {"cluster_label": ("actor",)}  # noqa: RUF012

    def fit(self, network: Any, y: None = None) -> MyModel:
        super().fit(network)
        self.labels_ = np.arange(self.n_actors_)
        shape = (*self.draws_.parameters.shape[:2], self.n_actors_)
        self.draws_.extra["cluster_label"] = np.ones(shape, dtype=np.int64)
        return self


def test_user_made_classes_are_handed_over(path):
    model = quick_fit(HOLES, "map", effects=[Shift(2.0), latentnet.effects.NoIntercept()])
    again = saved(model, path, [Shift])
    assert_same(model, again)
    assert type(again.effects[0]) is Shift
    assert again.coefficients_.index.tolist() == ["shift"]
    with pytest.raises(ValueError, match=r"has the user-made class 'Shift'.*load\(path, components=\[Shift\]\)"):
        latentnet.load(path)


def test_user_made_estimators(path):
    model = refit(MyModel(inference="map", random_state=1), HOLES)
    again = saved(model, path, (MyModel,))
    assert_same(model, again)
    np.testing.assert_array_equal(again.labels_, model.labels_)
    np.testing.assert_array_equal(again.draws_.extra["cluster_label"], model.draws_.extra["cluster_label"])
    assert again.posterior_["posterior"]["cluster_label"].dtype == np.int64


def test_a_user_made_class_never_stands_in_for_one_of_the_library(path):
    class NoIntercept(Shift):  # the name of an effect of the library
        pass

    quick_fit(HOLES, "map", effects=[latentnet.effects.NoIntercept()]).save(path)
    assert type(latentnet.load(path, [NoIntercept]).effects[0]) is latentnet.effects.NoIntercept
    model = quick_fit(HOLES, "map", effects=[NoIntercept(3.0), latentnet.effects.NoIntercept()])
    assert type(saved(model, path, [NoIntercept]).effects[0]) is NoIntercept


@pytest.mark.parametrize("bad", [[dict], ["Shift"], [Shift()]])
def test_components_must_be_classes_of_components(bad, path, fitted):
    fitted.save(path)
    with pytest.raises(TypeError, match="components must hold classes"):
        latentnet.load(path, bad)


# files: what is no sound file


def test_the_file_is_netcdf_and_json_that_others_can_read(fitted, path):
    fitted.save(path)
    with zipfile.ZipFile(path) as file:
        assert file.namelist() == ["model.json", "arrays.nc", "checksums.json"]
        content = json.loads(file.read("model.json"))
        variables = netcdf_file(io.BytesIO(file.read("arrays.nc")), mmap=False).variables
    assert (content["format"], content["version"]) == ("latentnet model", VERSION)
    np.testing.assert_array_equal(variables["parameters"].data, fitted.draws_.parameters)


def test_saving_replaces_whole_files_only(fitted, path, monkeypatch):
    path.write_text("precious")
    monkeypatch.setattr(os, "replace", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        fitted.save(path)
    assert path.read_text() == "precious"
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    monkeypatch.undo()
    fitted.save(str(path))
    assert latentnet.load(str(path)).n_actors_ == 7


def test_a_file_that_is_not_there(path):
    with pytest.raises(FileNotFoundError):
        latentnet.load(path)


def _pickled() -> bytes:
    class Bomb:
        def __reduce__(self) -> Any:
            return os.mkdir, ("never",)

    return pickle.dumps([Bomb()])


FOREIGN = {
    "empty": b"",
    "text": b"not a zip at all",
    "pickle": _pickled(),
    "other zip": {"readme.txt": b"hello"},
    "no arrays": {"model.json": b'{"format": "latentnet model", "version": 2, "arrays": {}}'},
    "no json": {"model.json": b"\xff\xfe{", "arrays.nc": b""},
    "not a model": {"model.json": b'{"format": "something else"}', "arrays.nc": b""},
    "a list": {"model.json": b"[1, 2]", "arrays.nc": b""},
    "deep": {"model.json": b"[" * 200_000 + b"]" * 200_000, "arrays.nc": b""},
    "no version": {"model.json": b'{"format": "latentnet model"}', "arrays.nc": b""},
    "no netcdf": {
        "model.json": b'{"format": "latentnet model", "version": 2, "arrays": {}}',
        "arrays.nc": b"CDF\x02ab",
    },
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_files_are_refused(kind, path, monkeypatch):
    monkeypatch.chdir(path.parent)
    content = FOREIGN[kind]
    path.write_bytes(content) if isinstance(content, bytes) else write_zip(path, content)
    with pytest.raises(ValueError, match=r"model\.latentnet' is not a file of a saved latentnet model, or it is"):
        latentnet.load(path)
    assert not Path("never").exists()


def test_newer_files_ask_for_an_upgrade(path):
    write_zip(path, {"model.json": b'{"format": "latentnet model", "version": 99}', "arrays.nc": b""})
    with pytest.raises(ValueError, match=r"saved by a newer latentnet \(file format 99; .*upgrade latentnet"):
        latentnet.load(path)


def test_compressed_entries_are_refused(fitted, path):
    fitted.save(path)
    write_zip(path, entries_of(path), zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match=r"model\.json is compressed"):
        latentnet.load(path)


def _set(content: dict[str, Any], keys: tuple[Any, ...], value: Any) -> None:
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = value


# What a stranger could write into the JSON, and a word of the answer.
FORGED = [
    (("model", "class"), "system", "has the class 'system'"),
    (("model", "class"), "MCMC", "is no estimator"),
    (("model", "origin"), "os", "has the class"),
    (("model", "params", "n_dims"), {"kind": "__import__"}, "__import__"),
    (("model", "params", "inference", "class"), "__class__", "has the class '__class__'"),
    (("model", "params", "inference", "origin"), "user", "user-made class 'MCMC'"),
    (("model", "params", "inference", "params", "evil"), 1, "evil"),
    (("model", "params", "evil"), 1, "evil"),
    (("network", "actors", 0), 1, "unique"),
    (("network", "directed"), "yes", "actors"),
    (("network", "n_row_actors"), 4, "ties"),
    (("network", "senders"), "network_receivers", "ties"),
    (("network", "senders"), "../arrays", "arrays"),
    (("network", "values"), "parameters", "ties"),
    (("network", "observed_rows"), "diverging", "diverging|rows"),
    (("problem", "n_dims"), 3, "draws"),
    (("problem", "similarity"), "evil", "evil"),
    (("draws", "parameters"), "positions", "draws"),
    (("arrays", "parameters", "dtype"), "object", "object"),
    (("arrays", "parameters", "dtype"), "<U9", "<U9"),
    (("arrays", "parameters", "shape"), [10**12, 10**3], "reshape|shape"),
    (("arrays", "parameters", "shape"), [-1], "shape"),
    (("arrays", "parameters", "parts"), 10**9, "parameters"),
]


@pytest.mark.parametrize(("keys", "value", "message"), FORGED)
def test_forged_files_are_refused(keys, value, message, fitted, path):
    fitted.save(path)
    entries = entries_of(path)
    content = json.loads(entries["model.json"])
    _set(content, keys, value)
    write_zip(path, signed(entries | {"model.json": json.dumps(content).encode()}))
    with pytest.raises(ValueError, match=rf"(?s)model\.latentnet'.*({message})"):
        latentnet.load(path)


@pytest.mark.parametrize("sender", [-1, 7, 2**40, 3])
def test_forged_ties_never_reach_compiled_code(sender, fitted, path):
    fitted.save(path)
    content, arrays, _ = archive.read_archive(path)
    arrays["network_senders"][:] = sender  # out of range, or the same dyad twice
    del content["arrays"], content["format"], content["version"]
    archive.write_archive(path, content, arrays)
    with pytest.raises(ValueError, match="its ties are not those of a network"):
        latentnet.load(path)


def test_loading_reads_and_imports_nothing_else(fitted, path, monkeypatch):
    fitted.save(path)
    latentnet.load(path)  # whatever is imported late is imported now
    opened, modules = [], set(sys.modules)
    watched = {"open", "exec", "compile", "import", "subprocess.Popen", "os.system", "pickle.find_class"}

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in watched:
            opened.append((event, str(arguments[0])))

    watching = False
    sys.addaudithook(watch)
    watching = True
    latentnet.load(path)
    watching = False
    assert [one for one in opened if one[0] != "exec" or "string" in one[1]] == [("open", str(path))]
    assert set(sys.modules) == modules


def test_the_model_that_is_named_in_the_file_has_its_defaults(path):
    # an engine whose parameters are not all in the file, as an older version would have written it
    model = quick_fit(HOLES, MCMC(n_draws=5, n_warmup=5, n_chains=2, thin=2, progress=False))
    model.save(path)
    entries = entries_of(path)
    content = json.loads(entries["model.json"])
    del content["model"]["params"]["inference"]["params"]["thin"]
    write_zip(path, signed(entries | {"model.json": json.dumps(content).encode()}))
    assert latentnet.load(path).inference.thin == "auto"

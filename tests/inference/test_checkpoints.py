"""Checkpoints: what was killed goes on with the same draws, and what cannot be written loses nothing."""

from __future__ import annotations

import resource
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

import latentnet
from latentnet import DynamicLatentPositionModel, LatentClusterModel, LatentnetWarning, LatentPositionModel
from latentnet.datasets import load_sampson_waves
from latentnet.inference import chains, checkpoints
from tests.contracts.networks import NETWORKS, engine, quick_fit, refit
from tests.inference.test_running_on import assert_same, extended, sparse_fit

DIRECTED = NETWORKS["directed"]


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """Write a checkpoint whenever all chains have come to the end of a chunk."""
    monkeypatch.setattr(checkpoints, "_SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(checkpoints, "_TIMES_ITS_OWN", 0.0)
    monkeypatch.setattr(chains, "_SECONDS_PER_CHUNK", 1e-9)


def quietly(function: Callable[..., Any], *arguments: object) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments)


def resumed(path: Path) -> Any:
    return quietly(latentnet.resume, path)


def killed_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """End as suddenly as inside one process can be: nothing is written after checkpoint `number`."""
    write, calls = checkpoints.Checkpoints.write, []

    def write_or_die(self: checkpoints.Checkpoints, *arguments: object) -> None:
        if len(calls) == number:
            raise SystemExit
        calls.append(1)
        write(self, *arguments)

    monkeypatch.setattr(checkpoints.Checkpoints, "write", write_or_die)


MODELS = {
    "positions": (LatentPositionModel(), DIRECTED),
    "open number": (LatentClusterModel("auto"), DIRECTED),
    "periods": (DynamicLatentPositionModel(), load_sampson_waves()),
}


@pytest.mark.parametrize("number", [0, 1, 5])  # 0 is in warm-up
@pytest.mark.parametrize("kind", MODELS)
def test_a_run_goes_on_with_the_same_draws(kind, number, tmp_path, monkeypatch):
    model, network = MODELS[kind]
    path = tmp_path / "run"
    model.set_params(inference=engine(n_draws=9, n_jobs=1), random_state=3)
    expected = quietly(model.fit, network)
    model = type(model)(**model.get_params(deep=False)).set_params(
        inference=engine(n_draws=9, n_jobs=1, checkpoint=path)
    )
    with monkeypatch.context() as patch:
        killed_at(patch, number)
        with pytest.raises(SystemExit):
            quietly(model.fit, network)
    assert path.exists()
    found = resumed(path)
    assert_same(found, expected)
    assert found.inference.checkpoint == path
    assert_same(resumed(path), expected)  # a finished run gives its model at once
    assert_same(extended(found, 3), extended(expected, 3))
    assert_same(resumed(path), found)


def test_runs_that_run_on_are_resumed_as_such(tmp_path, monkeypatch):
    path, expected = tmp_path / "run", sparse_fit()
    monkeypatch.setattr(checkpoints, "_SECONDS_BETWEEN", 60.0)
    for number in (2, 40):
        with monkeypatch.context() as patch:
            patch.setattr(checkpoints, "_SECONDS_BETWEEN", 0.0)
            killed_at(patch, number)
            with pytest.raises(SystemExit):
                sparse_fit(checkpoint=path)
        assert_same(resumed(path), expected)


def test_joblib_writes_checkpoints_too(tmp_path, monkeypatch):
    path, expected = tmp_path / "run", quick_fit(DIRECTED)
    with monkeypatch.context() as patch, joblib.parallel_config("threading", n_jobs=2):
        patch.setattr(checkpoints, "_SECONDS_BETWEEN", 1e-6)
        killed_at(patch, 1)
        with pytest.raises(SystemExit):
            quick_fit(DIRECTED, engine(checkpoint=path))
    assert_same(resumed(path), expected)


def test_ctrl_c_leaves_a_checkpoint(tmp_path, monkeypatch):
    path, advance = tmp_path / "run", chains.Chain.advance

    def stop(chain: chains.Chain) -> int:
        if chain.done >= 10:
            raise KeyboardInterrupt
        return advance(chain)

    with monkeypatch.context() as patch:
        patch.setattr(chains.Chain, "advance", stop)
        with pytest.raises(KeyboardInterrupt):
            quick_fit(DIRECTED, engine(checkpoint=path))
    assert_same(resumed(path), quick_fit(DIRECTED))


def test_a_path_that_cannot_be_written_is_an_error_before_anything_is_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(chains.Chain, "advance", lambda _: pytest.fail("a chain ran"))
    with pytest.raises(FileNotFoundError, match="its folder does not exist: make it first"):
        quick_fit(DIRECTED, engine(checkpoint=tmp_path / "none" / "run"))
    with pytest.raises(ValueError, match="must name a file"):
        quick_fit(DIRECTED, engine(checkpoint=tmp_path))
    with pytest.raises(TypeError, match="MCMC: checkpoint must be the name of a file or None, but is 3"):
        quick_fit(DIRECTED, engine(checkpoint=3))


def test_a_disk_that_fills_up_is_reported_once_and_loses_nothing(tmp_path):
    path, expected = tmp_path / "run", quick_fit(DIRECTED, engine(n_draws=300))
    size = 12_000 + path.parent.stat().st_size  # room for a beginning
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        with pytest.warns(LatentnetWarning, match="checkpoint: .*grew too large.*keeps all draws in memory") as caught:
            model = LatentPositionModel(inference=engine(n_draws=300, checkpoint=path), random_state=1).fit(DIRECTED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert sum("checkpoint" in str(one.message) for one in caught) == 1
    assert_same(model, expected)
    assert list(tmp_path.iterdir()) == [path]
    assert_same(resumed(path), expected)  # the last that could be written


def test_files_are_for_one_of_load_and_resume(tmp_path):
    model = quick_fit(DIRECTED, engine(checkpoint=tmp_path / "run"))
    model.save(tmp_path / "model")
    with pytest.raises(ValueError, match=r"holds a run that was under way: latentnet\.resume\(path\)"):
        latentnet.load(tmp_path / "run")
    with pytest.raises(ValueError, match="holds a fitted model, not a run under way"):
        latentnet.resume(tmp_path / "model")
    # Where a file says to write is not to be trusted, and a path is of one machine.
    assert latentnet.load(tmp_path / "model").inference.checkpoint is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("theta", np.zeros(3), "is not of its model"),
        ("labels", np.full(7, 99), "'labels' that are out of range"),
        ("positions.active", np.array([0]), "out of range"),
        ("theta", np.full(0, 0.0), "is not of its model"),
        ("nonsense", np.zeros(1), "'nonsense', which is not of its model"),
    ],
)
def test_states_that_compiled_code_must_not_see_are_refused(name, value, message):
    model = refit(LatentClusterModel(2, inference=engine(), random_state=1), DIRECTED)
    model._standing.chains[0].arrays[name] = value
    with pytest.raises(ValueError, match=message):
        extended(model, 3)
    assert model.draws_.n_draws == 8


_KILLED = """
import os, signal, sys, time, warnings
import numpy as np
import latentnet
from latentnet import MCMC, LatentPositionModel
from latentnet.datasets import load_sampson
from latentnet.inference import checkpoints

warnings.simplefilter("ignore")
checkpoints._SECONDS_BETWEEN = 0.01
path, n_kills = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng()

def fit(**params):
    engine = MCMC(1500, 200, 2, n_jobs=1, progress=False, **params)
    return LatentPositionModel(inference=engine, random_state=1).fit(load_sampson())

expected = fit()
begun = time.perf_counter()
fit(checkpoint=path)
seconds = time.perf_counter() - begun
for _ in range(n_kills):
    os.unlink(path)
    child = os.fork()
    if child == 0:
        fit(checkpoint=path)
        os._exit(0)
    while not os.path.exists(path):
        time.sleep(0.001)
    time.sleep(rng.uniform(0.0, seconds))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = latentnet.resume(path)
    assert np.array_equal(found.draws_.parameters, expected.draws_.parameters)
    for name, values in expected.draws_.statistics.items():
        assert np.array_equal(found.draws_.statistics[name], values), name
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.parametrize("n_kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments(n_kills, tmp_path):
    subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path / "run"), str(n_kills)], check=True, timeout=300)

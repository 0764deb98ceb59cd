"""Compiling in a second process: it compiles what a fit asks for, the fit waits for nothing else, and ends alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from joblib import Parallel, delayed
from numba.core import config
from numba.core.registry import cpu_target
from numba.types import float64

from latentnet import native
from latentnet.ahead import Helper, may_begin
from latentnet.compile import MODELS
from latentnet.compiled import UNCOUNTED
from latentnet.inference import mcmc
from latentnet.keeping import Cache
from latentnet.wanted import Wanted, listing
from tests.environment import package_folder


def _twice(x: Any) -> Any:
    return x + x


def _thrice(x: Any) -> Any:
    return x + x + x


def _fails(x: Any) -> Any:
    return x.nothing


_WANTED = [Wanted(one, float64(float64), UNCOUNTED) for one in (_twice, _thrice)]


def _kept(wanted: Wanted) -> bool:
    return Cache(wanted.function).has(wanted.signature, cpu_target.target_context)


def _ended(helper: Helper) -> int:
    return int(helper._process.wait(60))


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))


@pytest.mark.usefixtures("empty")
def test_another_process_compiles_and_keeps_what_is_listed() -> None:
    helper = Helper(_WANTED)
    assert _ended(helper) == 0
    helper.stop()
    assert all(map(_kept, _WANTED))
    assert not helper.compiles(_twice, float64(float64))  # nobody waits for a process that has ended


@pytest.mark.usefixtures("empty")
def test_the_end_of_another_process_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    helper = Helper([Wanted(_fails, float64(float64), UNCOUNTED)])
    assert _ended(helper) != 0
    assert not helper.compiles(_twice, float64(float64))
    helper.stop()
    monkeypatch.setattr(sys, "executable", "/nowhere")
    with pytest.raises(FileNotFoundError):
        Helper(_WANTED)


def test_workers_of_a_pool_begin_no_process() -> None:
    assert Parallel(n_jobs=2)(delayed(may_begin)() for _ in range(2)) == [False, False]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore")
def test_all_that_a_fit_asks_for_was_laid_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fits: list[tuple[set[Any], set[Any]]] = []

    @contextmanager
    def compared(lay_out: Callable[[], object]) -> Iterator[None]:
        compiled: dict[Any, Any] = {}
        monkeypatch.setattr(native, "_compiled", compiled)
        with listing() as wanted:
            lay_out()
        yield
        fits.append(({(one.function, one.signature.args) for one in wanted if one.options is not None}, set(compiled)))

    monkeypatch.setattr(mcmc, "compiling_ahead", compared)
    MODELS[name]()
    assert fits
    assert [sorted(one.__name__ for one, _ in asked - listed) for listed, asked in fits] == [[]] * len(fits)


_FIT = """
import json
from latentnet import MCMC, LatentPositionModel, keeping
from latentnet.datasets import load_sampson
model = LatentPositionModel(inference=MCMC(200, 200, 2, n_jobs=1, thin=1), random_state=1).fit(load_sampson())
print(json.dumps([model.draws_.parameters.sum(), keeping.count_compiled()]))
"""


@pytest.mark.slow
def test_a_fit_is_helped_and_the_same(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(package_folder().parent)}
    command = [sys.executable, "-W", "error::ResourceWarning", "-W", "ignore", "-c", _FIT]
    runs = [
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True, cwd=tmp_path)
        for _ in range(2)
    ]
    (helped, compiled), (later, nothing) = (json.loads(run.stdout) for run in runs)
    assert helped == later
    assert nothing == 0
    assert 0 < compiled < len(list(tmp_path.rglob("*.nbc"))) - 3
    assert runs[0].stderr == ""

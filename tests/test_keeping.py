"""Compiled code on disk: what fails there is a warning, and never other code than was asked for."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from numba.core import caching, config

from latentnet import LatentnetWarning, keeping
from latentnet.compiled import kernel
from tests.environment import package_folder


def _twice(x: Any) -> Any:
    return x + x


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keeping, "_said", set())
    monkeypatch.setattr(keeping, "_spent", [])
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))


def _values() -> tuple[float, int]:
    """By a function that knows of nothing compiled but what is on disk."""
    doubled = kernel(_twice)
    return doubled(1.5), doubled(3)


def _files(folder: Path, ending: str) -> list[Path]:
    return sorted(folder.rglob(f"*_twice*.{ending}"))


def test_code_is_kept_and_found_again(tmp_path: Path) -> None:
    assert _values() == (3.0, 6)
    files = {path: path.stat().st_mtime_ns for path in _files(tmp_path, "nbc")}
    assert len(files) == 2
    assert _values() == (3.0, 6)
    assert {path: path.stat().st_mtime_ns for path in _files(tmp_path, "nbc")} == files


def test_code_of_other_types_is_not_run(tmp_path: Path) -> None:
    """As two processes may leave it that compiled at once."""
    _values()
    first, second = _files(tmp_path, "nbc")
    swapped = second.read_bytes(), first.read_bytes()
    for path, content in zip((first, second), swapped, strict=True):
        path.write_bytes(content)
    assert _values() == (3.0, 6)


@pytest.mark.parametrize("ending", ["nbc", "nbi"])
def test_a_file_that_was_cut_short_is_compiled_again(tmp_path: Path, ending: str) -> None:
    _values()
    for path in _files(tmp_path, ending):
        path.write_bytes(path.read_bytes()[:-20])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)  # an index that cannot be read is not written to either
        assert _values() == (3.0, 6)


def test_a_full_disk_is_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caching.IndexDataCacheFile, "save", fail)
    with pytest.warns(LatentnetWarning, match="No space left.*NUMBA_CACHE_DIR") as seen:
        assert _values() == (3.0, 6)
    assert len(seen) == 1


@pytest.mark.slow
def test_no_place_to_write_to_is_one_warning(tmp_path: Path) -> None:
    """A read-only library and home: import and compiled code work, in a process of its own."""
    shutil.copytree(package_folder(), tmp_path / "latentnet", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (tmp_path / "latentnet", *(tmp_path / "latentnet").rglob("*/")):
        if folder.is_dir():
            (folder / "__pycache__").touch()  # a file where a folder should be: nothing can be kept, even by root
    nowhere = str(tmp_path / "latentnet" / "__pycache__" / "nowhere")
    places = dict.fromkeys(("NUMBA_CACHE_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), nowhere)
    code = (
        "import warnings, numpy as np\n"
        "with warnings.catch_warnings(record=True) as seen:\n"
        "    warnings.simplefilter('always')\n"
        "    from latentnet.compiled import copy_into, clear\n"
        "    out = np.zeros(3)\n"
        "    copy_into(out, np.arange(3.0))\n"
        "    assert out.tolist() == [0.0, 1.0, 2.0]\n"
        "    clear(out)\n"
        "    assert out.tolist() == [0.0, 0.0, 0.0]\n"
        "assert [one.category.__name__ for one in seen] == ['LatentnetWarning'], seen\n"
        "assert 'cannot be kept on disk' in str(seen[0].message)\n"
    )
    environment = os.environ | places | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_it_says_once_that_compiling_takes_long(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="latentnet"):
        for seconds in (1.0, 0.5, 0.7, 9.0):
            keeping.say_that_it_takes_time(seconds)
    assert len(caplog.records) == 1
    assert "python -m latentnet.compile" in caplog.text
    assert keeping.count_compiled() == 4


def _call_back(module: str) -> bool:
    """Ctrl-C while a function of this module runs in a compilation; returns whether the function went on."""
    went_on: list[bool] = []
    source = "def _raw_object_cache_notify():\n    signal.raise_signal(signal.SIGINT)\n    went_on.append(True)\n"
    names = {"__name__": module, "signal": signal, "went_on": went_on}
    exec(source, names)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        with pytest.raises(KeyboardInterrupt), keeping._interrupts_heard():
            names["_raw_object_cache_notify"]()  # type: ignore[operator]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    return bool(went_on)


def test_ctrl_c_in_a_callback_of_llvm_is_not_lost() -> None:
    """What is raised there is printed and forgotten, and what Numba waits for is missing."""
    assert _call_back("llvmlite.binding.executionengine")
    assert not _call_back("latentnet.compiled")

"""A second process that compiles, from its end, the list of what a fit asks for while the fit begins at its start.

Compiling is nearly all of a first fit, and Numba compiles one function at a time in a process. What a fit will ask for
is known before anything of it has run: the types of all data are, and what is compiled is called by address.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from numba.core import config
from numba.core.registry import cpu_target
from numba.core.sigutils import normalize_signature

from latentnet.compiled import compiled_for, first_class_functions
from latentnet.keeping import Cache, missed
from latentnet.wanted import Wanted, listing

__all__ = ["Helper", "compile_listed", "compiling_ahead", "may_begin", "n_cores"]

_WORTH = 6  # functions: fewer compile in the time that another process needs to begin
_LONGEST = 120.0  # seconds to wait for one function
_CODE = "import sys; sys.path[:] = {path!r}; from latentnet.ahead import compile_listed; compile_listed()"
_begun: list[bool] = []  # once a process: later on little is missing


def n_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def may_begin() -> bool:
    """Whether another process would be of use: not in workers of a pool, nor on one core, nor in an application."""
    worker = multiprocessing.parent_process() is not None or multiprocessing.current_process().name != "MainProcess"
    return not _begun and n_cores() > 1 and not worker and bool(sys.executable) and not hasattr(sys, "frozen")


def _name_of(wanted: Wanted) -> tuple[str, str]:
    return wanted.function.__module__, wanted.function.__qualname__


def _types(signature: Any) -> tuple[Any, ...]:
    return tuple(normalize_signature(signature)[0])


def _found(module: str, name: str) -> Any:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _function(module: str, name: str) -> Any:
    found = _found(module, name)
    return getattr(found, "py_func", found)


def _to_send(wanted: Wanted) -> bytes:
    """What another process can find and compile; nothing of what was made in a function or typed in."""
    try:
        if _function(*_name_of(wanted)) is wanted.function:
            return pickle.dumps((*_name_of(wanted), wanted.signature, wanted.options))
    except (AttributeError, ImportError, TypeError, pickle.PicklingError):
        pass
    return b""


def _is_kept(wanted: Wanted) -> bool:
    try:
        return Cache(wanted.function).has(wanted.signature, cpu_target.target_context)
    except RuntimeError:  # no place to keep it
        return True


class Helper:
    """The other process, as this one knows it.

    Parameters
    ----------
    wanted : list of Wanted
        What it compiles, from the last to the first.
    """

    def __init__(self, wanted: list[Wanted]) -> None:
        sent = {part: one for one in reversed(wanted) if (part := _to_send(one))}  # each once
        self._places = {(one.function, _types(one.signature)): k for k, one in enumerate(sent.values())}
        self._news, self._current = threading.Condition(), -1
        command = [sys.executable, "-c", _CODE.format(path=sys.path)]
        environment = os.environ | ({"NUMBA_CACHE_DIR": config.CACHE_DIR} if config.CACHE_DIR else {})
        quiet, pipe = subprocess.DEVNULL, subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=quiet, env=environment)
        payload = pickle.dumps(list(sent))
        self._thread = threading.Thread(target=self._converse, args=(payload,), name="latentnet", daemon=True)
        self._thread.start()

    def _converse(self, payload: bytes) -> None:
        """Tell it what is wanted, and hear what it is at."""
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None
        assert told is not None
        try:
            with asked:
                asked.write(payload)
            for line in told:
                self._hear(int(line))
        except (OSError, ValueError):  # it ended, or said what is not a number
            pass
        self._hear(-1)
        told.close()

    def _hear(self, current: int) -> None:
        with self._news:
            self._current = current
            self._news.notify_all()

    def compiles(self, function: Callable[..., Any], signature: Any) -> bool:
        """Wait for it if it is at this function; returns whether it was."""
        place = self._places.get((function, _types(signature)), -2)
        with self._news:
            if self._current != place:
                return False
            self._news.wait_for(lambda: self._current != place, _LONGEST)
        return True

    def stop(self) -> None:
        """Let it end: what it has kept by now is kept."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()


@contextmanager
def compiling_ahead(lay_out: Callable[[], object]) -> Iterator[None]:
    """Within it, the first function that is not on disk lets another process compile as well.

    Parameters
    ----------
    lay_out : callable
        Asks for all that will be asked for, in this order; no entry is compiled then, or run.
    """
    helpers: list[Helper] = []

    def look(function: Callable[..., Any], signature: Any) -> bool:
        if helpers:
            return helpers[0].compiles(function, signature)
        if may_begin():
            _begun.append(True)
            with suppress(Exception):  # a fit must not end because it might have begun sooner
                with listing() as wanted:
                    lay_out()
                if sum(not _is_kept(one) for one in wanted) >= _WORTH:
                    helpers.append(Helper(wanted))
            return True  # it may have been asked for, and compiled, there
        return False

    token = missed.set(look)
    try:
        yield
    finally:
        missed.reset(token)
        for helper in helpers:
            helper.stop()


def compile_listed() -> None:
    """Compile what stdin lists, one after the other, and say on stdout which one is at work."""
    parts = pickle.load(sys.stdin.buffer)
    out = os.fdopen(os.dup(1), "w")
    for k, part in enumerate(parts):
        print(k, file=out, flush=True)  # breaks, and so ends it, where nobody listens any more
        module, name, signature, options = pickle.loads(part)
        with first_class_functions():
            if options is None:
                _found(module, name).of_python.compile(signature)
            else:
                compiled_for(signature, _function(module, name), options)

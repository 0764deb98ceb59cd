"""Keeping compiled code on disk, with a warning where that fails, and a word where compiling takes long."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any

from numba.core.caching import FunctionCache
from numba.core.sigutils import normalize_signature

from latentnet._exceptions import LatentnetWarning

__all__ = ["Cache", "count_compiled", "kept", "missed", "say", "say_that_it_takes_time"]

_SECONDS = 2.0
_said: set[str] = set()
_spent: list[float] = []  # seconds of each compilation of this process
# Hears of a function and signature that are not on disk; returns whether to look again.
missed: ContextVar[Callable[[Callable[..., Any], Any], bool]] = ContextVar("missed", default=lambda *_: False)


def _warn_once(why: str) -> None:
    if "cannot keep" in _said:
        return
    _said.add("cannot keep")
    warnings.warn(
        f"compiled code cannot be kept on disk ({why}), so every process compiles anew: set the environment variable "
        "NUMBA_CACHE_DIR to a folder that can be written to",
        LatentnetWarning,
        stacklevel=2,
    )


class Cache(FunctionCache):
    """Numba's, but a disk that fails is a warning, and what is not what was asked for is compiled again.

    Numba's files have no lock: of two processes that compile one function for two types at once, the index of one may
    name the code of the other.
    """

    def has(self, sig: Any, target_context: Any) -> bool:
        """Whether the compiled function is there, as far as the index says."""
        target_context.refresh()
        return self._index_key(sig, target_context.codegen()) in self._cache_file._load_index()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function, or None."""
        found = self._load(sig, target_context)
        if found is None and missed.get()(self._py_func, sig):
            found = self._load(sig, target_context)
        return found

    def _load(self, sig: Any, target_context: Any) -> Any:
        try:
            found = super().load_overload(sig, target_context)
        except Exception:  # whatever a file that was cut short makes of unpickling
            return None
        asked = tuple(normalize_signature(sig)[0])
        return found if found is not None and tuple(found.signature.args) == asked else None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save the compiled function if possible."""
        try:
            super().save_overload(sig, data)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            _warn_once(str(error))


def _called_by_llvm(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__") == "llvmlite.binding.executionengine" and "_raw_" in frame.f_code.co_name:
            return True
        frame = frame.f_back
    return False


@contextmanager
def _interrupts_heard() -> Iterator[None]:
    """Let no Ctrl-C get lost while LLVM is at work.

    Python hears of it in the next Python code, which may be a callback of LLVM: an exception there is printed and
    forgotten, with what LLVM had to say.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    missed: list[int] = []

    def heard(number: int, frame: FrameType | None) -> None:
        if _called_by_llvm(frame):
            missed.append(number)
        else:
            before(number, frame)

    signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if missed:
            before(signal.SIGINT, None)


def kept(compiled: Any, function: Callable[..., Any]) -> Any:
    """Let a dispatcher or C function of Numba be kept on disk, beside its source or where NUMBA_CACHE_DIR says.

    A function that was typed into an interpreter has no file to be kept beside; it is compiled again in every process.
    """
    compile_it = compiled.compile

    def heedful(*arguments: Any) -> Any:
        with _interrupts_heard():
            return compile_it(*arguments)

    compiled.compile = heedful
    try:
        compiled._cache = Cache(function)
    except RuntimeError as error:  # no place that can be written to
        if os.path.exists(function.__code__.co_filename):
            _warn_once(str(error))
    return compiled


def say_that_it_takes_time(seconds: float) -> None:
    """Note that something was compiled, and say so once it takes longer than two seconds in all."""
    _spent.append(seconds)
    if sum(_spent) < _SECONDS or "takes time" in _said:
        return
    _said.add("takes time")
    say(
        "latentnet compiles for this kind of model, once on this machine, which takes some seconds "
        "(`python -m latentnet.compile` does it beforehand for all models)"
    )


def say(message: str) -> None:
    """Tell the user: on a terminal or in a notebook, else through the logger "latentnet"."""
    if sys.stderr.isatty() or "ipykernel" in sys.modules:
        print(message, file=sys.stderr)
    else:
        logging.getLogger("latentnet").info(message)


def count_compiled() -> int:
    """How many functions this process compiled because they were not on disk."""
    return len(_spent)

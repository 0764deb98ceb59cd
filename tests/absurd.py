"""Absurd values for every argument of every public callable, and what is wrong with the answers.

``python -m tests.absurd [part of a name]`` writes down what is wrong, by callable.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import linecache
import os
import re
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from latentnet import MCMC
from latentnet._exceptions import LatentnetWarning
from latentnet.checks import shown
from tests.environment import package_folder
from tests.public import Call, calls

PACKAGE = package_folder()
SECONDS = 60  # of the processor: kernels may be compiled within
BYTES = 4 * 2**30  # that one call may take


class Rude:
    """Nothing that Python asks of it does it answer."""

    def _no(self, *_: object) -> Any:
        raise RuntimeError("no")

    __repr__ = __str__ = __len__ = __iter__ = __bool__ = __eq__ = __lt__ = __float__ = __getitem__ = _no  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


VALUES: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
    "numpy True": lambda: np.True_,
    "0": lambda: 0,
    "-1": lambda: -1,
    "2": lambda: 2,
    "a billion": lambda: 10**9,
    "10^15": lambda: 10**15,
    "10^300": lambda: 10**300,
    "-10^300": lambda: -(10**300),
    "10^5000": lambda: 10**5000,
    "0.5": lambda: 0.5,
    "-0.5": lambda: -0.5,
    "1e300": lambda: 1e300,
    "5e-324": lambda: 5e-324,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: -float("inf"),
    "complex": lambda: 1j,
    "Decimal": lambda: Decimal("sNaN"),
    "Fraction": lambda: Fraction(1, 3),
    "empty text": lambda: "",
    "text": lambda: "x",
    "control character": lambda: "\x00",
    "lone surrogate": lambda: "\ud800",
    "long text": lambda: "x" * 10_000,
    "bytes": lambda: b"x",
    "path": lambda: Path("no") / "such" / "file",
    "empty list": list,
    "list of None": lambda: [None],
    "list of 0": lambda: [0],
    "list of text": lambda: ["x"],
    "list of lists": lambda: [[], [0]],
    "tuple": lambda: (0, "x", None),
    "set": lambda: {"x"},
    "dict": lambda: {"x": 0},
    "generator": lambda: (k for k in (0, "x")),
    "array of no axes": lambda: np.array(0.5),
    "array of nan": lambda: np.full((3, 3), np.nan),
    "array of texts": lambda: np.array(["x", "y"]),
    "NA": lambda: pd.NA,
    "NaT": lambda: pd.NaT,
    "series": lambda: pd.Series([0.5, None], index=["x", "y"]),
    "empty frame": pd.DataFrame,
    "frame": lambda: pd.DataFrame({"x": [0, "y"]}),
    "sparse": lambda: sparse.csr_array((3, 3)),
    "graph": nx.Graph,
    "date": lambda: datetime.date(2000, 1, 1),
    "class": lambda: MCMC,
    "function": lambda: len,
    "module": lambda: np,
    "object": object,
    "rude": Rude,
}


class Hang(BaseException):
    """A call took too long."""


def _too_long(_: int, frame: FrameType | None) -> None:
    raise Hang


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Limit time, memory and what may be written."""
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGPROF, _too_long)
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGPROF, before)


def complaint(call: Call, argument: str, value: Any) -> str | None:
    """What is wrong with the answer to one value; None where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", LatentnetWarning)
        try:
            with guarded():
                call.function(**{**call.arguments, argument: value})
        except Hang:
            return "hangs"
        except Exception as error:
            return _of_error(error, argument, value)
        finally:
            plt.close("all")
    return None


# What messages may call an argument instead.
_WORDS = {"array": "array|frame|network", "graph": "graph|network", "matrix": "matrix|network"}
_RULE = re.compile(r"\b(must|needs?|cannot|has|have|is for|is an?|would take|is not fitted|no)\b")


def _of_error(error: Exception, argument: str, value: Any) -> str | None:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    text = str(error)
    told = f"{type(error).__name__} at {where}: {text[:160]!r}"
    ours = PACKAGE in Path(place.filename).parents and "raise " in linecache.getline(place.filename, place.lineno or 0)
    if isinstance(error, OSError) and argument in ("path", "checkpoint"):
        return None  # as Python's own `open`, which names the file
    if not ours or not isinstance(error, ValueError | TypeError | MemoryError):
        return f"another's {told}"
    if not re.search(rf"(?<![a-z])({_WORDS.get(argument, re.escape(argument))})(?![a-z])", text):
        return f"argument unnamed, {told}"
    if not _RULE.search(text):
        return f"rule unnamed, {told}"
    return None if _names(text, value) else f"value unnamed, {told}"


def _names(text: str, value: Any) -> bool:
    """Whether a message shows a value; of what holds others it may say what is wrong inside."""
    if isinstance(value, list | tuple | set | dict | np.ndarray | pd.DataFrame | pd.Series | Iterator | nx.Graph):
        return True
    if isinstance(value, Rude) or sparse.issparse(value) or (isinstance(value, Path) and str(value) in text):
        return True
    texts = [shown(value)]
    if isinstance(value, np.bool_):
        texts.append(str(bool(value)))
    if isinstance(value, int | float) and abs(value) < 10**308:
        texts.append(f"{float(value):g}")
    return value is None or any(one in text for one in texts)


def main(part: str) -> None:
    """Write down what is wrong."""
    os.chdir(tempfile.mkdtemp())
    counts: Counter[str] = Counter()
    n = 0
    import time

    for call in calls():
        if part not in call.name:
            continue
        begun = time.process_time()
        for argument in call.arguments:
            for name, make in VALUES.items():
                n += 1
                found = complaint(call, argument, make())
                if found is not None:
                    counts[call.name] += 1
                    print(f"{call.name}({argument}={name}): {found}", flush=True)
        print(f"# {call.name}: {time.process_time() - begun:.1f} s", flush=True)
    print(f"{sum(counts.values())} faults of {n} calls")
    for name, count in counts.most_common():
        print(f"{count:5d} {name}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")

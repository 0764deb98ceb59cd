"""Lists of what would be compiled: entries, and kernels that Python calls, asked for where nothing is to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

__all__ = ["Wanted", "kernels_too", "listed", "listing"]


class Wanted(NamedTuple):
    """What would be compiled."""

    function: Callable[..., Any]
    signature: Any  # of a kernel its types of arguments
    options: dict[str, Any] | None  # None: a kernel, which knows its own


_list: ContextVar[list[Wanted] | None] = ContextVar("list", default=None)
_kernels_too: ContextVar[bool] = ContextVar("kernels_too", default=False)


@contextmanager
def listing() -> Iterator[list[Wanted]]:
    """Within it, entries that are not compiled yet are listed, not compiled; what is laid out is of no use."""
    found: list[Wanted] = []
    token = _list.set(found)
    try:
        yield found
    finally:
        _list.reset(token)


@contextmanager
def kernels_too() -> Iterator[None]:
    """Within a listing, let kernels whose annotation is that they return None be listed as well, and not be called."""
    token = _kernels_too.set(True)
    try:
        yield
    finally:
        _kernels_too.reset(token)


def listed(function: Callable[..., Any], make: Callable[[], tuple[Any, Any]], *, kernel: bool = False) -> bool:
    """List a function if there is a listing; returns whether there is.

    Parameters
    ----------
    function : callable
    make : callable
        Returns the signature and the options.
    kernel : bool
        Whether it is a kernel that Python calls.
    """
    found = _list.get()
    if found is None or (kernel and not _kernels_too.get()):
        return False
    found.append(Wanted(function, *make()))
    return True

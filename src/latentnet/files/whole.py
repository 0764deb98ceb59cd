"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from typing import Any, BinaryIO

from latentnet.checks import shown

__all__ = ["opened", "written"]

_NO_FILE = "path must name a file, but {path!r} is a folder, a device or a pipe"
# What to do, by what the system says.
_ADVICE = {
    errno.ENOENT: "its folder does not exist: make it first",
    errno.ENOTDIR: "its folder does not exist: make it first",
    errno.ENAMETOOLONG: "the name is too long: most systems allow 255 bytes",
    errno.EACCES: "you may not write there: choose another folder",
    errno.EPERM: "you may not write there: choose another folder",
    errno.EROFS: "the disk is read-only: choose another folder",
    errno.ENOSPC: "the disk is full: make room, or choose another folder",
    errno.EDQUOT: "your quota is used up: make room, or choose another folder",
    errno.EFBIG: "the file grew too large for this disk or process",
}


def _checked(path: Any) -> str:
    if not isinstance(path, str | bytes | os.PathLike):
        raise TypeError(f"path must be a string or a path, but is {shown(path)}")
    text = os.fsdecode(path)
    with suppress(UnicodeEncodeError):
        if text and b"\x00" not in os.fsencode(text):
            return text
    raise ValueError(f"path must be the name of a file, but is {shown(text)}")


def _near(path: str) -> str:
    """What is known of where a missing file should be."""
    folder, name = os.path.split(os.path.abspath(path))
    if not os.path.isdir(folder):
        return f"; nor is there a folder {shown(folder)}"
    with suppress(OSError):
        near = get_close_matches(name, os.listdir(folder), 1, 0.6)
        if near:
            return f" in {shown(folder)}; did you mean {shown(near[0])}?"
    return f" in {shown(folder)}; model.save(path) writes one"


@contextmanager
def opened(path: Any) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises
    ------
    TypeError, ValueError
        If it is no path, or one of something else than a file.
    OSError
        If it cannot be opened.
    """
    text = _checked(path)
    if os.path.exists(text) and not os.path.isfile(text):  # a pipe would not even open
        raise ValueError(_NO_FILE.format(path=text))
    try:
        file = open(text, "rb")  # noqa: SIM115  (closed below)
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, f"No such file to load{_near(text)}", text) from None
    with file:
        yield file


@contextmanager
def written(path: Any) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path`, complete, when the block ends; nothing is left if it does not.

    Until then the file has no name where the system knows that (on Linux, but for some network drives), so that not
    even a killed process leaves anything behind: only between the two calls that replace an older file could it be
    hit, and the next one to write there sweeps up. A symbolic link stays one: its target is written. An older file's
    mode and, where that is allowed, owner are kept.

    Raises
    ------
    TypeError, ValueError
        If `path` is no path, or one of something else than a file.
    OSError
        If it cannot be written; the message says what to do.
    """
    text = _checked(path)
    try:
        target = os.path.realpath(text)
        before = _before(target, text)
        descriptor, name = _open_beside(target)
        with open(descriptor, "w+b") as file, _removed_on_error(name):
            yield file
            file.flush()
            if before is not None and hasattr(os, "fchown"):
                with suppress(OSError):
                    os.fchown(descriptor, before.st_uid, before.st_gid)
                os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
            os.fsync(descriptor)
            if name is None:
                _give_name(descriptor, target)
        if name is not None:
            with _removed_on_error(name):
                os.replace(name, target)
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        raise type(error)(error.errno, f"save could not write the file; {advice}", text) from error


@contextmanager
def _removed_on_error(name: str | None) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if name is not None:
            with suppress(OSError):
                os.unlink(name)
        raise


def _before(target: str, text: str) -> os.stat_result | None:
    """What is there already."""
    try:
        found = os.stat(target)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(_NO_FILE.format(path=text))
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    return found


def _open_beside(target: str) -> tuple[int, str | None]:
    """A new file in the target's folder, and its name; None for a file without one."""
    folder = os.path.dirname(target)
    if hasattr(os, "O_TMPFILE") and os.path.isdir("/proc/self/fd"):
        try:
            return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666), None
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL):
                raise
    name = os.path.join(folder, f".latentnet-{secrets.token_hex(8)}")
    return os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o666), name


def _give_name(descriptor: int, target: str) -> None:
    """Put a file that has no name in the target's place."""
    folder = os.open(os.path.dirname(target), os.O_RDONLY)
    source = f"/proc/self/fd/{descriptor}"
    # Always the same name for one target, so that what a killed process left is found.
    beside = f".latentnet-{hashlib.sha256(os.fsencode(os.path.basename(target))).hexdigest()[:16]}"
    try:
        for name in (os.path.basename(target), beside, beside):
            try:
                # With folders, Python's link goes through the link in /proc.
                os.link(source, name, src_dir_fd=folder, dst_dir_fd=folder)
            except FileExistsError:
                if name == beside:
                    os.unlink(beside, dir_fd=folder)
                continue
            if name == beside:
                with _removed_on_error(os.path.join(os.path.dirname(target), beside)):
                    os.replace(beside, target, src_dir_fd=folder)
            return
        raise FileExistsError(errno.EEXIST, "others write to it, too")
    finally:
        os.close(folder)

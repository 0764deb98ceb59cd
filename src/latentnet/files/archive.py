"""The file of a saved model: one zip of `model.json` and `arrays.nc`, a netCDF 3 file that any netCDF reader opens.

NetCDF 3 has neither booleans nor 64-bit integers: booleans are stored as bytes, and wide integers that do not fit into
32 bits as pairs of them; the JSON says what each array was. Entries are not compressed (draws hardly shrink), so a file
cannot unpack to more than itself. `checksums.json` holds the SHA-256 of the others.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import zipfile
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np

from latentnet.checks import whole_number
from latentnet.files.netcdf import TYPES, read_netcdf, write_netcdf
from latentnet.files.whole import opened, written

__all__ = [
    "FORMAT",
    "VERSION",
    "Allowance",
    "ArrayStore",
    "TooLargeError",
    "check_dtype",
    "read_archive",
    "write_archive",
]

FORMAT = "latentnet model"
VERSION = 5
_SUMMED = 4  # the first version with checksums
_CONTENT, _ARRAYS, _CHECKSUMS = "model.json", "arrays.nc", "checksums.json"
# The size field of a netCDF 3 variable ends at 2 GiB: larger arrays are stored in parts.
_MOST_VALUES = 2**27
_DTYPE = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)|(datetime64|timedelta64)\[(Y|M|W|D|h|m|s|ms|us|ns)\]")
_WIDENED = {"bool": "int8", "uint8": "int16", "uint16": "int32", "float16": "float32"}
# Memory that a file may ask for, unless the caller allows more.
_ALLOWED_AT_ALL, _ALLOWED_BY_SIZE = 2**28, 8


class ArrayStore:
    """Arrays on their way into a file, each under a name of its own."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}

    def add(self, array: np.ndarray, name: str) -> str:
        """Keep an array; returns the name it got, which is `name` with a number if that was taken."""
        clean = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "array"
        if not clean[0].isalpha():
            clean = f"array_{clean}"
        found, k = clean, 2
        while found in self.arrays:
            found, k = f"{clean}_{k}", k + 1
        self.arrays[found] = array
        return found


class Allowance:
    """The bytes of memory that a file may take; whoever makes something large of it asks first."""

    def __init__(self, file_size: int, max_bytes: Any = None) -> None:
        self._most = _ALLOWED_AT_ALL + _ALLOWED_BY_SIZE * file_size
        if max_bytes is not None:
            self._most = whole_number("max_bytes", max_bytes, 1, 2**63 - 1, otherwise=" or None")
        self._taken = 0

    def take(self, n_bytes: int) -> None:
        """Ask for memory.

        Raises
        ------
        TooLargeError
            If that is more than is left.
        """
        self._taken += n_bytes
        if self._taken > self._most:
            raise TooLargeError(
                f"would take {self._taken:,} bytes of memory or more, and {self._most:,} are allowed; if you trust "
                f"where it comes from, allow more: latentnet.load(path, max_bytes={2 * self._taken})"
            )


class TooLargeError(Exception):
    """A file, sound or not, asks for more memory than is allowed."""


def check_dtype(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype can be stored exactly."""
    return _DTYPE.fullmatch(dtype.name) is not None


def _packed(array: np.ndarray) -> np.ndarray:
    """The array as one that netCDF 3 has a type for."""
    name = array.dtype.name
    array = np.ascontiguousarray(array).reshape(array.shape)
    if name in TYPES:
        return array
    if name in _WIDENED:
        return array.astype(_WIDENED[name])
    wide = array.astype(np.int64) if name == "uint32" else array.view(np.int64)
    limits = np.iinfo(np.int32)
    if limits.min <= wide.min() and wide.max() <= limits.max:
        return wide.astype(np.int32)
    return wide.astype("<i8").reshape(*wide.shape, 1).view("<i4").astype(np.int32)


def _unpacked(stored: np.ndarray, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """The array as it was."""
    native = stored.astype(stored.dtype.newbyteorder("="))
    if dtype in TYPES or dtype in _WIDENED:
        return native.astype(dtype).reshape(shape)
    if native.size == 2 * math.prod(shape):
        native = np.ascontiguousarray(native).astype("<i4").ravel().view("<i8")
    wide = native.astype(np.int64).reshape(shape)
    return wide.astype(dtype) if dtype == "uint32" else wide.view(dtype)


def _in_parts(arrays: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the JSON must say of each array, and the netCDF variables that they become."""
    described: dict[str, Any] = {}
    variables: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        described[name] = {"dtype": array.dtype.name, "shape": list(array.shape), "parts": 0}
        if array.size == 0:  # an axis of length 0 means something else in netCDF 3
            continue
        packed = _packed(array)
        parts = [packed.reshape(1) if packed.ndim == 0 else packed]
        if packed.size > _MOST_VALUES:
            flat = packed.ravel()
            parts = [flat[first : first + _MOST_VALUES] for first in range(0, flat.size, _MOST_VALUES)]
        described[name]["parts"] = len(parts)
        variables |= {_part_name(name, k): part for k, part in enumerate(parts)}
    return described, variables


def _part_name(name: str, k: int) -> str:
    return f"{name}.{k + 1}" if k else name  # no name in `ArrayStore` has a dot


def _read_arrays(data: bytes, described: dict[str, Any], allowance: Allowance) -> dict[str, np.ndarray]:
    variables = read_netcdf(data)
    arrays = {}
    for name, about in described.items():
        dtype, shape, n_parts = about["dtype"], tuple(about["shape"]), about["parts"]
        if not _DTYPE.fullmatch(dtype) or any(type(size) is not int or size < 0 for size in shape):
            raise ValueError(f"array {name!r} is said to be of type {dtype!r} and shape {shape!r}")
        n_values = math.prod(shape)
        if type(n_parts) is not int or not bool(n_values) <= n_parts <= len(variables):
            raise ValueError(f"array {name!r} is said to have {n_parts!r} parts")
        if n_values == 0:
            arrays[name] = np.zeros(shape, dtype)
            continue
        parts = [variables[_part_name(name, k)] for k in range(n_parts)]
        if sum(part.size for part in parts) not in (n_values, 2 * n_values):
            raise ValueError(f"array {name!r} is said to have shape {shape!r}")
        allowance.take(2 * n_values * np.dtype(dtype).itemsize)
        stored = parts[0] if len(parts) == 1 else np.concatenate([part.ravel() for part in parts])
        arrays[name] = _unpacked(stored, dtype, shape)
    return arrays


def write_archive(path: str | os.PathLike[str], content: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write a model's file, whole or not at all.

    Parameters
    ----------
    path : str or path
        An existing file is replaced once the new one is complete.
    content : dict
        What `json` can write.
    arrays : dict of str to ndarray

    Raises
    ------
    TypeError, ValueError, OSError
        If the file cannot be written; see `written`.
    """
    described, variables = _in_parts(arrays)
    content = {"format": FORMAT, "version": VERSION, **content, "arrays": described}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode("utf-8", "surrogatepass")
    with written(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        sums = {_CONTENT: _add(archive, _CONTENT, [text]), _ARRAYS: _add(archive, _ARRAYS, write_netcdf(variables))}
        _add(archive, _CHECKSUMS, [json.dumps(sums).encode()])


def _add(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> str:
    """Write an entry; returns its checksum."""
    checksum = hashlib.sha256()
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=name == _ARRAYS) as entry:
        for piece in pieces:
            checksum.update(piece)
            entry.write(piece)
    return checksum.hexdigest()


def read_archive(
    path: str | os.PathLike[str], max_bytes: int | None = None
) -> tuple[dict[str, Any], dict[str, np.ndarray], Allowance]:
    """Read a model's file.

    Parameters
    ----------
    path : str or path
    max_bytes : int or None
        Memory that the file may take. None: 256 MB, and eight times its size.

    Returns
    -------
    content : dict
    arrays : dict of str to ndarray
    allowance : Allowance
        What is left of `max_bytes`.

    Raises
    ------
    TypeError, OSError
        If there is no such file; see `opened`.
    ValueError
        If it is no such file, is damaged, would take too much memory, or comes from a newer version of the library.
    """
    with opened(path) as file:
        allowance = Allowance(os.fstat(file.fileno()).st_size, max_bytes)
        try:
            return (*_read(file, allowance), allowance)
        except (_NewerFileError, TooLargeError) as error:
            raise ValueError(f"{os.fspath(path)!r} {error}") from None
        except (Exception, RecursionError) as error:
            raise ValueError(
                f"{os.fspath(path)!r} is not a file of a saved latentnet model, or it is damaged ({error}); "
                "load reads what model.save(path) wrote"
            ) from error


class _NewerFileError(Exception):
    """The file is sound, but not for this version."""


def _read(file: BinaryIO, allowance: Allowance) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    with zipfile.ZipFile(file) as archive:
        allowance.take(sum(entry.file_size for entry in archive.infolist()))
        names = archive.namelist()
        entries = {name: _entry(archive, name) for name in (_CONTENT, _ARRAYS, _CHECKSUMS) if name in names}
    for name in (_CONTENT, _ARRAYS):
        if name not in entries:
            raise ValueError(f"it holds no {name}")
    if _CHECKSUMS in entries:
        sums = json.loads(entries[_CHECKSUMS])
        for name in (_CONTENT, _ARRAYS):
            if sums[name] != hashlib.sha256(entries[name]).hexdigest():
                raise ValueError(f"the checksum of its {name} is another one")
    allowance.take(_memory_of_json(entries[_CONTENT]))
    content = json.loads(entries[_CONTENT].decode("utf-8", "surrogatepass"), parse_constant=_refuse_constant)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError("its model.json does not say that it is one")
    _check_version(content.get("version"))
    if content["version"] >= _SUMMED and _CHECKSUMS not in entries:
        raise ValueError(f"it holds no {_CHECKSUMS}")
    return content, _read_arrays(entries[_ARRAYS], content["arrays"], allowance)


def _memory_of_json(text: bytes) -> int:
    """At most what Python makes of it, from the sizes of its empty containers and of a small string."""
    return len(text) + 240 * text.count(b"{") + 64 * text.count(b"[") + 72 * text.count(b",")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"its model.json has {name}, which is no JSON")


def _check_version(version: Any) -> None:
    if type(version) is not int or version < 1:
        raise ValueError(f"its version is {version!r}")
    if version > VERSION:
        raise _NewerFileError(
            f"was saved by a newer latentnet (file format {version}; this one reads up to {VERSION}): upgrade latentnet"
        )


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise ValueError(f"{name} is compressed, as save never does")
    return archive.read(name)

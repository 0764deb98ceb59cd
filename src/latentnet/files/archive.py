"""The file of a saved model: one zip of `model.json` and `arrays.nc`, a netCDF 3 file that any netCDF reader opens.

NetCDF 3 has neither booleans nor 64-bit integers: booleans are stored as bytes, and wide integers that do not fit into
32 bits as pairs of them; the JSON says what each array was. Entries are not compressed (draws hardly shrink), so a file
cannot unpack to more than itself.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import netcdf_file

__all__ = ["FORMAT", "VERSION", "ArrayStore", "check_dtype", "read_archive", "write_archive"]

FORMAT = "latentnet model"
VERSION = 3
_CONTENT, _ARRAYS = "model.json", "arrays.nc"
# The size field of a netCDF 3 variable ends at 2 GiB: larger arrays are stored in parts.
_MOST_VALUES = 2**27
_DTYPE = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)|(datetime64|timedelta64)\[(Y|M|W|D|h|m|s|ms|us|ns)\]")
_PLAIN = {"float64": "d", "float32": "f", "int32": "i", "int16": "h", "int8": "b"}
_WIDENED = {"bool": "int8", "uint8": "int16", "uint16": "int32", "float16": "float32"}


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


def check_dtype(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype can be stored exactly."""
    return _DTYPE.fullmatch(dtype.name) is not None


def _packed(array: np.ndarray) -> np.ndarray:
    """The array as one that netCDF 3 has a type for."""
    name = array.dtype.name
    array = np.ascontiguousarray(array).reshape(array.shape)
    if name in _PLAIN:
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
    if dtype in _PLAIN or dtype in _WIDENED:
        return native.astype(dtype).reshape(shape)
    if native.size == 2 * math.prod(shape):
        native = np.ascontiguousarray(native).astype("<i4").ravel().view("<i8")
    wide = native.astype(np.int64).reshape(shape)
    return wide.astype(dtype) if dtype == "uint32" else wide.view(dtype)


def _write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Write netCDF; returns what the JSON must say of each array."""
    described = {}
    dataset = netcdf_file(path, "w", version=2)
    for name, array in arrays.items():
        described[name] = {"dtype": array.dtype.name, "shape": list(array.shape), "parts": 0}
        if array.size == 0:  # an axis of length 0 means something else in netCDF 3
            continue
        packed = _packed(array)
        whole = packed.reshape(1) if packed.ndim == 0 else packed
        parts = [whole]
        if whole.size > _MOST_VALUES:
            flat = whole.ravel()
            parts = [flat[first : first + _MOST_VALUES] for first in range(0, flat.size, _MOST_VALUES)]
        described[name]["parts"] = len(parts)
        for k, part in enumerate(parts):
            full_name = _part_name(name, k)
            axes = tuple(f"{full_name}_axis_{axis}" for axis in range(part.ndim))
            for axis, size in zip(axes, part.shape, strict=True):
                dataset.createDimension(axis, size)
            variable = dataset.createVariable(full_name, _PLAIN[part.dtype.name], axes)
            variable[:] = part
    dataset.close()
    return described


def _part_name(name: str, k: int) -> str:
    return f"{name}.{k + 1}" if k else name  # no name in `ArrayStore` has a dot


def _read_arrays(data: bytes, described: dict[str, Any]) -> dict[str, np.ndarray]:
    variables = netcdf_file(io.BytesIO(data), "r", mmap=False).variables
    arrays = {}
    for name, about in described.items():
        dtype, shape = about["dtype"], tuple(about["shape"])
        if not _DTYPE.fullmatch(dtype) or any(type(size) is not int or size < 0 for size in shape):
            raise ValueError(f"array {name!r} is said to be of type {dtype!r} and shape {shape!r}")
        if math.prod(shape) == 0:
            arrays[name] = np.zeros(shape, dtype)
            continue
        parts = [np.asarray(variables[_part_name(name, k)].data) for k in range(about["parts"])]
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
    """
    target = Path(path)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        packed, whole = Path(folder, _ARRAYS), Path(folder, target.name)
        described = _write_arrays(packed, arrays)
        content = {"format": FORMAT, "version": VERSION, **content, "arrays": described}
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_CONTENT, text.encode("utf-8", "surrogatepass"))
            archive.write(packed, _ARRAYS)
        os.replace(whole, target)


def read_archive(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read a model's file.

    Returns
    -------
    content : dict
    arrays : dict of str to ndarray

    Raises
    ------
    ValueError
        If it is no such file, is damaged, or comes from a newer version of the library.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = json.loads(_entry(archive, _CONTENT).decode("utf-8", "surrogatepass"))
            if not isinstance(content, dict) or content.get("format") != FORMAT:
                raise ValueError("its model.json does not say that it is one")
            _check_version(content.get("version"))
            return content, _read_arrays(_entry(archive, _ARRAYS), content["arrays"])
    except OSError:
        raise
    except _NewerFileError as error:
        raise ValueError(f"{os.fspath(path)!r} {error}") from None
    except (Exception, RecursionError) as error:
        raise ValueError(
            f"{os.fspath(path)!r} is not a file of a saved latentnet model, or it is damaged ({error}); "
            "load reads what model.save(path) wrote"
        ) from error


class _NewerFileError(Exception):
    """The file is sound, but not for this version."""


def _check_version(version: Any) -> None:
    if type(version) is not int or version < 1:
        raise ValueError(f"its version is {version!r}")
    if version > VERSION:
        raise _NewerFileError(
            f"was saved by a newer latentnet (file format {version}; this one reads up to {VERSION}): upgrade latentnet"
        )


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    if name not in archive.namelist():
        raise ValueError(f"it holds no {name}")
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed, as save never does")
    return archive.read(name)

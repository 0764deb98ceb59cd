"""Arrays as netCDF 3 (with 64-bit offsets), written in one pass and read without a copy.

Only what `save` needs of the format: variables with axes of their own, no records, no attributes. Reading believes
nothing: no two variables may share bytes, so that a small file cannot hold large arrays.

References
----------
Rew, R. et al. (2006). NetCDF classic format specification. Unidata.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping

import numpy as np

__all__ = ["TYPES", "read_netcdf", "write_netcdf"]

# Numbers of the types, by the name of the native one.
TYPES = {"int8": 1, "int16": 3, "int32": 4, "float32": 5, "float64": 6}
_DTYPES = {number: np.dtype(name).newbyteorder(">") for name, number in TYPES.items()}
_MAGIC, _ABSENT = b"CDF\x02", b"\x00" * 8
_DIMENSIONS, _VARIABLES = 10, 11
_MOST_AXES = 32
_AT_ONCE = 2**20  # values that are turned at a time


def write_netcdf(arrays: Mapping[str, np.ndarray]) -> Iterator[bytes]:
    """Yield the file, piece by piece.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Of the types in `TYPES`, none of them empty or without axes, each below 2 GiB.
    """
    axes = [(f"{name}_axis_{axis}", size) for name, array in arrays.items() for axis, size in enumerate(array.shape)]
    head = [_MAGIC, struct.pack(">i", 0), _start(_DIMENSIONS, len(axes))]
    head += [part for name, size in axes for part in (_text(name), struct.pack(">i", size))]
    head += [_ABSENT, _start(_VARIABLES, len(arrays))]
    described, first_axis = [], 0
    for name, array in arrays.items():
        numbers = range(first_axis, first_axis + array.ndim)
        first_axis += array.ndim
        described.append(
            _text(name)
            + struct.pack(f">i{array.ndim}i", array.ndim, *numbers)
            + _ABSENT
            + struct.pack(">ii", TYPES[array.dtype.name], array.nbytes + -array.nbytes % 4)
        )
    begin = sum(map(len, head)) + sum(len(one) + 8 for one in described)
    for one, array in zip(described, arrays.values(), strict=True):
        head += [one, struct.pack(">q", begin)]
        begin += array.nbytes + -array.nbytes % 4
    yield b"".join(head)
    for array in arrays.values():
        flat, dtype = array.reshape(-1), array.dtype.newbyteorder(">")
        for first in range(0, flat.size, _AT_ONCE):
            yield flat[first : first + _AT_ONCE].astype(dtype).tobytes()
        yield b"\x00" * (-array.nbytes % 4)


def _start(kind: int, number: int) -> bytes:
    return struct.pack(">ii", kind, number) if number else _ABSENT


def _text(name: str) -> bytes:
    raw = name.encode("ascii")
    return struct.pack(">i", len(raw)) + raw + b"\x00" * (-len(raw) % 4)


def read_netcdf(data: bytes) -> dict[str, np.ndarray]:
    """Arrays by name, as views of the file's bytes, in its byte order.

    Raises
    ------
    ValueError
        If it is no such file.
    """
    reader = _Reader(data)
    if reader.take(4) != _MAGIC or reader.integer() != 0:
        raise ValueError("its arrays are not those of a netCDF 3 file without records")
    sizes = []
    for _ in range(reader.count(_DIMENSIONS)):
        reader.text()
        sizes.append(reader.integer())
    if reader.take(8) != _ABSENT:
        raise ValueError("its netCDF part has attributes, as save never writes")
    found: dict[str, np.ndarray] = {}
    taken = 0
    for _ in range(reader.count(_VARIABLES)):
        name, dtype, shape, begin = _variable(reader, sizes)
        n_values = math.prod(shape)
        taken += n_values * dtype.itemsize
        if name in found or taken > len(data) or begin + n_values * dtype.itemsize > len(data) or begin < 0:
            raise ValueError(f"its netCDF part does not hold {name!r} as it says")
        found[name] = np.frombuffer(data, dtype, n_values, begin).reshape(shape)
    return found


def _variable(reader: _Reader, sizes: list[int]) -> tuple[str, np.dtype, tuple[int, ...], int]:
    """Name, type, shape and place of the next variable."""
    name, n_axes = reader.text(), reader.integer()
    if not 0 <= n_axes <= _MOST_AXES:
        raise ValueError(f"its netCDF part says that {name!r} has {n_axes} axes")
    axes = [reader.integer() for _ in range(n_axes)]
    absent, kind = reader.take(8), (reader.integer(), reader.integer())[0]
    if absent != _ABSENT or kind not in _DTYPES or not all(0 <= axis < len(sizes) for axis in axes):
        raise ValueError(f"its netCDF part describes {name!r} as save never does")
    shape = tuple(sizes[axis] for axis in axes)
    if not all(size > 0 for size in shape):
        raise ValueError(f"its netCDF part says that {name!r} has shape {shape}")
    return name, _DTYPES[kind], shape, struct.unpack(">q", reader.take(8))[0]


class _Reader:
    """The header of a file, read from its start on."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, n_bytes: int) -> bytes:
        if n_bytes < 0 or self._at + n_bytes > len(self._data):
            raise ValueError("its netCDF part ends too early")
        self._at += n_bytes
        return self._data[self._at - n_bytes : self._at]

    def integer(self) -> int:
        return int.from_bytes(self.take(4), "big", signed=True)

    def text(self) -> str:
        size = self.integer()
        raw = self.take(size)
        self.take(-size % 4)
        return raw.decode("ascii")

    def count(self, kind: int) -> int:
        """Entries of the list that comes next."""
        found, number = self.integer(), self.integer()
        if (found, number) != (0, 0) and (found != kind or number < 0):
            raise ValueError("its netCDF part has no list where one should be")
        return number

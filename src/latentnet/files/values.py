"""Python values as JSON and arrays, and back, exactly; classes come from a table, nothing is imported by name."""

from __future__ import annotations

import base64
import datetime
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet.checks import MOST, shown, whole_number
from latentnet.component import Component
from latentnet.files.archive import Allowance, ArrayStore, check_dtype

__all__ = ["Classes", "MissingComponentError", "Source", "class_name", "decode", "encode"]


def class_name(of: type) -> dict[str, str]:
    """How a file names a class: its own name, and whether it is of the library or of the user."""
    library = of.__module__.partition(".")[0] == __name__.partition(".")[0]
    return {"origin": "library" if library else "user", "class": of.__name__}


@dataclass(frozen=True)
class Classes:
    """The classes that a file may name: the library's, and those that the user handed over."""

    library: dict[str, type]
    user: dict[str, type]

    def find(self, named: Any) -> type:
        """The class that a file names."""
        name, origin = named["class"], named["origin"]
        if origin == "library" and name in self.library:
            return self.library[name]
        if origin == "user" and name in self.user:
            return self.user[name]
        if origin == "user":
            raise MissingComponentError(
                f"has the user-made class {name!r}, which load must be given: latentnet.load(path, components=[{name}])"
            )
        raise MissingComponentError(f"has the class {name!r}, which this version of latentnet does not have")


class MissingComponentError(Exception):
    """A sound file names a class that was not handed over."""


class Source(NamedTuple):
    """What a file is decoded with."""

    arrays: dict[str, np.ndarray]
    classes: Classes
    allowance: Allowance


class _Sink(NamedTuple):
    store: ArrayStore
    where: str  # for messages and for names of arrays


def encode(value: Any, store: ArrayStore, where: str) -> Any:
    """Turn a value into what `json` can write, its arrays put into `store`.

    Parameters
    ----------
    value : object
    store : ArrayStore
    where : str
        What the value is; for messages.

    Raises
    ------
    TypeError
        If the value, or something in it, is of a type that cannot be stored; the message names `where`.
    """
    return _encode(value, _Sink(store, where))


def decode(content: Any, source: Source) -> Any:
    """The value that `encode` was given."""
    if isinstance(content, list):
        return [decode(item, source) for item in content]
    if isinstance(content, dict):
        return _CODERS[content["kind"]].decode(content, source)
    return content


def _encode(value: Any, sink: _Sink) -> Any:
    if value is None or type(value) in (bool, str) or (type(value) is int and value.bit_length() <= _MOST_BITS):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is list:
        return [_encode(item, sink) for item in value]
    for kind, coder in _CODERS.items():
        if coder.accepts(value):
            return {"kind": kind, **coder.encode(value, sink)}
    raise TypeError(
        f"save cannot store {sink.where}: it has {shown(value)} of type {type(value).__name__}; use strings, numbers, "
        "dates, tuples, arrays, frames or components"
    )


# Python writes and reads no longer integers in decimals.
_MOST_BITS = 10_000


def _items(values: Iterable[Any], sink: _Sink) -> list[Any]:
    return [_encode(value, sink) for value in values]


class _Coder(NamedTuple):
    accepts: Callable[[Any], bool]
    encode: Callable[[Any, _Sink], dict[str, Any]]
    decode: Callable[[dict[str, Any], Source], Any]


def _exactly(*types: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in types


def _is_utc_or_naive(value: Any) -> bool:
    return type(value) is datetime.datetime and value.tzinfo in (None, datetime.UTC)


def _encode_array(value: np.ndarray, sink: _Sink) -> dict[str, Any]:
    return {"array": sink.store.add(value, sink.where)}


def _encode_objects(value: np.ndarray, sink: _Sink) -> dict[str, Any]:
    dtype = "object" if value.dtype == object else value.dtype.str
    return {"dtype": dtype, "shape": list(value.shape), "items": _items(value.ravel().tolist(), sink)}


def _decode_objects(content: dict[str, Any], source: Source) -> np.ndarray:
    items = [decode(item, source) for item in content["items"]]
    if content["dtype"] == "object":
        array = np.empty(len(items), dtype=object)
        for k, item in enumerate(items):
            array[k] = item
    else:
        texts = [str(item) for item in items]
        source.allowance.take(
            4 * len(texts) * max(map(len, texts), default=0)
        )  # all of them get the longest one's room
        array = np.array(texts, dtype=np.str_)
    return array.reshape(content["shape"])


def _encode_component(value: Any, sink: _Sink) -> dict[str, Any]:
    params = value.get_params(deep=False)
    return {
        **class_name(type(value)),
        "params": {
            name: _encode(param, sink._replace(where=f"{sink.where}, {type(value).__name__}({name}=...)"))
            for name, param in params.items()
        },
    }


def _decode_component(content: dict[str, Any], source: Source) -> Any:
    found = source.classes.find(content)
    return found(**{name: decode(param, source) for name, param in content["params"].items()})


def _encode_sparse(value: Any, sink: _Sink) -> dict[str, Any]:
    entries = value.tocoo()
    rows, columns = entries.row, entries.col
    return {
        "format": value.format if value.format in _SPARSE else "csr",
        "matrix": not isinstance(value, sparse.sparray),
        "shape": list(value.shape),
        "rows": sink.store.add(rows.astype(np.int64), f"{sink.where} rows"),
        "columns": sink.store.add(columns.astype(np.int64), f"{sink.where} columns"),
        "values": sink.store.add(entries.data, f"{sink.where} values"),
    }


def _decode_sparse(content: dict[str, Any], source: Source) -> Any:
    rows, columns, values = (source.arrays[content[name]] for name in ("rows", "columns", "values"))
    form, shape = content["format"], tuple(content["shape"])
    if form not in (*_SPARSE, *_SLOW) or any(type(size) is not int or not 0 <= size <= MOST for size in shape):
        raise ValueError(f"it has a sparse matrix of format {form!r} and shape {shape!r}")
    source.allowance.take(8 * shape[form == "csc"] + 40 * values.size)
    make = sparse.coo_matrix if content["matrix"] else sparse.coo_array
    return make((values, (rows, columns)), shape=shape).asformat(form if form in _SPARSE else "csr")


# Others are stored and read as "csr": they would take time and memory for nothing.
_SPARSE, _SLOW = ("csr", "csc", "coo"), ("bsr", "dia", "dok", "lil")


def _encode_series(value: pd.Series[Any], sink: _Sink) -> dict[str, Any]:
    return {
        "values": encode_column(value, sink),
        "index": _items(value.index.tolist(), sink),
        "index_name": _encode(value.index.name, sink),
        "name": _encode(value.name, sink),
    }


def _decode_series(content: dict[str, Any], source: Source) -> pd.Series[Any]:
    labels = [decode(label, source) for label in content["index"]]
    index = pd.Index(labels, name=decode(content["index_name"], source), tupleize_cols=False)
    return pd.Series(decode_column(content["values"], source), index=index, name=decode(content["name"], source))


def _encode_frame(value: pd.DataFrame, sink: _Sink) -> dict[str, Any]:
    return {
        "index": _items(value.index.tolist(), sink),
        "columns": _items(value.columns.tolist(), sink),
        "values": [
            encode_column(value.iloc[:, k], sink._replace(where=f"{sink.where} {name}"))
            for k, name in enumerate(value.columns)
        ],
    }


def _decode_frame(content: dict[str, Any], source: Source) -> pd.DataFrame:
    index = pd.Index([decode(label, source) for label in content["index"]], tupleize_cols=False)
    columns = [decode_column(column, source) for column in content["values"]]
    frame = pd.DataFrame(dict(enumerate(columns)), index=index)
    frame.columns = pd.Index([decode(name, source) for name in content["columns"]], tupleize_cols=False)
    return frame


_MASKED = {
    "boolean", "Float32", "Float64",
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64",
}  # fmt: skip


def encode_column(column: pd.Series[Any], sink: _Sink) -> dict[str, Any]:
    """A column's values with their dtype: NumPy's, pandas' nullable and string ones, categories, or single objects."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy(np.int64)
        categories = encode_column(pd.Series(column.cat.categories), sink)
        return {
            "dtype": "category",
            "codes": sink.store.add(codes, sink.where),
            "categories": categories,
            "ordered": bool(dtype.ordered),
        }
    if str(dtype) in _MASKED:
        missing = column.isna().to_numpy()
        masked: Any = dtype  # pandas' name of the class of these dtypes is not public
        values = column.fillna(masked.type(0)).to_numpy(masked.numpy_dtype)
        names = (sink.store.add(values, sink.where), sink.store.add(missing, f"{sink.where} missing"))
        return {"dtype": str(dtype), "values": names[0], "missing": names[1]}
    if isinstance(dtype, np.dtype) and check_dtype(dtype):
        return {"dtype": "array", "values": sink.store.add(column.to_numpy(), sink.where)}
    if isinstance(dtype, pd.StringDtype):
        kind = "str" if str(dtype) == "str" else "string"
        return {"dtype": kind, "items": [None if pd.isna(value) else str(value) for value in column]}
    if pd.api.types.is_object_dtype(dtype):
        return {"dtype": "object", "items": _items(column.tolist(), sink)}
    raise TypeError(
        f"save cannot store {sink.where}: its dtype is {dtype}; convert it to numbers, booleans, strings or categories"
    )


def decode_column(content: dict[str, Any], source: Source) -> Any:
    """What `encode_column` was given, without its index."""
    kind = content["dtype"]
    if kind == "category":
        categories = pd.Index(decode_column(content["categories"], source))
        codes = source.arrays[content["codes"]]
        return pd.Categorical.from_codes(codes, categories=categories, ordered=bool(content["ordered"]))
    if kind in _MASKED:
        values, missing = source.arrays[content["values"]], source.arrays[content["missing"]]
        restored = pd.array(values, dtype=kind)
        restored[missing] = pd.NA
        return restored
    if kind == "array":
        return source.arrays[content["values"]]
    if kind not in ("object", "string", "str"):
        raise ValueError(f"it has a column of dtype {kind!r}")
    items = [decode(item, source) for item in content["items"]]
    if kind == "object":
        return pd.Series(items, dtype=object).to_numpy()
    # "str" is what this version of pandas makes of strings: its own type, or objects before version 3.
    return pd.array(items, dtype="string") if kind == "string" else pd.Series(items, dtype=pd.Series(["a"]).dtype).array


_LARGEST_POOL = 1024
_BIT_GENERATORS: dict[str, Any] = {
    one.__name__: one
    for one in (np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox, np.random.SFC64)
}


def _encode_seeds(value: np.random.SeedSequence, sink: _Sink) -> dict[str, Any]:
    entropy = value.entropy.tolist() if isinstance(value.entropy, np.ndarray) else value.entropy
    if value.pool_size > _LARGEST_POOL:
        raise TypeError(f"save cannot store {sink.where}: its pool_size is {value.pool_size}, above {_LARGEST_POOL}")
    return {
        "entropy": _encode(entropy, sink),
        "spawn_key": [int(key) for key in value.spawn_key],
        "pool_size": value.pool_size,
        "n_children_spawned": value.n_children_spawned,
    }


def _decode_seeds(content: dict[str, Any], source: Source) -> np.random.SeedSequence:
    return np.random.SeedSequence(
        decode(content["entropy"], source),
        spawn_key=tuple(content["spawn_key"]),
        pool_size=whole_number("pool_size", content["pool_size"], 4, _LARGEST_POOL),  # of which time goes as the square
        n_children_spawned=content["n_children_spawned"],
    )


def _is_generator(value: Any) -> bool:
    return type(value) is np.random.Generator and type(value.bit_generator) in _BIT_GENERATORS.values()


def _encode_generator(value: np.random.Generator, sink: _Sink) -> dict[str, Any]:
    generator = value.bit_generator
    seeds = generator.seed_seq
    return {
        "generator": type(generator).__name__,
        "state": _encode(dict(generator.state), sink),
        "seeds": _encode(seeds, sink) if type(seeds) is np.random.SeedSequence else None,
    }


def _decode_generator(content: dict[str, Any], source: Source) -> np.random.Generator:
    generator = _BIT_GENERATORS[content["generator"]](decode(content["seeds"], source) or 0)
    generator.state = _checked_state(decode(content["state"], source))
    return np.random.Generator(generator)


def _is_random_state(value: Any) -> bool:
    # Only with the usual generator can a state be set again.
    return type(value) is np.random.RandomState and value.get_state(legacy=False)["bit_generator"] == "MT19937"


def _decode_random_state(content: dict[str, Any], source: Source) -> np.random.RandomState:
    state = np.random.RandomState()
    state.set_state(_checked_state(decode(content["state"], source)))
    return state


def _checked_state(state: dict[str, Any]) -> dict[str, Any]:
    """The state of a bit generator whose places lie within its buffers, as NumPy does not check."""
    for of, name, most in ((state["state"], "pos", 624), (state, "buffer_pos", 4)):
        if name in of:
            whole_number(name, of[name], 0, most)
    return state


def _nested(name: str) -> Callable[[dict[str, Any], Source], Any]:
    return lambda content, source: [decode(item, source) for item in content[name]]


_CODERS: dict[str, _Coder] = {
    "float": _Coder(_exactly(float), lambda v, s: {"value": repr(v)}, lambda c, s: float(c["value"])),
    "tuple": _Coder(_exactly(tuple), lambda v, s: {"items": _items(v, s)}, lambda c, s: tuple(_nested("items")(c, s))),
    "dict": _Coder(
        _exactly(dict),
        lambda v, s: {"keys": _items(v, s), "items": _items(v.values(), s)},
        lambda c, s: dict(zip(_nested("keys")(c, s), _nested("items")(c, s), strict=True)),
    ),
    "bytes": _Coder(
        _exactly(bytes),
        lambda v, s: {"value": base64.b64encode(v).decode("ascii")},
        lambda c, s: base64.b64decode(c["value"]),
    ),
    "date": _Coder(
        _exactly(datetime.date),
        lambda v, s: {"value": v.isoformat()},
        lambda c, s: datetime.date.fromisoformat(c["value"]),
    ),
    "datetime": _Coder(
        _is_utc_or_naive,
        lambda v, s: {"value": v.isoformat()},
        lambda c, s: datetime.datetime.fromisoformat(c["value"]),
    ),
    "timestamp": _Coder(
        lambda v: type(v) is pd.Timestamp and v.tzinfo is None,
        lambda v, s: {"value": v.isoformat(), "unit": v.unit},
        lambda c, s: pd.Timestamp(c["value"]).as_unit(c["unit"]),
    ),
    "missing": _Coder(lambda v: v is pd.NA, lambda v, s: {}, lambda c, s: pd.NA),
    "not_a_time": _Coder(lambda v: v is pd.NaT, lambda v, s: {}, lambda c, s: pd.NaT),
    "scalar": _Coder(
        lambda v: isinstance(v, np.generic) and check_dtype(v.dtype),
        lambda v, s: _encode_array(np.asarray(v), s),
        lambda c, s: s.arrays[c["array"]][()],
    ),
    "array": _Coder(
        lambda v: type(v) is np.ndarray and check_dtype(v.dtype), _encode_array, lambda c, s: s.arrays[c["array"]]
    ),
    "objects": _Coder(lambda v: type(v) is np.ndarray and v.dtype.kind in "OU", _encode_objects, _decode_objects),
    "sparse": _Coder(
        lambda v: sparse.issparse(v) and v.ndim == 2 and check_dtype(v.dtype), _encode_sparse, _decode_sparse
    ),
    "series": _Coder(_exactly(pd.Series), _encode_series, _decode_series),
    "frame": _Coder(_exactly(pd.DataFrame), _encode_frame, _decode_frame),
    "seeds": _Coder(_exactly(np.random.SeedSequence), _encode_seeds, _decode_seeds),
    "generator": _Coder(_is_generator, _encode_generator, _decode_generator),
    "random_state": _Coder(
        _is_random_state, lambda v, s: {"state": _encode(v.get_state(legacy=False), s)}, _decode_random_state
    ),
    "component": _Coder(lambda v: isinstance(v, Component), _encode_component, _decode_component),
}

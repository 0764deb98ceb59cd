"""Memory, references and entries: data and compiled functions that kernels know by address.

Numba compiles all that a kernel calls once more within it, and a kernel that takes a model's data by value once more
for each type of them. What is called by address is compiled once, whoever calls: `Memory` lays data out as compiled
code reads them, `entry` compiles a function of references to data, and `call` lets one kernel call the entry of
another, which costs some nanoseconds.
"""

from __future__ import annotations

import ctypes
import functools
import math
import struct
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, models, register_model

from latentnet.compiled import compiled_for, first_class_functions
from latentnet.wanted import listed

__all__ = [
    "MATRIX",
    "NUMBER",
    "NUMBERS",
    "VECTOR",
    "Callback",
    "Entry",
    "Memory",
    "Reference",
    "address_of",
    "as_matrix",
    "call",
    "do",
    "entry",
]

NUMBER = types.int64
NUMBERS = types.Array(types.int64, 1, "C")
VECTOR = types.Array(types.float64, 1, "C")
MATRIX = types.Array(types.float64, 2, "C")
_WORD = 8


class Reference(types.Type):
    """Numba's type of the address of a NamedTuple; its fields are read where they are used."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        self.instance_class = dtype.instance_class  # verbs are chosen by it
        super().__init__(name=f"reference({dtype})")


@register_model(Reference)
class _ReferenceModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Reference) -> None:
        super().__init__(manager, kind, ir.IntType(64))


def _is_named(kind: Any) -> bool:
    return isinstance(kind, types.NamedTuple | types.NamedUniTuple)


@infer_getattr
class _ReferenceAttribute(AttributeTemplate):
    key = Reference

    def generic_resolve(self, reference: Reference, name: str) -> Any:
        """Type of a field: NamedTuples are references again."""
        if name not in reference.dtype.fields:
            return None
        kind = reference.dtype.types[reference.dtype.fields.index(name)]
        return Reference(kind) if _is_named(kind) else kind


@lower_getattr_generic(Reference)
def _read_field(context, builder, reference, value, name):
    manager = context.data_model_manager
    place = reference.dtype.fields.index(name)
    kind = reference.dtype.types[place]
    base = builder.inttoptr(value, manager[reference.dtype].get_data_type().as_pointer())
    address = builder.gep(base, [ir.IntType(32)(0), ir.IntType(32)(place)], inbounds=True)
    return builder.ptrtoint(address, ir.IntType(64)) if _is_named(kind) else _load(builder, manager[kind], address)


def _load(builder: Any, model: Any, address: Any) -> Any:
    """Load word by word. What a Memory holds never changes, so loops need not look again."""
    if isinstance(model, models.StructModel):
        parts = [model._models[k] for k in range(model.field_count)]
    elif isinstance(model, models.UniTupleModel):
        parts = [model._elem_model] * model._count
    else:
        loaded = builder.load(address)
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return model.from_data(builder, loaded)
    value = ir.Constant(model.get_value_type(), ir.Undefined)
    for k, part in enumerate(parts):
        place = builder.gep(address, [ir.IntType(32)(0), ir.IntType(32)(k)], inbounds=True)
        value = builder.insert_value(value, _load(builder, part, place), k)
    return value


class Memory:
    """A value in memory as compiled code reads it, for as long as this object lives.

    Parameters
    ----------
    value : object
        A NamedTuple of numbers, arrays, functions that are passed as values and such tuples. The
        arrays are shared, not copied.
    """

    def __init__(self, value: Any) -> None:
        self.value = value
        out = bytearray()
        _write(value, out)
        self._bytes = np.frombuffer(out, np.uint8)
        self.address = int(self._bytes.ctypes.data)
        self.type = _type_of(value)


_types: dict[Any, Reference] = {}


def _type_of(value: Any) -> Reference:
    """Type of a value's address: Numba's own way from a value to its type takes a third of a millisecond."""
    key = _kind_of(value)
    if key not in _types:
        with first_class_functions():
            _types[key] = Reference(numba.typeof(value))
    return _types[key]


def _kind_of(value: Any) -> Any:
    """All that the type of a value depends on."""
    if isinstance(value, np.ndarray):
        flags = value.flags
        return value.dtype, value.ndim, flags.c_contiguous, flags.f_contiguous, flags.writeable, flags.aligned
    if isinstance(value, tuple):
        return (type(value), *map(_kind_of, value))
    if isinstance(value, bool | int | float | np.generic):
        return type(value)
    with first_class_functions():
        return numba.typeof(value)


def _write(value: Any, out: bytearray) -> None:
    """Append a value by C's rules for a struct of words of eight bytes and of booleans of one."""
    if isinstance(value, bool | np.bool_):
        out.append(bool(value))
        return
    out.extend(bytes(-len(out) % _WORD))
    if isinstance(value, tuple):
        for part in value:
            _write(part, out)
        out.extend(bytes(-len(out) % _WORD))
    elif isinstance(value, float):
        out.extend(struct.pack("d", value))
    else:
        words = _words_of(value)
        out.extend(struct.pack(f"{len(words)}q", *words))


def _words_of(value: Any) -> list[int]:
    if isinstance(value, np.ndarray):  # neither counter nor owner: Python holds the array
        return [0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides]
    if isinstance(value, int | np.integer):
        return [int(value)]
    return [int(value.address), 0, 0]  # a first-class function


def address_of(pointer: Any) -> int:
    """Address of a pointer or function of ctypes."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


class Entry:
    """A function that was compiled for pointers, numbers and arrays; Python's calls let go of the GIL."""

    def __init__(self, compiled: Any, returned: Any, kinds: tuple[Any, ...]) -> None:
        self._compiled = compiled  # owns the code
        self.address = int(compiled.address)
        words = [ctypes.c_double if kind == types.float64 else ctypes.c_ssize_t for kind in kinds for _ in _parts(kind)]
        self._call = ctypes.CFUNCTYPE(ctypes.c_double if returned == types.float64 else None, *words)(self.address)

    def __call__(self, *arguments: Any) -> Any:
        """Call it: a Memory stands for its address."""
        return self.prepared(*arguments)()

    def prepared(self, *arguments: Any) -> Callable[[], Any]:
        """The call of it with these arguments, whose memory must stay where it is, for many times."""
        words: list[Any] = []
        for one in arguments:
            if isinstance(one, Memory):
                words.append(one.address)
            else:
                words.extend(_words_of(one) if isinstance(one, np.ndarray) else [one])
        return functools.partial(self._call, *words)


class Callback:
    """A function of Python's that compiled code calls by address as it calls an entry; with the GIL.

    What it raises cannot pass through compiled code: the caller gets NaN, and `reraise` raises it.

    Parameters
    ----------
    function : callable
        Of vectors alone, which it may write to and must not keep; returns a float or nothing.
    n_vectors : int
    """

    def __init__(self, function: Callable[..., Any], n_vectors: int) -> None:
        width = len(_parts(VECTOR))
        words = [ctypes.c_ssize_t] * (1 + width * n_vectors)
        self._raised: BaseException | None = None

        def called(_: int, *found: int) -> float:
            """The first word is the address of the data that entries have."""
            try:
                answer = function(*(_vector_at(*found[k : k + width]) for k in range(0, len(found), width)))
            except BaseException as error:  # it would be printed, and lost
                self._raised = error
                return math.nan
            return 0.0 if answer is None else float(answer)

        self._called = ctypes.CFUNCTYPE(ctypes.c_double, *words)(called)  # owns the code
        self.address = address_of(self._called)

    def reraise(self) -> None:
        """Raise what the function raised when it was last called from compiled code, if it did."""
        raised, self._raised = self._raised, None
        if raised is not None:
            raise raised


def _vector_at(*words: int) -> np.ndarray:
    """The vector whose words (`_words_of`) compiled code hands on."""
    size, data = words[2], words[4]
    return np.ctypeslib.as_array(ctypes.cast(data, ctypes.POINTER(ctypes.c_double)), (size,))


def _parts(kind: Any) -> range:
    return range(5 + 2 * kind.ndim) if isinstance(kind, types.Array) else range(1)


class _Unmade(Entry):
    """In place of an entry where nothing is run."""

    address = 0

    def __init__(self) -> None:
        """Compile nothing."""

    def prepared(self, *arguments: Any) -> Callable[[], Any]:
        """A call that does nothing."""
        return lambda: 0.0


_compiled: dict[Any, Entry] = {}


def entry(function: Callable[..., Any], options: dict[str, Any], returned: Any, *kinds: Any) -> Entry:
    """Compile a function for arguments of these types, once, cached on disk.

    Parameters
    ----------
    function : callable
        Plain Python that Numba can compile; it must not raise.
    options : dict
        UNCOUNTED, or COUNTED where it makes arrays.
    returned : {float64, void}
    *kinds : Numba types
        `NUMBER`, `NUMBERS`, `VECTOR`, `MATRIX` or another contiguous array, float64, or the type of a `Memory`.
    """
    key = function, kinds
    if key in _compiled:
        return _compiled[key]
    if listed(function, lambda: (returned(*kinds), options)):
        return _Unmade()
    with first_class_functions():
        _compiled[key] = Entry(compiled_for(returned(*kinds), function, options), returned, kinds)
    return _compiled[key]


@intrinsic
def call(typingctx, address, arguments):
    """Call the entry at an address with a tuple of arguments; returns its float."""
    return types.float64(address, arguments), _calling(ir.DoubleType(), len(arguments.types))


@intrinsic
def do(typingctx, address, arguments):
    """Call an entry that returns nothing."""
    return types.void(address, arguments), _calling(ir.IntType(8).as_pointer(), len(arguments.types))


def _calling(returned: Any, n_arguments: int) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = [builder.extract_value(values[1], k) for k in range(n_arguments)]
        function = ir.FunctionType(returned, [part.type for part in parts])
        found = builder.call(builder.inttoptr(values[0], function.as_pointer()), parts)
        return found if signature.return_type == types.float64 else context.get_dummy_value()

    return codegen


@intrinsic
def as_matrix(typingctx, vector, rows, columns):
    """The numbers of a contiguous vector as a matrix, row by row, whose references nobody counts.

    What `reshape` may be asked for beyond this takes long to compile.
    """
    kind = types.Array(vector.dtype, 2, "C")

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        from numba.np.arrayobj import make_array, populate_array  # not before: 30 ms of every import of latentnet

        source = make_array(vector)(context, builder, values[0])
        matrix = make_array(kind)(context, builder)
        width = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(vector.dtype)))
        strides = builder.mul(values[2], width), width
        populate_array(matrix, source.data, (values[1], values[2]), strides, width, None)
        return matrix._getvalue()

    return kind(vector, types.int64, types.int64), codegen

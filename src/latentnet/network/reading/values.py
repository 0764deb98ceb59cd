"""Values of ties as float64, None and NA as NaN; anything but finite real numbers is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet.checks import shown

__all__ = ["check_finite", "float_values", "ways_to_numbers"]

Floats = npt.NDArray[np.float64]

_LARGEST_WHOLE = 2**53


def float_values(values: Any, argument: str, place: Callable[[tuple[int, ...]], str]) -> Floats:
    """Copy values into float64, in the same shape; missing ones become NaN.

    Parameters
    ----------
    values : array-like
        Booleans, numbers, or objects among which None, NaN and `pandas.NA` are missing. Entries that a masked
        array hides are missing.
    argument : str
        What messages call it.
    place : callable
        Index of a value -> where it stands, in words ("from 'a' to 'b'").

    Raises
    ------
    TypeError, ValueError
        If a value is no real number, or is a whole number that a float64 cannot hold.
    """
    hidden = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    array = np.asarray(values)
    if array.dtype.kind == "O":
        result = _object_values(array, argument, place)
    elif array.dtype.kind in "biuf":
        with np.errstate(over="ignore"):  # of long doubles
            result = array.astype(np.float64)
        if array.dtype.kind != "b":
            _check_exact(array, result, argument, place)
    else:
        example = array.flat[0].item() if array.size else array.dtype
        raise TypeError(
            f"{argument} must hold real numbers, but its dtype is {array.dtype} (first value {shown(example)}); "
            f"{ways_to_numbers(array.dtype)}"
        )
    if hidden is not None:
        result[hidden] = np.nan
    return result


def _object_values(array: npt.NDArray[Any], argument: str, place: Callable[[tuple[int, ...]], str]) -> Floats:
    result = np.full(array.shape, np.nan)
    for position in np.ndindex(array.shape):
        value: Any = array[position]
        try:
            if pd.api.types.is_scalar(value) and pd.isna(value):
                continue
            if isinstance(value, str | bytes) or np.ndim(value):
                raise TypeError
            if not isinstance(value, int | np.integer) or abs(int(value)) <= _LARGEST_WHOLE:
                result[position] = float(value)
                continue
        except (TypeError, ValueError, ArithmeticError):
            raise TypeError(
                f"{argument} must hold real numbers, but the value {place(position)} is {shown(value)} of type "
                f"{type(value).__name__}; use numbers, and None or NaN for an unobserved dyad"
            ) from None
        _refuse_inexact(value, argument, place(position))
    return result


def ways_to_numbers(dtype: Any) -> str:
    """What to do about values of a type that are no real numbers, such that nothing is lost."""
    ways = {
        "c": "take one number of each, for example their size, abs(values)",
        "M": "count days from a date, for example (values - date) / numpy.timedelta64(1, 'D')",
        "m": "count them in a unit, for example values / numpy.timedelta64(1, 'D')",
        "V": "give one of its fields, for example values['tie']",
    }
    return ways.get(dtype.kind, "convert it, for example with .astype(float)")


def _check_exact(
    array: npt.NDArray[Any], floats: Floats, argument: str, place: Callable[[tuple[int, ...]], str]
) -> None:
    """Refuse whole numbers that would be rounded, and finite ones that would be infinite."""
    if array.dtype.kind == "f":
        outside = np.isinf(floats) & np.isfinite(array)
    else:
        outside = (array > _LARGEST_WHOLE) | (array < -_LARGEST_WHOLE)
    if outside.any():
        position = tuple(int(k) for k in np.argwhere(outside)[0])
        _refuse_inexact(array[position], argument, place(position))


def _refuse_inexact(value: Any, argument: str, where: str) -> NoReturn:
    shown = str(value)
    if isinstance(value, int) and abs(value) >= 10**30:
        shown = f"about 10**{len(str(abs(value) // 10**20)) + 19}"
    raise ValueError(
        f"{argument} must hold numbers that a float64 holds exactly, whole ones up to 2**53, but the value {where} is "
        f"{shown}; take a larger unit, for example array / 1000"
    )


def check_finite(values: Floats, argument: str, place: Callable[[int], str]) -> None:
    """Refuse infinite values in a flat array; NaN passes."""
    infinite = np.isinf(values)
    if infinite.any():
        position = int(np.argmax(infinite))
        raise ValueError(
            f"{argument} must hold finite values, but the value {place(position)} is {values[position]}; use "
            "NaN if that dyad was not observed"
        )

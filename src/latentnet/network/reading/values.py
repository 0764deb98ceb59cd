"""Values of ties as float64, None and NA as NaN; anything but finite real numbers is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["check_finite", "float_values"]

Floats = npt.NDArray[np.float64]


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
    TypeError
        If a value is no real number.
    """
    hidden = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    array = np.asarray(values)
    if array.dtype.kind == "O":
        result = _object_values(array, argument, place)
    elif array.dtype.kind in "biuf":
        result = array.astype(np.float64)
    else:
        example = array.flat[0].item() if array.size else array.dtype
        raise TypeError(
            f"{argument} must hold real numbers, but its dtype is {array.dtype} (first value {example!r}); "
            "convert it, for example with .astype(float)"
        )
    if hidden is not None:
        result[hidden] = np.nan
    return result


def _object_values(array: npt.NDArray[Any], argument: str, place: Callable[[tuple[int, ...]], str]) -> Floats:
    result = np.full(array.shape, np.nan)
    for where in np.argwhere(~np.asarray(pd.isna(array))):
        position = tuple(int(k) for k in where)
        value = array[position]
        try:
            if isinstance(value, str | bytes):
                raise TypeError
            result[position] = float(value)
        except (TypeError, ValueError):
            raise TypeError(
                f"{argument} must hold real numbers, but the value {place(position)} is {value!r} of type "
                f"{type(value).__name__}; use numbers, and None or NaN for an unobserved dyad"
            ) from None
    return result


def check_finite(values: Floats, argument: str, place: Callable[[int], str]) -> None:
    """Refuse infinite values in a flat array; NaN passes."""
    infinite = np.isinf(values)
    if infinite.any():
        position = int(np.argmax(infinite))
        raise ValueError(
            f"{argument} must hold finite values, but the value {place(position)} is {values[position]}; use "
            "NaN if that dyad was not observed"
        )

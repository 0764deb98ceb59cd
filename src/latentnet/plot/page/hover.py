"""What a reader learns of an actor by pointing at it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from latentnet.checks import check_shown, shown
from latentnet.plot.look.attributes import Encoding, encode
from latentnet.plot.picture import cluster_moments

__all__ = ["Row", "hover_rows"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Row = tuple[str, list[str]]
_LEAST_SHARE = 0.05  # of a further cluster to be worth a word


def hover_rows(
    model: Any, named: IntArray, *, attributes: Sequence[Any], clusters: bool, pairs: IntArray | None, roles: Any
) -> list[Row]:
    """Rows of the hover: a heading, and a text for each of the actors `named`.

    Parameters
    ----------
    model : fitted estimator
    named : (n_named,) int array
        Nothing is said of other actors.
    attributes : sequence
        What was given as `color` and `shape`.
    clusters : bool
        Whether to speak of clusters.
    pairs : (n_ties, 2) int array or None
        Ties, each once; None says nothing of ties.
    roles : DataFrame or None
        Result of `latentnet.roles`.
    """
    rows: list[Row] = []
    if clusters:
        rows.append(("cluster", [_membership(share) for share in np.asarray(model.membership_)[named]]))
    if roles is not None:
        rows.append(("role", _roles(roles, [model.network_.actors[i] for i in named])))
    if clusters:
        rows.append(("from its centre", [f"{ring:.1f} sd" for ring in _rings(model)[named]]))
    if pairs is not None:
        labels = np.asarray(model.labels_) if clusters else None
        rows.append(("ties", _ties(pairs, named, len(model.network_.actors), labels)))
    seen: set[str] = set()
    for given in attributes:
        encoding = None if given is None else encode("color", given, model.network_, numbers=True)
        if encoding is not None and encoding.name and encoding.name not in seen:
            seen.add(encoding.name)
            rows.append((encoding.name, _values(encoding, named)))
    return rows


def _membership(shares: FloatArray) -> str:
    order = [g for g in np.argsort(-shares, kind="stable") if shares[g] >= _LEAST_SHARE]
    return ", ".join(f"{g} ({_percent(shares[g])})" for g in order)


def _percent(share: float) -> str:
    """Nothing uncertain is said to be certain."""
    return "over 99 %" if 0.995 <= share < 1.0 else f"{share:.0%}".replace("%", " %")


def _rings(model: Any) -> FloatArray:
    """Distance to the centre of the own cluster in its standard deviations, as the rings are drawn."""
    means, scales = cluster_moments(model)
    own = np.asarray(model.labels_)
    return np.asarray(np.linalg.norm(np.asarray(model.positions_) - means[own], axis=1) / scales[own])


def _ties(pairs: IntArray, named: IntArray, n: int, labels: IntArray | None) -> list[str]:
    total = np.bincount(pairs.ravel(), minlength=n)
    if labels is None:
        return [str(total[i]) for i in named]
    across = np.bincount(pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]].ravel(), minlength=n)
    return [f"{total[i]}, {across[i]} of them to other clusters" if across[i] else str(total[i]) for i in named]


def _values(encoding: Encoding, named: IntArray) -> list[str]:
    if encoding.values is not None:
        return ["missing" if np.isnan(value) else f"{value:g}" for value in encoding.values[named]]
    codes = np.asarray(encoding.codes)[named]
    return ["missing" if code < 0 else encoding.categories[code] for code in codes]


def _roles(roles: Any, actors: Sequence[Any]) -> list[str]:
    if not isinstance(roles, pd.DataFrame) or not {"role", "p_role"} <= set(roles.columns):
        raise ValueError(
            "`roles` must be a DataFrame with the columns 'role' and 'p_role', "
            f"but is {_describe(roles)}; give the result of `latentnet.roles(model)`"
        )
    absent = [actor for actor in actors if actor not in roles.index]
    if absent:
        close = difflib.get_close_matches(str(absent[0]), [str(label) for label in roles.index], n=1)
        fix = f"did you mean {close[0]!r}? " if close else ""
        raise ValueError(
            f"`roles` has no row for {shown(absent[0])}; {fix}Give the result of `latentnet.roles` for this very model"
        )
    table = roles.loc[list(actors)]
    check_shown("`roles`", table["role"])
    return [f"{role} ({_percent(share)})" for role, share in zip(table["role"], table["p_role"], strict=True)]


def _describe(given: Any) -> str:
    if isinstance(given, pd.DataFrame):
        return f"one with {', '.join(map(repr, given.columns)) or 'none'}"
    return f"{shown(given)} of type {type(given).__name__}"

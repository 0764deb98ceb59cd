"""Interviews: who was asked, whom they named, in which order, and how many names they were allowed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from latentnet._exceptions import warn
from latentnet.checks import shown, whole_number
from latentnet.network.content import Parts, parts_from_entries
from latentnet.network.labels import (
    Labels,
    attributes_frame,
    check_bools_apart,
    check_columns,
    check_hashable,
    check_n_actors,
    label_array,
    label_index,
    listing,
    object_array,
    of_other_type,
)
from latentnet.network.nominations import MOST_TIED, Nominations

__all__ = ["read_nominations"]

Ints = npt.NDArray[np.int64]


def read_nominations(
    frame: pd.DataFrame,
    respondent: Hashable,
    nominee: Hashable,
    respondents: Iterable[Any] | None = None,
    max_nominations: Any = None,
    rank: Hashable | None = None,
    actors: Iterable[Any] | None = None,
    attributes: pd.DataFrame | None = None,
) -> Parts:
    """Read a table with a row for every name that a respondent gave."""
    _check_columns(frame, respondent, nominee, rank)
    given = None if actors is None else label_array(actors, "actors")
    asked = None if respondents is None else label_array(respondents, "respondents")
    by, names = _ends(frame, respondent, nominee)
    _check_respondents(frame, by, asked, given)
    _check_pairs(frame, by, names)
    people = pd.unique(by) if asked is None else asked
    labels = given if given is not None else _people(by, names, people)
    check_n_actors(len(labels))
    index = label_index(labels)
    i, j = (np.asarray(index.get_indexer(label_index(end)), dtype=np.int64) for end in (by, names))
    check_bools_apart(np.concatenate([labels, by, names]), np.concatenate([np.arange(len(labels)), i, j]), "frame")
    order = None if rank is None else _ranks(frame, rank, labels, i)
    _warn_of_outsiders(names[j < 0], labels)
    observed = np.zeros(len(labels), dtype=bool)
    observed[index.get_indexer(label_index(people))] = True
    limits = None if max_nominations is None else _limits(max_nominations, labels, observed)
    counts = np.bincount(i, minlength=len(labels)).astype(np.int64)
    _check_lengths(labels, counts, limits)
    inside, shape = j >= 0, (len(labels), len(labels))
    pairs = (i[inside], j[inside])
    parts = parts_from_entries(
        labels,
        sparse.csr_array((np.ones(len(pairs[0])), pairs), shape=shape),
        directed=True,
        attributes=attributes_frame(attributes, labels),
        asked=observed,
    )
    ranks = None if order is None else sparse.csr_array((order[inside], pairs), shape=shape)
    named_only = None if given is not None or observed.all() else ~observed
    return parts._replace(nominations=Nominations(limits, counts, ranks, named_only))


def _check_columns(frame: pd.DataFrame, respondent: Hashable, nominee: Hashable, rank: Hashable | None) -> None:
    columns = {"respondent": respondent, "nominee": nominee} | ({} if rank is None else {"rank": rank})
    check_columns(frame, columns)


def _limits(max_nominations: Any, labels: Labels, asked: npt.NDArray[np.bool_]) -> Ints:
    """The most names that each actor could give, 0 for those who were not asked."""
    allowed = "; it is the most names that a respondent was allowed"
    otherwise = ", or None if there was no limit"
    if not isinstance(max_nominations, Mapping | pd.Series):
        cap = whole_number("max_nominations", max_nominations, 1, otherwise=otherwise, fix=allowed)
        return np.where(asked, cap, 0).astype(np.int64)
    by_label = dict(max_nominations.items())
    lacking = [label for label in labels[asked] if label not in by_label]
    if lacking:
        raise ValueError(
            f"max_nominations must have a limit for every respondent, but lacks {listing(lacking)}"
            f"{of_other_type(lacking, by_label)}; add them, with the number of actors for those who had none"
        )
    limits = np.zeros(len(labels), np.int64)
    for place in np.flatnonzero(asked):
        limit = by_label[labels[place]]
        limits[place] = whole_number(f"max_nominations of {labels[place]!r}", limit, 1, otherwise="", fix=allowed)
    return limits


def _ends(frame: pd.DataFrame, respondent: Hashable, nominee: Hashable) -> tuple[Labels, Labels]:
    """Both columns of names, every one there."""
    fixes = (
        "say who gave that name, or drop the row",
        "drop the row, and list whoever was asked and named nobody in respondents=",
    )
    ends = []
    for name, fix in zip((respondent, nominee), fixes, strict=True):
        column = object_array(frame[name].to_numpy(dtype=object))
        empty = pd.isna(column) | np.array([isinstance(one, str) and not one.strip() for one in column], dtype=bool)
        if empty.any():
            row = int(np.argmax(empty))
            raise ValueError(
                f"column {shown(name)} must hold a name in every row, but it is {shown(column[row])} in row "
                f"{shown(frame.index[row])}; {fix}"
            )
        check_hashable(column, f"column {name!r}")
        ends.append(column)
    return ends[0], ends[1]


def _people(by: Labels, names: Labels, asked: Labels) -> Labels:
    """Everyone who occurs, row by row, respondent before nominee; then those who were asked and do not occur."""
    return label_array(pd.unique(np.concatenate([np.column_stack([by, names]).ravel(), asked])), "frame")


def _check_respondents(frame: pd.DataFrame, by: Labels, asked: Labels | None, actors: Labels | None) -> None:
    if len(by) == 0 and (asked is None or len(asked) == 0):
        raise ValueError(
            "frame must hold at least one name, or respondents= at least one respondent, but nobody was asked; if "
            "those who were asked named nobody, list them in respondents="
        )
    if asked is not None:
        stranger = ~label_index(by).isin(label_index(asked))
        if stranger.any():
            row, whom = int(np.argmax(stranger)), pd.unique(by[stranger])
            raise ValueError(
                f"respondents must list everyone who was asked, but {listing(whom)} named people and "
                f"{'is' if len(whom) == 1 else 'are'} not in it (first in row "
                f"{shown(frame.index[row])}){of_other_type(whom, asked)}; add them to respondents, or drop their rows"
            )
    if actors is not None:
        everyone = label_index(pd.unique(by) if asked is None else asked)
        outside = everyone[~everyone.isin(label_index(actors))]
        if len(outside):
            raise ValueError(
                f"actors must have all respondents among them, but {listing(outside)} "
                f"{'is' if len(outside) == 1 else 'are'} not{of_other_type(outside, actors)}; add them to actors"
            )


def _check_pairs(frame: pd.DataFrame, by: Labels, names: Labels) -> None:
    """Nobody names himself or herself, or anybody twice."""
    pairs = pd.factorize(np.concatenate([by, names]))[0].reshape(2, -1)
    itself = pairs[0] == pairs[1]
    if itself.any():
        row = int(np.argmax(itself))
        raise ValueError(
            f"frame must not have people who name themselves, but {shown(by[row])} does in row "
            f"{shown(frame.index[row])} (rows of this kind: {int(itself.sum())}); drop "
            f"{'it' if itself.sum() == 1 else 'them'}"
        )
    again = pd.DataFrame({"by": pairs[0], "of": pairs[1]}).duplicated().to_numpy()
    if again.any():
        row = int(np.argmax(again))
        first = int(np.argmax((pairs == pairs[:, [row]]).all(axis=0)))
        raise ValueError(
            f"frame must have each name of a respondent once, but {shown(by[row])} names {shown(names[row])} in row "
            f"{shown(frame.index[first])} and again in row {shown(frame.index[row])} (rows of this kind: "
            f"{int(again.sum())}); keep one row of each, as .drop_duplicates() does"
        )


def _check_lengths(labels: Labels, counts: Ints, limits: Ints | None) -> None:
    if limits is not None and (counts > limits).any():
        over = counts > limits
        worst = int(np.argmax(counts - limits))
        raise ValueError(
            f"max_nominations must be the most names that a respondent was allowed, {limits[worst]}, but "
            f"{shown(labels[worst])} gave {counts[worst]} (respondents with too many: {int(over.sum())}); "
            "drop the names that the limit did not allow, or pass the limit that held"
        )


def _ranks(frame: pd.DataFrame, rank: Hashable, labels: Labels, i: Ints) -> npt.NDArray[np.float64]:
    """The place of each name in its respondent's list; tied names have the first place that they share."""
    raw = frame[rank].to_numpy(dtype=object)
    values = np.array([_place_of(one) for one in raw], dtype=np.float64)
    groups = pd.Series(values).groupby(i)
    places, shared, dense = (np.array(groups.rank(method=one), np.float64) for one in ("min", "average", "dense"))
    fits = [pd.Series(values == form).groupby(i).transform("all").to_numpy() for form in (places, shared, dense)]
    wrong = ~np.logical_or.reduce(fits)
    if wrong.any():
        respondent = int(i[int(np.argmax(wrong))])
        found = object_array(raw[i == respondent])
        raise ValueError(
            f"column {shown(rank)} must number each respondent's names 1, 2, ... without gaps, equal where they are "
            f"tied (1, 2, 2, 4 or 1, 2, 2, 3), but those of {shown(labels[respondent])} are {listing(found, 12)}; "
            f"number them 1 to {len(found)}, or leave rank out if the order means nothing"
        )
    tied = pd.Series(places).groupby([i, places]).transform("size").to_numpy()
    many = (tied > MOST_TIED) & (places > 1)
    if many.any():
        row = int(np.argmax(many))
        raise ValueError(
            f"column {shown(rank)} must give at most {MOST_TIED} names of a respondent the same rank, unless it is the "
            f"first, but {shown(labels[i[row]])} gave {tied[row]} names rank {shown(raw[row])}; tell some of them "
            "apart, or leave rank out"
        )
    return places


def _place_of(value: Any) -> float:
    """A place in a list as a number, NaN if it is none; texts such as "2" are taken, as files have them."""
    try:
        return float(value)
    except (TypeError, ValueError, ArithmeticError):
        return np.nan


def _warn_of_outsiders(names: Labels, actors: Labels) -> None:
    outside = pd.unique(names)
    if len(outside):
        warn(
            f"frame names {len(outside)} {'person' if len(outside) == 1 else 'people'} who "
            f"{'is' if len(outside) == 1 else 'are'} not in actors=: {listing(outside, len(outside))}"
            f"{of_other_type(outside, actors)}; these names "
            "count as given, towards max_nominations too, and are left out of the network; add them to actors= if they "
            "belong to it, or correct them if they are misspelt (latentnet.study.near_duplicates looks for that)"
        )

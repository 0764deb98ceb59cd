"""Whose names stand beside the marks, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from latentnet.checks import check_shown
from latentnet.constraints import Rule, goes_through
from latentnet.network.labels import actor_places, label_index
from latentnet.plot.look.attributes import check_revealed_text

__all__ = ["label_texts"]


def label_texts(labels: Any, actors: NDArray[np.object_], hidden: NDArray[np.bool_]) -> dict[int, str]:
    """Text of each actor to be named, by its place in `actors`.

    Parameters
    ----------
    labels : bool, mapping, Series or sequence
        True names everybody by label, False (or None) nobody. A mapping or Series of texts by actor, or a list of
        actors, names these alone; a list of other texts gives every actor its text, in the order of `actors`.
    actors : (n_actors,) object array
    hidden : (n_actors,) bool array
        Actors that are never named.

    Raises
    ------
    ValueError
        For anything else, unknown actors, and texts that would name a hidden actor.
    """
    if labels is None or (isinstance(labels, bool | np.bool_) and not labels):
        return {}
    own = [str(label) for label in actors]
    if isinstance(labels, bool | np.bool_):
        return {i: own[i] for i in np.flatnonzero(~hidden).tolist()}
    said = f"True, False, a list of actors, a list of {len(own)} texts, or texts by actor"
    Rule(said, goes_through).demand("`labels`", labels)
    if isinstance(labels, pd.Series | Mapping):
        chosen = actor_places(list(labels.keys()), label_index(actors), "`labels`")
        texts = [str(text) for text in (labels.to_list() if isinstance(labels, pd.Series) else labels.values())]
    else:
        given = list(labels)
        known = set(actors)
        if len(given) == len(own) and not any(_hashable(text) and text in known for text in given):
            chosen, texts = np.arange(len(own)), [str(text) for text in given]
        else:
            chosen = actor_places(given, label_index(actors), "`labels`")
            texts = [own[i] for i in chosen]
    found = {int(i): text for i, text in zip(chosen, texts, strict=True) if not hidden[i]}
    others = [text for i, text in found.items() if text != own[i]]
    check_shown("`labels`", others)
    check_revealed_text(others, [label for label, gone in zip(actors, hidden, strict=True) if gone])
    return found


def _hashable(value: Any) -> bool:
    return getattr(type(value), "__hash__", None) is not None

"""Who was asked, and who was named how often."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentnet.network.nominations import rows_observed
from latentnet.network.reading import Parts

__all__ = ["coverage_frame", "senders"]


def senders(parts: Parts) -> npt.NDArray[np.bool_]:
    """Which actors have a row of which something was observed, shape (n_actors,)."""
    rows = rows_observed(parts.observed, len(parts.actors))
    return rows if parts.mode is None else rows & (parts.mode == 0)


def coverage_frame(parts: Parts) -> pd.DataFrame:
    """The table of `Network.coverage`."""
    n, asked, design = len(parts.actors), senders(parts), parts.design
    given = np.diff(parts.ties.indptr) if design is None else design.n_nominations
    cap = None if design is None else design.max_nominations
    columns = {
        "asked": asked,
        "names_given": given.astype(np.int64),
        "list_full": np.zeros(n, dtype=bool) if cap is None else asked & (given == cap),
        "times_named": np.bincount(parts.ties.indices, minlength=n),
        "share_observed": _share_observed(parts),
    }
    return pd.DataFrame(columns, index=parts.attributes.index.copy())


def _share_observed(parts: Parts) -> npt.NDArray[np.float64]:
    """Observed dyads from and to each actor, as a share of all of them."""
    n = len(parts.actors)
    sent, received = parts.observed.counts()
    if parts.mode is None:
        return (sent + received) / (2.0 * (n - 1))
    n_columns = int(parts.mode.sum())
    return np.where(parts.mode == 0, sent / n_columns, received / (n - n_columns))

"""The flow plot: bars and bands add up, colours follow the clusters."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch, Rectangle

from latentnet import plot
from latentnet.plot.look.colors import NEUTRAL, categorical


def comparison(counts: Any, correspondence: list[Any]) -> SimpleNamespace:
    values = np.asarray(counts, dtype=float)
    rows = [*range(values.shape[0] - 1), "joined"]
    columns = [*range(values.shape[1] - 1), "left"]
    return SimpleNamespace(
        flow=pd.DataFrame(values, rows, columns), correspondence=pd.Series(correspondence, dtype="Int64")
    )


EXAMPLE = comparison([[1, 8, 0, 2], [9, 0.5, 3, 0], [1, 2, 0, 0]], [1, 0, pd.NA])


@pytest.fixture(autouse=True)
def _close() -> Any:
    yield
    plt.close("all")


def bars(ax: Any) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def bands(ax: Any) -> list[PathPatch]:
    return [patch for patch in ax.patches if isinstance(patch, PathPatch)]


def test_bars_and_bands_have_the_heights_of_the_table() -> None:
    ax = plot.flow(EXAMPLE)
    counts = EXAMPLE.flow.to_numpy() / EXAMPLE.flow.to_numpy().sum()
    heights = [bar.get_height() for bar in bars(ax)]
    np.testing.assert_allclose(heights, [*counts.sum(axis=1), *counts.sum(axis=0)])
    assert len(bands(ax)) == np.count_nonzero(counts)
    widths = sorted(band.get_path().vertices[0, 1] - band.get_path().vertices[7, 1] for band in bands(ax))
    np.testing.assert_allclose(widths, sorted(counts[counts > 0]))


def test_bands_fill_the_bars_without_overlap() -> None:
    ax = plot.flow(EXAMPLE)
    for end, start in (((0, 7), 0), ((3, 4), 1)):
        spans = sorted((band.get_path().vertices[end[1], 1], band.get_path().vertices[end[0], 1]) for band in bands(ax))
        assert all(low >= high - 1e-9 for (_, high), (low, _) in pairwise(spans))
        of_column = [bar for bar in bars(ax) if (bar.get_x() > 0.5) == bool(start)]
        for low, high in spans:
            assert any(bar.get_y() - 1e-9 <= low and high <= bar.get_y() + bar.get_height() + 1e-9 for bar in of_column)


def test_a_cluster_has_the_colour_of_the_one_that_it_continues() -> None:
    ax = plot.flow(EXAMPLE)
    colors = [plt.matplotlib.colors.to_hex(bar.get_facecolor()) for bar in bars(ax)]
    first = [code.lower() for code in categorical(3)]
    assert colors == [first[0], first[1], NEUTRAL, first[1], first[0], first[2], NEUTRAL]
    tops = [bar.get_y() for bar in bars(ax)]
    assert tops[4] > tops[3] > tops[5]  # cluster 1, which continues cluster 0, stands on top


def test_labels_give_names_and_expected_numbers() -> None:
    ax = plot.flow(EXAMPLE)
    texts = [text.get_text() for text in ax.texts]
    assert "cluster 0 (11)" in texts
    assert "left (2)" in texts
    assert "second period" in texts


def test_nobody_joined_or_left_and_given_axes() -> None:
    _, mine = plt.subplots()
    ax = plot.flow(comparison([[5, 0, 0], [0, 5, 0], [0, 0, 0]], [0, 1]), ax=mine)
    assert ax is mine
    assert len(bars(ax)) == 4
    assert not any("joined" in text.get_text() for text in ax.texts)


def test_position_models_have_no_flow() -> None:
    with pytest.raises(ValueError, match="LatentClusterModel"):
        plot.flow(SimpleNamespace(flow=None, correspondence=None))

"""The picture of goodness of fit shows what the table says."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from latentnet import plot
from latentnet.checking import GoodnessOfFit
from latentnet.checking.goodness_of_fit import _result


def _of(joint: bool) -> GoodnessOfFit:
    rng = np.random.default_rng(1)
    counted = {}
    for network in ("first", "second") if joint else (None,):
        counted[network, "distance"] = [{1: float(x), 2: 3.0, np.inf: 1.0} for x in rng.integers(0, 9, 21)]
        counted[network, "reciprocity"] = [{"ties": float(x)} for x in rng.random(21)]
    if joint:
        counted["second", "changes"] = [{"formed": 1.0, "kept": 2.0} for _ in range(21)]
    return _result(counted, joint=joint)


def test_intervals_means_and_the_observed_line() -> None:
    result = _of(joint=False)
    figure = plot.goodness_of_fit(result)
    assert [ax.get_title().split(" (")[0] for ax in figure.axes] == ["distance", "reciprocity"]
    ax, table = figure.axes[0], result.table.loc["distance"]
    np.testing.assert_allclose([bar.get_y() for bar in ax.patches], table["low"])
    np.testing.assert_allclose([bar.get_y() + bar.get_height() for bar in ax.patches], table["high"])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), table["observed"])
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "2", "∞"]
    assert f"p = {result.p_values['distance']:.2g}" in ax.get_title()
    plt.close(figure)


def test_chosen_statistics_and_joint_models() -> None:
    figure = plot.goodness_of_fit(_of(joint=False), "reciprocity")
    assert len(figure.axes) == 1
    plt.close(figure)
    figure = plot.goodness_of_fit(_of(joint=True))
    assert len(figure.axes) == 5
    assert figure.axes[-1].get_title().startswith("second: changes")
    plt.close(figure)
    with pytest.raises(ValueError, match=r"'distance', 'reciprocity'.*'degree'"):
        plot.goodness_of_fit(_of(joint=False), ["degree"])


@pytest.mark.parametrize("zeros", [2600.0, 100.0])
def test_values_that_are_mostly_absent_are_scaled_by_roots(zeros: float) -> None:
    counts = [{"0": zeros + x, "1": 97.0 + x, "2 or more": 20.0} for x in np.random.default_rng(1).integers(0, 9, 21)]
    ax = plot.goodness_of_fit(_result({(None, "values"): counts}, joint=False)).axes[0]
    ax.figure.canvas.draw()
    heights = ax.transData.transform([(0, 0.0), (0, 100.0), (0, 2500.0)])[:, 1]
    share = (heights[1] - heights[0]) / (heights[2] - heights[0])
    assert share == pytest.approx(0.2 if zeros > 1000 else 0.04, rel=1e-3)
    if zeros > 1000:
        assert ax.get_yticks().tolist() == [0.0, 100.0, 1000.0]
    plt.close(ax.figure)


def test_parts_of_joint_tables_are_found_without_a_warning() -> None:
    assert isinstance(_of(joint=True).table.loc[("second", "changes")], pd.DataFrame)

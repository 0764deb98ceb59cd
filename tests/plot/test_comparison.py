"""The picture of a comparison has the table's numbers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from latentnet import plot


def test_points_and_bars() -> None:
    table = pd.DataFrame({"difference": [0.0, -9.0], "se_difference": [0.0, 3.0]}, index=["d=2", 1])
    ax = plot.compare(table)
    np.testing.assert_allclose(ax.lines[1].get_xdata(), [0.0, -9.0])
    (bars,) = ax.collections
    np.testing.assert_allclose(bars.get_segments()[1][:, 0], [-15.0, -3.0])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["d=2", "1"]
    bic = pd.DataFrame({"bic_difference": [0.0, 4.0]}, index=["a", "b"])
    assert plot.compare(bic, ax=plt.figure().add_subplot()).get_xlabel() == "difference in BIC to the best"
    with pytest.raises(ValueError, match=r"a table of latentnet\.compare"):
        plot.compare(pd.DataFrame({"x": [1]}))
    plt.close("all")

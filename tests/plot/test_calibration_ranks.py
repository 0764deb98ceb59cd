"""The picture of a calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from latentnet import plot
from latentnet.checking import Calibration


def test_panels_say_which_quantity_leaves_the_band() -> None:
    ranks = pd.DataFrame({"good": np.arange(100), "low": np.arange(100) // 3, "also good": np.arange(100)[::-1]})
    figure = plot.calibration_ranks(Calibration(ranks, pd.DataFrame()), columns=2)
    shown = [ax for ax in figure.axes if ax.get_title()]
    assert [ax.get_title() for ax in shown] == ["good", "low", "also good"]
    assert len(figure.axes) == 4
    colors = [to_hex(ax.lines[-1].get_color()) for ax in shown]
    assert colors[0] == colors[2] != colors[1]
    heights = shown[1].lines[-1].get_ydata()
    assert heights.max() == pytest.approx(0.66, abs=0.02)
    with pytest.raises(TypeError, match="what latentnet"):
        plot.calibration_ranks(ranks)
    with pytest.raises(ValueError, match="level must be between"):
        plot.calibration_ranks(Calibration(ranks, pd.DataFrame()), level=95)

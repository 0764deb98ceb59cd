"""Texts of users stand in pictures as they are: no dollar is mathematics, and what no picture can hold is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.dom import minidom

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from latentnet import plot
from latentnet.checking import Calibration, GoodnessOfFit
from latentnet.plot.look.attributes import check_revealed_text
from tests.plot.fakes import cluster_model
from tests.plot.test_positions_html import hovers

PRICE = "$10k-$20k_\\frac"  # what matplotlib would set as mathematics, or choke on
ACTORS = [PRICE, "$", "<b>&\"'</script>", "two\nlines", "_x", "%s{}", "{x}", "\\n", "Zoë", "Ann"]


def _model() -> Any:
    attributes = pd.DataFrame({PRICE: [PRICE, "<&>"] * 5, "_$y$ \\frac": np.linspace(0.0, 1.0, 10)}, index=ACTORS)
    return cluster_model(10, 2, actors=ACTORS, attributes=attributes)


def _texts(picture: Any) -> list[str]:
    """Texts of the picture as SVG; as PNG it is made too."""
    figure = np.ravel(picture)[0].get_figure()
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg")
    figure.savefig(io.BytesIO(), format="png")
    document = minidom.parseString(buffer.getvalue())
    mpl.pyplot.close(figure)
    return [
        "".join(part.data for part in text.childNodes if part.nodeType == part.TEXT_NODE).strip()
        for text in document.getElementsByTagName("text")
    ]


def _compared() -> Any:
    return plot.compare(pd.DataFrame({"bic_difference": [0.0, 2.0]}, index=[PRICE, "$"]))


class _Calibration(Calibration):
    def bands(self, level: float = 0.99) -> Any:
        """Any ones: the right ones take seconds."""
        return np.zeros(self.n_ranks - 1), np.full(self.n_ranks - 1, self.n_replications)


def _ranks() -> Any:
    return plot.calibration_ranks(_Calibration(pd.DataFrame({PRICE: np.arange(5)}), pd.DataFrame())).axes


def _fits() -> Any:
    frame = pd.DataFrame(
        {"observed": 1.0, "mean": 1.0, "low": 0.5, "high": 2.0},
        index=pd.MultiIndex.from_tuples([(PRICE, PRICE), (PRICE, "$")], names=["statistic", "value"]),
    )
    p_values = pd.Series({PRICE: 0.5}).rename_axis("statistic")
    return plot.goodness_of_fit(GoodnessOfFit(frame, pd.DataFrame(), p_values))


PICTURES: dict[str, Callable[[], Any]] = {
    "categories": lambda: plot.positions(_model(), color=PRICE, shape=PRICE, labels={"Ann": PRICE}, title=PRICE),
    "scale": lambda: plot.positions(_model(), color="_$y$ \\frac", title=PRICE),
    "pairs": lambda: plot.pairs({PRICE: _model(), "$": _model()}),
    "membership": lambda: plot.membership(_model()),
    "coclustering": lambda: plot.coclustering(_model()),
    "compare": _compared,
    "calibration_ranks": _ranks,
    "goodness_of_fit": _fits,
}


@pytest.mark.parametrize("name", PICTURES)
def test_texts_stand_in_pictures_as_they_are(name: str) -> None:
    assert any(PRICE in text for text in _texts(PICTURES[name]()))


def test_the_page_has_labels_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    plot.positions_html(_model(), path, color=PRICE)
    assert {"Ann", PRICE, "Zoë"} <= set(hovers(path))
    assert path.read_text(encoding="utf-8").count("</script>") == 3


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\x1b[0m", "\uffff"])
def test_texts_that_no_picture_can_hold_are_refused(text: str, tmp_path: Path) -> None:
    model = _model()
    for options in (
        {"title": text},
        {"labels": {"Ann": text}},
        {"labels": [text] * 10},
        {"color": [text, "b"] * 5},
        {"shape": pd.Series(["a", "b"] * 5, index=ACTORS, name=text)},
    ):
        with pytest.raises(ValueError, match="can be shown"):
            plot.positions(model, **options)
    roles = pd.DataFrame({"role": [text] * 10, "p_role": 0.5}, index=ACTORS)
    with pytest.raises(ValueError, match="`roles` must be texts that can be shown"):
        plot.positions_html(model, tmp_path / "map.html", roles=roles)
    with pytest.raises(ValueError, match="models must be"):
        plot.pairs({text: model})


@pytest.mark.parametrize(
    "text",
    ["Ann Lee", "ann lee", "ANN_LEE", "Ann-Lee", "friends of Ann Lee", "Ann Lee's team", "the Ann Lees", "x_annlee"],
)
def test_a_hidden_name_in_any_case_and_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="would name an actor whom `reveal` leaves out"):
        check_revealed_text(["north", text], ["Ann Lee", "Bo"])
    check_revealed_text(["Annual leave", "Joann Leeds", "Boston", "12"], ["Ann Lee", "Bo", 12])

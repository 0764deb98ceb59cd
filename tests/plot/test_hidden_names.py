"""Names that `reveal` leaves out are nowhere in any file, and no file depends on them."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import warnings
import zlib
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from latentnet import plot
from tests.plot.fakes import FakeClusterModel, cluster_model
from tests.plot.leaks import leaked

REVEALED = ["Bartholomew Tregenza", "Jacquetta"]
HIDDEN = [
    "Zebediah Arkwright",
    "Žofie Quillon",
    "Ægir Ñuñez",
    "Ottoline O'Dwyer & <Sons>",
    'Wilf "Wuff" \\Umber',
    "日本 太郎",
    "Philippa Gough-Tweed",
    "Quentin Vx",
]
ACTORS = [HIDDEN[0], REVEALED[0], *HIDDEN[1:5], REVEALED[1], *HIDDEN[5:]]
OPTIONS: list[dict[str, Any]] = [{}, {"color": "team", "shape": "grade"}, {"color": "years", "clusters": False}]
FORMATS = ["svg", "svg-text", "pdf", "pdf-42", "png", "html"]


def model(actors: list[str] = ACTORS, d: int = 2) -> FakeClusterModel:
    n = len(actors)
    attributes = pd.DataFrame(
        {
            "team": [f"team {'abc'[i % 3]}" for i in range(n)],
            "grade": ["high", "low"] * (n // 2),
            "years": np.arange(n),
        },
        index=actors,
    )
    attributes["years"] = attributes["years"] + 0.5
    return cluster_model(n, 3, d, radius=1.8, actors=actors, attributes=attributes, directed=True)


@pytest.fixture(autouse=True)
def _same_bytes_and_no_warning_of_missing_letters() -> Any:
    with mpl.rc_context({"svg.hashsalt": "latentnet"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        yield


def written(fitted: Any, kind: str, folder: Path, **options: Any) -> bytes:
    """Bytes of a saved picture, free of times and of random ids."""
    if kind == "html":
        pytest.importorskip("bokeh", reason="bokeh is not installed")
        return neutral(plot.positions_html(fitted, folder / "picture.html", **options).read_text(encoding="utf-8"))
    name, _, variant = kind.partition("-")
    settings = {
        "svg.fonttype": "none" if variant == "text" else "path",
        "pdf.fonttype": int(variant or 3) if name == "pdf" else 3,
    }
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[name]
    buffer = io.BytesIO()
    with mpl.rc_context(settings):
        figure = plot.positions(fitted, **options).get_figure()
        figure.savefig(buffer, format=name, metadata=metadata)
        mpl.pyplot.close(figure)
    return buffer.getvalue()


def neutral(text: str) -> bytes:
    """HTML without bokeh's library (as it is in the package) and with its ids numbered from 0."""
    from bokeh.resources import Resources

    library = Resources(mode="inline", components=["bokeh"]).render_js()
    assert text.count(library) == 1
    text = text.replace(library, "")
    ids: dict[str, str] = {}
    return re.sub(
        r"\bp[0-9]{4,}\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        lambda found: ids.setdefault(found[0], f"id{len(ids)}"),
        text,
    ).encode()


# ---- the detector finds what is planted ---------------------------------------------------------------------


def planted(name: str) -> dict[str, bytes]:
    """Files with a name in places where a careless library would leave it."""
    array = np.array([name, "x"])
    record = json.dumps({"data": base64.b64encode(array.tobytes()).decode()}).encode()
    page = f"<div data-x='{''.join(f'&#{ord(c)};' for c in name)}'>"
    figure = mpl.figure.Figure((2, 1))
    saved = {}
    for kind, metadata in {"svg": "Title", "pdf": "Keywords", "png": "Comment"}.items():
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata={metadata: name})
        saved[f"{kind} metadata"] = buffer.getvalue()
    return {
        **saved,
        "json": json.dumps({"who": name}).encode(),
        "json in a string of JavaScript": f"const docs = '{json.dumps(json.dumps({'who': name}))}'".encode(),
        "array of numpy": record,
        "compressed": base64.b64encode(gzip.compress(name.encode())),
        "image": b"data:image/svg+xml;base64," + base64.b64encode(f"<svg><!-- {name} --></svg>".encode()),
        "stream of PDF": b"%PDF-1.4\n1 0 obj\nstream\n" + zlib.compress(b"q " + name.encode()) + b"\nendstream",
        "entities": page.encode(),
        "capitals": name.upper().encode(),
    }


@pytest.mark.parametrize("name", ACTORS)
def test_the_detector_finds_a_planted_name(name: str) -> None:
    missed = [place for place, data in planted(name).items() if leaked(data, ACTORS) != {name}]
    assert missed == []


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "png"])
def test_the_detector_finds_names_that_are_shown(kind: str, tmp_path: Path) -> None:
    # old matplotlib draws other letters in PDF as shapes
    names = [name for name in ACTORS if name.isascii() or not kind.startswith("pdf")]
    assert leaked(written(model(), kind, tmp_path), ACTORS) >= set(names)


# ---- there is nothing to find -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options.get("color", "plain"))
def test_only_revealed_names_are_in_the_file(kind: str, options: dict[str, Any], tmp_path: Path) -> None:
    found = leaked(written(model(), kind, tmp_path, reveal=REVEALED, **options), ACTORS)
    assert found == (set() if kind == "png" else set(REVEALED))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_no_byte_depends_on_hidden_names(kind: str, d: int, tmp_path: Path) -> None:
    other = [name if name in REVEALED else f"{'somebody' * (i % 3)} {i}" for i, name in enumerate(ACTORS)]
    pair = [written(model(actors, d), kind, tmp_path, reveal=REVEALED) for actors in (ACTORS, other)]
    assert pair[0] == pair[1]
    if kind != "png":
        assert pair[0] != written(model(d=d), kind, tmp_path, reveal=REVEALED[:1])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("directed", [True, False])
def test_no_file_says_anything_of_the_order_of_hidden_actors(
    kind: str, directed: bool, ties: bool, tmp_path: Path
) -> None:
    pytest.importorskip("bokeh", reason="bokeh is not installed")
    first = model()
    if not directed:
        first.network_.directed = False
        first.network_.ties = first.network_.ties.maximum(first.network_.ties.T)
    order = np.arange(len(ACTORS))
    gone = np.flatnonzero(~np.isin(ACTORS, REVEALED))
    order[gone] = np.random.default_rng(1).permutation(gone)
    second = reordered(first, order)
    pair = [written(fitted, kind, tmp_path, reveal=REVEALED, ties=ties) for fitted in (first, second)]
    assert pair[0] == pair[1]


def reordered(fitted: FakeClusterModel, order: Any) -> FakeClusterModel:
    """The same model with its actors in another order."""
    old = fitted.network_
    network = type(old)(**{**vars(old), "actors": old.actors[order], "ties": old.ties[order][:, order]})
    return FakeClusterModel(
        network,
        fitted.positions_[order],
        labels_=fitted.labels_[order],
        membership_=fitted.membership_[order],
        cluster_means_=fitted.cluster_means_,
        cluster_variances_=fitted.cluster_variances_,
    )

"""`plot.positions_html`: what the page says, that it needs nobody else, and that a real browser shows it."""

from __future__ import annotations

import contextlib
import html
import json
import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import latentnet
from latentnet import plot
from latentnet._exceptions import NotFittedError
from latentnet.plot.page.layout import Layout, make_layout, place_labels
from tests.plot.fakes import MONKS, cluster_model, position_model
from tests.plot.leaks import leaked

KNOWN = ["Gregory", "Hugh", "Amand"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    pytest.importorskip("bokeh", reason="bokeh is not installed")
    return tmp_path / "picture.html"


def monks(**options: Any) -> Any:
    attributes = pd.DataFrame({"house": ["north", "south"] * 9, "age": np.linspace(20, 71, 18)}, index=MONKS)
    return cluster_model(18, 3, radius=2.0, actors=MONKS, attributes=attributes, directed=True, **options)


def drawing(path: Path) -> list[dict[str, Any]]:
    """Attributes of all objects of the drawing."""
    text = re.search(r"const docs_json = '(.*)';\n", path.read_text(encoding="utf-8"))[1]
    found: list[dict[str, Any]] = []
    waiting = [json.loads(html.unescape(text.replace("\\\\", "\\").replace("\\'", "'")))]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found.extend([item["attributes"]] if isinstance(item.get("attributes"), dict) else [])
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def columns(path: Path) -> dict[str, Any]:
    """The columns behind the hover."""
    tables = [dict(item["data"].get("entries", [])) for item in drawing(path) if "data" in item]
    return next((table for table in tables if "image" in table), {})


def headings(path: Path) -> list[str]:
    (template,) = [item["tooltips"] for item in drawing(path) if isinstance(item.get("tooltips"), str)]
    return re.findall(r"<td[^>]*>([^<@]+)</td>", template)


def hovers(path: Path) -> dict[str, dict[str, str]]:
    """What is said of each named actor."""
    table, rows = columns(path), headings(path)
    return {
        name: {heading: table[f"row{k}"][a] for k, heading in enumerate(rows)} for a, name in enumerate(table["name"])
    }


# ---- what the page says -------------------------------------------------------------------------------------


def test_hover_tells_membership_ring_ties_and_attributes(path: Path) -> None:
    model = monks()
    model.membership_[MONKS.index("Hugh")] = [0.02, 0.9, 0.08]
    assert plot.positions_html(model, path, color="age", shape="house") == path
    said = hovers(path)
    assert set(said) == set(MONKS)
    hugh = said["Hugh"]
    assert list(hugh) == ["cluster", "from its centre", "ties", "age", "house"]
    assert hugh["cluster"] == "1 (90 %), 2 (8 %)"
    assert (hugh["age"], hugh["house"]) == ("59", "south")
    ties = model.network_.ties.toarray() != 0
    i, labels = MONKS.index("Hugh"), model.labels_
    tied = ties[i] | ties[:, i]
    assert hugh["ties"] == f"{tied.sum()}, {(tied & (labels != labels[i])).sum()} of them to other clusters"


def test_hover_gives_the_distance_from_the_centre_in_standard_deviations(path: Path) -> None:
    model = monks()
    model.membership_ = np.eye(3)[model.labels_]
    plot.positions_html(model, path)
    own = model.positions_[model.labels_ == 0]
    centre = own.mean(axis=0)
    sd = np.sqrt(((own - centre) ** 2).mean())
    actor = int(np.flatnonzero(model.labels_ == 0)[0])
    expected = f"{np.linalg.norm(model.positions_[actor] - centre) / sd:.1f} sd"
    assert hovers(path)[MONKS[actor]]["from its centre"] == expected


def test_hover_tells_roles_if_given(path: Path) -> None:
    table = pd.DataFrame({"role": ["bridger"] * 18, "p_role": [0.714] * 18}, index=MONKS)
    plot.positions_html(monks(), path, reveal=KNOWN, roles=table.loc[KNOWN])
    assert {said["role"] for said in hovers(path).values()} == {"bridger (71 %)"}


def test_certainty_is_not_claimed_by_rounding(path: Path) -> None:
    model = monks()
    model.membership_[0] = [0.998, 0.001, 0.001]
    model.membership_[1] = [0.0, 1.0, 0.0]
    plot.positions_html(model, path)
    said = hovers(path)
    assert said[MONKS[0]]["cluster"] == "0 (over 99 %)"
    assert said[MONKS[1]]["cluster"] == "1 (100 %)"


def test_without_ties_the_page_does_not_count_them_either(path: Path) -> None:
    plot.positions_html(monks(), path, ties=False)
    assert headings(path) == ["cluster", "from its centre"]


def test_only_revealed_actors_have_a_hover_and_the_rest_are_plain(path: Path) -> None:
    plot.positions_html(monks(), path, reveal=KNOWN)
    assert sorted(columns(path)["name"]) == sorted(KNOWN)
    assert "other actors" in path.read_text(encoding="utf-8")
    plot.positions_html(monks(), path, reveal=[])
    assert columns(path) == {}
    assert "Point at" not in path.read_text(encoding="utf-8")


def test_those_whom_one_respondent_named_are_a_line_away(path: Path) -> None:
    from latentnet import Network

    names = pd.DataFrame({"who": ["Ann", "Ann", "Bob"], "whom": ["Bob", "Cem", "Dora"]})
    network = Network.from_nominations(names, respondent="who", nominee="whom")
    model = SimpleNamespace(network_=network, positions_=np.random.default_rng(1).normal(size=(4, 2)))
    plot.positions_html(model, path, reveal=["Ann", *network.to_networkx()["Ann"]])
    assert sorted(columns(path)["name"]) == ["Ann", "Bob", "Cem"]


@pytest.mark.parametrize(
    ("model", "options", "notes"),
    [
        (position_model(5, 1), {}, ["The bar is a distance"]),
        (cluster_model(12, 2, 1, directed=True), {}, ["1 and 2 sd"]),
        (position_model(9, 3), {}, ["First 2 of 3 principal axes"]),
        (cluster_model(9, 2, 3), {"color": np.linspace(0.0, 4.25, 9)}, ["4.25", "linear-gradient"]),
        (cluster_model(60, 10, n_rows=20), {}, ["row actors", "column actors"]),
        (cluster_model(400, 4, directed=True), {"labels": False}, ["cluster"]),
        (position_model(2, 2, intercept=-50.0), {}, ["distance"]),
    ],
    ids=["line", "bands", "3-d", "scale", "two-mode", "many", "no ties"],
)
def test_every_kind_of_model_has_a_page(model: Any, options: dict[str, Any], notes: list[str], path: Path) -> None:
    plot.positions_html(model, path, **options)
    text = path.read_text(encoding="utf-8")
    assert [note for note in notes if note not in text] == []
    assert len(columns(path)["name"]) == len(model.actors_)
    assert path.stat().st_size < 3e6


def test_a_bilinear_model_shows_its_origin(path: Path) -> None:
    model = position_model(6, 2)
    model.positions_ += 20.0
    model.similarity = "bilinear"
    plot.positions_html(model, path)
    layout = make_layout(model, with_clusters=False)
    assert (layout.low < 0).all()
    assert "from the origin (+)" in path.read_text(encoding="utf-8")


def test_odd_names_stay_text(path: Path) -> None:
    odd = ["</script><b>Zed</b>", "@name $x $$y$$", 'O\'Dwyer \\ "Q"']
    attributes = pd.DataFrame({"<i>@name</i>": ["<u>", "@x{safe}", "&amp;lt;"]}, index=odd)
    model = position_model(3, 2, actors=odd, attributes=attributes)
    plot.positions_html(model, path, color="<i>@name</i>")
    text = path.read_text(encoding="utf-8")
    assert text.count("</script>") == text.count("<script")
    assert "<b>Zed" not in text
    assert "<i>@name" not in text
    assert sorted(columns(path)["name"]) == sorted(odd)


def test_the_page_can_reach_nothing(path: Path) -> None:
    plot.positions_html(monks(), path)
    head, _, rest = path.read_text(encoding="utf-8").partition("<script")
    assert "default-src 'none'" in head
    assert "connect-src" not in head
    outside = re.findall(r"<(?:script|link|img|iframe|object|embed)\b[^>]*\b(?:src|href)\s*=", head + "<script" + rest)
    assert outside == []


def test_one_unit_is_as_long_in_both_directions() -> None:
    for stretch in ([1.0, 1.0], [9.0, 1.0], [1.0, 9.0]):
        model = position_model(30, 2)
        model.positions_ *= stretch
        layout = make_layout(model, with_clusters=False)
        assert layout.scale[0] == pytest.approx(layout.scale[1], rel=2e-3)
        pixels = layout.pixels(model.positions_)
        assert (pixels > 0).all()
        assert (pixels < layout.size).all()


def test_dots_on_a_line_hide_no_other() -> None:
    layout = make_layout(position_model(80, 1), with_clusters=False)
    pixels = layout.pixels(layout.points)
    gaps = np.linalg.norm(pixels[:, None] - pixels[None], axis=2)[np.triu_indices(80, 1)]
    assert gaps.min() >= 2 * layout.radius


def test_labels_lie_on_no_mark() -> None:
    points = np.random.default_rng(3).uniform(0, 300, (40, 2))
    layout = Layout(points, np.zeros(2), np.full(2, 300.0), (300, 300), 5.0, flat=True)
    names, owners = [f"Actor {i}" for i in range(40)], np.arange(40)
    none = np.empty((0, 2))
    placed = place_labels(layout, names, owners, np.full(40, 5.0), pairs=none.astype(int), crosses=none)
    assert len(placed.owners) > 15
    starts = points[placed.owners] + placed.offsets
    width = 7 * 12.0 * 0.5  # of seven letters, at least
    shift = {"left": 0.5, "center": 0.0, "right": -0.5}
    for start, align in zip(starts, placed.align, strict=True):
        middle = start + np.array([shift[align] * width, 0.0])
        away = np.maximum(np.abs(points - middle) - [width / 2, 6.0], 0.0)
        assert np.linalg.norm(away, axis=1).min() >= 5.0


# ---- errors -------------------------------------------------------------------------------------------------


def test_without_bokeh_the_error_names_the_extra(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bokeh", None)
    with pytest.raises(ImportError, match=re.escape("pip install 'latentnet[html]'")):
        plot.positions_html(monks(), path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reveal": "Hugh"}, ["sequence of labels", "write [label]"]),
        ({"reveal": ["Hughh"]}, ["Hughh", "near ones are 'Hugh'"]),
        ({"color": "hous"}, ["`color`", "did you mean 'house'"]),
        ({"roles": {"Hugh": "core"}}, ["`roles`", "dict", "latentnet.roles"]),
        ({"roles": pd.DataFrame({"role": ["core"]}, index=["Hugh"])}, ["'p_role'", "one with 'role'"]),
        ({"roles": pd.DataFrame({"role": "core", "p_role": 1.0}, index=["Hughh", *MONKS[1:]])}, ["John Bosco"]),
        ({"reveal": ["Hugh"], "color": ["team of Peter"] * 18}, ["team of Peter", "reveal"]),
        ({"reveal": ["Hugh"], "roles": pd.DataFrame({"role": "near Peter", "p_role": 1.0}, index=MONKS)}, ["Peter"]),
    ],
)
def test_errors_say_what_to_do(options: dict[str, Any], words: list[str], path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match=".*".join(map(re.escape, words))):
        plot.positions_html(monks(), path, **options)
    assert not path.exists()


def test_an_unfitted_model_is_refused(path: Path) -> None:
    with pytest.raises(NotFittedError, match="call fit"):
        plot.positions_html(latentnet.LatentPositionModel(), path)


# ---- a real browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a screen and without a network."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    control = shutil.which("chromedriver")
    if program is None or control is None:
        pytest.skip("needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for switch in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1150,900"):
        options.add_argument(f"--{switch}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of selenium, whichever version
        driver = webdriver.Chrome(options=options, service=Service(control))
    try:
        driver.set_page_load_timeout(60)
        driver.set_script_timeout(30)
        driver.set_network_conditions(offline=True, latency=0, throughput=0)
        yield driver
    finally:
        driver.quit()


# All text that a reader can get at, shadow trees included, and where the frame of the drawing is.
_TEXT = """
const walk = node => [...node.childNodes].map(child =>
  child.nodeType === 3 ? child.data : (child.shadowRoot ? walk(child.shadowRoot) : '')
    + (['SCRIPT', 'STYLE'].includes(child.tagName) ? '' : ' ' + walk(child))).join('');
return walk(document.body);
"""
_MARKUP = """
const walk = node => [...node.querySelectorAll('*')].map(
  child => child.shadowRoot ? child.shadowRoot.innerHTML + walk(child.shadowRoot) : '').join('');
return document.documentElement.outerHTML + walk(document);
"""
_FRAME = """
const view = Object.values(Bokeh.documents[0].roots().map(root => Bokeh.index.find_one(root)))[0];
const box = view.el.getBoundingClientRect(), frame = view.frame.bbox;
return [box.x + frame.left, box.y + frame.top, frame.width, frame.height];
"""


def opened(browser: Any, path: Path) -> None:
    from selenium.webdriver.support.wait import WebDriverWait

    browser.get_log("performance")
    browser.get_log("browser")
    browser.get(path.as_uri())
    ready = "return !!(window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle)"
    WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(ready))


def pointed(browser: Any, layout: Layout, actor: int) -> None:
    """Move the mouse onto an actor."""
    from selenium.webdriver.common.action_chains import ActionChains

    left, top, width, height = browser.execute_script(_FRAME)
    assert (round(width), round(height)) == layout.size
    x, y = layout.pixels(layout.points)[actor]
    spot = round(left + x), round(top + height - y)
    actions = ActionChains(browser, duration=20)
    actions.w3c_actions.pointer_action.move_to_location(5, 5)
    actions.w3c_actions.pointer_action.move_to_location(*spot)
    actions.perform()


def said(browser: Any, word: str, *, wait: float = 10.0) -> str:
    """The text of the page once it has `word`, or after the wait."""
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.wait import WebDriverWait

    with contextlib.suppress(TimeoutException):
        WebDriverWait(browser, wait, 0.1).until(lambda driver: word in driver.execute_script(_TEXT))
    return str(browser.execute_script(_TEXT))


def test_a_browser_without_network_shows_what_is_known_and_no_more(browser: Any, path: Path) -> None:
    model = monks()
    model.positions_[MONKS.index("Hugh")] = [-9.0, 0.0]  # away from the others, so that the mouse meets one
    model.positions_[MONKS.index("Elias")] = [-9.0, 2.0]
    table = pd.DataFrame({"role": "bridger", "p_role": 0.71}, index=MONKS)
    plot.positions_html(model, path, reveal=KNOWN, roles=table)
    layout = make_layout(model, with_clusters=True)
    opened(browser, path)
    assert "bridger" not in said(browser, "cluster")
    pointed(browser, layout, MONKS.index("Hugh"))
    text = said(browser, "bridger")
    assert "Hugh" in text
    assert "bridger (71 %)" in text
    assert hovers(path)["Hugh"]["cluster"] in text
    pointed(browser, layout, MONKS.index("Elias"))
    assert "bridger" not in said(browser, "bridger", wait=1.0)
    assert leaked(browser.execute_script(_MARKUP).encode(), ["Elias", "Simplicius", "Bonaventure"]) == set()
    assert leaked(browser.page_source.encode(), ["Elias", "Simplicius", "Bonaventure"]) == set()


def test_a_browser_asks_no_one_and_complains_of_nothing(browser: Any, path: Path) -> None:
    odd = ["</script><b>Zed</b>", "@name $x $$y$$", *MONKS[2:]]
    model = cluster_model(18, 3, actors=odd)
    model.positions_[1] = [-9.0, 0.0]
    plot.positions_html(model, path)
    opened(browser, path)
    pointed(browser, make_layout(model, with_clusters=True), 1)
    assert "@name $x $$y$$" in said(browser, "$$y$$")
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert path.as_uri() in asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_zooming_keeps_the_scales_equal(browser: Any, path: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    plot.positions_html(monks(), path)
    opened(browser, path)
    span = "const root = Bokeh.documents[0].roots()[0]; return [root.x_range.span, root.y_range.span];"
    before = np.array(browser.execute_script(span))
    left, top, width, height = browser.execute_script(_FRAME)
    origin = ScrollOrigin.from_viewport(round(left + width / 3), round(top + height / 2))
    ActionChains(browser, duration=20).scroll_from_origin(origin, 0, -300).perform()
    ratio = np.array(browser.execute_script(span)) / before
    assert ratio[0] < 0.95
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-6)

"""Colours that stay apart for every reader, shapes of equal weight, pies with the right slices."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from latentnet.plot.look.colors import NEUTRAL, _distance_to, _lab, _rgb, categorical
from latentnet.plot.look.shapes import N_SHAPES, outline, pie
from latentnet.plot.map.labels import place, spread


def perceived_distance(first: str, second: str) -> float:
    """Smallest distance over normal, protanopic and deuteranopic vision, of which 0.02 is just noticeable."""
    return float(_distance_to(_lab([_rgb(first)]), _rgb(second))[0])


@pytest.mark.parametrize(("n", "least"), [(5, 0.1), (8, 0.07), (20, 0.07), (40, 0.045)])
def test_colours_are_apart_for_normal_and_colour_blind_readers(n: int, least: float) -> None:
    palette = categorical(n)
    assert len(set(palette)) == n
    assert min(perceived_distance(a, b) for a, b in combinations(palette, 2)) > least


def test_colours_do_not_change_when_categories_are_added() -> None:
    assert categorical(30)[:12] == categorical(12)
    assert categorical(0) == ()


def test_no_colour_passes_for_paper_or_for_a_neutral_actor() -> None:
    for color in categorical(20):
        assert perceived_distance(color, "#ffffff") > 0.08
        assert perceived_distance(color, NEUTRAL) > 0.04


def test_perceived_distance_from_black_to_white() -> None:
    assert perceived_distance("#000000", "#ffffff") == pytest.approx(1.0, abs=0.01)


def area(points: np.ndarray) -> float:
    x, y = points.T
    return 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))


@pytest.mark.parametrize("shape", range(N_SHAPES))
def test_shapes_have_the_area_of_the_disc_and_pies_add_up(shape: int) -> None:
    assert area(outline(shape).vertices[:-1]) == pytest.approx(np.pi, rel=0.01)
    shares = np.array([0.5, 0.0, 0.3, 0.15, 0.05])
    slices = [area(path.vertices) if len(path.vertices) else 0.0 for path in pie(shape, shares)]
    assert sum(slices) == pytest.approx(np.pi, rel=0.01)
    assert slices[1] == 0.0
    if shape == 0:
        assert np.array(slices) / np.pi == pytest.approx(shares, abs=0.01)


def test_the_first_slice_starts_at_the_top_and_goes_clockwise() -> None:
    first, second = pie(0, np.array([0.25, 0.75]))
    assert first.contains_point((0.4, 0.4))
    assert not first.contains_point((-0.4, 0.4))
    assert second.contains_point((-0.4, 0.4))


def test_spread_keeps_the_order_the_gap_and_the_bounds() -> None:
    rng = np.random.default_rng(0)
    wanted = np.sort(rng.uniform(0, 10, 20))
    placed = spread(wanted, 0.45, 0.0, 10.0)
    assert np.diff(placed).min() >= 0.45 - 1e-12
    assert placed[0] >= 0.0
    assert placed[-1] <= 10.0
    far_apart = np.array([1.0, 5.0, 9.0])
    assert (spread(far_apart, 0.5, 0.0, 10.0) == far_apart).all()


def test_a_label_without_room_is_left_out_and_the_first_one_wins() -> None:
    points, radii = np.full((3, 2), 50.0), np.full(3, 4.0)
    sizes, bounds = np.tile([40.0, 8.0], (3, 1)), np.array([0.0, 40.0, 100.0, 60.0])
    boxes, _ = place(points, radii, np.array([2, 0, 1]), sizes, bounds)
    assert not np.isnan(boxes[0]).any()
    assert np.isnan(boxes[2]).all()

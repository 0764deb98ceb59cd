"""Environment, options and sampling of slow tests."""

from __future__ import annotations

import time
import zlib

import pytest

from tests.environment import prepare

prepare()

BEGUN = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--slow-shard",
        metavar="K/N",
        help="of the slow tests, run only the K-th of N parts (1 <= K <= N), split by a hash of their ids",
    )
    parser.addoption(
        "--slow-minutes",
        type=float,
        metavar="M",
        help="skip the slow tests that have not begun M minutes after the first test",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip slow tests when time is up: a slow machine then runs fewer of them, and fails none for that."""
    minutes = item.config.getoption("--slow-minutes")
    begun = item.config.stash.setdefault(BEGUN, time.monotonic())
    if minutes is not None and item.get_closest_marker("slow") and time.monotonic() - begun > 60.0 * minutes:
        pytest.skip(f"time is up: --slow-minutes {minutes:g}")


def _shard(option: str) -> tuple[int, int]:
    part, _, total = option.partition("/")
    if not (part.isdigit() and total.isdigit() and 1 <= int(part) <= int(total)):
        raise pytest.UsageError(f"--slow-shard needs K/N with 1 <= K <= N, for example 2/7, not {option!r}")
    return int(part), int(total)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop the slow tests of other shards; quick tests are never dropped."""
    option = config.getoption("--slow-shard")
    if option is None:
        return
    part, total = _shard(option)
    others = [
        item
        for item in items
        if item.get_closest_marker("slow") and zlib.crc32(item.nodeid.encode()) % total != part - 1
    ]
    dropped = set(others)
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=others)


@pytest.fixture
def in_double_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """In single precision the same draws are others within a few trajectories, though of the same law."""
    for module in ("single", "folded"):
        monkeypatch.setattr(f"latentnet.likelihood.{module}.bears_single", lambda problem, family: False)

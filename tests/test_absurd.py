"""Whatever is given to anything public: an error of ours that says what is wrong, or an answer."""

from __future__ import annotations

import inspect
import warnings
import zlib
from collections.abc import Iterator

import pytest

import latentnet
from tests.absurd import VALUES, complaint
from tests.public import Call, calls, public_functions


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Call]]:
    """Calls in a folder of their own, as some write files."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", latentnet.LatentnetWarning)
        patch.chdir(tmp_path_factory.mktemp("absurd"))
        yield calls()


def _faults(everything: list[Call], share: int) -> list[str]:
    """What is wrong with one in `share` of all calls, chosen by a hash of argument and value."""
    found = []
    for call in everything:
        if share == 1:
            call.function(**call.arguments)
        for argument in call.arguments:
            for name, make in VALUES.items():
                said = f"{call.name}({argument}={name})"
                if zlib.crc32(said.encode()) % share == 0:
                    wrong = complaint(call, argument, make())
                    found += [] if wrong is None else [f"{said}: {wrong}"]
    return found


def test_absurd_values_meet_an_error_of_ours_or_an_answer(everything: list[Call]) -> None:
    assert _faults(everything, 8) == []


@pytest.mark.slow
def test_every_absurd_value_meets_an_error_of_ours_or_an_answer(everything: list[Call]) -> None:
    assert _faults(everything, 1) == []


def test_forty_values_and_more() -> None:
    assert len(VALUES) >= 40


def test_everything_public_is_called(everything: list[Call]) -> None:
    names = {call.name.partition(" with ")[0] for call in everything}
    public = {name for name, function in public_functions() if inspect.signature(function).parameters}
    assert public <= names
    for room, classes in ((latentnet, latentnet.__all__), (latentnet.families, latentnet.families.FAMILIES.values())):
        for one in classes:
            owner = getattr(room, one) if isinstance(one, str) else one
            is_made = inspect.isclass(owner) and not issubclass(owner, Warning) and inspect.signature(owner).parameters
            assert not is_made or owner.__name__ in names

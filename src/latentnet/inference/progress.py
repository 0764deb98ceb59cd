"""Progress: the bar that shows how far the chains are, what is not settled yet, and about how long it takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from tqdm import tqdm

if TYPE_CHECKING:
    from latentnet.inference.chains import Chain
    from latentnet.inference.convergence import Agreement

__all__ = ["Progress", "duration", "is_shown"]


def is_shown(progress: bool | None) -> bool:
    """Whether to show a progress bar."""
    if progress is not None:
        return progress
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def duration(seconds: float) -> str:
    """About how long, in words."""
    for size, unit in ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute")):
        if seconds >= size:
            number = f"{seconds / size:.0f}" if seconds >= 10.0 * size else f"{seconds / size:.1f}".removesuffix(".0")
            return f"{number} {unit}{'' if number == '1' else 's'}"
    number = f"{max(seconds, 1.0):.0f}"
    return f"{number} second{'' if number == '1' else 's'}"


class Progress:
    """A bar over the iterations of all chains, shown or not.

    Parameters
    ----------
    shown : bool
    total : int
        Iterations that are left.
    """

    def __init__(self, shown: bool, total: int) -> None:
        self._bar = tqdm(total=total, disable=not shown, unit="it", leave=False, dynamic_ncols=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def report(self, chains: list[Chain], index: int, iterations: int) -> None:
        """Some iterations of one chain were made."""
        chain = chains[index]
        phase = "warm-up" if chain.done < chain.n_warmup else "drawing"
        divergences = sum(one.divergences for one in chains)
        self._bar.set_postfix_str(
            f"chain {index + 1} {phase}, step {chain.step_size:.3f}, {divergences} divergences", refresh=False
        )
        self._bar.update(iterations)

    def crossed(self, between: str, iterations: int) -> None:
        """A chain has gone back and forth between two numbers of dimensions."""
        self._bar.set_postfix_str(between, refresh=False)
        self._bar.update(iterations)

    def run_on(self, found: Agreement, iterations: int, seconds: float) -> None:
        """The chains do not agree yet, and run on for so many iterations, which take about so long."""
        bad = {name: value for name, value in found.scalars.items() if not value < found.worst}
        if found.holds:
            where = "few effective draws of the number of clusters"
        else:
            where = next(iter(bad), f"dyads, {found.share:.0%} of them below 1.01")
        self._bar.total = (self._bar.total or 0) + iterations
        self._bar.set_description_str(
            f"not settled: R-hat {found.worst:.2f} ({where}); about {duration(seconds)} more", refresh=False
        )
        self._bar.refresh()

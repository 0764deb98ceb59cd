"""Simulation-based calibration of every family, estimator and design (`python -m benchmarks.calibration run|show`).

``run CASE ...`` fits 200 networks of each case and keeps the ranks of the truths; ``show`` puts together the table and
the picture of the docs from all that were kept.
"""

from __future__ import annotations

import argparse
import itertools
import time
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from tests.environment import prepare

prepare()

import latentnet  # noqa: E402  (after the environment is set)
from latentnet import LatentnetWarning  # noqa: E402
from latentnet.checking.calibration import Calibration, tabulated  # noqa: E402
from tests.checking.calibration_cases import CASES  # noqa: E402

ALPHA = 0.001
N_REPLICATIONS, SEED = 200, 11
DOCS = Path(__file__).parents[1] / "docs"


def file_of(case: str, folder: Path) -> Path:
    return folder / f"{case.replace(', ', '-').replace(' ', '_')}.csv"


def run(cases: list[str], folder: Path) -> None:
    """Keep the ranks of each case, a column for each quantity."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        begun = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LatentnetWarning)
            found = latentnet.calibrate(*CASES[case], N_REPLICATIONS, random_state=SEED)
        found.ranks.to_csv(file_of(case, folder), index=False)
        print(f"{case}: {found}, {time.process_time() - begun:.0f} CPU s", flush=True)


def _table(kept: dict[str, Calibration]) -> pd.DataFrame:
    """By case: how many quantities, the least p-value and whose, and what is left of it for the least of so many."""
    rows = {}
    for case, found in kept.items():
        p, spread = found.table["p_value"], found.table["spread"]
        inside = _inside(found, 1.0 - ALPHA)
        rows[case] = {
            "quantities": len(p),
            "least p": p.min(),
            "of": p.idxmin(),
            "of so many": min(1.0, p.min() * len(p)),
            "spread": f"{spread.min():.2f} to {spread.max():.2f}",
            "inside": f"{int(inside.sum())} of {len(inside)}",
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _shares(found: Calibration) -> np.ndarray:
    """Networks whose rank is below 1, 2, ..., by quantity."""
    return np.array([np.cumsum(np.bincount(found.ranks[name], minlength=found.n_ranks))[:-1] for name in found.ranks])


def _inside(found: Calibration, level: float) -> np.ndarray:
    """Which quantities' distribution functions stay inside the simultaneous band."""
    low, high = found.bands(level)
    below = _shares(found)
    return np.asarray(((below >= low) & (below <= high)).all(axis=1))


def _picture(kept: dict[str, Calibration], path: Path) -> None:
    """Small multiples: how far each distribution function strays from that of uniform ranks."""
    from matplotlib.figure import Figure
    from PIL import Image

    names = list(dict.fromkeys(case.split(", ", 1)[1] for case in kept))
    n_columns = 5
    blocks = [names[k : k + n_columns] for k in range(0, len(names), n_columns)]
    figure = Figure(figsize=(10.5, 3.6 * len(blocks)), layout="constrained")
    axes = figure.subplots(2 * len(blocks), n_columns, sharex=True, sharey=True, squeeze=False)
    for (row, block), (offset, kind) in itertools.product(enumerate(blocks), enumerate(("position", "clusters"))):
        for column in range(n_columns):
            ax = axes[2 * row + offset, column]
            case = f"{kind}, {block[column]}" if column < len(block) else ""
            if case not in kept:
                ax.set_axis_off()
                continue
            found = kept[case]
            low, high = found.bands(1.0 - ALPHA)
            at = np.arange(1, found.n_ranks) / found.n_ranks
            ax.fill_between(at, low / found.n_replications - at, high / found.n_replications - at, color="0.88", lw=0)
            ax.plot(at, (_shares(found) / found.n_replications - at).T, color="#2b5c8a", lw=0.6)
            ax.set_title(case, fontsize=8)
            ax.tick_params(labelsize=7, labelbottom=True, labelleft=True)
    figure.supxlabel("rank of the truth / 100", fontsize=9)
    figure.supylabel("share of truths below, less that of uniform ranks", fontsize=9)
    drawn = BytesIO()
    figure.savefig(drawn, dpi=75)
    Image.open(drawn).convert("P", palette=Image.Palette.ADAPTIVE, colors=16).save(path, optimize=True)


def show(folder: Path) -> None:
    """Write docs/calibration.png, and print the table of docs/calibration.md."""
    kept = {}
    for case in CASES:
        if file_of(case, folder).exists():
            ranks = pd.read_csv(file_of(case, folder))
            kept[case] = Calibration(ranks, tabulated(ranks))
    table = _table(kept)
    print("| case | quantities | least p-value | of | for so many | spread of ranks | inside the band |")
    print("|---|---|---|---|---|---|---|")
    for case, row in table.iterrows():
        print(
            f"| {case} | {row['quantities']} | {row['least p']:.3f} | `{row['of']}` | {row['of so many']:.2f} | "
            f"{row['spread']} | {row['inside']} |"
        )
    _picture(kept, DOCS / "calibration.png")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("what", choices=["run", "show", "list"])
    parser.add_argument("cases", nargs="*", help="names; none means all")
    parser.add_argument("--folder", type=Path, default=Path("build/calibration"), help="where ranks are kept")
    chosen = parser.parse_args()
    if chosen.what == "list":
        print("\n".join(CASES))
    elif chosen.what == "run":
        run(chosen.cases or list(CASES), chosen.folder)
    else:
        show(chosen.folder)


if __name__ == "__main__":
    main()

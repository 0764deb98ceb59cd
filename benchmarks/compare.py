"""Effective draws per CPU second, ours and the peers', side by side (`python -m benchmarks.compare`)."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import pandas as pd

from tests.environment import prepare

prepare()

from benchmarks import problems  # noqa: E402  (after the environment is set)
from benchmarks.measure import Fit, figures  # noqa: E402

PEERS = ("ergmx", "numpyro")
RATES = ["min", "5 %", "median", "intercept"]
TARGETED = ["5 %", "median"]

# all figures of one problem: a row for each run, program and phase
Runs = pd.DataFrame


class Side(NamedTuple):
    """One program: how it fits, and the phases of the fit that it times."""

    name: str
    phases: tuple[str, ...]
    fit: Callable[..., Fit]


def installed_peers() -> list[ModuleType]:
    """Import the peers whose package is there; say which are left out."""
    peers = []
    for name in PEERS:
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed: left out (pip install {name})")
        else:
            peers.append(importlib.import_module(f"benchmarks.peers.{name}"))
    return peers


def sides(model: str) -> list[Side]:
    """Return this library and every peer that has the model."""
    from benchmarks import ours

    name = f"fit_{model}"
    peers = [peer for peer in installed_peers() if hasattr(peer, name)]
    return [
        Side(ours.NAME, ours.PHASES, getattr(ours, name)),
        *(Side(peer.NAME, (peer.PHASE,), getattr(peer, name)) for peer in peers),
    ]


def measure(problem: problems.Problem, contestants: list[Side], n_runs: int) -> Runs:
    """Fit by turns, once untimed so that every program is warm, then `n_runs` times."""
    dyads = problem.dyads()
    rows = []
    for run in range(n_runs + 1):
        for side in contestants:
            fit = side.fit(problem, dyads, seed=run)
            if run > 0:
                rows += [{"program": side.name, "phase": phase} | figures(fit, phase) for phase in side.phases]
    return pd.DataFrame(rows)


def medians(runs: Runs) -> pd.DataFrame:
    """Return medians over runs, by phase and program."""
    return runs.groupby(["phase", "program"]).median()


def ratios(table: pd.DataFrame, ours: str) -> pd.DataFrame:
    """Return our rates over each peer's in the same phase."""
    peers = table.drop(index=ours, level="program")
    rates = [table.loc[(phase, ours), RATES] / table.loc[(phase, peer), RATES] for phase, peer in peers.index]
    return pd.DataFrame(rates, index=peers.index.rename(["phase", f"{ours} over"]), columns=RATES)


def target(n_actors: int) -> int:
    """How many times a peer's rate ours should be, at 5 % and the median."""
    return 6 if n_actors < 50 else 12


def beside_target(ratio: pd.DataFrame, n_actors: int) -> pd.DataFrame:
    """Add the target, and whether both of its ratios reach it."""
    least = target(n_actors)
    reached = (ratio[TARGETED] >= least).all(axis=1).map({True: "yes", False: "no"})
    return ratio.assign(**{"5 %, median at least": least, "reached": reached})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--problem", nargs="+", default=["sampson"], choices=list(problems.PROBLEMS))
    parser.add_argument("--model", default="position", choices=["position", "cluster"])
    parser.add_argument("--runs", type=int, default=5, help="timed fits of each program, by turns")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    contestants = sides(chosen.model)
    for name in chosen.problem:
        problem = problems.load(name)
        table = medians(measure(problem, contestants, chosen.runs))
        n_dyads = len(problem.dyads())
        print(f"\n{name} ({problem.origin}), {problem.n_actors} actors, {chosen.model} model, d = 2")
        print(f"Effective draws per CPU second over {n_dyads} dyads, medians of {chosen.runs} runs")
        print(table.to_string(float_format="{:,.3g}".format))
        if len(contestants) > 1:
            print("\nRatios of medians")
            ratio = beside_target(ratios(table, contestants[0].name), problem.n_actors)
            print(ratio.to_string(float_format="{:,.1f}".format))


if __name__ == "__main__":
    main()

"""Gradients of capped and ranked lists beside those of the same lists as plain ties (`python -m benchmarks.lists`)."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.environment import prepare

prepare()

from benchmarks import loops  # noqa: E402  (after the environment is set)
from latentnet import Network, Priors  # noqa: E402
from latentnet.compiled import first_class_functions  # noqa: E402
from latentnet.families import Bernoulli  # noqa: E402
from latentnet.likelihood.composed import Composed  # noqa: E402
from latentnet.problem.bind import make_problem  # noqa: E402
from latentnet.problem.problem import Problem  # noqa: E402

SIZES = (60, 150, 500)
CAP = 5
DESIGNS = {"capped": 5.0, "ranked": 8.0}  # and what the ratio may be at most

Array = npt.NDArray[np.floating[Any]]


class Lists(NamedTuple):
    """Gradients of one network of lists: called with repeats, each adds to a gradient of its own."""

    n_people: int
    n_asked: int
    n_full: int
    gradients: dict[str, Callable[[int], None]]


def _names(n_people: int, n_asked: int, rng: np.random.Generator) -> tuple[pd.DataFrame, Array]:
    """Draw the lists of the first people asked, the first name first, and the parameters that they came from."""
    centres = 2.0 * np.array([[0.0, 1.0], [-0.9, -0.5], [0.9, -0.5]])
    z = centres[np.arange(n_people) % 3] + 0.6 * rng.normal(size=(n_people, 2))
    intercept = 0.5 - np.log(n_people / 60)
    eta = intercept - np.linalg.norm(z[:, None] - z, axis=2)
    utility = eta + rng.logistic(size=eta.shape)
    np.fill_diagonal(utility, -np.inf)
    order = np.argsort(-utility, axis=1)[:n_asked, :CAP]
    respondents, ranks = np.nonzero(np.take_along_axis(utility[:n_asked], order, axis=1) > 0.0)
    names = pd.DataFrame({"who": respondents, "whom": order[respondents, ranks], "rank": ranks + 1})
    return names, np.concatenate([z.T.ravel(), [intercept]])


def _problem(names: pd.DataFrame, n_people: int, n_asked: int, **design: Any) -> Problem:
    network = Network.from_nominations(
        names, respondent="who", nominee="whom", respondents=range(n_asked), actors=range(n_people), **design
    )
    return make_problem(network, family=Bernoulli(), similarity="distance", n_dims=2, effects=(), priors=Priors())


def lists(n_people: int, n_asked: int) -> Lists:
    """Gradients of one network: ordinary ties, plain (float32) and composed of any effects, and each design's."""
    names, theta = _names(n_people, n_asked, np.random.default_rng(n_people))
    gradient = np.zeros_like(theta)
    ordinary = _problem(names, n_people, n_asked)
    plain, composed = ordinary.target(np.float32).likelihood, Composed.bind(ordinary)
    designs = {"capped": {"max_nominations": CAP}, "ranked": {"max_nominations": CAP, "rank": "rank"}}
    targets = {"composed": composed}
    for name, design in designs.items():
        problem = _problem(names, n_people, n_asked, **design)
        targets[name] = Composed.bind(problem)

    def repeated(target: Any) -> Callable[[int], None]:
        def run(n_repeats: int) -> None:
            with first_class_functions():
                loops.repeat_composed(target, theta, gradient, n_repeats)

        return run

    gradients = {"plain": lambda n_repeats: loops.repeat_fused(plain, theta, gradient, n_repeats)}
    gradients |= {name: repeated(target) for name, target in targets.items()}
    n_full = int((names.groupby("who").size() == CAP).sum())
    return Lists(n_people, n_asked, n_full, gradients)


def microseconds(found: Lists, n_runs: int, seconds: float = 0.05) -> dict[str, float]:
    """CPU time of each gradient: the minimum of runs by turns, each repeated for about so many seconds."""
    best, repeats = {}, {}
    for run in range(n_runs + 2):
        for name, repeated in found.gradients.items():
            n_repeats = repeats.get(name, 1)
            start = time.process_time()
            repeated(n_repeats)
            taken = 1e6 * (time.process_time() - start) / n_repeats
            if run > 1:
                best[name] = min(best.get(name, np.inf), taken)
            elif run == 1:  # after compilation
                repeats[name] = max(1, int(1e6 * seconds / max(taken, 1.0)))
    return best


def table(networks: list[Lists], n_runs: int) -> pd.DataFrame:
    """Microseconds a gradient, and each design's ratios to the gradients of the same lists as ordinary ties."""
    rows = []
    for found in networks:
        taken = microseconds(found, n_runs)
        for design, target in DESIGNS.items():
            rows.append(
                {"people": found.n_people, "asked": found.n_asked, "full lists": found.n_full, "design": design}
                | {"µs": taken[design], "ordinary, µs": taken["composed"], "ratio": taken[design] / taken["composed"]}
                | {"at most": target, "plain, µs": taken["plain"], "ratio to plain": taken[design] / taken["plain"]}
            )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--runs", type=int, default=5, help="of each, by turns; the minimum counts")
    chosen = parser.parse_args()
    networks = [lists(n, asked) for n in chosen.people for asked in (12, n)]
    print("CPU microseconds a gradient; ordinary: the same ties without cap and ranks, composed of any effects;")
    print("plain: the same, by the float32 kernel of models without effects, which takes each pair once")
    print(table(networks, chosen.runs).to_string(index=False, float_format="{:.2f}".format))


if __name__ == "__main__":
    main()

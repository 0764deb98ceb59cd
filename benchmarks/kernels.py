"""Gradients in nanoseconds per dyad, ours and a hand-fused loop's (`python -m benchmarks.kernels`)."""

from __future__ import annotations

import argparse
import os
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
from latentnet.effects import SIMILARITIES  # noqa: E402
from latentnet.families import Bernoulli  # noqa: E402
from latentnet.likelihood.composed import Composed  # noqa: E402
from latentnet.likelihood.fused_data import SIMILARITY_CODES  # noqa: E402
from latentnet.problem.bind import make_problem  # noqa: E402
from latentnet.problem.problem import Problem  # noqa: E402

SIZES = (18, 34, 100, 200, 800)
FUSED_TARGET = 1.4
COMPOSED_TARGET, COMPOSED_TARGET_18 = 2.0, 1.3

# as dense as Sampson's monks, the karate club and the simulated networks
_DENSITY = {18: 0.29, 34: 0.14}

Array = npt.NDArray[np.floating[Any]]
Repeated = Callable[[int], None]


class Pair(NamedTuple):
    """Our gradient and the loop that it is measured against: called with repeats, each adds to its gradient."""

    n_actors: int
    directed: bool
    similarity: str
    ours: Repeated
    loop: Repeated
    gradients: tuple[Array, Array]


def _problem(n_actors: int, directed: bool, similarity: str) -> tuple[Problem, Array, Array]:
    """Return a random network's model, its ties and a parameter vector."""
    rng = np.random.default_rng(n_actors)
    ties = (rng.random((n_actors, n_actors)) < _DENSITY.get(n_actors, 0.1)).astype(np.float64)
    np.fill_diagonal(ties, 0.0)
    if not directed:
        ties = np.tril(ties) + np.tril(ties).T
    network = Network.from_array(ties, directed=directed)
    problem = make_problem(network, family=Bernoulli(), similarity=similarity, n_dims=2, effects=(), priors=Priors())
    return problem, ties, np.append(rng.normal(size=2 * n_actors), 0.5)


def fused(n_actors: int, directed: bool, similarity: str) -> Pair:
    """Our fused float32 gradient, and a float32 loop over all ordered pairs."""
    problem, ties, theta = _problem(n_actors, directed, similarity)
    likelihood = problem.target(np.float32).likelihood
    weights = (ties + ties.T if directed else ties).astype(np.float32)
    z = np.zeros((2, n_actors), np.float32)
    gradients = np.zeros_like(theta), np.zeros_like(theta)

    def ours(n_repeats: int) -> None:
        loops.repeat_fused(likelihood, theta, gradients[0], n_repeats)

    def loop(n_repeats: int) -> None:
        both, code = 2.0 if directed else 1.0, SIMILARITY_CODES[SIMILARITIES[similarity]]
        loops.repeat_gather(weights, both, code, z, theta, gradients[1], n_repeats)

    return Pair(n_actors, directed, similarity, ours, loop, gradients)


def composed(n_actors: int, directed: bool) -> Pair:
    """Our composed float64 gradient, and a float64 loop that scatters."""
    problem, ties, theta = _problem(n_actors, directed, "distance")
    likelihood = Composed.bind(problem)
    gradients = np.zeros_like(theta), np.zeros_like(theta)

    def ours(n_repeats: int) -> None:
        with first_class_functions():
            loops.repeat_composed(likelihood, theta, gradients[0], n_repeats)

    def loop(n_repeats: int) -> None:
        loops.repeat_scatter(ties, directed, theta, gradients[1], n_repeats)

    return Pair(n_actors, directed, "distance", ours, loop, gradients)


def repeats(n_actors: int, dyads: float) -> int:
    """Repeats that go through about so many ordered dyads."""
    return max(1, int(dyads / (n_actors * (n_actors - 1))))


def nanoseconds(pair: Pair, n_runs: int) -> tuple[float, float]:
    """Return the CPU time of ours and of the loop per ordered dyad: the minimum of runs by turns."""
    n_repeats = repeats(pair.n_actors, 1e7)
    best = [np.inf, np.inf]
    for run in range(n_runs + 1):
        for k, repeated in enumerate((pair.ours, pair.loop)):
            start = time.process_time()
            repeated(n_repeats if run else 1)
            if run:
                best[k] = min(best[k], time.process_time() - start)
    scale = 1e9 / (n_repeats * pair.n_actors * (pair.n_actors - 1))
    return best[0] * scale, best[1] * scale


def table(pairs: list[Pair], n_runs: int, target: Callable[[Pair], float]) -> pd.DataFrame:
    """Return nanoseconds per ordered dyad, the ratio and its target, a row for each pair."""
    rows = []
    for pair in pairs:
        ours, loop = nanoseconds(pair, n_runs)
        kind = "directed" if pair.directed else "undirected"
        rows.append(
            {"similarity": pair.similarity, "network": kind, "actors": pair.n_actors, "ours, ns": ours}
            | {"loop, ns": loop, "ratio": ours / loop, "at most": target(pair)}
        )
    return pd.DataFrame(rows)


def composed_target(pair: Pair) -> float:
    return COMPOSED_TARGET_18 if pair.n_actors == 18 else COMPOSED_TARGET


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--actors", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--runs", type=int, default=7, help="of each, by turns; the minimum counts")
    chosen = parser.parse_args()
    kinds = [(n, directed) for directed in (False, True) for n in chosen.actors]
    plain = [fused(n, directed, similarity) for similarity in SIMILARITIES for n, directed in kinds]
    if hasattr(os, "getloadavg"):
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("\nFused float32 gradient, against a float32 loop over ordered pairs; CPU ns per ordered dyad")
    print(table(plain, chosen.runs, lambda _: FUSED_TARGET).to_string(index=False, float_format="{:.2f}".format))
    print("\nComposed float64 gradient, against a float64 loop over dyads; CPU ns per ordered dyad")
    general = [composed(n, directed) for n, directed in kinds]
    print(table(general, chosen.runs, composed_target).to_string(index=False, float_format="{:.2f}".format))


if __name__ == "__main__":
    main()

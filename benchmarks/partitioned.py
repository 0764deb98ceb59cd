"""What fits on many machines would compute and send: a simulation (`python -m benchmarks.partitioned`).

Nothing is sent. Actors of simulated networks are cut into parts by space (recursive bisection at medians), and what
each part would need of the others in one gradient is counted: actors within the cut-off of its own (near pairs), other
ends of its ties, and the grid, which all add up to one sum. Bytes are those of float64, of the part that receives most.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.spatial import cKDTree

from tests.environment import prepare

prepare()

from latentnet.datasets import make_large_network  # noqa: E402  (after the environment is set)
from latentnet.nbody.mesh import mesh_sums  # noqa: E402
from latentnet.nbody.near import near_sums  # noqa: E402
from latentnet.nbody.sums import SoftplusSum  # noqa: E402

_BYTES = 8
_MEMORY = 8  # steps that L-BFGS remembers: two dot products each


def parts_by_space(positions: np.ndarray, n_parts: int) -> np.ndarray:
    """Part of each actor: cut at the median of the longer axis, again and again; `n_parts` is a power of two."""
    part = np.zeros(len(positions), np.int64)
    for _ in range(n_parts.bit_length() - 1):
        part *= 2
        for one in np.unique(part):
            members = np.flatnonzero(part == one)
            axis = int(np.argmax(np.ptp(positions[members], axis=0)))
            order = np.argsort(positions[members, axis], kind="stable")
            part[members[order[len(order) // 2 :]]] += 1
    return part


def needed(positions: np.ndarray, ties: np.ndarray, part: np.ndarray, cutoff: float) -> tuple[np.ndarray, np.ndarray]:
    """Of each part: how many actors of others it needs, and how many near pairs it looks at."""
    n_parts = int(part.max()) + 1
    others, pairs = np.zeros(n_parts), np.zeros(n_parts)
    for one in range(n_parts):
        own = np.flatnonzero(part == one)
        low, high = positions[own].min(axis=0) - cutoff, positions[own].max(axis=0) + cutoff
        around = np.flatnonzero(np.all((positions > low) & (positions < high), axis=1) & (part != one))
        tree = cKDTree(positions[own])
        near = around[np.isfinite(tree.query(positions[around], distance_upper_bound=cutoff)[0])]
        cut = ties[:, (part[ties[0]] == one) != (part[ties[1]] == one)]
        ends = cut[part[cut] != one]
        others[one] = len(np.union1d(near, ends))
        pairs[one] = 0.5 * tree.count_neighbors(cKDTree(positions[np.r_[own, near]]), cutoff)
    return others, pairs


def main() -> None:
    """Print a row for each network and number of parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actors", type=int, nargs="+", default=[100_000])
    parser.add_argument("--parts", type=int, nargs="+", default=[4, 16, 64])
    given = parser.parse_args()
    print("network | parts | CPU s of a gradient: near, grid | pairs: fullest / mean | MB: actors, grid")
    for n in given.actors:
        for geometry in ("gaussian", "geometric"):
            (network, positions, _), b = make_large_network(n, geometry=geometry, random_state=1)
            points = np.ascontiguousarray(positions.T)
            total = SoftplusSum.around(points, b)
            ties, spent = np.stack(network.ties.nonzero()), []
            for work in (lambda p, m, b: near_sums(p, m.cutoff, b), lambda p, m, b: mesh_sums(m, p, b)):
                work(points, total.mesh, b)  # compiles
                began = time.process_time()
                work(points, total.mesh, b)
                spent.append(time.process_time() - began)
            for n_parts in given.parts:
                others, pairs = needed(positions, ties, parts_by_space(positions, n_parts), total.mesh.cutoff)
                actors = 2.0 * _BYTES * len(points) * others.max()  # positions in, forces back
                grid = 2.0 * (n_parts - 1) / n_parts * _BYTES * np.prod(total.mesh.shape)  # a ring's all-reduce
                scalars = _BYTES * (2.0 * _MEMORY + 5.0)
                load = pairs.max() / pairs.mean()
                print(
                    f"{geometry}, {n:,} | {n_parts} | {spent[0]:.3f}, {spent[1]:.3f} | {load:.2f} | "
                    f"{(actors + scalars) / 1e6:.2f}, {grid / 1e6:.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()

"""Large networks beside other embeddings: held-out AUC, time and memory (`python -m benchmarks.large`).

A tenth of a simulated network's ties, and as many other dyads at random, are hidden. Each method fits the rest in a
process of its own, and ranks what was hidden; the truth's own AUC is the bound. "near" is the same against as many
other dyads (hidden too) that are as close as the nearest nine tenths of the ties: the hard test. "from the truth"
starts where the actors are: what a fit of these ties can reach. Spectral embedding is that of the degree-corrected,
regularised adjacency matrix, with as many dimensions as did best (of 2, 8 and 32), ranked by inner products. Others are
in `benchmarks.peers.embeddings`, run by an interpreter that has them (`--peers`). `--rows` keeps what was measured.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigsh
from scipy.spatial import cKDTree

from tests.environment import prepare

prepare()

from matplotlib.figure import Figure  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

from benchmarks.peers.embeddings import BY_PRODUCTS  # noqa: E402
from latentnet import MAP, LatentPositionModel, Network, Variational  # noqa: E402  (after the environment is set)
from latentnet.datasets import make_large_network  # noqa: E402

METHODS = ("map", "map, 200 iterations", "map, from the truth", "variational", "spectral")
DIMENSIONS = (2, 8, 32)


def hidden_dyads(network: Network, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends of hidden dyads, and which are tied."""
    rng, ties, n = np.random.default_rng(seed), network.ties.tocoo(), network.n_actors
    once = rng.permutation(np.flatnonzero(ties.row < ties.col))
    some = once[: len(once) // 10]
    pairs = rng.integers(n, size=(2, 2 * len(some)))
    free = (pairs[0] != pairs[1]) & (np.asarray(network.ties[pairs[0], pairs[1]]).ravel() == 0.0)
    others = pairs[:, free][:, : len(some)]
    tied = np.repeat([True, False], [len(some), others.shape[1]])
    return np.r_[ties.row[some], others[0]], np.r_[ties.col[some], others[1]], tied


def _near(network: Network, positions: np.ndarray, i: np.ndarray, j: np.ndarray, seed: int) -> np.ndarray:
    """Ends (2, n) of dyads that are not tied, about uniform in the disc that nine tenths of the ties i, j fit into."""
    rng, n = np.random.default_rng(seed), network.n_actors
    reach = np.quantile(np.linalg.norm(positions[i] - positions[j], axis=1), 0.9)
    first, angle = rng.integers(n, size=3 * len(i)), rng.uniform(0.0, 2.0 * np.pi, 3 * len(i))
    step = reach * np.sqrt(rng.random(len(first))) * np.stack([np.cos(angle), np.sin(angle)])
    second = cKDTree(positions).query(positions[first] + step.T)[1]
    close = np.linalg.norm(positions[first] - positions[second], axis=1) < reach
    free = (first != second) & close & (np.asarray(network.ties[first, second]).ravel() == 0.0)
    return np.stack([first, second])[:, free][:, : len(i)]


def _scores(tied: np.ndarray, of_hidden: np.ndarray, of_near: np.ndarray) -> dict[str, float]:
    """AUC of the hidden dyads, and of the hidden ties against the near dyads."""
    values, near = np.r_[of_hidden[tied], of_near], np.repeat([True, False], [int(tied.sum()), len(of_near)])
    return {"auc": float(roc_auc_score(tied, of_hidden)), "near": float(roc_auc_score(near, values))}


def by_spectral(ties: sparse.csr_array, i: np.ndarray, j: np.ndarray, n_dims: int) -> np.ndarray:
    """Inner products of actors' coordinates."""
    degree = np.asarray(ties.sum(axis=1)).ravel()
    root = np.sqrt(degree + degree.mean())
    scaled = sparse.diags_array(1.0 / root) @ ties @ sparse.diags_array(1.0 / root)
    values, vectors = eigsh(scaled.tocsr(), k=n_dims, which="LA", v0=np.ones(len(root)))
    points = vectors * np.sqrt(np.maximum(values, 0.0)) * root[:, np.newaxis]
    return np.asarray((points[i] * points[j]).sum(axis=1))


def by_peer(method: str, ties: sparse.csr_array, python: str) -> tuple[np.ndarray, dict[str, float]]:
    """Coordinates by another program, and what it took."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "ties.npz", Path(folder) / "points.npy"
        sparse.save_npz(source, sparse.coo_array(ties))
        program = Path(__file__).parent / "peers" / "embeddings.py"
        command = [python, str(program), method, str(source), str(target)]
        took = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1]
        return np.load(target), json.loads(took)


def run(method: str, geometry: str, n: int, seed: int, peers: str) -> dict[str, float]:
    """One method on one network, warm."""
    (network, positions, _), b = make_large_network(n, geometry=geometry, random_state=seed)  # type: ignore[arg-type]
    i, j, tied = hidden_dyads(network, seed)
    near = _near(network, positions, i[tied], j[tied], seed)
    first, second = np.r_[i, near[0]], np.r_[j, near[1]]
    dyads = list(zip(first.tolist(), second.tolist(), strict=True))
    hidden = list({(min(pair), max(pair)): pair for pair in dyads}.values())
    train = network.with_unobserved(hidden)

    def scores(rank: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> dict[str, float]:
        ranks = rank(first, second)
        return _scores(tied, ranks[: len(i)], ranks[len(i) :])

    if method == "bound":
        return scores(lambda a, b: -np.linalg.norm(positions[a] - positions[b], axis=1))
    if method in BY_PRODUCTS:
        points, took = by_peer(method, train.ties, peers)
        if BY_PRODUCTS[method]:
            return scores(lambda a, b: np.asarray((points[a] * points[b]).sum(axis=1))) | took
        return scores(lambda a, b: -np.linalg.norm(points[a] - points[b], axis=1)) | took
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if method == "spectral":
        began = time.process_time()
        found = [scores(lambda a, b, d=d: by_spectral(train.ties, a, b, d)) for d in DIMENSIONS]  # type: ignore[misc]
        spent = time.process_time() - began
        best = {name: max(one[name] for one in found) for name in found[0]}
        return best | {"seconds": spent, "gigabytes": _memory(), "before": before / 2**20}
    mode = MAP(max_iterations=200) if "200" in method else MAP()
    engine = Variational() if method == "variational" else mode
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small = make_large_network(1500, geometry=geometry, random_state=0)[0].network  # type: ignore[arg-type]
        LatentPositionModel(inference=engine, random_state=0).fit(small)  # compiles
        began = time.process_time()
        start = positions if "truth" in method else None
        model = LatentPositionModel(inference=engine, random_state=seed).fit(train, start=start)
        spent = time.process_time() - began
    return scores(lambda a, b: model.predict_proba(list(zip(a.tolist(), b.tolist(), strict=True)))) | {
        "seconds": spent,
        "gigabytes": _memory(),
        "before": before / 2**20,
        "intercept": model.intercept_ - b,
        "error": model.likelihood_["log_likelihood_error"],
    }


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


_COLOURS = {"map": "#2b5c8a", "variational": "#b3541e", "spectral": "0.45", "prone": "#5a8f3c", "umap": "#8a4f9e"}


def draw(rows: list[dict[str, float | str]], path: Path) -> None:
    """Time and memory against the number of actors, of each method that was timed."""
    figure = Figure(figsize=(8.6, 3.6), layout="constrained")
    for ax, what, label in zip(
        figure.subplots(1, 2), ("seconds", "gigabytes"), ("CPU s of a fit", "peak memory, GB"), strict=True
    ):
        for geometry, line in (("gaussian", "-"), ("geometric", "--")):
            for method, colour in _COLOURS.items():
                own = [row for row in rows if (row["geometry"], row["method"]) == (geometry, method)]
                found = {row["actors"]: row[what] for row in own}  # of rows of one network the last
                at = sorted(found)
                values = [found[n] for n in at]
                if at:
                    ax.plot(at, values, line, color=colour, marker="o", ms=4, label=f"{method}, {geometry}")
        ax.set_xscale("log")
        ax.set_yscale("log" if what == "seconds" else "linear")
        ax.set_xlabel("actors, with ten ties each")
        ax.set_ylabel(label)
        ax.grid(alpha=0.3)
    figure.axes[1].set_ylim(bottom=0.0)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right center", fontsize=8, frameon=False)
    figure.savefig(path, dpi=80)


def main() -> None:
    """Print a table row for each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actors", type=int, nargs="*", default=[10_000])
    parser.add_argument("--geometry", nargs="+", default=["gaussian", "geometric"])
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path, help="where a picture of time and memory goes")
    parser.add_argument("--peers", default=sys.executable, help="the interpreter that has other programs")
    parser.add_argument("--rows", type=Path, help="a file that rows are added to, and that a picture is drawn from")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run(given.one, given.geometry[0], given.actors[0], given.seed, given.peers)))
        return
    print("network | method | AUC | near | CPU s | peak memory, GB (of that before the fit)")
    rows = []
    for n in given.actors:
        for geometry in given.geometry:
            for method in ("bound", *given.methods):
                own = ["--one", method, "--actors", str(n), "--geometry", geometry, "--seed", str(given.seed)]
                own += ["--peers", given.peers]
                command = [sys.executable, "-m", "benchmarks.large", *own]
                text = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
                found = json.loads(text)
                rest = (
                    f" | {found['seconds']:.1f} | {found['gigabytes']:.2f} ({found['before']:.2f})"
                    if "seconds" in found
                    else ""
                )
                print(f"{geometry}, {n:,} | {method} | {found['auc']:.3f} | {found['near']:.3f}{rest}", flush=True)
                rows.append(found | {"actors": n, "geometry": geometry, "method": method})
                if given.rows:
                    with given.rows.open("a") as file:
                        file.write(json.dumps(rows[-1]) + "\n")
    if given.rows:
        rows = [json.loads(line) for line in given.rows.read_text().splitlines()]
    if given.picture:
        draw(rows, given.picture)


if __name__ == "__main__":
    main()

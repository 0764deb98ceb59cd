"""Large networks beside spectral embedding: held-out AUC, time and memory (`python -m benchmarks.large`).

A tenth of a simulated network's ties, and as many other dyads at random, are hidden. Each method fits the rest in a
process of its own, and ranks what was hidden; the truth's own AUC is the bound. "from the truth" starts where the
actors are: what a fit of these ties can reach. Spectral embedding is that of the degree-corrected, regularised
adjacency matrix, with as many dimensions as did best (of 2, 8 and 32), ranked by inner products.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigsh

from tests.environment import prepare

prepare()

from sklearn.metrics import roc_auc_score  # noqa: E402

from latentnet import MAP, LatentPositionModel, Network, Variational  # noqa: E402  (after the environment is set)
from latentnet.datasets import make_large_network  # noqa: E402

METHODS = ("map", "map, 200 iterations", "map, from the truth", "variational", "spectral")
DIMENSIONS = (2, 8, 32)


def _hidden(network: Network, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends of hidden dyads, and which are tied."""
    rng, ties, n = np.random.default_rng(seed), network.ties.tocoo(), network.n_actors
    once = rng.permutation(np.flatnonzero(ties.row < ties.col))
    some = once[: len(once) // 10]
    pairs = rng.integers(n, size=(2, 2 * len(some)))
    free = (pairs[0] != pairs[1]) & (np.asarray(network.ties[pairs[0], pairs[1]]).ravel() == 0.0)
    others = pairs[:, free][:, : len(some)]
    tied = np.repeat([True, False], [len(some), others.shape[1]])
    return np.r_[ties.row[some], others[0]], np.r_[ties.col[some], others[1]], tied


def _spectral(ties: sparse.csr_array, i: np.ndarray, j: np.ndarray, n_dims: int) -> np.ndarray:
    """Inner products of actors' coordinates."""
    degree = np.asarray(ties.sum(axis=1)).ravel()
    root = np.sqrt(degree + degree.mean())
    scaled = sparse.diags_array(1.0 / root) @ ties @ sparse.diags_array(1.0 / root)
    values, vectors = eigsh(scaled.tocsr(), k=n_dims, which="LA", v0=np.ones(len(root)))
    points = vectors * np.sqrt(np.maximum(values, 0.0)) * root[:, np.newaxis]
    return np.asarray((points[i] * points[j]).sum(axis=1))


def run(method: str, geometry: str, n: int, seed: int) -> dict[str, float]:
    """One method on one network, warm."""
    (network, positions, _), b = make_large_network(n, geometry=geometry, random_state=seed)  # type: ignore[arg-type]
    i, j, tied = _hidden(network, seed)
    dyads = list(zip(i.tolist(), j.tolist(), strict=True))
    train = network.with_unobserved(dyads)
    if method == "bound":
        length = np.linalg.norm(positions[i] - positions[j], axis=1)
        return {"auc": float(roc_auc_score(tied, -length))}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if method == "spectral":
        began = time.process_time()
        aucs = [float(roc_auc_score(tied, _spectral(train.ties, i, j, d))) for d in DIMENSIONS]
        spent = time.process_time() - began
        return {"auc": max(aucs), "seconds": spent, "gigabytes": _memory()} | {"before": before / 2**20}
    limit = 200 if "200" in method else 1000
    engine = Variational() if method == "variational" else MAP(max_iterations=limit)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small = make_large_network(1500, geometry=geometry, random_state=0)[0].network  # type: ignore[arg-type]
        LatentPositionModel(inference=engine, random_state=0).fit(small)  # compiles
        began = time.process_time()
        start = positions if "truth" in method else None
        model = LatentPositionModel(inference=engine, random_state=seed).fit(train, start=start)
        spent = time.process_time() - began
    found = {"auc": float(roc_auc_score(tied, model.predict_proba(dyads))), "seconds": spent, "gigabytes": _memory()}
    errors = model.likelihood_
    return found | {
        "before": before / 2**20,
        "intercept": model.intercept_ - b,
        "error": errors["log_likelihood_error"],
    }


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Print a table row for each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actors", type=int, nargs="+", default=[10_000])
    parser.add_argument("--geometry", nargs="+", default=["gaussian", "geometric"])
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run(given.one, given.geometry[0], given.actors[0], given.seed)))
        return
    print("network | method | AUC | CPU s | peak memory, GB (of that before the fit)")
    for n in given.actors:
        for geometry in given.geometry:
            for method in ("bound", *given.methods):
                own = ["--one", method, "--actors", str(n), "--geometry", geometry, "--seed", str(given.seed)]
                command = [sys.executable, "-m", "benchmarks.large", *own]
                text = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
                found = json.loads(text)
                rest = (
                    f" | {found['seconds']:.1f} | {found['gigabytes']:.2f} ({found['before']:.2f})"
                    if len(found) > 1
                    else ""
                )
                print(f"{geometry}, {n:,} | {method} | {found['auc']:.3f}{rest}", flush=True)


if __name__ == "__main__":
    main()

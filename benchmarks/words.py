"""A real network of 10⁵ ties: meanings of words in WordNet 3.0, tied where it relates them.

Run by `python -m benchmarks.words`. Debian's package wordnet-base has its files (/usr/share/wordnet/data.*). Meanings
without relations are left out. As in `benchmarks.large` a tenth of the ties, and as many other dyads at random, are
hidden and ranked.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.metrics import roc_auc_score

from benchmarks.large import DIMENSIONS, by_peer, by_spectral, hidden_dyads
from latentnet import MAP, LatentPositionModel, Network, Variational

FILES = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


def read(folder: Path) -> Network:
    """Meanings, tied where either of two points to the other."""
    ends = []
    for name, kind in FILES.items():
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if line.startswith("  "):  # the licence
                continue
            fields = line.split("|")[0].split()
            n_words = int(fields[3], 16)
            n_pointers = int(fields[4 + 2 * n_words])
            for k in range(n_pointers):
                _, offset, of, _ = fields[5 + 2 * n_words + 4 * k : 9 + 2 * n_words + 4 * k]
                ends.append((kind + fields[0], of.replace("s", "a") + offset))
    names, places = np.unique(np.array(ends), return_inverse=True)
    i, j = places.reshape(-1, 2).T
    ties = sparse.coo_array((np.ones(len(i)), (i, j)), shape=(len(names), len(names))).tocsr()
    ties = ((ties + ties.T) > 0).astype(np.float64)
    ties.setdiag(0.0)
    ties.eliminate_zeros()
    return Network.from_array(ties, directed=False)


def main() -> None:
    """Print a table row for each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/usr/share/wordnet"), help="of the files data.*")
    parser.add_argument("--peers", help="the interpreter that has other programs")
    given = parser.parse_args()
    network = read(given.folder)
    i, j, tied = hidden_dyads(network, 1)
    dyads = list(zip(i.tolist(), j.tolist(), strict=True))
    train = network.with_unobserved(list({(min(pair), max(pair)) for pair in dyads}))
    print(f"{network.n_actors:,} actors, {network.ties.nnz // 2:,} ties; method | AUC | CPU s", flush=True)

    def show(name: str, ranks: np.ndarray, seconds: float) -> None:
        print(f"{name} | {roc_auc_score(tied, ranks):.3f} | {seconds:.1f}", flush=True)

    for n_dims in DIMENSIONS:
        began = time.process_time()
        show(f"spectral, {n_dims} dimensions", by_spectral(train.ties, i, j, n_dims), time.process_time() - began)
    if given.peers:
        points, took = by_peer("prone", train.ties, given.peers)
        show("prone", np.asarray((points[i] * points[j]).sum(axis=1)), took["seconds"])
    for name, engine in (("map", MAP()), ("variational", Variational())):
        began = time.process_time()
        model = LatentPositionModel(inference=engine, random_state=1).fit(train)
        spent = time.process_time() - began
        show(name, model.predict_proba(dyads), spent)
        print(model.likelihood_.to_string(), flush=True)


if __name__ == "__main__":
    main()

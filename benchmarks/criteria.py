"""How often held-out ties find the truth (`python -m benchmarks.criteria dims`, `... clusters`).

Networks with 1 to 3 dimensions are compared by leave-one-out, networks with 1 to 4 clusters on a circle by leaving out
whole actors. The estimate is the smallest number within one standard error (of the difference) of the best.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
import pandas as pd

from tests.environment import prepare

prepare()

import latentnet  # noqa: E402  (after the environment is set)
from latentnet import MCMC, LatentClusterModel, LatentnetWarning, LatentPositionModel, Network  # noqa: E402
from latentnet.datasets import make_latent_network  # noqa: E402

LEAST_RIGHT = 0.7
SPREAD, DENSITY = 2.5, 0.25


def _of_dims(truth: int, seed: int) -> Network:
    """60 actors with N(0, 2.5²) coordinates, a quarter of them tied in the mean."""
    rng = np.random.default_rng([truth, seed])
    z = SPREAD * rng.standard_normal((60, truth))
    gaps = np.sqrt(((z[:, None] - z) ** 2).sum(axis=-1))[np.tril_indices(60, -1)]
    low, high = -10.0, 30.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        dense = np.mean(1.0 / (1.0 + np.exp(gaps - middle))) > DENSITY
        low, high = (low, middle) if dense else (middle, high)
    ties = np.zeros((60, 60))
    ties[np.tril_indices(60, -1)] = rng.random(len(gaps)) < 1.0 / (1.0 + np.exp(gaps - low))
    return Network.from_array(ties + ties.T, directed=False)


def _of_clusters(truth: int, seed: int) -> Network:
    made = make_latent_network(
        90,
        truth,
        intercept=1.2,
        cluster_radius=3.2,
        cluster_scale=0.6,
        random_state=np.random.SeedSequence([truth, seed]),
    )
    return made.network


def _found(table: pd.DataFrame) -> int:
    """The smallest number within one standard error of the best."""
    near = table["difference"] >= -table["se_difference"]
    return min(map(int, table.index[near]))


def dims(truth: int, seed: int) -> pd.DataFrame:
    """Compare 1 to 4 dimensions by leave-one-out."""
    network, engine = _of_dims(truth, seed), MCMC(500, 500, 2, thin=1, n_jobs=1)
    models = {str(d): LatentPositionModel(d, inference=engine, random_state=seed).fit(network) for d in (1, 2, 3, 4)}
    return latentnet.compare(models, random_state=seed)


def clusters(truth: int, seed: int) -> pd.DataFrame:
    """Compare 1 to 5 clusters by leaving out actors."""
    network, engine = _of_clusters(truth, seed), MCMC(250, 300, 1, n_jobs=1)
    # R's prior of a cluster's variance is the wider the fewer there are: all get that of "auto".
    priors = LatentClusterModel("auto", inference=MCMC(10, 10, 1), random_state=seed).fit(network).priors_
    models = {
        str(g): LatentClusterModel(g, priors=priors, inference=engine, random_state=seed).fit(network)
        for g in (1, 2, 3, 4, 5)
    }
    return latentnet.compare(models, criterion="actors", random_state=seed)


def study(question: str, first: int, n_seeds: int) -> pd.DataFrame:
    """By network: its true number, the estimate, the best one, and how far each is behind."""
    rows = []
    for seed in range(first, first + n_seeds):
        for truth in (1, 2, 3) if question == "dims" else (1, 2, 3, 4):
            begun = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LatentnetWarning)
                table = (dims if question == "dims" else clusters)(truth, seed)
            row = {"truth": truth, "seed": seed, "found": _found(table), "best": int(table.index[0])}
            row |= {f"behind {k}": table.loc[k, "difference"] for k in sorted(table.index)}
            row |= {f"se {k}": table.loc[k, "se_difference"] for k in sorted(table.index)}
            rows.append(row | {"worst k": table["worst_k"].max(), "CPU s": time.process_time() - begun})
            print(
                pd.DataFrame(rows[-1:]).to_string(index=False, header=len(rows) == 1, float_format="%.1f"), flush=True
            )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.criteria", description=__doc__)
    parser.add_argument("question", choices=["dims", "clusters"])
    parser.add_argument("--first", type=int, default=0, help="number of the first network")
    parser.add_argument("--seeds", type=int, default=30, help="networks of each true number")
    chosen = parser.parse_args()
    found = study(chosen.question, chosen.first, chosen.seeds)
    for name in ("found", "best"):
        print(pd.crosstab(found["truth"], found[name]).to_string())
        print(f"right: {(found['truth'] == found[name]).mean():.0%} (needed: {LEAST_RIGHT:.0%})")


if __name__ == "__main__":
    main()

"""How often the number of dimensions is found (`python -m benchmarks.dimensions --rows FILE`).

Networks of actors that spread alike in 1 to 3 dimensions (distance) or 1 to 4 (inner products) are fitted with
`n_dims="auto"`, whose answer is the most probable number, and with each of 1 to 5 dimensions, which leave-one-out
compares: its answer is the best one, or the smallest within one standard error (of the difference) of the best.
Rows are added to the file as they are found, and a network that has one is not fitted again.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from tests.environment import prepare

prepare()

import latentnet  # noqa: E402  (after the environment is set)
from latentnet import MCMC, LatentnetWarning, LatentPositionModel, Network  # noqa: E402

TRUTHS = {"distance": (1, 2, 3), "bilinear": (1, 2, 3, 4)}
SCALES = {"distance": 2.0, "bilinear": 1.0}  # standard deviations of coordinates
N_ACTORS, DENSITY, N_SIMULATIONS, MOST_DIMS = 80, 0.25, 30, 5
ANSWERS = ("auto", "loo best", "loo smallest")
LEAST_RIGHT = 0.75
QUICK = MCMC(n_draws=500, n_warmup=500, n_chains=2, thin=1, n_jobs=1)  # of the fits that leave-one-out compares


def simulate(similarity: str, truth: int, seed: int) -> Network:
    """Draw an undirected network that has `DENSITY` in the mean, given where its actors are."""
    rng = np.random.default_rng([list(TRUTHS).index(similarity), truth, seed])
    z = SCALES[similarity] * rng.standard_normal((N_ACTORS, truth))
    alike = z @ z.T if similarity == "bilinear" else -np.linalg.norm(z[:, None] - z, axis=-1)
    pairs = np.tril_indices(N_ACTORS, -1)
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        dense = np.mean(1.0 / (1.0 + np.exp(-middle - alike[pairs]))) > DENSITY
        low, high = (low, middle) if dense else (middle, high)
    ties = np.zeros((N_ACTORS, N_ACTORS))
    ties[pairs] = rng.random(len(pairs[0])) < 1.0 / (1.0 + np.exp(-low - alike[pairs]))
    return Network.from_array(ties + ties.T, directed=False)


def by_auto(network: Network, similarity: str, seed: int) -> dict[str, float]:
    """The most probable number, and the probabilities."""
    begun = time.process_time()
    model = LatentPositionModel("auto", similarity=similarity, inference=MCMC(max_thin=1, n_jobs=1), random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        model.fit(network)
    row = {"auto": model.n_dims_, "auto CPU s": time.process_time() - begun}
    return row | {f"P({d})": one for d, one in model.n_dims_probabilities_.items()}


def by_loo(network: Network, similarity: str, seed: int) -> dict[str, float]:
    """The best number in leave-one-out, and the smallest that is as good but for one standard error."""
    begun = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        models = {
            str(d): LatentPositionModel(d, similarity=similarity, inference=QUICK, random_state=seed).fit(network)
            for d in range(1, MOST_DIMS + 1)
        }
        table = latentnet.compare(models, random_state=seed)
    near = table.index[table["difference"] >= -table["se_difference"]]
    found = {"loo best": int(table.index[0]), "loo smallest": min(map(int, near)), "worst k": table["worst_k"].max()}
    return found | {"loo CPU s": time.process_time() - begun}


NOT_COMPARED = {"loo best": np.nan, "loo smallest": np.nan, "worst k": np.nan, "loo CPU s": np.nan}


def study(rows: Path, n_simulations: int, n_compared: int) -> pd.DataFrame:
    """Fit every network that has no row yet; the first ones also in each number of dimensions."""
    done = set(pd.read_csv(rows, index_col=[0, 1, 2]).index) if rows.exists() else set()
    for seed in range(n_simulations):
        for key in [(similarity, truth, seed) for similarity, numbers in TRUTHS.items() for truth in numbers]:
            if key in done:
                continue
            network = simulate(*key)
            found = by_auto(network, key[0], seed)
            found |= by_loo(network, key[0], seed) if seed < n_compared else NOT_COMPARED
            row = pd.DataFrame([dict(zip(("similarity", "truth", "seed"), key, strict=True)) | found])
            row.to_csv(rows, mode="a", header=not rows.exists(), index=False, float_format="%.4g")
    return pd.read_csv(rows)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Shares of right answers and CPU seconds, by the truth; leave-one-out was asked of those "compared"."""
    right = {f"{one} right": (found[one] == found["truth"]).where(found[one].notna()) for one in ANSWERS}
    both = found[["similarity", "truth", "auto CPU s", "loo CPU s"]].assign(**right)
    groups = both.astype({f"{one} right": float for one in ANSWERS}).groupby(["similarity", "truth"])
    return groups.mean().assign(networks=groups.size(), compared=groups["loo CPU s"].count())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dimensions", description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="CSV, which is added to")
    parser.add_argument("--simulations", type=int, default=N_SIMULATIONS, help="of each true number")
    parser.add_argument("--compared", type=int, help="leave-one-out for so many of these only (all)")
    chosen = parser.parse_args()
    compared = chosen.simulations if chosen.compared is None else chosen.compared
    found = study(chosen.rows, chosen.simulations, compared)
    table = summary(found)
    print(table.to_string(float_format="{:.2f}".format))
    least = table["auto right"].min()
    reached = "reached" if least >= LEAST_RIGHT else "MISSED"
    print(f"least share of right answers of n_dims='auto': {least:.2f} (needed: {LEAST_RIGHT}): {reached}")
    answers = found[list(ANSWERS)]
    wrong = found[(answers.ne(found["truth"], axis=0) & answers.notna()).any(axis=1)]
    print(wrong.to_string(index=False) if len(wrong) else "no network was missed by any")


if __name__ == "__main__":
    main()

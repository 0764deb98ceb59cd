"""How often the number of clusters is found (`python -m benchmarks.number_of_clusters`).

Networks with 1 to 4 clusters on a circle are fitted with an unknown number of clusters under the data-scaled prior;
the estimate is the posterior mode of the number of occupied clusters. Then Sampson's monks: how the posterior of that
number answers to half and twice the prior's variance scale.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
import pandas as pd

from tests.environment import prepare

prepare()

from latentnet import MCMC, LatentClusterModel, LatentnetWarning, Network, Priors  # noqa: E402  (after the environment is set)
from latentnet.datasets import load_sampson, make_latent_network  # noqa: E402

NUMBERS = (1, 2, 3, 4)
N_SEEDS = 20
N_ACTORS = 90
LEAST_RIGHT, LEAST_RIGHT_OF_EACH = 64, 13
SHOWN = 6
PROTOTYPE_VARIANCE = 1.61  # V of Sampson's monks in the prototype's figures


def fitted(network: Network, engine: MCMC, seed: int, priors: Priors | None = None) -> LatentClusterModel:
    """Return the model with an unknown number of clusters; warnings of convergence are not of interest here."""
    model = LatentClusterModel("auto", inference=engine, priors=priors, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        return model.fit(network)


def study(numbers: tuple[int, ...], n_seeds: int, n_actors: int, engine: MCMC) -> pd.DataFrame:
    """Fit every simulated network: its true number, the estimate and the posterior probabilities."""
    rows = []
    for truth in numbers:
        for seed in range(n_seeds):
            network = make_latent_network(
                n_actors,
                truth,
                intercept=1.2,
                cluster_radius=3.2,
                cluster_scale=0.6,
                random_state=np.random.SeedSequence([truth, seed]),
            ).network
            begun = time.process_time()
            model = fitted(network, engine, seed)
            probability = model.n_clusters_probabilities_.to_numpy()
            row = {"truth": truth, "seed": seed, "estimate": model.n_clusters_}
            row["V"] = 5.0 * model.priors_.position_variance_scale
            row["CPU s"] = time.process_time() - begun
            rows.append(row | {f"P({k + 1})": probability[k] for k in range(SHOWN)})
    return pd.DataFrame(rows)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return how often each number was estimated, by the truth, with mean probabilities."""
    counts = pd.crosstab(found["truth"], found["estimate"])
    right = (found["truth"] == found["estimate"]).groupby(found["truth"]).sum()
    names = ["V", *(f"P({k + 1})" for k in range(SHOWN)), "CPU s"]
    means = found.groupby("truth")[names].mean().add_prefix("mean ")
    return counts.add_prefix("found ").assign(right=right).join(means)


def sampson(engine: MCMC) -> pd.DataFrame:
    """Return the posterior of the number on Sampson's monks, with the variance scale halved and doubled."""
    network = load_sampson()
    rows = []
    own = 5.0 * fitted(network, engine, 0).priors_.position_variance_scale
    for variance in (own, PROTOTYPE_VARIANCE):
        for factor in (0.5, 1.0, 2.0):
            scaled = Priors(position_variance_scale=factor * variance / 5.0).scaled_by(variance)
            probability = fitted(network, engine, 0, scaled).n_clusters_probabilities_.to_numpy()
            shown = {f"P({k + 1})": probability[k] for k in range(SHOWN)}
            rows.append({"V": variance, "v0 times": factor, **shown})
    return pd.DataFrame(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.number_of_clusters", description=__doc__)
    parser.add_argument("--numbers", type=int, nargs="+", default=list(NUMBERS), help="true numbers of clusters")
    parser.add_argument("--seeds", type=int, default=N_SEEDS, help="networks of each number")
    parser.add_argument("--actors", type=int, default=N_ACTORS)
    parser.add_argument("--chains", type=int, default=2)
    parser.add_argument("--draws", type=int, default=1000)
    return parser.parse_args()


def main() -> None:
    chosen = _arguments()
    engine = MCMC(n_draws=chosen.draws, n_chains=chosen.chains, thin=1, n_jobs=1)
    found = study(tuple(chosen.numbers), chosen.seeds, chosen.actors, engine)
    table = summary(found)
    print(f"{chosen.seeds} networks of {chosen.actors} actors each; {chosen.chains} chains of 500 + {chosen.draws}")
    print(table.to_string(float_format="{:.2f}".format))
    print(f"right: {table['right'].sum()} of {len(found)}", end="")
    if (chosen.actors, chosen.seeds, tuple(chosen.numbers)) == (N_ACTORS, N_SEEDS, NUMBERS):
        enough = table["right"].sum() >= LEAST_RIGHT and table["right"].min() >= LEAST_RIGHT_OF_EACH
        needed = f"{LEAST_RIGHT} in all and {LEAST_RIGHT_OF_EACH} of each {N_SEEDS}"
        print(f" (needed: {needed}): {'reached' if enough else 'MISSED'}", end="")
    wrong = found[found["truth"] != found["estimate"]].drop(columns="CPU s")
    if len(wrong):
        print("\n\nNetworks whose number was missed")
        print(wrong.to_string(index=False, float_format="{:.2f}".format), end="")
    print("\n\nSampson's monks: posterior of the number of occupied clusters")
    long = MCMC(n_draws=10 * chosen.draws, n_chains=4, thin=1, n_jobs=1)
    print(sampson(long).to_string(index=False, float_format="{:.3f}".format))


if __name__ == "__main__":
    main()

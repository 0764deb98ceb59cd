"""What other layers are worth to one (`python -m benchmarks.layers`).

Networks of two or three kinds of ties; some dyads of the last one are hidden, and scored. The log score of these under
a joint fit, less that under a fit of the last layer alone, is paired by simulation. Half of the last layer's dyads are
unobserved, or it is sparse, or its map has nothing to do with the others'.
"""

from __future__ import annotations

import argparse
import itertools
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from tests.environment import prepare

prepare()

from latentnet import MCMC, LatentnetWarning, LatentPositionModel, Layers, Network  # noqa: E402  (after the environment is set)

KINDS = ("half", "sparse", "unrelated")
N_SIMULATIONS = 30
SCALE, INTERCEPT, SPARSE = 1.5, 1.0, -1.7  # of positions and of linear predictors; `SPARSE` makes 4 % of the ties
HIDDEN = {"half": 0.5, "sparse": 0.2, "unrelated": 0.2}


class Simulated(NamedTuple):
    """Layers of which the last one lacks some dyads, and these."""

    layers: Layers
    hidden: Network


def simulate(kind: str, n_actors: int, n_layers: int, rng: np.random.Generator) -> Simulated:
    """Draw layers on one map, or with another one for the last."""
    common, own = SCALE * rng.standard_normal((2, n_actors, 2))
    networks = {}
    for k in range(n_layers):
        last = k == n_layers - 1
        z = own if last and kind == "unrelated" else common
        eta = (SPARSE if last and kind == "sparse" else INTERCEPT) - np.linalg.norm(z[:, None] - z, axis=-1)
        ties = np.tril((rng.random(eta.shape) < 1.0 / (1.0 + np.exp(-eta))).astype(float), -1)
        networks[f"layer {k + 1}"] = ties + ties.T
    hidden = np.tril(rng.random(eta.shape) < HIDDEN[kind], -1)
    hidden |= hidden.T
    seen = networks.popitem()[1]
    networks[f"layer {n_layers}"] = np.where(hidden, np.nan, seen)
    scored = np.where(hidden, seen, np.nan)
    for ties in (*networks.values(), scored):
        np.fill_diagonal(ties, 0.0)
    return Simulated(
        Layers({name: Network.from_array(ties) for name, ties in networks.items()}), Network.from_array(scored)
    )


def compared(drawn: Simulated, engine: MCMC, seed: int) -> dict[str, float]:
    """Log scores of hidden dyads of the last layer under both joint fits less its own, with what the layers share."""
    last = drawn.layers.names[-1]
    own = LatentPositionModel(inference=engine, random_state=seed).fit(drawn.layers[last])
    shared = LatentPositionModel(inference=engine, random_state=seed).fit(drawn.layers)
    around = LatentPositionModel(layers="around", inference=engine, random_state=seed).fit(drawn.layers)
    alone, of_around = own.score(drawn.hidden), around.layer_table()
    return {
        "shared": shared.layer(last).score(drawn.hidden) - alone,
        "around": around.layer(last).score(drawn.hidden) - alone,
        "w": float(shared.layer_table().loc[last, "weight"]),
        "tau of the first": float(of_around["spread"].iloc[0]),
        "tau": float(of_around.loc[last, "spread"]),
        "own map": float(of_around.loc[last, "own_map"]),
    }


def study(kind: str, n_actors: int, n_layers: int, simulations: range, engine: MCMC) -> pd.DataFrame:
    """Fit every simulation of one kind."""
    rows = []
    for seed in simulations:
        rng = np.random.default_rng([KINDS.index(kind), n_actors, n_layers, seed])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LatentnetWarning)
            rows.append(compared(simulate(kind, n_actors, n_layers, rng), engine, seed))
    return pd.DataFrame(rows)


def summary(found: pd.DataFrame) -> pd.Series:
    """Means, and the standard errors of the differences."""
    errors = found[["shared", "around"]].sem().add_suffix(" se")
    return pd.concat([found.mean(), errors])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--actors", type=int, nargs="+", default=[40, 80])
    parser.add_argument("--layers", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--simulations", type=int, default=N_SIMULATIONS)
    parser.add_argument("--draws", type=int, default=500)
    chosen = parser.parse_args()
    engine = MCMC(n_draws=chosen.draws, n_chains=2, n_jobs=1, progress=False)
    print(f"{chosen.simulations} simulations each; 2 chains of 500 + {chosen.draws}")
    for kind, n_actors, n_layers in itertools.product(chosen.kinds, chosen.actors, chosen.layers):
        found = summary(study(kind, n_actors, n_layers, range(chosen.simulations), engine))
        text = f"{kind:9} n = {n_actors:3} {n_layers} layers:"
        for name in ("shared", "around"):
            mean, error = found[name], found[f"{name} se"]
            text += f"  {name} {mean:+.4f} ± {error:.4f} ({mean / error:+.1f} se)"
        shares = ("w", "tau of the first", "tau", "own map")
        print(text, "  ".join(f"{name} {found[name]:.2f}" for name in shares), sep="  ", flush=True)


if __name__ == "__main__":
    main()

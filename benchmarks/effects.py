"""What effects cost (`python -m benchmarks.effects`): effective draws per CPU second beside the plain model's.

The plain model runs on fused kernels, one with sociality and two covariates on composed ones. Both are fitted to the
same networks, by turns; the draws are those of the linear predictors of the same dyads.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd

from tests.environment import prepare

prepare()

from benchmarks.measure import Fit, Stopwatch, figures  # noqa: E402  (after the environment is set)
from latentnet import MCMC, ConvergenceWarning, LatentPositionModel, Network  # noqa: E402
from latentnet.effects import AbsoluteDifference, Effect, Homophily, Sociality  # noqa: E402
from latentnet.predictive.predictive import Predictive  # noqa: E402

LEAST = 0.25
MODELS: dict[str, tuple[Effect, ...]] = {
    "plain": (),
    "sociality and two covariates": (Sociality(), Homophily("group"), AbsoluteDifference("age")),
}


def simulated(n_actors: int, directed: bool, seed: int) -> Network:
    """Return a network from the model with all effects; about one dyad in seven is tied at 100 actors."""
    rng = np.random.default_rng([n_actors, seed])
    z = np.sqrt(n_actors / 8.0) * rng.standard_normal((n_actors, 2))
    sociality, age, group = (
        0.7 * rng.standard_normal(n_actors),
        rng.standard_normal(n_actors),
        rng.integers(2, size=n_actors),
    )
    eta = 2.5 - np.linalg.norm(z[:, None] - z, axis=-1) + sociality[:, None] + sociality
    eta += 0.5 * (group[:, None] == group) - 0.3 * np.abs(age[:, None] - age)
    y = (rng.random(eta.shape) < 1.0 / (1.0 + np.exp(-eta))) * 1.0
    np.fill_diagonal(y, 0.0)
    if not directed:
        y = np.tril(y) + np.tril(y).T
    return Network.from_array(y, directed=directed, attributes=pd.DataFrame({"age": age, "group": group}))


def fitted(network: Network, effects: tuple[Effect, ...], seed: int, engine: MCMC) -> Fit:
    """Fit one model; its cost is the engine's alone, start and warm-up included."""
    model = LatentPositionModel(effects=effects, inference=MCMC(2, 2, 1, progress=False), random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        problem = model.fit(network)._problem  # compiles what is not compiled yet
    with Stopwatch() as watch:
        draws = engine.infer(problem, np.random.default_rng(seed)).draws
    pairs = np.array(np.tril_indices(network.n_actors, -1))
    pairs = pairs[:, np.random.default_rng(0).permutation(pairs.shape[1])[:300]]
    eta = Predictive(problem, draws.reshape(-1, problem.n_parameters)).values("linear_predictor", *pairs)
    return Fit(eta.reshape(*draws.shape[:2], -1), draws[..., problem.intercept], {"whole fit": watch.cpu_seconds})


def study(n_actors: int, directed: bool, n_runs: int, engine: MCMC) -> pd.DataFrame:
    """Fit each model to each network: CPU seconds and effective draws per CPU second."""
    rows = []
    for seed in range(n_runs):
        network = simulated(n_actors, directed, seed)
        for name, effects in MODELS.items():
            rows.append({"model": name} | figures(fitted(network, effects, seed, engine), "whole fit"))
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--actors", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    for directed in (False, True):
        table = study(options.actors, directed, options.runs, MCMC(1000, 500, 4, thin=1, progress=False))
        medians = table.groupby("model", sort=False).median()
        print(
            f"\n{options.actors} actors, {'directed' if directed else 'undirected'}, medians of {options.runs} networks"
        )
        print(medians.round(2).to_string())
        ratio = float(medians["median"].iloc[1] / medians["median"].iloc[0])
        print(f"median dyad: {ratio:.2f} of the plain model's (at least {LEAST})")


if __name__ == "__main__":
    main()

"""Whom to ask next: simulated studies of 4 + 4 + 4 interviews, against random choice and the most-named.

Clusters are of unequal size, the experts who choose the first four know only the largest, and some people are at the
margin: about a third of all people are never named in a study. Printed are two measures of what the twelve
interviews recover, over all pairs of people, and their gains with paired standard errors:

* distances: correlation of the posterior mean distances with the true ones;
* co-clustering: correlation of the posterior co-clustering probabilities with the truth, among those in a cluster.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist, pdist, squareform
from scipy.special import expit

from latentnet import MCMC, LatentClusterModel, LatentnetWarning, Network, next_interviews

N_STUDIES = 30
SIZES = (24, 16, 10)  # of the clusters; the first four interviewees come from the first
N_INSIDE, N_OUTSIDE = sum(SIZES), 8
STAGE = 4  # interviews at a time, three times
TARGETS = ("everything", "others", "clusters")


class Population(NamedTuple):
    """People, where they are, whom they would name; the last `N_OUTSIDE` belong to no cluster, and few name them."""

    positions: np.ndarray
    labels: np.ndarray
    ties: np.ndarray


def population(rng: np.random.Generator) -> Population:
    angles = 2 * np.pi * np.arange(len(SIZES)) / len(SIZES)
    labels = np.repeat(np.arange(len(SIZES)), SIZES)
    inside = 2.6 * np.column_stack([np.cos(angles), np.sin(angles)])[labels] + 0.6 * rng.standard_normal((N_INSIDE, 2))
    directions = rng.uniform(0, 2 * np.pi, N_OUTSIDE)
    circle = np.column_stack([np.cos(directions), np.sin(directions)])
    positions = np.concatenate([inside, rng.uniform(4.5, 5.5, (N_OUTSIDE, 1)) * circle])
    ties = (rng.random((len(positions),) * 2) < expit(0.3 - cdist(positions, positions))).astype(float)
    np.fill_diagonal(ties, 0.0)
    return Population(positions, np.concatenate([labels, np.full(N_OUTSIDE, -1)]), ties)


def fit(people: Population, asked: list[int], seed: int) -> LatentClusterModel:
    ties = np.full_like(people.ties, np.nan)
    ties[asked] = people.ties[asked]
    np.fill_diagonal(ties, 0.0)
    engine = MCMC(n_draws=250, n_warmup=250, n_chains=2, n_jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        model = LatentClusterModel(len(SIZES), inference=engine, random_state=seed)
        return model.fit(Network.from_array(ties, directed=True))


def recovered(model: LatentClusterModel, people: Population) -> tuple[float, float]:
    draws = model.draws_.positions.reshape(-1, *people.positions.shape)
    distances = np.mean([pdist(draw) for draw in draws], axis=0)
    same = pdist(people.labels[:N_INSIDE, None].astype(float)) == 0
    together = squareform(model.coclustering_[:N_INSIDE, :N_INSIDE], checks=False)
    return (
        float(np.corrcoef(distances, pdist(people.positions))[0, 1]),
        float(np.corrcoef(together, same)[0, 1]),
    )


Choice = Callable[[Any, Population, list[int], np.random.Generator], list[int]]


def at_random(model: Any, people: Population, asked: list[int], rng: np.random.Generator) -> list[int]:
    return rng.choice(np.setdiff1d(np.arange(len(people.ties)), asked), STAGE, replace=False).tolist()


def most_named(model: Any, people: Population, asked: list[int], rng: np.random.Generator) -> list[int]:
    named = people.ties[asked].sum(axis=0) + rng.uniform(0, 0.5, len(people.ties))  # equal counts: at random
    named[asked] = -1.0
    return np.argsort(-named)[:STAGE].tolist()


def by_model(target: Any) -> Choice:
    def choose(model: Any, people: Population, asked: list[int], rng: np.random.Generator) -> list[int]:
        return next_interviews(model, STAGE, target=target).index.tolist()

    return choose


STRATEGIES: dict[str, Choice] = {
    "random": at_random,
    "most-named": most_named,
    **{target: by_model(target) for target in TARGETS},
}


def study(seed: int) -> dict[tuple[str, str], float]:
    rng = np.random.default_rng(seed)
    people = population(rng)
    begun = rng.choice(SIZES[0], STAGE, replace=False).tolist()
    first = fit(people, begun, seed)
    found = {}
    for name, choose in STRATEGIES.items():
        asked, model = list(begun), first
        for _ in range(2):
            asked = asked + choose(model, people, asked, rng)
            model = fit(people, asked, seed)
        found[name, "distances"], found[name, "co-clustering"] = recovered(model, people)
    return found


def gains(results: pd.DataFrame, target: str) -> pd.DataFrame:
    """Mean gain of a target over both simple rules, with paired standard errors."""
    rows = {}
    for other in ("random", "most-named"):
        for measure in ("distances", "co-clustering"):
            gain = results[target, measure] - results[other, measure]
            error = gain.std(ddof=1) / np.sqrt(len(gain))
            rows[other, measure] = {"gain": gain.mean(), "standard error": error, "ratio": gain.mean() / error}
    return pd.DataFrame(rows).T


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    found = pd.DataFrame([study(seed) for seed in range(N_STUDIES)])
    found.columns = pd.MultiIndex.from_tuples(found.columns, names=["rule", "measure"])
    return found


@pytest.mark.parametrize("target", TARGETS)
def test_interviews_chosen_by_the_model_recover_more(
    results: pd.DataFrame, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = gains(results, target)
    with capsys.disabled():
        print(f"\ntarget={target!r}, {N_STUDIES} studies; mean of each rule:\n{results.mean().unstack().round(3)}")
        print(table.round(4))
    if target == "everything":  # the default; the others are there to be compared
        assert (table.loc["random", "ratio"] > 2.0).all()
        assert (table.loc["most-named", "ratio"] > -1.0).all()

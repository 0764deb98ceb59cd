"""Whom to ask next: simulated studies of 4 + 4 + 4 interviews, against random choice and the most-named.

The people who can be named are a staff list, on which some have nothing to do with the question: they name few, and few
name them. The 50 involved are in three clusters of unequal size; the experts who choose the first four know only the
largest. The model has a cluster more than those, for the people who are not involved. There are three populations:

* 50 people uninvolved, half of the list. Chosen before `next_interviews` was run on it, by reasoning and by rules that
  know the truth: random choice among the involved only, over random choice among all, gains +.102 (standard error .020)
  in distances and +.126 (.019) in co-clustering. Result: over random choice 5.4 and 4.9 standard errors; against
  the most-named +0.8 in co-clustering, but -2.5 in distances, so the claim is not reached.
* 25 uninvolved, a third of the list. Chosen after that result, before it was run, once, on new seeds. Over random
  choice 4.5 and 4.0 standard errors, against the most-named -0.95 and +0.6: the claim is reached.
* Earlier, 8 people at the margin of 58: it could not tell rules apart. Even random choice spread over the true clusters
  gained no more than +.008 (.010) in distances, and nothing beat random choice.

So the default is worth it where many of those who could be asked have nothing to do with the question, and never much
worse than the best simple rule.

As the rules are random in themselves (which people, or which draws the model is fitted by), each study takes the mean
of several independent runs of each rule. The fits that choose are longer than those that only measure. Printed are
measures of what the twelve interviews recover, and their gains with paired standard errors over studies:

* distances: correlation of the posterior mean distances with the true ones, over all pairs of involved people;
* co-clustering: correlation of the posterior co-clustering probabilities with the truth, over the same pairs;
* distances of all: the first over all pairs of people on the list (no claim is made: most of it is where people are
  who have nothing to do with the question);
* uninvolved: how many of the eight chosen people are;
* never named: how many involved people none of the twelve named.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist, pdist, squareform
from scipy.special import expit

from latentnet import MCMC, LatentClusterModel, LatentnetWarning, Network, next_interviews

N_STUDIES = 30
SIZES = (24, 16, 10)  # of the clusters; the first four interviewees come from the first
N_INVOLVED = sum(SIZES)
FIRST_SEED = {25: 200, 50: 0}  # by number of people uninvolved
STAGE = 4  # interviews at a time, three times
N_RUNS = {"random": 4, "most-named": 3, "others": 2}  # "others" is the default target
CHOOSING = {"n_draws": 600, "n_warmup": 400}
MEASURING = {"n_draws": 400, "n_warmup": 400}
MEASURES = ("distances", "co-clustering")  # of the claim
PRINTED = (*MEASURES, "distances of all", "uninvolved", "never named")


class Population(NamedTuple):
    """People, where they are, whom they would name; those uninvolved come last, in no cluster."""

    positions: np.ndarray
    labels: np.ndarray
    ties: np.ndarray


def population(n_uninvolved: int, rng: np.random.Generator) -> Population:
    angles = 2 * np.pi * np.arange(len(SIZES)) / len(SIZES)
    labels = np.repeat(np.arange(len(SIZES)), SIZES)
    centres = 2.6 * np.column_stack([np.cos(angles), np.sin(angles)])
    inside = centres[labels] + 0.6 * rng.standard_normal((N_INVOLVED, 2))
    directions = rng.uniform(0, 2 * np.pi, n_uninvolved)
    circle = np.column_stack([np.cos(directions), np.sin(directions)])
    positions = np.concatenate([inside, rng.uniform(5.0, 8.0, (n_uninvolved, 1)) * circle])
    ties = (rng.random((len(positions),) * 2) < expit(0.3 - cdist(positions, positions))).astype(float)
    np.fill_diagonal(ties, 0.0)
    return Population(positions, np.concatenate([labels, np.full(n_uninvolved, -1)]), ties)


def fit(people: Population, asked: list[int], seed: int, length: dict[str, int]) -> LatentClusterModel:
    ties = np.full_like(people.ties, np.nan)
    ties[asked] = people.ties[asked]
    np.fill_diagonal(ties, 0.0)
    engine = MCMC(**length, n_chains=2, thin=1, n_jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LatentnetWarning)
        model = LatentClusterModel(len(SIZES) + 1, inference=engine, random_state=seed)
        return model.fit(Network.from_array(ties, directed=True))


def recovered(model: LatentClusterModel, people: Population) -> tuple[float, float, float]:
    draws = model.draws_.positions.reshape(-1, *people.positions.shape)
    distances = squareform(np.mean([pdist(draw) for draw in draws], axis=0))
    true = cdist(people.positions, people.positions)
    same = (people.labels[:, None] == people.labels).astype(float)
    involved, everyone = np.triu_indices(N_INVOLVED, 1), np.triu_indices(len(true), 1)
    compared = ((distances, true, involved), (model.coclustering_, same, involved), (distances, true, everyone))
    first, second, third = (float(np.corrcoef(found[pairs], truth[pairs])[0, 1]) for found, truth, pairs in compared)
    return first, second, third


def at_random(people: Population, asked: list[int], rng: np.random.Generator) -> list[int]:
    return rng.choice(np.setdiff1d(np.arange(len(people.ties)), asked), STAGE, replace=False).tolist()


def most_named(people: Population, asked: list[int], rng: np.random.Generator) -> list[int]:
    named = people.ties[asked].sum(axis=0) + rng.uniform(0, 0.5, len(people.ties))  # equal counts: at random
    named[asked] = -1.0
    return np.argsort(-named)[:STAGE].tolist()


SIMPLE = {"random": at_random, "most-named": most_named}


def interviewed(rule: str, people: Population, begun: list[int], first: LatentClusterModel, seed: int) -> list[int]:
    """All twelve interviewees of one run of a rule."""
    rng = np.random.default_rng([seed, 1])
    asked = list(begun)
    if rule in SIMPLE:
        for _ in range(2):
            asked += SIMPLE[rule](people, asked, rng)
        return asked
    asked += next_interviews(first, STAGE).index.tolist()
    return asked + next_interviews(fit(people, asked, seed, CHOOSING), STAGE).index.tolist()


def study(n_uninvolved: int, seed: int) -> dict[tuple[str, str], float]:
    rng = np.random.default_rng(seed)
    people = population(n_uninvolved, rng)
    begun = rng.choice(SIZES[0], STAGE, replace=False).tolist()
    first = [fit(people, begun, 1000 * seed + run, CHOOSING) for run in range(N_RUNS["others"])]
    found = {}
    for rule, n_runs in N_RUNS.items():
        runs = []
        for run in range(n_runs):
            number = 1000 * seed + run
            asked = interviewed(rule, people, begun, first[run % len(first)], number)
            counts = (
                sum(actor >= N_INVOLVED for actor in asked),
                (people.ties[asked, :N_INVOLVED].sum(axis=0) == 0).sum(),
            )
            runs.append((*recovered(fit(people, asked, number, MEASURING), people), *counts))
        for measure, value in zip(PRINTED, np.mean(runs, axis=0), strict=True):
            found[rule, measure] = float(value)
    return found


def gains(results: pd.DataFrame) -> pd.DataFrame:
    """Mean gain of the default target over both simple rules, with paired standard errors."""
    rows = {}
    for other in SIMPLE:
        for measure in PRINTED[:3]:
            gain = results["others", measure] - results[other, measure]
            error = gain.std(ddof=1) / np.sqrt(len(gain))
            rows[other, measure] = {"gain": gain.mean(), "standard error": error, "ratio": gain.mean() / error}
    return pd.DataFrame(rows).T


MISSED = pytest.mark.xfail(reason="distances against the most-named: -2.5 paired standard errors", strict=True)


@pytest.mark.parametrize("n_uninvolved", [25, pytest.param(50, marks=MISSED)])
def test_interviews_chosen_by_the_model_recover_more(n_uninvolved: int, capsys: pytest.CaptureFixture[str]) -> None:
    first = FIRST_SEED[n_uninvolved]
    results = pd.DataFrame([study(n_uninvolved, seed) for seed in range(first, first + N_STUDIES)])
    results.columns = pd.MultiIndex.from_tuples(results.columns, names=["rule", "measure"])
    table = gains(results)
    with capsys.disabled():
        means = results.mean().unstack()[list(PRINTED)]
        print(f"\n{n_uninvolved} uninvolved, {N_STUDIES} studies; mean of each rule:\n{means.round(3).to_string()}")
        print(f"gains of target='others', the default:\n{table.round(4).to_string()}")
    for measure in MEASURES:
        assert table.loc[("random", measure), "ratio"] > 2.0
        assert table.loc[("most-named", measure), "ratio"] > -1.0

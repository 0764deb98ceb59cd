"""Minimum Kullback–Leibler estimates: where the search stops, and what is held meanwhile."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from latentnet import MCMC, ConvergenceWarning, LatentPositionModel, Network
from latentnet.effects import Effect, Receiver, Sender, Sociality
from latentnet.inference import minimum_kl
from latentnet.inference.minimum_kl import minimum_kullback_leibler


@pytest.mark.parametrize("effects", [(Sociality(),), (Sender(), Receiver())], ids=["sociality", "sender, receiver"])
def test_random_effects_do_not_run_away_with_positions(effects: tuple[Effect, ...]) -> None:
    """Where the predictor falls with distance and rises with a sociality, both could grow for ever."""
    graph = nx.DiGraph(nx.karate_club_graph()) if len(effects) > 1 else nx.karate_club_graph()
    engine = MCMC(n_draws=100, n_warmup=200, n_chains=1, thin=1)
    model = LatentPositionModel(effects=list(effects), inference=engine, random_state=1)
    with pytest.warns(ConvergenceWarning):
        model.fit(Network.from_networkx(graph, weight=None))
    problem, draws = model._problem, model.draws_.parameters[0]
    point = minimum_kullback_leibler(problem, draws, np.zeros(len(draws)))
    for effect in effects:
        held = problem.parameters.part(type(effect).__name__.lower())
        assert held.stop - held.start == 34
        np.testing.assert_allclose(point[held], draws[:, held].mean(axis=0))
    radius = np.linalg.norm(problem.parameters.positions(point), axis=-1)
    furthest = np.linalg.norm(problem.parameters.positions(draws), axis=-1).max(axis=0)
    assert (radius < furthest).all()


@pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning")
def test_of_many_actors_it_is_the_mean_of_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network.from_networkx(nx.karate_club_graph(), weight=None)
    model = LatentPositionModel(inference=MCMC(n_draws=50, n_warmup=100, n_chains=1, thin=1), random_state=1)
    nearest = model.fit(network).positions_
    monkeypatch.setattr(minimum_kl, "_MOST_ACTORS", 33)
    mean = model.fit(network).positions_
    drawn = model.posterior_["posterior"]["positions"].values.mean(axis=(0, 1))
    assert not np.allclose(nearest, mean, atol=0.05)
    np.testing.assert_allclose(mean - mean.mean(axis=0), drawn - drawn.mean(axis=0), atol=0.05)

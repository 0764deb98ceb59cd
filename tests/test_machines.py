"""Many fits on many machines: a cluster of dask's workers makes the tables that one process makes, whoever dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from joblib import parallel_config

from latentnet import MAP, MCMC, LatentPositionModel, Network
from latentnet.model_selection import GridSearch, cross_validate

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::latentnet.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # sockets of the worker that was killed
]

MODEL = LatentPositionModel(inference=MCMC(n_draws=500, n_warmup=300, max_thin=1), random_state=1)


@pytest.fixture
def client() -> Iterator[Any]:
    """Of a cluster of four processes on this machine."""
    with (
        distributed.LocalCluster(n_workers=4, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as found,
    ):
        found.wait_for_workers(4, timeout=120)
        yield found


class Killer(threading.Thread):
    """Kills the first worker that has had a task for a tenth of a second, and keeps what it was at."""

    def __init__(self, client: Any) -> None:
        super().__init__(daemon=True)
        self.client, self.processes = client, client.run(os.getpid)
        self.victim, self.lost = "", ()

    def run(self) -> None:
        since: dict[tuple[str, str], float] = {}
        while not self.victim:
            time.sleep(0.05)
            for worker, keys in self.client.processing().items():
                for key in keys:
                    began = since.setdefault((worker, key), time.monotonic())
                    if time.monotonic() - began > 0.1 and worker in self.processes:
                        os.kill(self.processes[worker], signal.SIGKILL)
                        self.victim, self.lost = worker, keys
                        return


def _karate() -> Network:
    return Network.from_networkx(nx.karate_club_graph(), weight=None)


def test_grid_search_survives_the_death_of_a_worker(client: Any) -> None:
    """Chains of each fit are tasks too: the table is bit for bit that of one process, and so is the best model."""
    grid = {"n_dims": [1, 2], "similarity": ["distance", "bilinear"]}
    killer = Killer(client)
    killer.start()
    with parallel_config("dask"):
        search = GridSearch(MODEL, grid, cv=3).fit(_karate())
    killer.join(timeout=1.0)
    assert killer.victim
    assert killer.lost
    assert killer.victim not in client.scheduler_info()["workers"]
    alone = GridSearch(MODEL, grid, cv=3).fit(_karate())
    pd.testing.assert_frame_equal(search.results_, alone.results_, check_exact=True)
    assert search.best_params_ == alone.best_params_
    assert (search.best_model_.draws_.parameters == alone.best_model_.draws_.parameters).all()


def test_cross_validation_survives_the_death_of_a_worker(client: Any) -> None:
    killer = Killer(client)
    killer.start()
    scoring = ["log_score", "roc_auc"]
    model = LatentPositionModel(inference=MAP(n_starts=4), random_state=1)
    with parallel_config("dask"):
        table = cross_validate(model, _karate(), cv=8, scoring=scoring)
    killer.join(timeout=1.0)
    assert killer.victim
    assert killer.lost
    pd.testing.assert_frame_equal(table, cross_validate(model, _karate(), cv=8, scoring=scoring), check_exact=True)

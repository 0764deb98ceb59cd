"""What a fit by chains asks of compiled code, asked of a copy of its problem before anything runs (see `ahead`)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from latentnet.inference.chains import Chain, Kept, Paused, Plan
from latentnet.inference.minimum_kl import of_expected_ties
from latentnet.inference.tuning import Tuning, swinging_groups
from latentnet.posterior.diagnostics import mean_ess, r_hat
from latentnet.posterior.partition_kernels import canonical_labels, count_pairs, descend, mean_variation
from latentnet.predictive.predictive import Predictive
from latentnet.wanted import kernels_too

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["lay_out"]

_HERE, _THERE = np.zeros(1, np.int64), np.ones(1, np.int64)


def lay_out(problem: Problem) -> None:
    """Ask for what warm-up and draws, the look at linear predictors and the point estimate ask for, in this order."""
    own = copy.deepcopy(problem)  # nothing of what the problem keeps may come from here
    plan = Plan(1, 1, 1, 1, 0.8, Tuning(np.ones(own.n_parameters), swinging_groups(own)))
    nothing = Kept.nothing(own.n_parameters)
    Chain(own, plan, Paused(0, np.random.default_rng(0), {"log_likelihood": np.zeros(1)}, nothing))
    _lay_out_reports(own)


def _lay_out_reports(problem: Problem) -> None:
    draws = np.zeros((1, problem.n_parameters))
    with kernels_too():
        series = np.arange(16.0).reshape(2, 8)
        r_hat(series)
        if problem.clusters is not None:
            mean_ess(series[None])
            _lay_out_partitions()
        for layer in problem.layers:
            Predictive(layer.problem, layer.parameters(draws)).values("linear_predictor", _HERE, _THERE)
        if not problem.layers:
            Predictive(problem, draws).values("linear_predictor", _HERE, _THERE)
        of_expected_ties(problem, draws)


def _lay_out_partitions() -> None:
    """What `posterior.partitions` calls, which could not go on with what was not computed."""
    labels, values = np.zeros((2, 2), np.int64), np.zeros(2)
    count_pairs(labels.astype(np.uint16), np.zeros((2, 2)))
    canonical_labels(labels, 1, labels)
    mean_variation(labels, labels, values, values, values)
    descend(labels[0], labels, values, values, 1)

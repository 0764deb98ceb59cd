"""Minimum Kullback–Leibler parameters, the point estimate: a likelihood of expected ties, and where it is highest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.inference.approximation import ERRORS
from latentnet.inference.optimise import maximise
from latentnet.likelihood.layered import layered
from latentnet.likelihood.verbs import with_expected_ties
from latentnet.network import without_design
from latentnet.problem.verbs import BoundTarget

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["is_mean_of_draws", "minimum_kullback_leibler", "of_expected_ties"]

_MOST_ACTORS = 2000  # whose n² expected ties are climbed by


def is_mean_of_draws(problem: Problem, names: Iterable[str]) -> bool:
    """Whether the point estimate of chains is the mean of the draws, in place of these parameters.

    The divergence sums over all dyads: at 5,000 actors it took as long as exact chains of 100 draws, at 10,000 several
    times as long as approximated ones, and at 100,000 it would take 40 GB. Where each layer has positions of its own,
    no likelihood is a function of the common ones.

    Parameters
    ----------
    problem : Problem
    names : iterable of str
        Of the draws' statistics, which include errors where the likelihood was approximated.
    """
    return bool(problem.around) or ERRORS[0] in names or problem.n_actors > _MOST_ACTORS


def minimum_kullback_leibler(problem: Problem, draws: np.ndarray, log_densities: np.ndarray) -> np.ndarray:
    """Parameters whose tie distribution is closest, in Kullback–Leibler divergence, to the posterior predictive one.

    The divergence from the posterior predictive distribution, as a function of the parameters, is minus the expected
    log-likelihood of a network drawn from it (Shortreed, Handcock & Hoff 2006). The likelihood is an exponential
    family's, so that is the log-likelihood with posterior means of the sufficient statistics in place of the ties.

    It sums over the observed dyads, as R does; over all dyads where whole rows are unobserved, which would otherwise
    leave out the pairs of un-asked actors, and where the unit is the pair.

    Random effects are held at their posterior means. The divergence has no prior, and far from everybody a step away
    and a higher sociality say the same of an actor's ties: both would go on for ever.

    Parameters
    ----------
    problem : Problem
    draws : ndarray of shape (n_draws, n_parameters)
    log_densities : ndarray of shape (n_draws,)
        The search starts at the draw of the highest; what the linear predictor does not depend on stays as there, but
        for the family's own values, such as a dispersion: these are at their posterior means.

    Returns
    -------
    ndarray of shape (n_parameters,)
    """
    family = problem.family_slice
    theta, logs = draws[int(np.argmax(log_densities))].copy(), problem.bound.logs > 0.0
    theta[family] = draws[:, family].mean(axis=0)
    theta[family][logs] = np.log(np.exp(draws[:, family][:, logs]).mean(axis=0))
    target = BoundTarget(problem.target(likelihood=of_expected_ties(problem, draws)))
    groups = [np.arange(start + group.start, start + group.stop) for group, start in problem.random_groups]
    held = np.concatenate([np.zeros(0, np.int64), *groups])
    theta[held] = draws[:, held].mean(axis=0)
    free = np.setdiff1d(problem.parameters.of_predictor, held)
    return maximise(
        problem, target.likelihood_value_and_gradient, theta, free=free, max_iterations=500, tolerance=1e-3
    )[0]


def of_expected_ties(problem: Problem, draws: np.ndarray) -> Any:
    """The likelihood of the mean ties under some parameter vectors."""
    if problem.layers:
        each = [of_expected_ties(layer.problem, layer.parameters(draws)) for layer in problem.layers]
        return layered(problem.layers, problem.n_actors, each)
    network = problem.network
    # Caps and the choice set are about what was seen of the ties: expected ties are uncapped ones.
    everything = not network.observed.asked.all() or problem.family.unit == "pair"
    observed = problem.whole if everything else problem.with_network(without_design(network))
    return with_expected_ties(observed.offering(with_expected_ties), observed, draws)

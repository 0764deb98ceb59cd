"""One network of a joint model as an ordinary fitted model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet.problem.bind import bind_values
from latentnet.problem.layers import join_layers

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.network.joined import Presences
    from latentnet.problem.problem import Problem

__all__ = ["Place", "elapsed_periods", "view_parameters", "view_problem"]


class Place(NamedTuple):
    """A network of a joint model, seen or forecast."""

    network: Network
    number: int  # whose intercept counts
    presences: np.ndarray  # (n_actors,) of its actors, in its order
    positions: np.ndarray  # (n_chains, n_draws, n_actors, n_dims)
    elapsed: np.ndarray  # (n_actors,) periods since each actor's first presence
    layers: tuple[Place, ...] = ()  # the same of each layer
    deviations: np.ndarray | None = None  # (n_chains, n_draws, n_dims, n_actors) of a layer around the common positions


def elapsed_periods(presences: Presences) -> np.ndarray:
    """Periods since the first presence of each presence's actor, (n_presences,)."""
    return np.asarray(presences.period - presences.period[presences.actors])


def view_problem(problem: Problem, place: Place) -> Problem:
    """The model of one network alone; effects keep what they learned of all of them, such as levels."""
    if problem.layers:
        each = [view_problem(layer.problem, own) for layer, own in zip(problem.layers, place.layers, strict=True)]
        names = [layer.name for layer in problem.layers]
        prior = problem.position_prior.of_one_site(problem.n_sites)
        across, around = problem.across_layers, problem.around
        return join_layers(place.network, names, each, problem.priors, prior, None, across, around)
    effects = []
    for effect, bound, _ in problem.effects:
        effect, bound = effect.at(bound, place.network, place.presences, problem.n_dims)
        effects.append((effect, bound))
    return bind_values(
        place.network,
        problem.family,
        problem.bound,
        effects,
        problem.similarity,
        problem.n_dims,
        problem.priors,
        problem.position_prior.of_one_site(problem.n_sites),
        None,
        problem.frame,
        problem.covariates,
    )


def view_parameters(problem: Problem, view: Problem, place: Place, draws: np.ndarray) -> np.ndarray:
    """Parameter vectors of the model of one network, all but the clusters'.

    The variance of its positions is σ², and τ² for each period since its actors came, in the mean.
    """
    presences, theta = problem.presences, np.zeros((*draws.shape[:2], view.n_parameters))
    assert presences is not None
    values = {"presence": presences.actors[place.presences]}  # whose are those of the network's actors
    for layer, there in zip(problem.layers, place.layers, strict=True):
        of_layer = layer.problem.presences
        assert of_layer is not None
        values[f"presence[{layer.name}]"] = of_layer.actors[there.presences]
    deviations = {
        f"layer_deviations[{k.name}]": own.deviations for k, own in zip(problem.layers, place.layers, strict=True)
    }
    for row, old in zip(view.parameters, problem.parameters, strict=False):  # these end alike but for the steps
        if row.name == "positions":
            view.parameters.set_positions(theta, place.positions)
        elif (own_map := deviations.get(row.name)) is not None:
            theta[..., row.part] = own_map.reshape(*draws.shape[:2], row.size)
        elif "network" in old.axes:
            theta[..., row.part] = old.of(draws)[..., place.number :: old.size // row.size]
        elif old.axes and old.axes[0] in values:
            theta[..., row.part] = old.of(draws)[..., values[old.axes[0]]]
        elif "cluster" not in row.axes:
            theta[..., row.part] = draws[..., old.part]
    if "position_variance" in view.parameters:
        own, elapsed = view.parameters["position_variance"], place.elapsed
        variance = problem.parameters["position_variance"].reported_of(draws)
        theta[..., own.start] = 0.5 * np.log(variance + walked_variance(problem, draws, elapsed))
    return theta


def walked_variance(problem: Problem, draws: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
    """What the steps since their first presence add to the variance of actors' positions, in the mean, by draw."""
    if not problem.has_steps:
        return np.zeros(draws.shape[:2])
    return np.asarray(problem.parameters["step_variance"].reported_of(draws) * elapsed.mean())

"""Parameter vectors as what is reported, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.effects.correlated import pairs_of
from latentnet.families.base import Variable
from latentnet.network.labels import unique_strings
from latentnet.posterior.draws import Draws

if TYPE_CHECKING:
    from latentnet.inference.base import InferenceResult
    from latentnet.network import Network
    from latentnet.network.joined import Presences
    from latentnet.posterior.clusters import ClusterDraws
    from latentnet.priors.values import Values
    from latentnet.problem.problem import Problem

__all__ = ["as_draws"]


def as_draws(
    problem: Problem,
    result: InferenceResult,
    extra: dict[str, np.ndarray],
    extra_dims: dict[str, tuple[str, ...]],
    clusters: ClusterDraws | None,
) -> Draws:
    """Draws with everything on its natural scale, and labels of all axes.

    Parameters
    ----------
    problem : Problem
    result : InferenceResult
        Positions aligned.
    extra : dict of str to ndarray of shape (n_chains, n_draws, ...)
        Further variables.
    extra_dims : dict of str to tuple of str
        Names of their axes after chain and draw.
    clusters : ClusterDraws or None
    """
    theta, presences = result.draws, problem.presences
    variables: dict[str, np.ndarray] = {}
    dims = {"positions": (_actor_axis(problem), "latent_dim"), "coefficients": ("coefficient",), **extra_dims}
    coords = _labels(problem)

    def report(rows: list[Values]) -> None:
        for row in rows:
            values = row.reported_of(theta)
            variables[row.name] = (
                values if presences is None or "presence" not in row.axes else values[..., presences.actors]
            )
            if row.axes:
                dims[row.name] = row.axes

    rows = [row for row in problem.parameters if row.reported and row.role != "coefficient"]
    family = problem.family_slice
    report([row for row in rows if row.role == "intercept"])
    for name, one in _variables_of_families(problem, theta):
        variables[name] = one.values
        if one.dims:
            dims[name] = one.dims
        coords.update(one.coords)
    report([row for row in rows if row.start >= family.stop])
    report([row for row in rows if row.start < family.start and row.role != "intercept"])
    return Draws(
        parameters=theta,
        statistics=dict(result.statistics),
        kind=result.kind,
        n_actors=problem.n_actors,
        n_dims=problem.n_dims,
        variables=variables,
        dims=dims,
        coords=coords,
        coefficient_names=problem.coefficient_names,
        coefficient_indices=problem.coefficient_indices,
        extra=extra,
        clusters=clusters,
    )


def _variables_of_families(problem: Problem, theta: np.ndarray) -> Iterator[tuple[str, Variable]]:
    """What the family reports, or that of every layer, by name."""
    if not problem.layers:
        yield from problem.family.variables(theta[..., problem.family_slice], problem.bound.data).items()
    for layer in problem.layers:
        for name, one in _variables_of_families(layer.problem, layer.parameters(theta)):
            coords = {f"{axis}[{layer.name}]": labels for axis, labels in one.coords.items()}
            dims = tuple(f"{axis}[{layer.name}]" for axis in one.dims)
            yield f"{name}[{layer.name}]", Variable(one.values, dims, coords)


def _actor_axis(problem: Problem) -> str:
    return "actor" if problem.presences is None else "presence"


def _labels(problem: Problem) -> dict[str, Any]:
    """Labels of actors and coefficients, and of networks and sites in joint models."""
    network = problem.network
    labels = unique_strings(network.actors)
    coords: dict[str, Any] = {
        _actor_axis(problem): labels,
        "coefficient": np.array(problem.coefficient_names, dtype=np.str_),
    }
    if network.two_mode:
        coords["row_actor"], coords["column_actor"] = np.split(labels, [network.n_row_actors])
    if problem.presences is not None:
        coords |= _labels_of_presences(network, problem.presences)
    if problem.layers:
        coords |= _labels_of_layers(problem)
    return coords


def _labels_of_layers(problem: Problem) -> dict[str, Any]:
    """Names of the layers, of those whose weight is learned, and each one's actors where it has values for these."""
    names = [layer.name for layer in problem.layers]
    found: dict[str, Any] = {"layer": np.array(names[1:], dtype=np.str_)}
    if problem.around:
        found["spread_layer"] = np.array(names, dtype=np.str_)
    if problem.presences is None:
        found["network"] = np.array(names, dtype=np.str_)
    else:
        labels = _labels_of_networks(problem.network, problem.presences)
        found["network"] = unique_strings([(name, label) for name in names for label in labels])
    for _, bound, _ in problem.effects:
        if bound.correlated >= 0:
            found["layer_pair"] = np.array(pairs_of(bound), dtype=np.str_)
    for layer in problem.layers:
        if problem.presences is None:
            found[f"actor[{layer.name}]"] = unique_strings(layer.problem.network.actors)
    return {name: labels for name, labels in found.items() if len(labels)}


def _labels_of_presences(network: Network, presences: Presences) -> dict[str, Any]:
    """Who is where and when; the joined network's labels are (period, actor) or (site, period, actor)."""
    own = np.empty(presences.n_first, dtype=object)
    own[:] = [label[-1] for label in network.actors[: presences.n_first]]
    first_site = presences.site[: presences.n_first]
    # Those of another site may have the same names.
    strings = np.concatenate([unique_strings(own[first_site == site]) for site in range(presences.n_sites)])
    coords: dict[str, Any] = {
        "actor": ("presence", strings[presences.actors]),
        "period": ("presence", presences.period),
        "network": unique_strings(_labels_of_networks(network, presences)),
    }
    if len(network.actors[0]) == 3:
        sites = [network.actors[int(np.argmax(first_site == site))][0] for site in range(presences.n_sites)]
        coords["site"] = ("presence", unique_strings(sites)[presences.site])
    return coords


def _labels_of_networks(network: Network, presences: Presences) -> list[Any]:
    """The period, or site and period, of each network that was joined."""
    _, members = np.unique(presences.network, return_index=True)
    return [label[:-1] if len(label) == 3 else label[0] for label in network.actors[members]]

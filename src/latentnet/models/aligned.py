"""Fitted models turned to lie as a reference does."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from latentnet._exceptions import refuse_joint
from latentnet.constraints import FITTED, checked
from latentnet.effects import Similarity
from latentnet.inference.base import InferenceResult
from latentnet.models.fitted import Model
from latentnet.models.reported_clusters import ClusterReport, extra_of_others, reported_counts
from latentnet.posterior.procrustes import align
from latentnet.posterior.references import common_positions

__all__ = ["align_to", "read_reference", "turn"]


@checked(model=FITTED)
def align_to(model: Model, reference: Any) -> Model:
    """Turn a fitted model's map, and all its draws, to lie as a reference does.

    The map is turned and mirrored, and moved where the similarity lets it be, so that common actors lie as near as can
    be to where they lie in the reference. Nothing that the model says of ties changes, nor does the map's scale, which
    the ties know: a reference may be in any unit, such as geography.

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel
        Fitted, with a latent space.
    reference : fitted model, DataFrame by actor, mapping from actors to coordinates, or array (n_actors, n_dims)
        Of all actors or some; NaN where an actor has no place.

    Returns
    -------
    LatentPositionModel or LatentClusterModel
        A copy: `model` stays as it was.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        For a reference of other dimensions or with fewer than two common actors; for a model without a latent space,
        whose similarity cannot be turned, or of several networks.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet.datasets import load_sampson
    >>> model = latentnet.LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    >>> places = {"Mark": (0.0, 1.0), "Victor": (0.0, -1.0), "Hugh": (0.5, 1.0)}  # of three monks, in a figure
    >>> turned = latentnet.align_to(model, places)
    >>> bool(turned.positions_[turned.actors_ == "Mark", 1] > 0 > turned.positions_[turned.actors_ == "Victor", 1])
    True
    """
    refuse_joint(model, "align_to")
    problem = model._problem
    here, there = read_reference(reference, problem.similarity, problem.network.actors, problem.n_dims, "reference")
    turned = copy.copy(model)
    turn(turned, here, there)
    return turned


def read_reference(
    reference: Any, similarity: Similarity | None, actors: np.ndarray, n_dims: int, argument: str
) -> tuple[np.ndarray, np.ndarray]:
    """Places among a network's actors of those in a reference, and their positions in it."""
    if similarity is None or similarity.invariance == "none":
        what = "no latent space" if similarity is None else "a space that cannot be turned"
        raise ValueError(
            f"{argument} needs positions that ties leave free to turn, but the model has {what}; leave it out"
        )
    return common_positions(reference, actors, n_dims, argument)


def turn(model: Any, here: np.ndarray, there: np.ndarray) -> None:
    """Bring what a model has learned, in place, to where some actors have these positions."""
    problem, draws = model._problem, model.draws_
    found = align(model.positions_[here], there, problem.invariance)
    parameters = draws.parameters.copy()
    problem.parameters.turn(parameters, found.rotations, found.translations)
    clusters = None
    if draws.clusters is not None:
        means = draws.clusters.means @ found.rotations + found.translations
        clusters = ClusterReport(
            model.labels_,
            model.membership_,
            draws.extra["cluster_label"],
            draws.clusters._replace(means=means),
            model.n_clusters_probabilities_.to_numpy(),
            reported_counts(draws),
        )
    positions = model.positions_ @ found.rotations + found.translations
    result = InferenceResult(parameters, draws.kind, draws.statistics, thin=model.thin_)
    result = result._replace(standing=model._standing, agreement=model._agreement)
    model._keep(problem, result, positions, clusters, extra_of_others(draws))
    model._lies_as = here, there

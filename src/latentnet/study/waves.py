"""Two periods of one network: who stayed, who moved, who is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from latentnet._exceptions import refuse_joint
from latentnet.checks import shown
from latentnet.component import Guiding
from latentnet.constraints import FITTED, checked
from latentnet.effects import read_similarity
from latentnet.study.reading import Floats, actor_index, add_intervals, thinned
from latentnet.study.stable_core import Wave, align_pairs, stable_core

__all__ = ["WaveComparison", "compare_waves"]

_MOST_DRAWS = 1000
_MOVED = 0.95


@dataclass(frozen=True)
class WaveComparison(Guiding):
    """What changed between two periods; what `compare_waves` returns.

    Attributes
    ----------
    movement : DataFrame by common actor
        ``displacement`` is the distance moved, with ``_low`` and ``_high``: always positive, also where nobody moved,
        so judge by ``p_moved``. ``p_moved`` is the posterior content of the smallest highest-density region of the
        displacement vector that contains 0: 0 where "not moved" is the most plausible value, near 1 where it is far in
        the tail. ``distance_change`` needs no alignment: the median over the other common actors of the absolute
        change of the distance to them, with ``_low`` and ``_high``; it is always positive, too.
    stable : list
        The common actors on whom the waves were aligned, less any mover; of a joint model all common actors but movers.
    movers : list
        Common actors with ``p_moved`` above 0.95, the surest first.
    joiners, leavers : list
        Actors of the second wave only, of the first wave only.
    flow : DataFrame or None
        Expected numbers of actors by cluster in the first wave (rows; the last is "joined") and in the second
        (columns; the last is "left"). None unless both models have clusters. In a joint model nobody changes clusters:
        actors count by the cluster in whose place they are in the period.
    correspondence : Series or None
        For each cluster of the second wave the one of the first that it continues, in the matching one to one that
        keeps most actors; <NA> for a cluster without one.
    """

    movement: pd.DataFrame
    stable: list[Any]
    movers: list[Any]
    joiners: list[Any]
    leavers: list[Any]
    flow: pd.DataFrame | None
    correspondence: pd.Series | None


@checked(first=FITTED, second=FITTED)
def compare_waves(first: Any, second: Any) -> WaveComparison:
    """Compare two fits whose actors overlap, for instance of two periods.

    The second wave is brought onto the first by the maps that the similarity does not feel (rotation, reflection and,
    but for "bilinear", translation; never a change of scale), on a *stable core* of common actors: half of them whose
    distances to each other changed least, then, until nothing changes, those (and never less than half) whose
    displacement is within the 95 % region of its uncertainty. Actors are weighted by how surely they are placed. Then
    pairs of independent draws of both waves are aligned on that core, so that the uncertainty of both, and of the
    alignment, is in every number.

    Two periods of one joint model (``model.at(period=...)`` of `DynamicLatentPositionModel`) lie in one space already,
    draw by draw: nothing is aligned then, and every common actor may be stable.

    Parameters
    ----------
    first, second : LatentPositionModel or LatentClusterModel
        Fitted, with the same similarity and number of dimensions. Actors are matched by label. At most 1,000 draws of
        each are used, evenly spaced.

    Returns
    -------
    WaveComparison
        With `movement`, `stable`, `movers`, `joiners`, `leavers`, `flow` and `correspondence`.

    Raises
    ------
    ValueError
        If the models do not match, or have too few actors in common.

    Notes
    -----
    Highest-density regions of the displacement vector are taken to be ellipses: ``p_moved`` is the share of draws that
    are nearer to their mean than 0 is, in Mahalanobis distance.

    Two separate fits have two separate priors, each of which draws actors towards its centre: what looks like movement
    may be one wave's being less informative. A joint model of all periods, `DynamicLatentPositionModel`, does not have
    that weakness: prefer it. Its ``flow`` is also sharper: of people of whom little is known, two fits say twice
    that they could be anywhere.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, MCMC, compare_waves
    >>> from latentnet.datasets import make_latent_network
    >>> fits = []
    >>> for seed in (1, 2):
    ...     network = make_latent_network(24, 2, intercept=2.0, random_state=seed).network
    ...     fits.append(LatentPositionModel(inference=MCMC(n_draws=1000), random_state=seed).fit(network))
    >>> found = compare_waves(*fits)
    >>> found.movement.shape, len(found.joiners)
    ((24, 7), 0)
    """
    invariance = _check(first, second)
    common = [actor for actor in first.actors_ if actor in set(second.actors_)]
    n_dims = first.draws_.n_dims
    if len(common) < n_dims + 2:
        raise ValueError(
            f"first and second must have at least {n_dims + 2} actors in common to be aligned in {n_dims} dimensions, "
            f"but have {len(common)}; actors are matched by label"
        )
    joint = _are_joint(first, second)
    before, after = _wave(first, common, joint), _wave(second, common, joint)
    if joint:
        core, displacement = np.ones(len(common), dtype=bool), after.draws - before.draws
    else:
        core, weights = stable_core(before, after, invariance)
        displacement = align_pairs(before, after, core, weights, invariance)
    movement = _movement(displacement, _distance_changes(before, after), common)
    sure = movement["p_moved"].sort_values(ascending=False, kind="stable")
    movers = sure.index[sure > _MOVED].tolist()
    flow = _flow(first, second, common, joint)
    return WaveComparison(
        movement=movement,
        stable=[actor for actor, kept in zip(common, core, strict=True) if kept and actor not in movers],
        movers=movers,
        joiners=[actor for actor in second.actors_ if actor not in set(common)],
        leavers=[actor for actor in first.actors_ if actor not in set(common)],
        flow=flow,
        correspondence=None if flow is None else _correspondence(flow),
    )


def _check(first: Any, second: Any) -> Any:
    """The similarity's invariance, after all checks."""
    for name, model in (("first", first), ("second", second)):
        refuse_joint(model, "compare_waves")
        if model.draws_.n_dims == 0:
            raise ValueError(f"{name} has no positions to compare: its similarity is None")
    similarity = read_similarity(first.similarity)
    assert similarity is not None
    for what, differ in (
        ("similarity", similarity != read_similarity(second.similarity)),
        ("n_dims", first.n_dims != second.n_dims),
    ):
        if differ:
            one, other = getattr(first, what), getattr(second, what)
            raise ValueError(
                f"first and second must have the same {what}, but have {shown(one)} and {shown(other)}: fit both alike"
            )
    return similarity.invariance


def _are_joint(first: Any, second: Any) -> bool:
    """Whether both are of one site of one joint model, so that their draws belong together."""
    one, other = getattr(first, "_joint", None), getattr(second, "_joint", None)
    return one is not None and other is not None and one[0] is other[0] and one[1] == other[1]


def _wave(model: Any, common: list[Any], joint: bool) -> Wave:
    draws = model.draws_
    positions = draws.positions.reshape(-1, draws.n_actors, draws.n_dims)
    kept = thinned(np.arange(len(positions)), _MOST_DRAWS)
    return Wave(np.ascontiguousarray(positions[np.ix_(kept, model.network_.index(common))]), joint)


def _movement(displacement: Floats, changes: Floats, common: list[Any]) -> pd.DataFrame:
    labels = np.empty(len(common), dtype=object)
    labels[:] = common
    table = pd.DataFrame(index=actor_index(labels))
    add_intervals(table, displacement=np.linalg.norm(displacement, axis=2))
    table["p_moved"] = [_content(displacement[:, i]) for i in range(len(common))]
    add_intervals(table, distance_change=changes)
    return table


def _content(vectors: Floats) -> float:
    """Share of draws (n_draws, n_dims) that are nearer to their mean than 0 is, in Mahalanobis distance."""
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    covariance = centred.T @ centred / max(len(vectors) - 1, 1)
    if np.trace(covariance) <= 0.0:  # a mode: there is no uncertainty to compare with
        return float(np.any(np.abs(mean) > 1e-9))
    inverse = np.linalg.pinv(covariance, hermitian=True)
    distances = np.einsum("sk,kl,sl->s", centred, inverse, centred)
    return float(np.mean(distances < mean @ inverse @ mean))


def _distance_changes(before: Wave, after: Wave) -> Floats:
    """Median absolute change of each actor's distances to the others, (n_pairs, n_common)."""
    n = before.draws.shape[1]
    first, second = before.draws[before.pairs(after)[0]], after.draws[before.pairs(after)[1]]
    found = np.empty(first.shape[:2])
    for i in range(n):
        others = np.arange(n) != i
        change = np.linalg.norm(second[:, others] - second[:, i, None], axis=2)
        change -= np.linalg.norm(first[:, others] - first[:, i, None], axis=2)
        found[:, i] = np.median(np.abs(change), axis=1)
    return found


def _flow(first: Any, second: Any, common: list[Any], joint: bool) -> pd.DataFrame | None:
    """Expected numbers of actors by both waves' clusters.

    Posteriors of two fits are independent; draws of a joint model belong together, and count by the cluster in whose
    place an actor is.
    """
    if not (hasattr(first, "labels_") and hasattr(second, "labels_")):
        return None
    before, after = np.asarray(first.membership_), np.asarray(second.membership_)
    stayed, came = first.network_.index(common), second.network_.index(common)
    counts = np.zeros((before.shape[1] + 1, after.shape[1] + 1))
    if joint:
        one, other = _placed(first, stayed), _placed(second, came)
        counts[:-1, :-1] = np.einsum("sig,sih->gh", one, other) / len(one)
    else:
        counts[:-1, :-1] = before[stayed].T @ after[came]
    counts[:-1, -1] = np.delete(before, stayed, axis=0).sum(axis=0)
    counts[-1, :-1] = np.delete(after, came, axis=0).sum(axis=0)
    rows = pd.Index([*range(before.shape[1]), "joined"], dtype=object, name="first")
    return pd.DataFrame(
        counts, index=rows, columns=pd.Index([*range(after.shape[1]), "left"], dtype=object, name="second")
    )


def _placed(model: Any, actors: npt.NDArray[np.intp]) -> Floats:
    """Probability of each cluster given where an actor is in the period, (n_draws, n_actors, n_clusters)."""
    clusters, draws = model.draws_.clusters.thinned(_MOST_DRAWS), model.draws_
    positions = draws.positions.reshape(-1, draws.n_actors, draws.n_dims)[clusters.indices][:, actors]
    return np.asarray(clusters.membership(positions))


def _correspondence(flow: pd.DataFrame) -> pd.Series:
    kept: npt.NDArray[np.float64] = flow.to_numpy()[:-1, :-1]
    rows, columns = linear_sum_assignment(-kept)
    matched = pd.Series(pd.NA, index=pd.Index(range(kept.shape[1]), name="second"), name="first", dtype="Int64")
    matched.iloc[columns] = rows
    return matched

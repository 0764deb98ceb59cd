"""Standings in files: where the chains of a fit stand, with draws that the file does not hold already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from latentnet.checks import whole_number
from latentnet.files.values import decode, encode
from latentnet.inference.chains import Kept, Paused, Plan
from latentnet.inference.standing import Standing
from latentnet.inference.tuning import Tuning, swinging_groups
from latentnet.nbody.mesh import Mesh

if TYPE_CHECKING:
    from latentnet.files.archive import ArrayStore
    from latentnet.files.values import Source
    from latentnet.problem.problem import Problem

__all__ = ["decoded_standing", "encoded_standing", "is_finite"]

_MOST_ON_GRID = 1e9
_NUMBERS = ("n_warmup", "n_draws", "thin", "max_thin")


def encoded_standing(standing: Standing, store: ArrayStore, n_elsewhere: int) -> dict[str, Any]:
    """What a file holds of chains.

    Parameters
    ----------
    standing : Standing
    store : ArrayStore
    n_elsewhere : int
        Draws of each chain that the file holds elsewhere, but for their labels as drawn.
    """
    plan = standing.plan

    def encoded(value: Any) -> Any:
        return encode(value, store, "chains")

    chains = []
    for one in standing.chains:
        rest = one.kept.rows(slice(n_elsewhere, None))
        content = {"done": one.done, "rng": one.rng, "arrays": one.arrays, "labels": one.kept.labels}
        content |= {"draws": rest.draws, "statistics": rest.statistics}
        chains.append({name: encoded(value) for name, value in content.items()})
    return {
        **{name: getattr(plan, name) for name in _NUMBERS},
        "target_acceptance": encoded(plan.target_acceptance),
        "mass": encoded(plan.tuning.mass),
        "mesh": None if plan.tuning.mesh is None else encoded(_numbers_of(plan.tuning.mesh)),
        "chains": chains,
    }


def decoded_standing(
    content: dict[str, Any] | None, problem: Problem, source: Source, before: list[Kept] | None
) -> Standing | None:
    """The standing that `encoded_standing` was given; what its chains cannot go on from is an error.

    Parameters
    ----------
    content : dict or None
    problem : Problem
    source : Source
    before : list of Kept, or None
        Draws that the file holds elsewhere, without labels; None: nothing.
    """
    if content is None:
        return None
    n_warmup, n_draws, thin, max_thin = (whole_number(name, content[name], 0) for name in _NUMBERS)
    mass, acceptance = decode(content["mass"], source), decode(content["target_acceptance"], source)
    chains = tuple(
        _decoded_chain(one, problem, source, None if before is None else before[k])
        for k, one in enumerate(content["chains"])
    )
    _check(thin >= 1 and max_thin >= thin and type(acceptance) is float and 0.0 < acceptance < 1.0)
    _check(_is_of(mass, (problem.n_parameters,)) and bool((mass > 0.0).all()))
    _check(len(chains) == len(before or chains) > 0)
    for one in chains:
        _check(len(one.kept.draws) == max(one.done - n_warmup, 0) // thin)
        _check(set(one.kept.statistics) == set(chains[0].kept.statistics))
    mesh = None if content.get("mesh") is None else _mesh_of(decode(content["mesh"], source), problem.n_dims)
    tuning = Tuning(mass, swinging_groups(problem), mesh)
    return Standing(Plan(n_warmup, n_draws, thin, max_thin, acceptance, tuning), chains)


def _decoded_chain(content: dict[str, Any], problem: Problem, source: Source, before: Kept | None) -> Paused:
    names = ("done", "rng", "arrays", "labels", "draws", "statistics")
    done, rng, arrays, labels, draws, statistics = (decode(content[name], source) for name in names)
    whole_number("done", done, 0)
    _check(isinstance(rng, np.random.Generator) and isinstance(arrays, dict) and isinstance(statistics, dict))
    _check(all(isinstance(name, str) and isinstance(one, np.ndarray) for name, one in arrays.items()))
    _check(_is_of(arrays.get("theta"), (problem.n_parameters,)))
    _check(isinstance(draws, np.ndarray) and _is_of(draws, (len(draws), problem.n_parameters)))
    _check(all(isinstance(one, np.ndarray) and one.shape == (len(draws),) for one in statistics.values()))
    kept = Kept(draws, statistics, np.zeros((len(draws), 0), np.int32))
    if before is not None:
        kept = before.followed_by(kept) if len(draws) else before
    width = 0 if problem.clusters is None else problem.n_first + 1
    most = 0 if problem.clusters is None else problem.clusters.most
    _check(isinstance(labels, np.ndarray) and labels.dtype == np.int32)
    _check(labels.shape == (len(kept.draws), width) or len(kept.draws) == labels.size == 0)
    _check(bool(np.all((labels >= 0) & (labels <= most)) and np.all(labels[:, :-1] < most)))
    return Paused(done, rng, arrays, kept._replace(labels=labels))


def _numbers_of(mesh: Mesh) -> np.ndarray:
    """All of a grid's, (2 + 3·n_dims,)."""
    return np.array([mesh.spacing, mesh.cutoff, *mesh.origin, *mesh.inside, *mesh.shape], np.float64)


def _mesh_of(numbers: Any, n_dims: int) -> Mesh:
    """Undo `_numbers_of`; compiled code writes where they say, so they are looked at first."""
    _check(_is_of(numbers, (2 + 3 * n_dims,)))
    spacing, cutoff = numbers[:2].tolist()
    origin, inside, shape = numbers[2:].reshape(3, n_dims)
    _check(spacing > 0.0 and cutoff > 0.0 and bool(np.all((inside >= 1.0) & (shape >= inside) & (shape % 2.0 == 0.0))))
    _check(float(np.prod(shape)) <= _MOST_ON_GRID)
    return Mesh(origin, spacing, inside, tuple(int(side) for side in shape), cutoff)


def is_finite(values: Any) -> bool:
    """Whether it is an array of numbers, none of which is infinite or missing."""
    return isinstance(values, np.ndarray) and values.dtype == np.float64 and bool(np.isfinite(values).all())


def _is_of(values: Any, shape: tuple[int, ...]) -> bool:
    return is_finite(values) and values.shape == shape


def _check(sound: bool) -> None:
    if not sound:
        raise ValueError("where its chains stand is not of its model")

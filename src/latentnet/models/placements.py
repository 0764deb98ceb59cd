"""Placing actors that were not in the fit: the estimators' method, and what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from latentnet._random import as_generator
from latentnet.checks import shown
from latentnet.constraints import SEED, checked
from latentnet.models.fitted import Fitted
from latentnet.network import Network
from latentnet.network.labels import actor_places, label_index
from latentnet.posterior.clusters import ClusterDraws, evenly_spaced
from latentnet.predictive.placement import Placement, place_one

if TYPE_CHECKING:
    from latentnet.problem.problem import Problem

__all__ = ["Placements"]

_MOST_DRAWS = 2000


class _GivenTies(NamedTuple):
    """One new actor's ties as given: a row of numbers for each would be as large as all dyads."""

    places: np.ndarray  # of fitted actors
    values: np.ndarray

    def of_all(self, n_actors: int) -> np.ndarray:
        """Ties with every fitted actor, 0 where none is given."""
        found = np.zeros(n_actors)
        found[self.places] = self.values
        return found


class Placements(Fitted):
    """Method of fitted models that places new actors."""

    @checked(random_state=SEED)
    def place(self, ties: Any, received: Any = None, *, random_state: Any = None) -> Placement:
        """Positions and membership of actors that were not in the fit, given their ties to those that were.

        Each new actor is placed by itself, given each of the posterior's draws: ties between new actors are not used,
        and the fitted actors do not move.

        Parameters
        ----------
        ties : mapping of mappings, or DataFrame
            ``{new actor: {fitted actor: value}}``, or a frame of new actors × fitted actors: what the new actors sent
            (any tie, in an undirected network). A fitted actor that is not named has value 0; NaN or None is
            unobserved.
        received : as `ties`, or None
            Directed networks: what the new actors received. None: unobserved.
        random_state : None, int, SeedSequence, Generator or RandomState

        Returns
        -------
        Placement

        Raises
        ------
        ValueError
            Without a latent space, in two-mode networks, with effects beside intercept, similarity and `Loops`, for a
            new actor that was in the fit, or where `received` is given for an undirected network.
        UnknownActorError
            For a tie with somebody who was not in the fit.

        Notes
        -----
        Elliptical slice sampling (Murray, Adams & MacKay 2010) from the position's prior in each draw, all draws side
        by side.

        Examples
        --------
        >>> from latentnet import LatentPositionModel, MCMC
        >>> from latentnet.datasets import load_sampson
        >>> model = LatentPositionModel(inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson())
        >>> model.place({"Novice": {"Mark": 1, "Victor": 1}}, random_state=1).positions.shape
        (1, 2)
        """
        problem = self._checked()
        _check_model(problem)
        if received is not None and not self.network_.directed:
            raise ValueError("received is for directed networks; in an undirected one give every tie in ties")
        sent = _read_ties(ties, "ties", self.network_)
        got = None if received is None else _read_ties(received, "received", self.network_)
        if got is not None and list(got) != list(sent):
            raise ValueError("received must name the same new actors as ties, in the same order")
        draws, labels = self._placing_draws()
        for values in [*sent.values(), *([] if got is None else got.values())]:
            _check_values(problem, values)
        rng, n = as_generator(random_state), problem.n_actors
        found = [
            place_one(problem, draws, labels, values.of_all(n), None if got is None else got[actor].of_all(n), rng)
            for actor, values in sent.items()
        ]
        positions = np.stack([one for one, _ in found], axis=1)
        membership = None
        if labels is not None:
            membership = np.stack([probabilities for _, probabilities in found])
        return Placement(tuple(sent), positions.mean(axis=0), positions, membership)

    def _placing_draws(self) -> tuple[np.ndarray, ClusterDraws | None]:
        """The parameter vectors to place by, and their clusters in the order that is reported."""
        pooled = self.draws_.pooled
        if self.draws_.clusters is None:
            return pooled[evenly_spaced(len(pooled), _MOST_DRAWS)], None
        clusters = self.draws_.clusters.thinned(_MOST_DRAWS)
        return pooled[clusters.indices], clusters


def _check_model(problem: Problem) -> None:
    if problem.n_dims == 0:
        raise ValueError("place needs a latent space, but similarity is None")
    if problem.network.two_mode:
        raise ValueError("place is for one-mode networks, but the model was fitted to a two-mode one")
    if problem.family.unit != "dyad":
        raise ValueError("place needs ties that are independent given the positions")
    nothing = np.zeros(0, np.int64)
    if len(problem.family.dyad_data(problem.network, nothing, nothing)):
        raise ValueError(
            f"place does not know the new actors' trials or exposure, which {shown(problem.family)} needs; fit with a "
            "family that has none"
        )
    if problem.observed_family is not problem.family:
        raise ValueError(
            "place does not know whom a new actor could have named, and how many: the network has max_nominations, "
            "ranks, or actors who are there for having been named; fit to one that has not"
        )
    for effect, _, _ in problem.effects:
        if not (effect.implied or effect.of_self_ties):
            raise ValueError(
                f"place knows nothing of the new actors' values of {shown(effect)}; fit without it to place actors"
            )


def _check_values(problem: Problem, given: _GivenTies) -> None:
    """Let the family look at one new actor's ties."""
    n = problem.n_actors
    ties = sparse.csr_array((given.values, (np.full(given.values.size, n), given.places)), shape=(n + 1, n + 1))
    problem.family.check_again(Network.from_array(ties, directed=True), problem.bound.data)


def _read_ties(ties: Any, name: str, network: Network) -> dict[Any, _GivenTies]:
    """Ties of each new actor."""
    if isinstance(ties, pd.DataFrame):
        ties = {actor: row.to_dict() for actor, row in ties.iterrows()}
    if not isinstance(ties, Mapping) or not all(isinstance(row, Mapping) for row in ties.values()) or not ties:
        raise TypeError(
            f"{name} must be a mapping {{new actor: {{fitted actor: value}}}} or a frame of new × fitted actors, but "
            f"is {shown(ties)}"
        )
    known = set(network.actors.tolist())
    out = {}
    for actor, row in ties.items():
        if actor in known:
            raise ValueError(f"{name}: {shown(actor)} was in the fit; place is for actors who were not")
        given = np.array([np.nan if value is None else float(value) for value in row.values()])
        out[actor] = _GivenTies(actor_places(list(row), label_index(network.actors), name), given)
    return out

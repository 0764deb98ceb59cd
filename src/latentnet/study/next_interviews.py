"""Whom to ask next: those whose answers would tell most."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, get_args

import numpy as np
import pandas as pd

from latentnet._exceptions import refuse_joint, refuse_layers
from latentnet.checks import shown, whole_number
from latentnet.constraints import COLUMN, FITTED, among, checked, optional
from latentnet.network.labels import attribute_column
from latentnet.network.sparse import without_entries
from latentnet.predictive.predictive import Predictive
from latentnet.study.information import Everything, Greedy, Others, Singles, Targets
from latentnet.study.reading import (
    Floats,
    Integers,
    actor_index,
    predictive,
    thinned,
)

__all__ = ["next_interviews"]

AnyFloats = TypeVar("AnyFloats", Floats, Singles)
Target = Literal["everything", "others", "clusters"]

_MOST_DRAWS = 1000
_FEWEST_DRAWS = 50
_CROSSED = 32, 128  # draws of where the actor asked is, and of where the others are
_LEAST_SUM = 1e-30  # of probabilities: where they are all 0, no cap lowers them
_LEAST_NOISE = 1e-300  # of a tie that is sure in every draw: it varies no more than it is noisy


@checked(model=FITTED, balance=optional(COLUMN), target=among(*get_args(Target)))
def next_interviews(model: Any, n: int, *, balance: str | None = None, target: Target = "others") -> pd.DataFrame:
    """Choose the actors whose answers are expected to tell most, one after the other.

    The information of asking a set S of actors is the mutual information I(Y_S; θ | data) of their answers and what is
    not yet known: how much the answers would vary because we do not know the network's structure, beyond their chance
    variation given the structure. Of all that is unknown it is approximated by that of Gaussian answers with the same
    moments,

        ½ log det(I + W^−½ Cov(p) W^−½),    W = E[p(1 − p)],

    over the draws of the probabilities p of the ties that S would tell about. Where the posterior is narrow that is
    ½ log det(I + W^½ C W^½) with the covariance C of the linear predictors; where it is wide that would be far too
    large (for p ~ Beta(.5, 4.5) the truth is .072 nats, this .091, that .164). The choice is greedy, which for this
    submodular function reaches at least 63 % of the best possible set (Nemhauser, Wolsey & Fisher 1978): each actor is
    the best addition to those above it in the table.

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel
        Fitted by MCMC, with binary ties (family "bernoulli"). At most 1,000 draws are used, evenly spaced.
    n : int
        How many actors to choose among those who were not asked. In a directed (or two-mode) network these are the
        actors (of the rows) whose whole row is unobserved; in an undirected network all with an unobserved dyad, and
        asking one tells those dyads.
    balance : str, optional
        An attribute of the actors over whose values the choice is spread evenly: each next actor has one of the values
        that were chosen least often so far, of those that still have an actor to choose.
    target : {"everything", "others", "clusters"}
        What the answers should tell about.

        * "others", the default: Σ_j I(Y_Sj; z_j | z_S), what the answers about each actor j who is not in S tell about
          the position of j, for someone who knows the positions of S; for an actor in S what those chosen before it
          told counts. Exact for each dyad, from 32 draws of z_S crossed with 128 of the others, taken as independent;
          the answers of those chosen are simulated. It is the default because of simulated studies in which half, or a
          third, of those who could be asked had nothing to do with the question
          (``benchmarks/test_next_interviews.py``): it asks half as many of them as random choice, or fewer, and
          recovers the distances and clusters of the others better (by 4 to 5 standard errors over 30 studies). Against
          asking those who are named most often it does as well for clusters, and as well or a little worse for
          distances. Where nearly everybody is involved no rule was found that beats random choice.
        * "everything": all that is unknown, as above. It favours people whose only mystery is themselves, such as
          those whom nobody names.
        * "clusters": Σ_j I(Y_S; c_j), the information about the cluster of each actor, also of those in S: ½ log of
          the ratio of determinants of the covariance of the indicators of c_j before the answers and after, where
          answers and indicators are jointly Gaussian with the moments of the draws; what a finite number of draws
          seems to explain by chance is taken off.

    Returns
    -------
    DataFrame by actor, in order of choice
        ``information``: nats, cumulative.

    Raises
    ------
    ValueError
        If everyone was asked, `n` exceeds the number of those who were not, ties are not binary, there is no posterior,
        `balance` is no attribute or has no value for someone, or a target is asked of a model without positions
        ("others") or clusters ("clusters").

    Notes
    -----
    Where the network has a cap on the number of names, p is the probability of being named, which is approximated by
    p·min(1, cap / Σ p) over a row; that the cap also couples the answers of a row is left out. With `Reciprocity` p is
    that of a tie whatever the one back is; that the one back may be known already is left out, too.

    References
    ----------
    Nemhauser, G. L., Wolsey, L. A. & Fisher, M. L. (1978). An analysis of approximations for maximizing submodular set
    functions. Mathematical Programming 14, 265–294.

    Examples
    --------
    >>> import numpy as np
    >>> from latentnet import LatentPositionModel, MCMC, Network, next_interviews
    >>> from latentnet.datasets import load_sampson
    >>> ties = load_sampson().ties.toarray()
    >>> ties[6:] = np.nan  # only six were asked
    >>> network = Network.from_array(ties, load_sampson().actors, directed=True)
    >>> model = LatentPositionModel(inference=MCMC(n_draws=1000), random_state=1).fit(network)
    >>> chosen = next_interviews(model, 3)
    >>> len(chosen), bool(np.all(np.diff(chosen["information"]) > 0))
    (3, True)
    """
    candidates = _candidates(model, n)
    groups = np.zeros(len(candidates), dtype=np.intp)
    if balance is not None:
        groups = pd.factorize(attribute_column(model.network_, balance, "balance", among=candidates))[0]
    if target == "everything":
        criterion: Greedy = Everything(_Rows(model, thinned(np.arange(len(model.draws_.pooled)), _MOST_DRAWS)))
    elif target == "others":
        criterion = Others(_CrossedRows(model))
    else:
        criterion = Targets(*_labels(model))
    chosen, gains = _greedy(criterion, candidates, groups, int(n))
    return pd.DataFrame({"information": np.cumsum(gains)}, actor_index(model.actors_[chosen]))


def _candidates(model: Any, n: Any) -> Integers:
    """Actors who were not asked, after all checks."""
    refuse_joint(model, "next_interviews")
    refuse_layers(model, "next_interviews")
    family = getattr(model.family, "name", model.family)
    if family != "bernoulli":  # its information is that of a tie that is there or not
        raise ValueError(f"next_interviews needs binary ties, family='bernoulli', but the model's is {shown(family)}")
    if len(model.draws_.pooled) < _FEWEST_DRAWS:
        raise ValueError(
            f"next_interviews needs a posterior of at least {_FEWEST_DRAWS} draws, but the model has "
            f"{len(model.draws_.pooled)}; fit it with inference='mcmc'"
        )
    network = model.network_
    unasked = ~network.observed.asked
    if not network.has_direction:
        unasked = np.diff(without_entries(network.observed.missing, network.impossible).indptr) > 0
    candidates = np.flatnonzero(unasked)
    if not len(candidates):
        raise ValueError(
            "next_interviews chooses among actors who were not asked, but every row of the network is observed; "
            "mark the rows of those who were only named as unobserved (NaN)"
        )
    whole_number("n", n, 1, len(candidates), otherwise=", the number of actors who were not asked")
    return candidates


class _Rows:
    """Answers of actors, as `Answers` describes them, from the draws of a model."""

    def __init__(self, model: Any, indices: Integers) -> None:
        self.indices = indices
        self._predictive, self._network = predictive(model, indices), model.network_
        self._cap = _limit(model.network_)
        self._missing = without_entries(model.network_.observed.missing, model.network_.impossible)

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return len(self.indices)

    def partners(self, actor: int, without: list[int]) -> Integers:
        """Whom the actor's answers would be about; in an undirected network others have told of dyads with them."""
        network = self._network
        if network.two_mode:
            return np.arange(network.n_row_actors, network.n_actors)
        if network.directed:
            return np.delete(np.arange(network.n_actors), actor)
        return np.setdiff1d(
            self._missing.indices[self._missing.indptr[actor] : self._missing.indptr[actor + 1]], without
        )

    def scaled(self, actor: int, without: list[int]) -> Floats:
        """Centred probabilities of the actor's answers, divided by √(W · (n_draws − 1))."""
        partners = self.partners(actor, without)
        if not len(partners):
            return np.zeros((self.n_draws, 1))
        senders = np.full(len(partners), actor)
        p = _named(self._predictive.values("tie_probability", senders, partners), self._cap)
        noise = np.maximum((p * (1.0 - p)).mean(axis=0), _LEAST_NOISE)
        return np.asarray((p - p.mean(axis=0)) / np.sqrt(noise * (self.n_draws - 1)))


class _CrossedRows:
    """Answers of actors whose positions are of other draws than those of the others, as `Crossed` describes them."""

    n_asked, n_others = _CROSSED

    def __init__(self, model: Any) -> None:
        if model.draws_.n_dims == 0:
            raise ValueError(
                "target 'others' is about positions, but the model has none: its similarity is None; use "
                "target='everything'"
            )
        draws = model.draws_
        self._asked = thinned(np.arange(len(draws.pooled)), self.n_asked)
        self._others = thinned(np.arange(len(draws.pooled)), self.n_others)
        self.n_asked, self.n_others = len(self._asked), len(self._others)
        self.n_actors = draws.n_actors
        self._rows, self._model = _Rows(model, self._asked), model
        # Everyone's position of the others' draws, all else of those of the asked: a row for each pair of draws.
        self._columns = np.arange(draws.n_dims * draws.n_actors).reshape(draws.n_dims, -1)
        self._parameters = np.repeat(draws.pooled[self._asked], self.n_others, axis=0)
        positions = draws.pooled[self._others][:, self._columns.ravel()]
        self._parameters[:, self._columns.ravel()] = np.tile(positions, (self.n_asked, 1))

    def crossed(self, actor: int, without: list[int]) -> tuple[Integers, Singles]:
        """Whom the answers are about, and their probabilities, (n_asked, n_partners, n_others)."""
        model, partners = self._model, self._rows.partners(actor, without)
        if not len(partners):
            return partners, np.zeros((self.n_asked, 0, self.n_others), dtype=np.float32)
        own = self._columns[:, actor]
        of_others = self._parameters[:, own].copy()
        self._parameters[:, own] = np.repeat(model.draws_.pooled[self._asked][:, own], self.n_others, axis=0)
        senders = np.full(len(partners), actor)
        p = Predictive(model._problem, self._parameters).values("tie_probability", senders, partners)
        p = p.astype(np.float32)  # precise enough for what sums them up
        self._parameters[:, own] = of_others
        p = _named(p, _limit(model.network_))
        return partners, np.ascontiguousarray(p.reshape(self.n_asked, self.n_others, -1).swapaxes(1, 2))


def _limit(network: Any) -> float | None:
    """How many names an actor who was not asked may give: as many as the respondents, half of whom could give more."""
    cap = network.max_nominations
    return None if cap is None else float(np.median(cap))


def _named(p: AnyFloats, cap: float | None) -> AnyFloats:
    """Probabilities of being named, (n_draws, n_partners), of those of ties."""
    return p if cap is None else p * np.minimum(1.0, cap / np.maximum(p.sum(axis=1, keepdims=True), _LEAST_SUM))


def _labels(model: Any) -> tuple[_Rows, list[Floats]]:
    """Answers in the draws whose labels are comparable, and each actor's indicators of clusters there."""
    if not hasattr(model, "labels_"):
        raise ValueError(
            f"target 'clusters' needs a model with clusters, but got a {type(model).__name__}; fit a LatentClusterModel"
        )
    clusters = model.draws_.clusters.thinned(_MOST_DRAWS)
    indicators = np.eye(int(clusters.labels.max()) + 1)[clusters.labels]
    return _Rows(model, clusters.indices), [indicators[:, i] for i in range(indicators.shape[1])]


def _greedy(criterion: Greedy, candidates: Integers, groups: Integers, n: int) -> tuple[list[int], list[float]]:
    """Actors in order of choice and what each adds."""
    group_of = dict(zip(candidates.tolist(), groups.tolist(), strict=True))
    counts = dict.fromkeys(groups.tolist(), 0)
    left, chosen, gains = candidates.tolist(), [], []
    for _ in range(n):
        fewest = min(counts[group_of[i]] for i in left)
        allowed = [i for i in left if counts[group_of[i]] == fewest]
        best, gain = criterion.best(allowed)
        criterion.add(best)
        counts[group_of[best]] += 1
        left.remove(best)
        chosen.append(best)
        gains.append(gain)
    return chosen, gains

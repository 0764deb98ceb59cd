"""Scores of a fitted model on dyads that it has not seen."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from latentnet._exceptions import ArgumentError
from latentnet.checks import fits_square, one_of, shown
from latentnet.constraints import Rule, is_number
from latentnet.families.designs import designs_of_lists
from latentnet.network import Network
from latentnet.network.changed import without_self_ties
from latentnet.network.dyads import were_observed
from latentnet.network.sparse import entries_at

__all__ = ["SCORES", "Held", "Score", "held_out", "read_scoring"]

_N_BINS = 10


@dataclass(frozen=True)
class Held:
    """What is held out in a fold."""

    whole: Network  # that it comes from
    dyads: list[tuple[Any, Any]]
    senders: np.ndarray  # (n_dyads,) by place
    receivers: np.ndarray

    @property
    def tied(self) -> np.ndarray:
        """Which of the dyads are tied, (n_dyads,)."""
        return entries_at(self.whole.ties, self.senders, self.receivers) > 0.0

    @cached_property
    def network(self) -> Network:
        """The network in which only the held-out dyads are observed; not all scores need it."""
        whole, senders, receivers = self.whole, self.senders, self.receivers
        fix = "score what predict_proba(dyads) says, as 'roc_auc', 'average_precision' and 'brier' do"
        fits_square("a list of all dyads that are not held out", whole.n_actors, 100.0, fix=fix)
        others = whole.observed.toarray()
        others[senders, receivers] = False
        if not whole.has_direction:
            others[receivers, senders] = False
            others = np.triu(others)
        i, j = np.nonzero(others)
        hidden = zip(whole.actors[i].tolist(), whole.actors[j].tolist(), strict=True)
        # Self-ties are in every training network, and so in none that is scored.
        return without_self_ties(whole.with_unobserved(hidden))


class Score(NamedTuple):
    """A function of a fitted model and what was held out; `sign` is 1 where higher is better, else -1."""

    function: Callable[[Any, Held], float]
    sign: int
    of_lists: bool  # whether it means something where lists have a cap or an order


def held_out(network: Network, dyads: Sequence[tuple[Any, Any]]) -> Held:
    """Look up the held-out dyads in the network that they come from."""
    senders, receivers = (network.index([dyad[k] for dyad in dyads]) for k in (0, 1))
    seen = were_observed(network, senders, receivers)
    if not seen.all():
        k = int(np.argmin(seen))
        raise ValueError(f"cv holds out the dyad {shown(dyads[k])}, which network has not observed; leave it out")
    return Held(network, list(dyads), senders, receivers)


def _log_score(model: Any, held: Held) -> float:
    return float(model.score(held.network))


def _of_probabilities(metric: str | Callable[..., float], needs_both: bool, model: Any, held: Held) -> float:
    from sklearn import metrics  # not before it is needed, as elsewhere: importing latentnet would take longer

    if needs_both and held.tied.all() == held.tied.any():
        return np.nan  # ties alone, or none, cannot be told apart
    measure = getattr(metrics, metric) if isinstance(metric, str) else metric
    return float(measure(held.tied, model.predict_proba(held.dyads)))


def _calibration_error(tied: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean distance of observed and foretold shares of ties, over bins of equal numbers of dyads."""
    from sklearn.calibration import calibration_curve

    shares, means = calibration_curve(tied, probabilities, n_bins=_N_BINS, strategy="quantile")
    edges = np.percentile(probabilities, np.linspace(0, 1, _N_BINS + 1) * 100)
    sizes = np.bincount(np.searchsorted(edges[1:-1], probabilities), minlength=_N_BINS)
    return float(np.average(np.abs(shares - means), weights=sizes[sizes > 0]))


# Partial functions, and no closures: any backend of joblib can send them to its workers.
SCORES = {
    "log_score": Score(_log_score, 1, True),
    "roc_auc": Score(partial(_of_probabilities, "roc_auc_score", True), 1, True),
    "average_precision": Score(partial(_of_probabilities, "average_precision_score", True), 1, True),
    "brier": Score(partial(_of_probabilities, "brier_score_loss", False), -1, False),
    "calibration": Score(partial(_of_probabilities, _calibration_error, False), -1, False),
}
"""The scores by name. That of logs is `score` of the model: for single binary ties, minus sklearn's log loss."""


def read_scoring(scoring: Any, network: Network) -> dict[str, Score]:
    """Scores by name, from a name, several names, a function, or a dict of functions.

    A function takes (model, network, dyads): the fitted model, the network in which only the held-out dyads are
    observed, and their labels; higher is better.
    """
    if callable(scoring):
        scoring = {getattr(scoring, "__name__", "score"): scoring}
    if isinstance(scoring, Mapping):
        return {str(name): Score(_of_user(name, function), 1, True) for name, function in scoring.items()}
    names: list[Any] = (
        [scoring] if isinstance(scoring, str | bytes) or not isinstance(scoring, Sequence) else list(scoring)
    )
    lists = designs_of_lists(network)
    for name in names:
        one_of("scoring", name, SCORES, otherwise=", a list of these, or a function of (model, network, dyads)")
        if lists and not SCORES[name].of_lists:
            raise ValueError(
                f"scoring {shown(name)} compares probabilities of ties with names, but who is not named on a list with "
                "a cap or an order may be tied; use 'log_score', which knows the design, or 'roc_auc'"
            )
    return {name: SCORES[name] for name in names}


def _takes_three(function: Any) -> bool:
    return callable(function) and inspect.signature(function).bind(0, 1, 2) is not None


_SCORE = Rule("a function of (model, network, dyads)", _takes_three)


def _of_user(name: Any, function: Any) -> Callable[[Any, Held], float]:
    _SCORE.demand(f"scoring[{shown(name)}]", function)
    return partial(_called, function)


def _called(function: Any, model: Any, held: Held) -> float:
    score = function(model, held.network, held.dyads)
    if not is_number(score):
        raise ArgumentError(f"scoring must return a number, but {shown(function)} returned {shown(score)}")
    return float(score)

"""Summaries, and whether the chains can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from latentnet._exceptions import ConvergenceWarning, warn, within_refit
from latentnet.checks import shown
from latentnet.component import Guiding
from latentnet.constraints import FRACTION, NAMES, PAIRS, checked, optional
from latentnet.inference.base import ASKED_FOR, Engine
from latentnet.inference.convergence import (
    R_HAT_OF_ALL,
    R_HAT_OF_MOST,
    SHARE_OF_MOST,
    Agreement,
    agreement,
    linear_predictors_of,
)
from latentnet.inference.mcmc import FEWEST_DRAWS, MCMC
from latentnet.inference.minimum_kl import is_mean_of_draws
from latentnet.inference.progress import duration
from latentnet.models.fitted import Fitted
from latentnet.models.standard_errors import add_standard_errors
from latentnet.network.tables import limit_in_words
from latentnet.posterior.diagnostics import summarise
from latentnet.predictive.predictive import Predictive

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.problem.problem import Problem

__all__ = ["Diagnosis", "Report", "warn_unless_converged"]

_DIVERGING = 0.001
_MOST_TIMES = 100.0

_ONE_CHAIN = "one chain cannot be judged, as R-hat compares several: fit with MCMC(n_chains=4)"

_NOTE_ON_A_MODE = (
    "inference='map' gives a mode: standard errors are those of the observed information; with a latent space its "
    "scale is too small, and so are they."
)

_NOTE_ON_INDEPENDENT_DRAWS = "these are independent draws: there is no chain to judge."

_NOTE_ON_AN_APPROXIMATION = (
    "these are draws of a variational approximation, independent for each actor: intervals are approximate and too "
    "narrow (of 90 %, 69 to 86 % held the truth of tied dyads in simulated networks, and fewer of far ones)."
)


@dataclass(frozen=True)
class Diagnosis(Guiding):
    """Whether the draws can be trusted.

    Attributes
    ----------
    converged : bool
        Whether there is no problem.
    problems : tuple of str
        What is wrong, and what to do.
    notes : tuple of str
        What a reader should know about the estimates.
    table : DataFrame
        R-hat of every scalar, and its quantiles over dyads.
    """

    converged: bool
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    table: pd.DataFrame

    def __str__(self) -> str:
        head = "The chains agree." if self.converged else "The chains cannot be trusted yet."
        if self.table.empty:
            head = "There are no chains."
        lines = [head, *(f"* {text}" for text in (*self.problems, *self.notes))]
        return "\n".join(lines if self.table.empty else [*lines, self.table.to_string()])


class Report(Fitted):
    """Methods of fitted models that report."""

    @checked(var_names=optional(NAMES), dyads=optional(PAIRS), probability=FRACTION)
    def summary(
        self,
        var_names: str | Sequence[str] | None = None,
        *,
        dyads: Iterable[tuple[Any, Any]] | None = None,
        probability: float = 0.9,
    ) -> pd.DataFrame:
        """Posterior summaries and convergence diagnostics.

        Parameters
        ----------
        var_names : str, sequence of str or None
            Scalars, "coefficients", random effects such as "sender", "positions" or any variable of `posterior_`.
            None: scalars, coefficients, the log density, and the linear predictors of the dyads with the worst, 5 % and
            median R-hat. Coordinates are known only up to rotation, so they are left out unless asked for.
        dyads : sequence of (sender, receiver) labels, or None
            Add the distance (where the similarity is one) and the tie probability of these dyads.
        probability : float
            Of the equal-tailed intervals.

        Returns
        -------
        DataFrame
            Columns mean, median, sd, lower, upper, mcse_mean, mcse_sd, ess_bulk, ess_tail, r_hat (Vehtari et al. 2021),
            unrounded; of a scale that the ties set no bound, read the median. Of a mode (``inference="map"``) mean and
            median are the mode, `sd` standard errors from the observed information, `lower` and `upper` normal
            intervals, and the rest is NaN; all are NaN with over 2,000 parameters, and where
            the density is not curved as at a maximum, with a warning. Its ``attrs`` say which engine it was
            (`inference`), `why`, with which `likelihood`, and why there are no `standard_errors`.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For a name that is no variable, a dyad of others than two different actors, or a probability that is not
            between 0 and 1.

        Examples
        --------
        >>> from latentnet import LatentPositionModel, MCMC
        >>> from latentnet.datasets import load_sampson
        >>> engine = MCMC(n_draws=1000)
        >>> model = LatentPositionModel(inference=engine, random_state=1).fit(load_sampson())
        >>> list(model.summary(["intercept", "position_variance"]).index)
        ['intercept', 'position_variance']
        """
        self._checked()
        known = [*self.draws_.every_variable, *(["lp"] if "lp" in self.draws_.statistics else [])]
        if isinstance(var_names, str):
            var_names = [var_names]
        if var_names is not None:
            unknown = [name for name in var_names if name not in known]
            if unknown:
                raise ValueError(
                    f"var_names: {shown(unknown[0])} is no variable of this model; it has {', '.join(known)}"
                )
        pairs = None if dyads is None else list(dyads)
        columns = _summary_columns(self, var_names, pairs)
        stacked = np.stack(list(columns.values()), axis=-1)
        table = pd.DataFrame(summarise(stacked, probability), index=list(columns))
        if self.draws_.kind == "mode":
            add_standard_errors(table, self, lambda model: _summary_columns(model, var_names, pairs), probability)
        engine, likelihood = self.inference_, self.likelihood_
        table.attrs |= {"inference": engine["kind"], "why": engine["why"], "likelihood": likelihood["kind"]}
        return table

    def _typical_dyads(self) -> dict[str, np.ndarray]:
        found = self._chains_agree()
        order = np.argsort(-np.nan_to_num(found.dyads, nan=np.inf))
        actors = self.network_.actors
        shares = {"worst": 0.0, "5 %": 0.05, "median": 0.5}
        chosen = [order[int(share * (len(order) - 1))] for share in shares.values()]
        senders, receivers = found.senders[chosen], found.receivers[chosen]
        eta = linear_predictors_of(self._checked(), self.draws_, senders, receivers)
        return {
            f"linear_predictor[{actors[senders[k]]}, {actors[receivers[k]]}] ({name} R-hat)": eta[..., k]
            for k, name in enumerate(shares)
        }

    def _dyad_columns(self, problem: Problem, dyads: list[tuple[Any, Any]]) -> dict[str, np.ndarray]:
        senders, receivers = self._pairs(dyads)
        draws = self.draws_
        probability = Predictive(problem, draws.pooled).values("tie_probability", senders, receivers)
        columns = {}
        for k, (sender, receiver) in enumerate(dyads):
            if problem.invariance == "isometry" and senders[k] != receivers[k]:
                gap = draws.positions[:, :, senders[k]] - draws.positions[:, :, receivers[k]]
                columns[f"distance[{sender}, {receiver}]"] = np.sqrt((gap**2).sum(axis=-1))
            columns[f"tie_probability[{sender}, {receiver}]"] = probability[:, k].reshape(*draws.parameters.shape[:2])
        return columns

    @property
    def converged_(self) -> bool:
        """Whether `diagnose` finds no problem.

        Returns
        -------
        bool

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        return self.diagnose().converged

    def _chains_agree(self) -> Agreement:
        """How far the chains agree; the engine may have looked already."""
        if self._agreement is None:
            self._agreement = agreement(self._checked(), self.draws_)
        return self._agreement

    @checked()
    def diagnose(self) -> Diagnosis:
        """Judge the draws: whether the chains agree on every scalar and on the dyads, and whether the sampler diverged.

        Returns
        -------
        Diagnosis
            With `converged`, `problems`, `notes` and a `table`; ``print`` it.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        problem = self._checked()
        if self.draws_.kind in ("independent", "prior"):
            approximation = "held_out_log_score" in self.draws_.statistics
            note = _NOTE_ON_AN_APPROXIMATION if approximation else _NOTE_ON_INDEPENDENT_DRAWS
            return Diagnosis(True, (), (note, *_note_on_choice(self)), pd.DataFrame())
        if self.draws_.kind == "mode":
            no_chains = "there are no chains to judge; use inference='mcmc'"
            return Diagnosis(False, (no_chains,), (_NOTE_ON_A_MODE, *_note_on_choice(self)), pd.DataFrame())
        found = self._chains_agree()
        problems = [_ONE_CHAIN]
        if self.draws_.n_chains > 1:
            problems = [*_scalar_problems(found.scalars), *_dyad_problems(found, self.network_)]
        problems += _divergences(self.draws_.statistics["diverging"])
        rows = dict(found.scalars)
        for share, label in ((0.5, "median"), (SHARE_OF_MOST, "99 %"), (1.0, "worst")):
            rows[f"dyads, {label}"] = float(np.quantile(found.dyads, share))
        notes = (*_notes(problem, self.draws_.statistics), *_note_on_choice(self))
        return Diagnosis(not problems, tuple(problems), notes, pd.DataFrame({"r_hat": rows}))


def _summary_columns(
    model: Report, var_names: Sequence[str] | None, dyads: list[tuple[Any, Any]] | None
) -> dict[str, np.ndarray]:
    """What `summary` is asked for of a model, as far as it has it."""
    columns: dict[str, np.ndarray] = {} if var_names is not None else model.draws_.watched()
    for name in var_names or ():
        if name == "lp" or name in model.draws_.every_variable:
            columns.update(model.draws_.columns(name))
    if var_names is None and model.draws_.kind == "chains":
        columns.update(model._typical_dyads())
    if dyads is not None:
        columns.update(model._dyad_columns(model._checked(), dyads))
    return columns


def _scalar_problems(rows: dict[str, float]) -> list[str]:
    bad = {name: value for name, value in rows.items() if not value < R_HAT_OF_ALL}
    if not bad:
        return []
    name = max(bad, key=lambda key: np.nan_to_num(bad[key], nan=np.inf))
    return [
        f"{name} has R-hat {bad[name]:.3f} (should be below {R_HAT_OF_ALL}): its chains have not mixed; draw more "
        "(inference=MCMC(n_draws=...)) or warm up longer (n_warmup=...)"
    ]


def _dyad_problems(found: Agreement, network: Network) -> list[str]:
    share, of_dyads = found.share, found.dyads
    worst = int(np.argmax(np.nan_to_num(of_dyads, nan=np.inf)))
    if share >= SHARE_OF_MOST and of_dyads[worst] < R_HAT_OF_ALL:
        return []
    pair = f"{network.actors[found.senders[worst]]!r} and {network.actors[found.receivers[worst]]!r}"
    return [
        f"{share:.1%} of the dyads' linear predictors have R-hat below {R_HAT_OF_MOST} (should be "
        f"{SHARE_OF_MOST:.0%}), the worst that of {pair} with {of_dyads[worst]:.3f}: the chains have not found the "
        "same map; draw more (inference=MCMC(n_draws=...)), or start with fewer dimensions"
    ]


def _divergences(diverging: np.ndarray) -> list[str]:
    share = float(np.mean(diverging))
    if share <= _DIVERGING:
        return []
    return [
        f"{share:.1%} of the trajectories diverged: warm up longer (inference=MCMC(n_warmup=...)) or take smaller "
        "steps (target_acceptance=0.9)"
    ]


def _notes(problem: Problem, statistics: Iterable[str]) -> tuple[str, ...]:
    if problem.layers:
        return tuple(f"{layer.name}: {note}" for layer in problem.layers for note in _notes(layer.problem, statistics))
    network, notes = problem.network, []
    asked = network.observed.asked.all()
    if (not asked or problem.family.unit == "pair") and not is_mean_of_draws(problem, statistics):
        why = "whole rows are unobserved" if not asked else "the ties of a pair hang together"
        notes.append(f"{why}: minimum Kullback–Leibler positions are over all dyads, not only the observed ones.")
    if network.choice_set == "named":
        n_named = int(network.named_only.sum())
        conditioned = problem.observed_family.unit == "network"
        notes.append(
            f"{n_named} actors are in the data because somebody named them; the likelihood "
            + ("conditions on that." if conditioned else "does not, as lists are capped or ranked: see the warning.")
        )
    elif network.n_nominations is not None:
        notes.append("the actors are taken as given: everybody who could have been named is among them.")
    if network.max_nominations is not None:
        most = limit_in_words(network.max_nominations)
        notes.append(f"lists hold at most {most}; predictions are of ties without that cap.")
    return tuple(notes)


def _note_on_choice(model: Report) -> tuple[str, ...]:
    """What inference='auto' chose."""
    engine = model.inference_
    automatic = engine["why"] != ASKED_FOR
    return (f"inference='auto' took '{engine['kind']}': {engine['why']}.",) if automatic else ()


def warn_unless_converged(model: Report) -> None:
    """Give a `ConvergenceWarning` that says which quantity has not converged, and what to do."""
    diagnosis = model.diagnose()
    if not diagnosis.converged:
        warn("; ".join([*diagnosis.problems, *_ways_on(model)]), ConvergenceWarning)


def _ways_on(model: Report) -> list[str]:
    """What would cure chains that ran on to the limit, and about how long that would take."""
    standing, found = model._standing, model._chains_agree()
    if standing is None or found.holds:
        return []
    plan, needed = standing.plan, found.length_needed
    if plan.max_thin == 1:
        return _why_not_run_on(model._chosen_engine()[0], plan.n_draws, len(standing.chains))
    start = f"the chains ran on to thin={plan.thin}"
    if not needed < _MOST_TIMES:
        return [f"{start}, and are too far apart for more draws to help: warm up longer, or try other random_states"]
    more = math.ceil(max(needed - 1.0, 1.0)) * plan.n_draws
    took = standing.seconds_per_iteration * more * plan.thin * len(standing.chains)
    longer = 2 ** math.ceil(math.log2(plan.thin * max(needed, 2.0)))
    if within_refit():
        return [f"{start}: give the model inference=MCMC(max_thin={longer})"]
    about = f", which takes about {duration(took)}" if took > 0.0 else ""
    return [f"{start}: go on from there by model.extend({more}){about}, or fit with MCMC(max_thin={longer})"]


def _why_not_run_on(engine: Engine, n_draws: int, n_chains: int) -> list[str]:
    """That chains which were to run on until they agree are too short for that."""
    # An engine of one's own that hands chains on has none of these parameters: they were drawn by the defaults.
    asked, n_kept = MCMC().get_params() | engine.get_params(), n_draws * n_chains
    if asked["thin"] != "auto" or asked["max_thin"] == 1 or n_chains == 1 or n_kept >= FEWEST_DRAWS:
        return []
    return [
        f"chains run on by themselves if they keep {FEWEST_DRAWS} draws in all, and {n_kept} are too few to judge: "
        f"fit with MCMC(n_draws={math.ceil(FEWEST_DRAWS / n_chains)}) or more"
    ]

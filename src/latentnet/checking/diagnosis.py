"""What may be wrong with a fit, in plain language: a sentence on each thing, and one on what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from latentnet._exceptions import refuse_joint, refuse_layers
from latentnet.checking.sensitivity import NOTABLE, sensitivity
from latentnet.constraints import FITTED, checked
from latentnet.network import Network
from latentnet.network.labels import listing
from latentnet.network.sparse import entries_at
from latentnet.predictive.predictive import Predictive
from latentnet.problem.problem import Problem

__all__ = ["Findings", "diagnose"]

_LIKE_THE_PRIOR = 0.8  # posterior standard deviation over the prior's, above which the ties have said little
_TRADED = 0.95  # correlation of two coefficients' draws
_MANY_FULL = 0.5  # share of lists that are full
_FEW_ASKED = 0.5  # share of dyads observed
_MOST_NAMED = 5
_MOST_DYADS = 200_000


class _Finding(NamedTuple):
    topic: str
    says: str
    do: str  # empty: nothing


@dataclass(frozen=True, repr=False)
class Findings:
    """What `diagnose` found.

    Attributes
    ----------
    table : DataFrame
        A row for each finding: `topic`, `says`, and `do`, what to do about it. Empty if there is nothing to say.
    converged : bool
        Whether the chains agree, and never diverged; without chains False.
    """

    table: pd.DataFrame
    converged: bool

    def __repr__(self) -> str:
        head = "The chains agree." if self.converged else "The draws cannot be trusted yet."
        lines = [f"* {row.topic}: {row.says} {row.do}" for row in self.table.itertuples()]
        return "\n".join([head, *lines, *([] if lines else ["Nothing else stands out."])])


@checked(model=FITTED)
def diagnose(model: Any) -> Findings:
    """Say in plain language what may be wrong with a fit, and what to do about it.

    Looks at the chains (`model.diagnose()`), and at what no chain can show: components that nothing ties together,
    actors without ties or whom nobody observed, coefficients of which the ties say little, that trade off, whose
    estimate has no bound, or whose prior pulls against the ties (`prior_sensitivity`), and lists or coverage that leave
    the question open.

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel

    Returns
    -------
    Findings
        ``print`` it.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ValueError
        For a joint model: give one of its networks, ``model.at(period=...)``.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentPositionModel, MCMC, Network
    >>> pairs = Network.from_array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    >>> model = LatentPositionModel(inference=MCMC(n_draws=500), random_state=1).fit(pairs)
    >>> "components" in set(latentnet.diagnose(model).table["topic"])
    True
    """
    refuse_joint(model, "diagnose")
    refuse_layers(model, "diagnose")
    problem, of_chains = model._problem, model.diagnose()
    longer = "Run longer, MCMC(n_draws=..., n_warmup=...); if that does not help, make the model simpler."
    found = [_Finding("chains", f"{text}.", longer) for text in of_chains.problems]
    found += [_Finding("chains", f"{text}.", "") for text in of_chains.notes]
    found += _of_structure(problem)
    found += _of_design(model.network_)
    if model.draws_.kind == "chains":
        found += _of_coefficients(problem, model.draws_.pooled)
        found += _of_priors(model)
    found += _separated(problem)
    table = pd.DataFrame(found, columns=list(_Finding._fields))
    return Findings(table, bool(of_chains.converged))


def _of_structure(problem: Problem) -> Iterator[_Finding]:
    """What the network alone says of where actors can be."""
    network = problem.network
    if not problem.n_dims:
        return
    sent, received = network.observed.counts()
    unknown = sent + received == 0
    if unknown.any():
        yield _Finding(
            "unobserved actors",
            f"Of {listing(network.actors[unknown])} no dyad was observed: their positions are the prior's.",
            "Read nothing into them, and leave them out of pictures.",
        )
    _, labels = connected_components(network.ties, directed=True, connection="weak")
    sizes = np.bincount(labels)
    alone = (sizes[labels] == 1) & ~unknown
    if alone.any():
        yield _Finding(
            "isolates",
            f"Without any tie: {listing(network.actors[alone])}. They are far from everybody, but who knows where.",
            "Read nothing into their direction from the others.",
        )
    several = np.sort(sizes[sizes > 1])[::-1]
    if len(several) > 1:
        listed = ", ".join(map(str, several[:_MOST_NAMED])) + (", ..." if len(several) > _MOST_NAMED else "")
        yield _Finding(
            "components",
            f"No tie joins {len(several)} parts of the network (of {listed} actors): they drift, and how far apart "
            "they are, and in which direction, is set by the prior.",
            "Do not read distances between them; or fit the parts one by one.",
        )


def _of_design(network: Network) -> Iterator[_Finding]:
    """Where who was asked, and how, leaves the question open."""
    observed = network.observed
    if observed.share < _FEW_ASKED:
        yield _Finding(
            "coverage",
            f"Only {100 * observed.share:.0f} % of the dyads were observed; what is said of the others is the model's.",
            "Look at intervals, not at means; next_interviews(model, n) says whom to ask next.",
        )
    if network.max_nominations is not None:
        coverage = network.coverage()
        full = coverage.loc[coverage["asked"], "list_full"]
        if full.mean() > _MANY_FULL:
            yield _Finding(
                "full lists",
                f"{int(full.sum())} of {len(full)} lists are full: how many more would have been named is open, and "
                "the intercept with it.",
                "Do not compare the number of ties with that of other studies; allow for more names next time.",
            )
    if network.choice_set == "named":
        yield _Finding(
            "choice set",
            "Some actors are in the data only because somebody named them; whom else one could name is not known.",
            "Give from_nominations actors=, the list of everybody who could have been named.",
        )


def _of_coefficients(problem: Problem, draws: np.ndarray) -> Iterator[_Finding]:
    """Coefficients of which the ties say little, and pairs of them that trade off."""
    names = list(problem.coefficient_names)
    indices = list(problem.coefficient_indices)
    if problem.intercept >= 0:
        names, indices = ["intercept", *names], [problem.intercept, *indices]
    if not indices:
        return
    values, precision = draws[:, indices], problem.prior.precision[indices]
    spread = values.std(axis=0, ddof=1)
    for k, name in enumerate(names):
        if precision[k] > 0.0 and spread[k] * np.sqrt(precision[k]) > _LIKE_THE_PRIOR:
            yield _Finding(
                "weak effects",
                f"The ties say next to nothing of {name}: its posterior is about as wide as its prior "
                f"(sd {spread[k]:.2g} and {precision[k] ** -0.5:.2g}).",
                "Report it as not known, or leave it out.",
            )
    varies = np.flatnonzero(spread > 0.0)
    correlation = np.atleast_2d(np.corrcoef(values[:, varies].T)) if len(varies) > 1 else np.zeros((1, 1))
    for a, b in zip(*np.nonzero(np.triu(np.abs(correlation), 1) > _TRADED), strict=True):
        yield _Finding(
            "traded effects",
            f"{names[varies[a]]} and {names[varies[b]]} trade off (correlation {correlation[a, b]:.2f}): the ties know "
            "their sum or difference, and not each.",
            "Centre the covariates, or leave one of the two out.",
        )


def _of_priors(model: Any) -> Iterator[_Finding]:
    """Coefficients of which prior and ties say different things: each one's own prior, not that of all else."""
    problem, draws = model._problem, model.draws_.pooled
    likelihood, prior = model.draws_.statistics["log_likelihood_total"].ravel(), problem.prior
    names, indices = list(problem.coefficient_names), np.array(problem.coefficient_indices, np.int64)
    deviations, precision = list((draws[:, indices] - prior.means[indices]).T), list(prior.precision[indices])
    if problem.intercept >= 0:
        level = prior.level
        of_covariates = level.about * (draws[:, level.coefficients] @ level.means[0])
        names, precision = ["intercept", *names], [level.precision[0], *precision]
        deviations = [draws[:, problem.intercept] + of_covariates - level.mean[0], *deviations]
    for name, deviation, one in zip(names, deviations, precision, strict=True):
        own = sensitivity(deviation, -0.5 * one * deviation**2)
        if min(own, sensitivity(deviation, likelihood)) > NOTABLE:
            yield _Finding(
                "prior against ties",
                f"The prior of {name} pulls against the ties.",
                "Look whether the prior is meant so (model.priors_), and fit again with a wider one.",
            )


def _separated(problem: Problem) -> Iterator[_Finding]:
    """Coefficients of dyads all of which, or none, are tied: no finite value fits best."""
    network, family = problem.network, problem.given_family
    if family.name != "bernoulli" or not problem.coefficient_indices:
        return
    senders, receivers = network.observed.dyads()
    if len(senders) > _MOST_DYADS:
        kept = np.random.default_rng(0).choice(len(senders), _MOST_DYADS, replace=False)
        senders, receivers = senders[kept], receivers[kept]
    tied = entries_at(network.ties, senders, receivers) != 0.0
    base = np.zeros(problem.n_parameters)
    for name, index in zip(problem.coefficient_names, problem.coefficient_indices, strict=True):
        raised = base.copy()
        raised[index] = 1.0
        # What a coefficient of 1 adds to the linear predictor is its covariate.
        both = Predictive(problem, np.stack([base, raised])).values("linear_predictor", senders, receivers)
        covariate = both[1] - both[0]
        of_dyads = tied[np.abs(covariate) > 1e-12]
        if len(np.unique(covariate)) == 2 and len(of_dyads) and of_dyads.all() == of_dyads.any():
            yield _Finding(
                "separation",
                f"{'All' if of_dyads.all() else 'None'} of the {len(of_dyads)} dyads that {name} is of are tied: the "
                "ties would have its coefficient infinite, and where it ends is set by the prior.",
                "Say what values are possible in Priors(coefficient_variance=...), or leave it out.",
            )

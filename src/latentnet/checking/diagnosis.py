"""What may be wrong with a fit, in plain language: a sentence on each thing, and one on what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from latentnet.checking.observed import Observed, kinds_of, networks_of
from latentnet.checking.sensitivity import NOTABLE, sensitivity
from latentnet.checking.structure import MOST_NAMED, Finding, of_design, of_one_network, of_structure
from latentnet.constraints import FITTED, checked
from latentnet.inference.convergence import R_HAT_OF_MOST, SHARE_OF_MOST, in_layers
from latentnet.network.sparse import entries_at
from latentnet.predictive.predictive import Predictive
from latentnet.problem.problem import Problem

__all__ = ["Findings", "diagnose"]

_LIKE_THE_PRIOR = 0.8  # posterior standard deviation over the prior's, above which the ties have said little
_TRADED = 0.95  # correlation of two coefficients' draws
_MOST_DYADS = 200_000


@dataclass(frozen=True, repr=False)
class Findings:
    """What `diagnose` found.

    Attributes
    ----------
    table : DataFrame
        A row for each finding: `topic`, `says`, and `do`, what to do about it; of a joint model first `network`, which
        of its networks it is about (None: all). Empty if there is nothing to say.
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
    the question open. Of a joint model it looks at all networks together, as an actor without ties in one period may
    have some in another, and then at each.

    Parameters
    ----------
    model : fitted estimator

    Returns
    -------
    Findings
        ``print`` it.

    Raises
    ------
    NotFittedError
        If the model is not fitted.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet import LatentPositionModel, MCMC, Network
    >>> pairs = Network.from_array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    >>> model = LatentPositionModel(inference=MCMC(n_draws=500), random_state=1).fit(pairs)
    >>> "components" in set(latentnet.diagnose(model).table["topic"])
    True
    """
    problem, of_chains = model._problem, model.diagnose()
    longer = "Run longer, MCMC(n_draws=..., n_warmup=...); if that does not help, make the model simpler."
    networks, chains = networks_of(model), model.draws_.kind == "chains"
    found = [Finding("chains", f"{text}.", longer) for text in of_chains.problems]
    found += _of_agreement(model, networks) if chains and len(networks) > 1 else []
    found += [Finding("chains", f"{text.removesuffix('.')}.", "") for text in of_chains.notes]
    found += of_structure(model)
    about: list[Any] = [None] * len(found)
    for one in networks:
        of_it = [finding.of(one.where) for finding in _of_network(problem, one, len(networks))]
        found, about = found + of_it, about + [one.name] * len(of_it)
    if chains:
        found += _of_coefficients(model)
        found += _of_priors(model)
    for kind in kinds_of(problem):
        found += (one.of("" if kind.name is None else f"layer {kind.name!r}") for one in _separated(kind.problem))
    table = pd.DataFrame(found, columns=list(Finding._fields))
    if len(networks) > 1:
        about += [None] * (len(found) - len(about))
        table.insert(0, "network", pd.Series(about, dtype=object))
    return Findings(table, bool(of_chains.converged))


def _of_network(problem: Problem, one: Observed, n_networks: int) -> Iterator[Finding]:
    """Of one of so many networks."""
    own_places = problem.presences is not None or problem.around
    if n_networks > 1 and problem.n_dims and own_places:
        yield from of_one_network(one)
    yield from of_design(one, n_networks)


def _of_agreement(model: Any, networks: list[Observed]) -> Iterator[Finding]:
    """In which networks chains have mixed, and in which not."""
    found, problem = model._chains_agree(), model._problem
    if found.share >= SHARE_OF_MOST:
        return
    layer = np.zeros(len(found.dyads), np.int64)
    if problem.layers:
        for k, (_, some, _, _) in enumerate(in_layers(problem, found.senders, found.receivers)):
            layer[some] = k
    within = np.zeros_like(layer) if problem.presences is None else problem.presences.network[found.senders]
    each = len(networks) // len(kinds_of(problem))
    number = layer * each + within
    total = np.bincount(number, minlength=len(networks))
    good = np.bincount(number, weights=found.dyads < R_HAT_OF_MOST, minlength=len(networks))
    share = good / np.maximum(total, 1)
    order = [k for k in np.argsort(share) if total[k] and share[k] < SHARE_OF_MOST]
    said = [f"{share[k]:.0%} in {networks[k].where}" for k in order[:MOST_NAMED]]
    rest = len(networks) - len(said)
    more = f", and more in the other {rest}" if rest else ""
    yield Finding(
        "chains",
        f"By network, of the dyads' linear predictors R-hat is below {R_HAT_OF_MOST} for {', '.join(said)}{more}.",
        "Where it is far less in one network than in the others, look there: isolates, parts, few dyads.",
    )


def _intercepts(model: Any) -> list[str]:
    """Names of the intercepts: none, one, or one for each of several networks."""
    return list(model.draws_.columns("intercept")) if model._problem.n_intercepts else []


def _of_coefficients(model: Any) -> Iterator[Finding]:
    """Coefficients of which the ties say little, and pairs of them that trade off."""
    problem, draws = model._problem, model.draws_.pooled
    names = [*_intercepts(model), *problem.coefficient_names]
    indices = [*range(problem.intercepts.start, problem.intercepts.stop), *problem.coefficient_indices]
    if not indices:
        return
    values, precision = draws[:, indices], problem.prior.precision[indices]
    spread = values.std(axis=0, ddof=1)
    for k, name in enumerate(names):
        if precision[k] > 0.0 and spread[k] * np.sqrt(precision[k]) > _LIKE_THE_PRIOR:
            yield Finding(
                "weak effects",
                f"The ties say next to nothing of {name}: its posterior is about as wide as its prior "
                f"(sd {spread[k]:.2g} and {precision[k] ** -0.5:.2g}).",
                "Report it as not known, or leave it out.",
            )
    varies = np.flatnonzero(spread > 0.0)
    correlation = np.atleast_2d(np.corrcoef(values[:, varies].T)) if len(varies) > 1 else np.zeros((1, 1))
    for a, b in zip(*np.nonzero(np.triu(np.abs(correlation), 1) > _TRADED), strict=True):
        yield Finding(
            "traded effects",
            f"{names[varies[a]]} and {names[varies[b]]} trade off (correlation {correlation[a, b]:.2f}): the ties know "
            "their sum or difference, and not each.",
            "Centre the covariates, or leave one of the two out.",
        )


def _of_priors(model: Any) -> Iterator[Finding]:
    """Coefficients of which prior and ties say different things: each one's own prior, not that of all else."""
    problem, draws = model._problem, model.draws_.pooled
    likelihood, prior = model.draws_.statistics["log_likelihood_total"].ravel(), problem.prior
    names, indices = list(problem.coefficient_names), np.array(problem.coefficient_indices, np.int64)
    deviations, precision = list((draws[:, indices] - prior.means[indices]).T), list(prior.precision[indices])
    for k, name in enumerate(_intercepts(model)):
        level = prior.level
        of_covariates = level.about * (draws[:, level.coefficients] @ level.means[k])
        names, precision = [*names, name], [*precision, level.precision[k]]
        deviations.append(draws[:, level.intercept + k] + of_covariates - level.mean[k])
    for name, deviation, one in zip(names, deviations, precision, strict=True):
        own = sensitivity(deviation, -0.5 * one * deviation**2)
        if min(own, sensitivity(deviation, likelihood)) > NOTABLE:
            yield Finding(
                "prior against ties",
                f"The prior of {name} pulls against the ties.",
                "Look whether the prior is meant so (model.priors_), and fit again with a wider one.",
            )


def _separated(problem: Problem) -> Iterator[Finding]:
    """Coefficients of dyads all of which, or none, are tied: no finite value fits best."""
    network, family = problem.network, problem.given_family
    if not family.binary or not problem.coefficient_indices:
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
            yield Finding(
                "separation",
                f"{'All' if of_dyads.all() else 'None'} of the {len(of_dyads)} dyads that {name} is of are tied: the "
                "ties would have its coefficient infinite, and where it ends is set by the prior.",
                "Say what values are possible in Priors(coefficient_variance=...), or leave it out.",
            )

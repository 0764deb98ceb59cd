"""Whole iterations leave the joint distribution of parameters and data as it is, for every effect, family and design.

Geweke's joint distribution test with independent replicates, as in `test_geweke`: θ ~ prior, y | θ ~ model, then a few
iterations of the sampler given y, with tuning as after warm-up; f(θ_after, y) − f(θ_before, y) must have mean 0 (paired
z tests), and θ_after the laws of the prior (Kolmogorov–Smirnov). The ties are drawn by plain NumPy from η built of the
naive twins (`reference_effects`), so that a wrong effect, family or design is found, not only a wrong move; the
library's own simulation must agree with these ties as well.

False alarms: 1e-4 a test (Bonferroni over its comparisons), under 2 % over the file; seeds are fixed.

J. Geweke, "Getting it right: joint distribution tests of posterior simulators", JASA 99, 799-804, 2004.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, special, stats

from latentnet import Network
from latentnet.compiled import first_class_functions
from latentnet.effects import (
    AbsoluteDifference,
    BoundEffect,
    DyadCovariate,
    Effect,
    Homophily,
    Intercept,
    NoIntercept,
    Receiver,
    ReceiverCovariate,
    Reciprocity,
    Sender,
    SenderCovariate,
    SenderReceiver,
    Similarity,
    Sociality,
    SocialityCovariate,
)
from latentnet.families import Bernoulli, Binomial, Family, Gaussian, NegativeBinomial, Ordinal, Poisson
from latentnet.inference.moves.hmc import hamiltonian_move
from latentnet.inference.moves.iteration import Iterations
from latentnet.inference.moves.move import Move, new_state
from latentnet.inference.moves.relocation import relocate
from latentnet.inference.prior_draws import draw_prior
from latentnet.inference.tuning import sampler_moves
from latentnet.likelihood.composed import (
    composed_actor_log_likelihood,
    composed_gradient,
    composed_log_likelihood,
)
from latentnet.likelihood.packed import Packed
from latentnet.network import replayed
from latentnet.predictive.simulation import ranked_wishes, simulated_ties
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.priors.mixture_draws import FIXED
from latentnet.priors.positions import set_own_mass
from latentnet.priors.random_effects import DF, SCALE, V0
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from latentnet.problem.target import Target
from tests import reference
from tests.inference.scenes import path_of, scene_of, settled, smallest, with_changes
from tests.reference_effects import part

FALSE_ALARM = 1e-4
REPEATS = 3
QUICK, SLOW = 300, 10_000
SLOW_DESIGN = 4_000
N = 7
LEVELS = [-1.0, 0.0, 1.0, 2.0]
PRIORS = Priors(
    standardised=False,
    intercept_variance=1.0,
    coefficient_variance=1.0,
    position_variance_scale=0.5,
    position_variance_df=8.0,
    random_effect_variance_scale=0.4,
    random_effect_variance_df=6.0,
    gaussian_variance_scale=0.8,
    gaussian_variance_df=6.0,
    dispersion_log_variance=0.5,
    cutpoint_log_gap_variance=0.3,
    cluster_mean_variance=0.8,
    cluster_weight_concentration=1.5,
    most_clusters=3,
)
TRIALS = np.add.outer(np.arange(N), np.arange(N)) % 3 + 2.0


class Case(NamedTuple):
    """A model on a small network; designs are those of `_pattern`."""

    effects: tuple[Effect, ...] = ()
    family: Family = Bernoulli()
    kind: str = "directed"
    similarity: str | None = "distance"
    design: str = ""
    clusters: Clusters | None = None

    def problem(self) -> Problem:
        return make_problem(
            _pattern(self.design) if self.design else _network(self.kind),
            family=self.family,
            similarity=self.similarity,
            n_dims=2 if self.similarity else 0,
            effects=self.effects,
            priors=PRIORS,
            position_prior=self.clusters,
        )


def _attributes(labels: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"age": [0.3, -1.2, 0.8, 1.5, -0.4, 0.1, -0.9], "group": list("abcabca")}, index=labels)
    return frame.assign(vip=[True, False, False, True, False, True, False])


def _network(kind: str) -> Network:
    """Every observed dyad has a tie, so that the target has room for any data; some dyads and rows are unobserved."""
    y = np.ones((N, N))
    y[0, 1] = y[1, 0] = y[4, 5] = y[5, 4] = np.nan
    if kind == "two-mode":
        y[1, 4] = np.nan
        return Network.from_incidence(y[:3, 3:], attributes=_attributes(range(N)))
    if kind != "undirected":
        y[2] = np.nan
        y[3, 6] = np.nan
    np.fill_diagonal(y, 0.0)
    return Network.from_array(y, directed=kind != "undirected", attributes=_attributes(range(N)))


def _pattern(design: str) -> Network:
    """Interviews: 2 of 7 people were not asked; but where all were, and where the choice set is who was named."""
    asked = list(range(N if "all" in design else N - 2))
    frame = pd.DataFrame([(i, (i + k) % N, k) for i in asked for k in (1, 2)], columns=["who", "whom", "rank"])
    return Network.from_nominations(
        frame,
        respondent="who",
        nominee="whom",
        respondents=asked,
        max_nominations=2 if "cap" in design else None,
        rank="rank" if "rank" in design else None,
        actors=None if "named" in design else range(N),
        attributes=_attributes(range(N)),
    )


X = np.random.default_rng(3).normal(size=(N, N))
GAUSSIAN = Gaussian()
EFFECTS: dict[str, Case] = {
    "none": Case(kind="undirected"),
    "no intercept": Case((NoIntercept(), Sociality()), kind="undirected"),
    "sociality, undirected": Case((Sociality(),), kind="undirected"),
    "sociality": Case((Sociality(),), similarity="bilinear"),
    "sender": Case((Sender(),)),
    "receiver": Case((Receiver(),), similarity="squared_distance"),
    "sender and receiver": Case((Sender(), Receiver()), similarity=None),
    "sender and receiver, two-mode": Case((Sender(), Receiver()), kind="two-mode"),
    "correlated": Case((SenderReceiver(),)),
    "correlated, no space": Case((SenderReceiver(),), similarity=None),
    "dyad covariate": Case((DyadCovariate(X, name="miles"),)),
    "dyad covariate, two-mode": Case((DyadCovariate(X[:3, 3:], name="miles"),), kind="two-mode"),
    "homophily": Case((Homophily("group"),), similarity="bilinear"),
    "absolute difference": Case((AbsoluteDifference("age"),), kind="undirected"),
    "sender covariate": Case((SenderCovariate("group"),)),
    "receiver covariate": Case((ReceiverCovariate("age"),), similarity=None),
    "sociality covariate": Case((SocialityCovariate("vip"),), kind="undirected", similarity="squared_distance"),
    "reciprocity": Case((Reciprocity(),)),
    "reciprocity with sender and receiver": Case((Reciprocity(), SenderReceiver()), similarity="bilinear"),
    "many": Case((Homophily("vip"), SenderCovariate("age"), DyadCovariate(X, name="x"), SenderReceiver())),
}
FAMILIES: dict[str, Case] = {
    "probit": Case((Sender(),), Bernoulli(link="probit")),
    "cloglog": Case((Receiver(),), Bernoulli(link="cloglog")),
    "binomial": Case((Sender(),), Binomial(4)),
    "binomial by dyad": Case((Sociality(),), Binomial(TRIALS), "undirected"),
    "poisson": Case((Sociality(),), Poisson(), "undirected"),
    "poisson with exposure": Case((Sender(),), Poisson(TRIALS / 2.0), "two-mode", None),
    "negative binomial": Case((Sociality(),), NegativeBinomial()),
    "gaussian": Case((SenderReceiver(),), GAUSSIAN),
    "gaussian, two-mode": Case((), GAUSSIAN, "two-mode", "bilinear"),
    "ordinal": Case((Sociality(),), Ordinal(LEVELS), "undirected"),
    "ordinal, no space": Case((Sender(),), Ordinal(LEVELS), similarity=None),
}
DESIGNS: dict[str, Case] = {
    "cap": Case((Receiver(),), design="cap"),
    "cap, all asked, probit": Case((), Bernoulli(link="probit"), design="cap, all"),
    "cap, cloglog": Case((Homophily("vip"),), Bernoulli(link="cloglog"), similarity=None, design="cap"),
    "cap and ranks": Case((Receiver(),), design="cap, rank"),
    "cap and ranks, probit": Case((), Bernoulli(link="probit"), design="cap, rank", similarity=None),
    "cap and ranks, cloglog": Case((), Bernoulli(link="cloglog"), design="cap, rank, all"),
    "ranks": Case((Sender(),), design="rank", similarity="bilinear"),
    "named": Case((Sociality(),), design="named"),
    "named, probit": Case((ReceiverCovariate("age"),), Bernoulli(link="probit"), similarity=None, design="named"),
    "named, cloglog": Case((), Bernoulli(link="cloglog"), design="named"),
}
CLUSTERS: dict[str, Case] = {
    "two clusters": Case((Sociality(),), kind="undirected", clusters=Clusters(2, False)),
    "auto": Case((Sender(),), clusters=Clusters(3, True)),
    "clusters of counts": Case((Receiver(),), Poisson(), clusters=Clusters(2, False)),
}
CASES = EFFECTS | FAMILIES | CLUSTERS


# The model, by NumPy.


class Model(NamedTuple):
    """Twins of a problem: derivatives of η with respect to what it is linear in, and which dyads there are."""

    problem: Problem
    slopes: np.ndarray  # (n_parameters, n, n)
    possible: np.ndarray  # (n, n)
    observed: np.ndarray  # (n, n), of each dyad once


def _model(problem: Problem, twin: Callable[[Effect], Effect] = lambda effect: effect) -> Model:
    network, n = problem.network, problem.n_actors
    possible = ~np.eye(n, dtype=bool)
    if network.two_mode:
        possible = np.logical_and.outer(network.mode == 0, network.mode == 1)
    if problem.presences is not None:
        possible &= np.equal.outer(problem.presences.network, problem.presences.network)
    slopes, observed = np.zeros((problem.n_parameters, n, n)), np.zeros((n, n), bool)
    for effect, bound, places in problem.effects:
        if not isinstance(effect, Similarity):
            for k, unit in enumerate(np.eye(bound.size)):
                for i, j in np.argwhere(possible):
                    slopes[places.start + k, i, j] = part(twin(effect), network, unit, i, j)
    for i, j in reference.dyads(network):
        observed[i, j] = True
    return Model(problem, slopes, possible, observed)


def _distances(problem: Problem, theta: np.ndarray) -> np.ndarray:
    z = theta[:, problem.positions].reshape(len(theta), problem.n_dims, problem.n_actors)
    return np.sqrt(((z[:, :, :, None] - z[:, :, None]) ** 2).sum(axis=1))


def _eta(model: Model, theta: np.ndarray) -> np.ndarray:
    """(count, n, n)."""
    problem = model.problem
    eta = np.tensordot(theta, model.slopes, 1)
    if reference.name_of(problem.similarity) == "bilinear":
        z = theta[:, problem.positions].reshape(len(theta), problem.n_dims, problem.n_actors)
        eta += np.einsum("rki,rkj->rij", z, z)
    elif problem.similarity is not None:
        distances = _distances(problem, theta)
        eta -= distances if reference.name_of(problem.similarity) == "distance" else distances**2
    return eta


def _noise(link: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    draw = {"logit": rng.logistic, "probit": rng.normal, "cloglog": rng.gumbel}[link]
    return np.asarray(draw(size=shape))


def _ties(model: Model, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ties of all dyads (count, n, n), whether observed or not."""
    eta, family, problem = _eta(model, theta), model.problem.given_family, model.problem
    own = theta[:, problem.family_slice]
    n = problem.n_actors
    if problem.family is not family:  # reciprocity: one of four outcomes of each pair
        y = np.zeros(eta.shape)
        for i in range(n):
            for j in range(i):
                logs = np.stack([0 * eta[:, i, j], eta[:, i, j], eta[:, j, i], eta[:, i, j] + eta[:, j, i] + own[:, 0]])
                edges = np.cumsum(np.exp(logs - special.logsumexp(logs, axis=0)), axis=0)
                outcome = (rng.random(len(theta)) > edges[:3]).sum(axis=0)
                y[:, i, j], y[:, j, i] = outcome % 2, outcome // 2
        return y
    if isinstance(family, Bernoulli):
        y = (eta + _noise(family.link, eta.shape, rng) > 0.0).astype(float)
    elif isinstance(family, Binomial):
        y = rng.binomial(np.broadcast_to(family.trials, (n, n)).astype(int), special.expit(eta)).astype(float)
    elif isinstance(family, Poisson):
        exposure = 1.0 if family.exposure is None else family.exposure
        y = rng.poisson(exposure * np.exp(eta)).astype(float)
    elif isinstance(family, NegativeBinomial):
        shape = np.exp(-own[:, 0])[:, None, None]
        y = rng.poisson(np.exp(eta) * rng.gamma(shape, size=eta.shape) / shape).astype(float)
    elif isinstance(family, Gaussian):
        y = eta + np.exp(own[:, 0])[:, None, None] * rng.normal(size=eta.shape)
    else:
        assert isinstance(family, Ordinal)
        cutpoints = np.concatenate([np.zeros((len(theta), 1)), np.cumsum(np.exp(own), axis=1)], axis=1)
        utility = eta + rng.logistic(size=eta.shape)
        y = np.array(LEVELS)[(utility[..., None] > cutpoints[:, None, None]).sum(axis=-1)]
    if not problem.network.directed and not problem.network.two_mode:
        y = np.tril(y, -1) + np.tril(y, -1).transpose(0, 2, 1)
    return np.asarray(y * model.possible)


def _wishes(model: Model, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whom everyone would name, 1 for the first (count, n, n)."""
    family = model.problem.given_family
    assert isinstance(family, Bernoulli)
    eta = _eta(model, theta)
    utility = eta + _noise(family.link, eta.shape, rng)
    utility[:, ~model.possible] = -np.inf
    if model.problem.network.choice_set == "named":
        utility = _named(model, eta, utility, rng)
    above = (utility[:, :, None] > utility[..., None]).sum(axis=3)  # how many are liked better
    return np.where(utility > 0.0, above + 1.0, 0.0)


def _named(model: Model, eta: np.ndarray, utility: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Utilities with columns drawn given that somebody names each actor who was not asked.

    The first who names j is i with probability ∝ p_ij ∏_{k < i} (1 − p_kj); those after i are free.
    """
    asked = model.problem.network.observed.toarray().any(axis=1)
    link = model.problem.given_family.link  # type: ignore[attr-defined]
    tail = {"logit": stats.logistic, "probit": stats.norm, "cloglog": stats.gumbel_r}[link]
    rows, count = np.flatnonzero(asked), len(eta)
    utility = utility.copy()
    for j in np.flatnonzero(~asked):
        logs = tail.logsf(-eta[:, rows, j])
        logs[:, 1:] += np.cumsum(tail.logcdf(-eta[:, rows, j]), axis=1)[:, :-1]
        edges = np.cumsum(np.exp(logs - special.logsumexp(logs, axis=1, keepdims=True)), axis=1)
        first = (rng.random((count, 1)) > edges[:, :-1]).sum(axis=1)
        for place, i in enumerate(rows):
            of_row = utility[:, i, j]
            of_row[place < first] = -1.0
            of_row[place == first] = 1.0
    return utility


def _recorded(model: Model, wishes: np.ndarray) -> np.ndarray:
    """What interviews keep of wishes: names, or their ranks (count, n, n)."""
    network = model.problem.network
    cap = network.max_nominations or network.n_actors
    kept = np.where((wishes <= cap) & model.observed, wishes, 0.0)
    return kept if network.ranks is not None else (kept > 0.0).astype(float)


# The sampler.


def _precision(problem: Problem) -> np.ndarray:
    """Of the normal priors: those of the intercepts are about covariates of 0."""
    precision = problem.prior.precision.copy()
    precision[problem.intercepts] = problem.prior.level.precision
    return precision


def _mass(model: Model) -> np.ndarray:
    """Masses of about the posterior's precisions, so that one step size suits all."""
    problem = model.problem
    prior = problem.prior
    mass = _precision(problem) + 0.2 * (model.slopes**2 * model.observed).sum(axis=(1, 2))
    mass[problem.positions] = 3.0
    for group, start in problem.random_groups:
        mass[start + group.start : start + group.stop] += 1.0 / PRIORS.random_effect_variance_scale
    for row in prior.groups:
        mass[int(row[SCALE])] = 2.0 * (row[1] - row[0]) + row[DF] + 20.0 * (row[1] == row[0])
    for _, _, place in prior.correlations:
        mass[place] = N + 2.0
    if problem.has_steps:
        mass[problem.log_step] = FIXED
    if len(problem.family.coefficient_names) == 0:
        mass[problem.family_slice] += 6.0
    set_own_mass(prior.positions, mass)
    return np.maximum(mass, 1.0)


def _moves(model: Model, target: Target, mass: np.ndarray) -> list[Move]:
    n = model.problem.n_actors
    everyone = [np.flatnonzero(np.arange(n) != i) for i in range(n)]  # for relocation: neighbours need not be by ties
    graph = {"starts": np.arange(n + 1) * (n - 1), "neighbours": np.concatenate(everyone)}
    moves = settled(sampler_moves(model.problem, target, mass, 0.8), 0.35, (0.3, -0.1, 0.4))
    return with_changes(moves, {hamiltonian_move: {"path": path_of(1.5)}, relocate: {"tries": 1, **graph}})


def _places(layout: Packed) -> tuple[np.ndarray, np.ndarray]:
    """Sender and receiver of every tie of a layout."""
    senders, receivers = layout.dyads()
    block = np.repeat(np.arange(layout.sizes.size), np.diff(layout.tie_starts))
    half, position = np.divmod(layout.tie_positions, np.maximum(layout.sizes, 1)[block])
    at = layout.starts[block] + position
    return np.where(half == 0, senders[at], receivers[at]), np.where(half == 0, receivers[at], senders[at])


class Replicates(NamedTuple):
    before: np.ndarray  # (count, n_parameters)
    after: np.ndarray
    ys: np.ndarray  # (count, n, n) 0 where unobserved
    labels: np.ndarray  # (2, count, n + 1) before and after: clusters, and their number
    acceptance: float


def _targets(model: Model, ys: np.ndarray, wishes: np.ndarray | None) -> Any:
    """The target of each replicate's data."""
    problem = reference.as_composed(model.problem)
    if wishes is None:
        target = problem.target()
        layouts = target.likelihood.layout, target.likelihood.by_actor
        places = [_places(layout) for layout in layouts]
        for y in ys:
            for layout, (senders, receivers) in zip(layouts, places, strict=True):
                layout.tie_values[:] = y[senders, receivers]
            yield target
        return
    for y, wish in zip(ys, wishes, strict=True):
        network = replayed(problem.network, sparse.csr_array(wish))
        seen = network.ties.toarray() if network.ranks is None else network.ranks.toarray()
        np.testing.assert_array_equal(seen * model.observed, y)
        yield reference.as_composed(problem.with_network(network)).target()


def _data(model: Model, theta: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | None]:
    """Ties (ranks) as observed, and the wishes behind them where a design replays them."""
    network = model.problem.network
    if network.max_nominations is None and network.ranks is None and network.choice_set != "named":
        return _ties(model, theta, rng) * model.problem.network.observed.toarray(), None
    wishes = _wishes(model, theta, rng)
    return _recorded(model, wishes), wishes


def _run(
    case: Case,
    count: int,
    *,
    twin: Callable[[Effect], Effect] = lambda effect: effect,
    break_target: Callable[[Target], Target] = lambda target: target,
) -> tuple[Model, Replicates]:
    """Replicates; `twin` and `break_target` make the data's model, or the sampler's, another one."""
    model = _model(case.problem(), twin)
    problem = model.problem
    rng = np.random.default_rng([13, count, problem.n_parameters])
    before, clusters, components = draw_prior(problem, count, rng)
    ys, wishes = _data(model, before, rng)
    mass, n_labels = _mass(model), problem.n_first if problem.clusters is not None else 0
    labels = np.stack([np.column_stack([clusters, components])] * 2)
    found = Replicates(before, np.empty_like(before), ys, labels, 0.0)
    state, acceptance = new_state(before[0], problem.n_dims, n_labels), np.zeros(count)
    last = None
    for r, target in enumerate(_targets(model, ys, wishes)):
        if target is not last:  # else the same one with other ties
            last, broken = target, break_target(target)
            scene = scene_of(broken, state, rng)
            iterations = Iterations(scene, _moves(model, broken, mass), REPEATS, 1)
        if n_labels:
            broken.prior.positions.active[0] = components[r]
            set_own_mass(broken.prior.positions, mass)
        state.theta[:] = before[r]
        state.log_likelihood[0] = scene.bound.log_likelihood(state.theta)
        iterations.run(0, REPEATS)
        found.after[r], acceptance[r] = state.theta, iterations.statistics[:, 2].mean()
        if n_labels:
            labels[1, r] = iterations.labels[-1]
        if r % 50 == 0:  # what a chain carries along is the log-likelihood of its parameters
            value = scene.bound.log_likelihood(state.theta)
            assert state.log_likelihood[0] == pytest.approx(value, abs=1e-9)
    return model, found._replace(acceptance=float(acceptance.mean()))


# The comparisons.


def _functions(model: Model, theta: np.ndarray, ys: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Functions of (θ, y) with light tails."""
    problem, seen = model.problem, model.observed
    g = np.arctan(ys) * seen
    eta = _eta(model, theta)
    found = {"ties · η": (g * np.tanh(eta)).sum(axis=(1, 2)), "η": (np.tanh(eta) * seen).sum(axis=(1, 2))}
    found["η²"] = (np.tanh(eta) ** 2 * seen).sum(axis=(1, 2))
    found["sizes · η"] = (np.tanh(eta) * seen * np.arctan(ys**2)).sum(axis=(1, 2))
    found |= _of_parameters(model, theta, np.tensordot(g, model.slopes, ([1, 2], [1, 2])) / np.sqrt(seen.sum()))
    ties = g.sum(axis=(1, 2)) / np.sqrt(seen.sum())
    sizes = (g**2).sum(axis=(1, 2)) / np.sqrt(seen.sum())
    both = (g * ys.transpose(0, 2, 1)).sum(axis=(1, 2))
    for k in range(*problem.family_slice.indices(problem.n_parameters)):
        x = theta[:, k]
        found |= {f"own {k}": x, f"own² {k}": x**2, f"own {k} · ties": x * ties, f"own {k} · sizes": x * sizes}
        found[f"own {k} · both"] = x * both
    if problem.n_dims:
        distances, last = _distances(problem, theta), problem.n_actors - 1
        far, near = np.log1p(distances[:, 0, last]), np.exp(-distances[:, 1, 3])
        found |= {"distance": far, "distance²": far**2, "nearness": near}
        found["tie · distance"] = far * g[:, 0, last]
        found["tie · nearness"] = near * (g[:, 1, 3] + g[:, 3, 1])
        spread = np.log((theta[:, problem.positions] ** 2).mean(axis=1))
        found |= {"spread": spread, "spread²": spread**2, "spread · ties": spread * ties}
        if problem.clusters is None:
            found["spread · log σ"] = spread * theta[:, problem.log_scale]
    if problem.has_steps:
        found |= _of_steps(problem, theta, g)
    if problem.clusters is not None:
        occupied = (np.sort(labels[:, :-1]).T[1:] != np.sort(labels[:, :-1]).T[:-1]).sum(axis=0) + 1.0
        together = (labels[:, 0] == labels[:, -2]).astype(float)
        found |= {"occupied": occupied, "components": labels[:, -1].astype(float), "together": together}
        found |= {"occupied · ties": occupied * ties, "together · tie": together * g[:, 0, last]}
        found["together · distance"] = together * far
    return found


def _of_steps(problem: Problem, theta: np.ndarray, ties: np.ndarray) -> dict[str, np.ndarray]:
    """Of the steps from presence to presence, and their variance."""
    presences = problem.presences
    assert presences is not None
    z = theta[:, problem.positions].reshape(len(theta), problem.n_dims, problem.n_actors)
    steps = (z[:, :, problem.n_first :] - z[:, :, presences.previous]) / np.sqrt(presences.gaps)
    log_scale, size = theta[:, problem.log_step], np.log((steps**2).mean(axis=(1, 2)))
    scaled = steps / np.exp(log_scale)[:, None, None]
    later = ties[:, problem.n_first :].sum(axis=(1, 2))
    return {
        "log τ": log_scale,
        "(log τ)²": log_scale**2,
        "step size": size,
        "step size · log τ": size * log_scale,
        "step size · ties": size * later,
        "first step": np.tanh(scaled[:, 0, 0]),
        "last step": (scaled[:, 0, -1] ** 2) / (1.0 + scaled[:, 0, -1] ** 2),
        "steps apart": np.tanh(scaled[:, 0, 0] * scaled[:, 0, -1]),
        "steps and places": np.tanh((z[:, 0, presences.previous] * steps[:, 0]).mean(axis=1)),
    }


def _of_parameters(model: Model, theta: np.ndarray, with_data: np.ndarray) -> dict[str, np.ndarray]:
    """Coefficients, random effects, scales; `with_data` (count, n_parameters) are the ties' sums by ∂η."""
    problem, precision = model.problem, _precision(model.problem)
    found = {}
    for effect, bound, places in problem.effects:
        is_fixed = isinstance(effect, Intercept) or bound.names
        for k in range(len(bound.names) if is_fixed else 0):
            at = places.start + k
            x = theta[:, at] * np.sqrt(precision[at])
            name = f"{type(effect).__name__} {k}"
            found |= {name: x, f"{name}²": x**2, f"{name} · ties": x * with_data[:, at]}
        for group in bound.groups:
            at = slice(places.start + group.start, places.start + group.stop)
            log_sd, values = theta[:, places.start + group.scale], theta[:, at]
            scaled = values / np.exp(log_sd)[:, None]
            found |= {
                f"log σ of {group.name}": log_sd,
                f"(log σ)² of {group.name}": log_sd**2,
                f"{group.name} · ties": (np.tanh(values) * with_data[:, at]).sum(axis=1),
                f"{group.name} 0": np.tanh(values[:, 0]),
                f"{group.name} level": scaled.mean(axis=1),
                f"{group.name} squares": (scaled**2).mean(axis=1),
                f"{group.name} log σ · spread of ties": log_sd * with_data[:, at].std(axis=1),
            }
        for one in bound.correlations:
            rho = np.tanh(theta[:, places.start + one.place])
            a, b = (theta[:, places.start + g.start : places.start + g.stop] for g in bound.groups)
            of_ties = [with_data[:, places.start + g.start : places.start + g.stop] for g in bound.groups]
            found |= {"ρ": rho, "ρ²": rho**2, "ρ · products": rho * np.tanh((a * b).mean(axis=1))}
            found["ρ · ties"] = rho * (of_ties[0] * of_ties[1]).mean(axis=1)
    return found


def _laws(problem: Problem, theta: np.ndarray) -> dict[str, float]:
    """Kolmogorov–Smirnov p values of all that has a simple law under the prior."""
    prior = problem.prior
    found: dict[str, float] = {}
    precision = _precision(problem)
    for k in np.flatnonzero(precision > 0.0):
        found[f"law of {k}"] = stats.kstest(theta[:, k] * np.sqrt(precision[k]), stats.norm.cdf).pvalue
    for row in prior.groups[prior.groups[:, DF] > 0.0]:
        law = stats.invgamma(row[DF] / 2, scale=row[DF] * row[V0] / 2)
        variance = np.exp(2.0 * theta[:, int(row[SCALE])])
        found[f"law of variance {int(row[SCALE])}"] = stats.kstest(variance, law.cdf).pvalue
    if problem.has_steps:
        law = stats.invgamma(prior.walk.df / 2, scale=prior.walk.df * prior.walk.v0 / 2)
        found["law of τ²"] = stats.kstest(np.exp(2.0 * theta[:, problem.log_step]), law.cdf).pvalue
    for _, _, place in prior.correlations:
        found["law of ρ"] = stats.kstest((np.tanh(theta[:, place]) + 1) / 2, stats.beta(2, 2).cdf).pvalue
    return found


def _worst_difference(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> dict[str, float]:
    found = {}
    for name, values in first.items():
        difference = second[name] - values
        error = difference.std() / np.sqrt(difference.size)
        if error > 1e-9 and np.count_nonzero(difference) > 30:
            found[name] = float(2.0 * stats.norm.sf(abs(difference.mean()) / error))
    return found


def _worst(model: Model, found: Replicates) -> tuple[float, str]:
    before, after = (
        _functions(model, theta, found.ys, labels)
        for theta, labels in zip((found.before, found.after), found.labels, strict=True)
    )
    p_values = _worst_difference(before, after)
    return smallest(p_values | _laws(model.problem, found.after))


def _check(case: Case, count: int) -> None:
    model, found = _run(case, count)
    moved = (found.after != found.before)[:, model.problem.n_actors * model.problem.n_dims :].mean()
    assert moved > 0.5, f"only {moved:.2f} of the values moved: the test would see nothing"
    assert 0.6 < found.acceptance < 0.9999
    probability, name = _worst(model, found)
    assert probability > FALSE_ALARM, f"{name}: p = {probability:.1e}"


@pytest.mark.parametrize("name", CASES)
def test_iterations_leave_the_joint_distribution(name: str) -> None:
    _check(CASES[name], QUICK)


# Other links' are among the slow ones.
@pytest.mark.parametrize("name", [name for name, case in DESIGNS.items() if case.family.link == "logit"])
def test_iterations_leave_the_joint_distribution_of_designs(name: str) -> None:
    _check(DESIGNS[name], QUICK // 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_iterations_leave_the_joint_distribution_closely(name: str) -> None:
    _check(CASES[name], SLOW)


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_iterations_leave_the_joint_distribution_of_designs_closely(name: str) -> None:
    _check(DESIGNS[name], SLOW_DESIGN)


@pytest.mark.parametrize("name", DESIGNS)
def test_gradients_under_designs(name: str) -> None:
    """With effects and a space; where rows hang together, an actor has no likelihood of its own."""
    model = _model(DESIGNS[name].problem())
    rng = np.random.default_rng(19)
    theta, _, _ = draw_prior(model.problem, 3, rng)
    ys, wishes = _data(model, theta, rng)
    for at, target in zip(theta, _targets(model, ys, wishes), strict=True):
        likelihood, gradient = target.likelihood, np.ones_like(at)
        with first_class_functions():
            value = composed_log_likelihood(likelihood, at)
            composed_gradient(likelihood, at, gradient)
            slope = reference.central_difference(lambda x, of=likelihood: composed_log_likelihood(of, x), at, step=1e-4)
            by_actor = [composed_actor_log_likelihood(likelihood, at, actor) for actor in range(N)]
        assert np.isfinite(value)
        np.testing.assert_allclose(gradient - 1.0, slope, rtol=1e-6, atol=1e-7)
        np.testing.assert_array_equal(by_actor, value)


def _own_ties(problem: Problem, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ties of one network as the library simulates them, where the network was observed; ranks where it keeps them."""
    network = problem.network
    seen = network.observed.toarray()
    if network.max_nominations is None and network.ranks is None:
        return simulated_ties(problem, theta, rng).toarray() * seen
    lists = replayed(network, ranked_wishes(problem, theta, rng))
    return (lists.ties if lists.ranks is None else lists.ranks).toarray() * seen


@pytest.mark.parametrize("name", [name for name, case in (CASES | DESIGNS).items() if "named" not in case.design])
def test_simulated_networks_have_the_models_distribution(name: str) -> None:
    """The library's ties against NumPy's of the same parameters, by paired z tests."""
    model = _model((CASES | DESIGNS)[name].problem())
    rng = np.random.default_rng([17, model.problem.n_parameters])
    theta, clusters, components = draw_prior(model.problem, QUICK, rng)
    labels = np.column_stack([clusters, components])
    naive, _ = _data(model, theta, rng)
    own = np.array([_own_ties(model.problem, one, rng) for one in theta])
    first, second = (_functions(model, theta, ys, labels) for ys in (naive, own))
    probability, worst = smallest(_worst_difference(first, second))
    assert probability > FALSE_ALARM, f"{worst}: p = {probability:.1e}"


# Slips, each with the data of the right model.


class _Wrong(Sender):
    """A sender's value that lowers η: `add` and `pull` agree, so no gradient check sees it."""

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        bound = super().bind(network, n_dims)
        return bound._replace(groups=(bound.groups[0]._replace(shift=-1.0),))

    @staticmethod
    def add(runs: Any, values: Any, data: Any, eta: Any, work: Any) -> None:
        for r in range(runs.shape[0]):
            for p in range(runs[r, 3]):
                eta[runs[r, 2] + p] -= values[runs[r, 1] + p] if runs[r, 4] == 1 else values[runs[r, 0]]

    @staticmethod
    def pull(runs: Any, values: Any, data: Any, score: Any, work: Any, gradient: Any) -> None:
        for r in range(runs.shape[0]):
            for p in range(runs[r, 3]):
                actor = runs[r, 1] + p if runs[r, 4] == 1 else runs[r, 0]
                gradient[actor] -= score[runs[r, 2] + p]


class _Swapped(Sender):
    """A sender's value that is read of the receiver."""

    add, pull = staticmethod(Receiver.add), staticmethod(Receiver.pull)


def _wider(target: Target) -> Target:
    prior = target.prior
    level = prior.level._replace(precision=0.4 * prior.level.precision)
    return target._replace(prior=prior._replace(precision=prior.precision * 0.4, level=level))


def _other_df(target: Target) -> Target:
    groups = target.prior.groups.copy()
    groups[:, DF] += 14.0
    return target._replace(prior=target.prior._replace(groups=groups))


def _uncorrelated(target: Target) -> Target:
    return target._replace(prior=target.prior._replace(correlations=np.zeros((0, 3), np.int64)))


def _uncapped(target: Target) -> Target:
    """As if no list were full: the un-named count as no ties."""
    data = target.likelihood.family_data.copy()
    data[:, 0] = 0.0
    return target._replace(likelihood=target.likelihood._replace(family_data=data))


def _as_sender(effect: Effect) -> Effect:
    return Sender() if isinstance(effect, Sender) else effect


BROKEN: dict[str, tuple[Case, dict[str, Any]]] = {
    "effect of a wrong sign": (Case((_Wrong(),), similarity=None), {"twin": _as_sender}),
    "effect of the other end": (Case((_Swapped(),)), {"twin": _as_sender}),
    "prior of a coefficient": (EFFECTS["many"], {"break_target": _wider}),
    "prior of a variance": (EFFECTS["sociality"], {"break_target": _other_df}),
    "prior of a family's variance": (FAMILIES["gaussian, two-mode"], {"break_target": _other_df}),
    "prior of reciprocity": (EFFECTS["reciprocity"], {"break_target": _wider}),
    "cap that is not known of": (DESIGNS["cap"], {"break_target": _uncapped}),
    "prior without the correlation": (EFFECTS["correlated, no space"], {"break_target": _uncorrelated}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_models_are_found_out(name: str) -> None:
    """The same comparisons and thresholds see slips."""
    case, changes = BROKEN[name]
    probability, _ = _worst(*_run(case, 800, **changes))
    assert probability < FALSE_ALARM

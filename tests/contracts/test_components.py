"""The glue: every family with effects, similarities, kinds of networks and missing dyads, against naive twins.

The twin builds η one dyad at a time (`reference`, `reference_effects`), takes textbook densities and their slopes of it
(`reference_families`), and adds up; gradients follow by the chain rule from the twins alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from latentnet import Network
from latentnet.compiled import first_class_functions
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Effect,
    Homophily,
    Intercept,
    Mixing,
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
from latentnet.likelihood.composed import (
    Composed,
    composed_actor_log_likelihood,
    composed_gradient,
    composed_log_likelihood,
)
from latentnet.likelihood.single import Single
from latentnet.likelihood.verbs import add_likelihood_gradient, entry_of, log_likelihood, own_scratch
from latentnet.native import Memory
from latentnet.priors import Priors
from latentnet.priors.clusters import Clusters
from latentnet.priors.joint import add_prior_gradient, log_prior, natural_log_prior
from latentnet.problem.bind import make_problem
from latentnet.problem.problem import Problem
from tests import reference, reference_clusters, reference_families
from tests.reference_effects import part

N, N_ROWS = 9, 4
SIMILARITIES = ["distance", "squared_distance", "bilinear", None]
LEVELS = [-1.0, 0.0, 2.0, 3.0]
MISSING = ["all", "single dyads", "rows", "rows and dyads"]
KINDS = [
    *[("undirected", missing) for missing in MISSING if "rows" not in missing],
    *[("directed", missing) for missing in MISSING],
    *[("two-mode", missing) for missing in MISSING],
]


def _by_dyad(low: int, high: int) -> np.ndarray:
    numbers = np.random.default_rng(6).integers(low, high, (N, N)).astype(float)
    return np.tril(numbers) + np.tril(numbers, -1).T


class Kind(NamedTuple):
    """A family, its twin, and how to draw ties of any plausible value."""

    family: Family
    twin: str
    draw: Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
    extra: Any = 1.0  # trials or exposure, of all dyads or (N, N)
    reciprocity: bool = False

    def extra_of(self, i: int, j: int) -> float:
        return float(np.broadcast_to(self.extra, (N, N))[i, j])


def _binary(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return (rng.random(shape) < 0.4).astype(float)


def _counts(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.choice([0.0, 0.0, 1.0, 2.0, 3.0], shape)


def _levels(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.choice(LEVELS, shape)


FAMILIES = {
    "logit": Kind(Bernoulli(), "logit", _binary),
    "probit": Kind(Bernoulli(link="probit"), "probit", _binary),
    "cloglog": Kind(Bernoulli(link="cloglog"), "cloglog", _binary),
    "reciprocity": Kind(Bernoulli(), "logit", _binary, reciprocity=True),
    "binomial": Kind(Binomial(7), "binomial", _counts, 7),
    "binomial by dyad": Kind(Binomial(_by_dyad(3, 9)), "binomial", _counts, _by_dyad(3, 9)),
    "poisson": Kind(Poisson(), "poisson", _counts),
    "poisson with exposure": Kind(Poisson(2.5), "poisson", _counts, 2.5),
    "poisson with exposure by dyad": Kind(Poisson(_by_dyad(1, 5) / 2), "poisson", _counts, _by_dyad(1, 5) / 2),
    "negative binomial": Kind(NegativeBinomial(), "negative_binomial", _counts),
    "gaussian": Kind(Gaussian(), "gaussian", lambda rng, shape: rng.normal(size=shape)),
    "ordinal": Kind(Ordinal(LEVELS), "ordinal", _levels),
    "ordinal of two": Kind(Ordinal([0, 1]), "ordinal", _binary),
}


def attributes(n: int) -> pd.DataFrame:
    """Numbers and categories of actors."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"age": rng.normal(size=n).round(2)})
    frame["group"] = [("b", "a", "c", "a", "b")[k % 5] for k in range(n)]
    frame["vip"] = [k % 3 == 0 for k in range(n)]
    return frame


def network_of(kind: str, missing: str, draw: Callable[..., np.ndarray], n: int = N, n_rows: int = N_ROWS) -> Network:
    """A network of one kind with dyads missing; `draw` gives the values of ties."""
    rng = np.random.default_rng([7, n])
    y = draw(rng, (n, n))
    y[rng.random((n, n)) < (0.15 if "dyads" in missing else 0.0)] = np.nan
    if missing.startswith("rows"):
        y[[1, 3]] = np.nan
    if missing == "half pairs":
        y[np.tril_indices(n)] = np.nan
        y[1, 0] = 1.0  # but one whole pair, or reciprocity would be refused
    np.fill_diagonal(y, 0.0)
    if kind == "two-mode":
        return Network.from_incidence(y[:n_rows, n_rows:], attributes=attributes(n))
    if kind == "undirected":
        y = np.tril(y, -1) + np.tril(y, -1).T
    return Network.from_array(y, directed=kind == "directed", attributes=attributes(n))


def mixed_effects(kind: str, n: int = N) -> tuple[Effect, ...]:
    """As many effects as fit one model."""
    x = np.random.default_rng(3).normal(size=(n, n))
    both = (Homophily("vip"), AbsoluteDifference("age"))
    if kind == "undirected":
        return (*both, Sociality(), DyadCovariate(x + x.T, name="miles"), SocialityCovariate("group"))
    directed = (*both, DyadCovariate(x, name="miles"), SenderCovariate("group"), ReceiverCovariate("age"))
    return (*directed, Sender(), Receiver()) if kind == "two-mode" else (*directed, SenderReceiver())


def all_effects(kind: str, n: int = N) -> list[Effect]:
    """Every effect that such a network can have."""
    x = np.random.default_rng(3).normal(size=(n, n))
    both: list[Effect] = [Homophily("vip"), Homophily("group"), AbsoluteDifference("age"), NoIntercept()]
    both += [Homophily("vip", by_level=True), Mixing("vip")]
    if kind == "undirected":
        covariates: list[Effect] = [SocialityCovariate(name) for name in ("age", "group", "vip")]
        return [*both, Sociality(), DyadCovariate(x + x.T, name="miles"), *covariates]
    both += [Sender(), Receiver(), DyadCovariate(x, name="miles")]
    both += [effect(name) for effect in (SenderCovariate, ReceiverCovariate) for name in ("age", "group", "vip")]
    if kind == "two-mode":
        return both
    return [*both, Sociality(), SenderReceiver(), Reciprocity(), *(SocialityCovariate(n) for n in ("age", "group"))]


@cache
def _slopes(effect: Effect, network: Network, size: int) -> np.ndarray:
    """∂η/∂values of every dyad by the twin of an effect, which is linear: (size, n, n)."""
    n = network.n_actors
    slopes = np.zeros((size, n, n))
    for i, j in _possible(network):
        for k, unit in enumerate(np.eye(size)):
            slopes[k, i, j] = part(effect, network, unit, i, j)
    return slopes


def _possible(network: Network) -> list[tuple[int, int]]:
    n = network.n_actors
    if network.two_mode:
        return [(i, j) for i in range(n) for j in range(n) if (network.mode[i], network.mode[j]) == (0, 1)]
    return [(i, j) for i in range(n) for j in range(n) if i != j]


def eta_jacobian(problem: Problem, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """η (n, n) and its derivatives (n_parameters, n, n) by the twins; those of positions by central differences."""
    n, d, network = problem.n_actors, problem.n_dims, problem.network
    eta, slopes = np.zeros((n, n)), np.zeros((problem.n_parameters, n, n))
    for effect, bound, places in problem.effects:
        if not isinstance(effect, Similarity):
            slopes[places] = _slopes(effect, network, bound.size)
    eta += np.tensordot(theta, slopes, 1)
    z = theta[problem.positions].reshape(d, n).T
    for i, j in _possible(network) if d else []:
        eta[i, j] += reference.similarity(reference.name_of(problem.similarity), z[i], z[j])
        for actor in (i, j):
            for k in range(d):
                ends = [z[i].copy(), z[j].copy()]

                def moved(x: np.ndarray, ends: Any = ends, side: int = int(actor == j), k: int = k) -> float:
                    here = [end.copy() for end in ends]
                    here[side][k] += x[0]
                    return reference.similarity(reference.name_of(problem.similarity), here[0], here[1])

                slopes[k * n + actor, i, j] = reference.central_difference(moved, np.zeros(1), step=1e-4)[0]
    return eta, slopes


def _pair(y: tuple[float, float], seen: tuple[bool, bool], at: np.ndarray) -> float:
    """Log-probability of what was seen of a pair, by listing the four outcomes; `at` is η of either half, and ρ."""
    weights = {(a, b): np.exp(a * at[0] + b * at[1] + a * b * at[2]) for a in (0, 1) for b in (0, 1)}
    fitting = [
        weight for outcome, weight in weights.items() if all(outcome[k] == y[k] or not seen[k] for k in range(2))
    ]
    return float(np.log(sum(fitting) / sum(weights.values())))


class Twin(NamedTuple):
    """What the composed code must find."""

    value: float
    by_actor: np.ndarray
    gradient: np.ndarray


def _twin_of_pairs(problem: Problem, theta: np.ndarray) -> Twin:
    n, network = problem.n_actors, problem.network
    eta, slopes = eta_jacobian(problem, theta)
    y, observed, place = network.ties.toarray(), network.observed.toarray(), problem.family_slice.start
    value, by_actor, gradient = 0.0, np.zeros(n), np.zeros_like(theta)
    for i in range(n):
        for j in range(i):
            seen, ties = (bool(observed[i, j]), bool(observed[j, i])), (y[i, j], y[j, i])
            at = np.array([eta[i, j], eta[j, i], theta[place]])
            found = _pair(ties, seen, at)
            value += found
            by_actor[[i, j]] += found
            slope = reference.central_difference(lambda at, t=ties, s=seen: _pair(t, s, at), at, step=1e-3)
            gradient += slope[0] * slopes[:, i, j] + slope[1] * slopes[:, j, i]
            gradient[place] += slope[2]
    return Twin(value, by_actor, gradient)


def _twin(problem: Problem, theta: np.ndarray, kind: Kind) -> Twin:
    if kind.reciprocity:
        return _twin_of_pairs(problem, theta)
    eta, slopes = eta_jacobian(problem, theta)
    y, own = problem.network.ties.toarray(), theta[problem.family_slice]
    value, by_actor, gradient = 0.0, np.zeros(problem.n_actors), np.zeros_like(theta)
    places = sorted(kind.family.levels) if isinstance(kind.family, Ordinal) else None
    for i, j in reference.dyads(problem.network):
        tie = y[i, j] if places is None else places.index(y[i, j])
        if kind.twin != "gaussian":
            tie = int(tie)
        arguments = (kind.twin, tie, eta[i, j], own, kind.extra_of(i, j))
        found = reference_families.log_density(*arguments)
        value += found
        by_actor[[i, j]] += found
        of_eta, of_values = reference_families.slopes(*arguments)
        gradient += of_eta * slopes[:, i, j]
        gradient[problem.family_slice] += of_values
    return Twin(value, by_actor, gradient)


def _problem(network: Network, kind: Kind, similarity: str | None, effects: tuple[Effect, ...]) -> Problem:
    effects = (*effects, Reciprocity()) if kind.reciprocity else effects
    n_dims = 0 if similarity is None else 2
    return make_problem(
        network, family=kind.family, similarity=similarity, n_dims=n_dims, effects=effects, priors=Priors()
    )


def _theta(problem: Problem, seed: int = 2) -> np.ndarray:
    return 0.7 * np.random.default_rng(seed).standard_normal(problem.n_parameters)


def _assert_equal(problem: Problem, theta: np.ndarray, twin: Twin) -> None:
    target, gradient = Composed.bind(problem), np.ones_like(theta)  # the kernel must add
    with first_class_functions():
        value = composed_log_likelihood(target, theta)
        composed_gradient(target, theta, gradient)
        by_actor = [composed_actor_log_likelihood(target, theta, a) for a in range(problem.n_actors)]
        again = composed_log_likelihood(target, theta)
    assert value == pytest.approx(twin.value, rel=1e-11, abs=1e-10)
    assert again == value, "a kernel leaves its scratch as it found it"
    np.testing.assert_allclose(by_actor, twin.by_actor, rtol=1e-11, atol=1e-10)
    np.testing.assert_allclose(gradient - 1.0, twin.gradient, rtol=1e-8, atol=1e-8)
    if Single.accepts(problem):
        _assert_single(problem, theta, value, twin.gradient)


def _assert_single(problem: Problem, theta: np.ndarray, value: float, slope: np.ndarray) -> None:
    """The energy is the composed one to the bit, forces are so to the precision of float32."""
    memory, gradient = Memory(own_scratch(Single.bind(problem), np.float32)), np.ones_like(theta)
    assert entry_of(log_likelihood, memory)(memory, theta) == value
    for _ in range(2):  # it leaves its scratch as it found it
        gradient[:] = 1.0
        entry_of(add_likelihood_gradient, memory)(memory, theta, gradient)
        np.testing.assert_allclose(gradient - 1.0, slope, rtol=0.0, atol=2e-6 * abs(slope).max())


IN_SINGLE = [name for name in FAMILIES if name == "logit" or "binomial" in name or "poisson" in name]
IN_SINGLE.remove("negative binomial")
CASES = [
    (name, kind, missing)
    for name, of in FAMILIES.items()
    for kind, missing in ([("directed", m) for m in [*MISSING, "half pairs"]] if of.reciprocity else KINDS)
]


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize(("name", "kind", "missing"), CASES)
def test_families(name: str, kind: str, missing: str, similarity: str | None) -> None:
    family = FAMILIES[name]
    problem = _problem(_cached_network(kind, missing, family.draw), family, similarity, mixed_effects(kind))
    assert Single.accepts(problem) is (name in IN_SINGLE)
    theta = _theta(problem)
    _assert_equal(problem, theta, _twin(problem, theta, family))


_cached_network = cache(network_of)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        pytest.param(kind, effect, id=f"{kind}: {effect!r}")
        for kind in ("undirected", "directed", "two-mode")
        for effect in all_effects(kind)
    ],
)
def test_effects(kind: str, effect: Effect, similarity: str | None) -> None:
    """One effect at a time, with Bernoulli ties, of which some were not observed."""
    family = FAMILIES["logit"]._replace(reciprocity=isinstance(effect, Reciprocity))
    effects = () if family.reciprocity else (effect,)
    missing = "single dyads" if kind == "undirected" else "rows and dyads"
    problem = _problem(_cached_network(kind, missing, _binary), family, similarity, effects)
    if problem.n_parameters == 0:
        assert (similarity, effect) == (None, NoIntercept())
        return
    assert Single.accepts(problem) is not family.reciprocity
    theta = _theta(problem)
    _assert_equal(problem, theta, _twin(problem, theta, family))


def test_the_gradient_is_that_of_the_value() -> None:
    """By central differences of the composed code alone."""
    for name, family in FAMILIES.items():
        kind = "directed" if family.reciprocity else "two-mode"
        problem = _problem(
            _cached_network(kind, "rows and dyads", family.draw), family, "distance", mixed_effects(kind)
        )
        theta, target = _theta(problem), Composed.bind(problem)
        gradient = np.zeros_like(theta)
        with first_class_functions():
            composed_gradient(target, theta, gradient)
            slope = reference.central_difference(lambda at, t=target: composed_log_likelihood(t, at), theta, step=1e-3)
        np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6, err_msg=name)


def test_the_twin_sees_a_wrong_verb() -> None:
    """A sender's value read of the receiver, in `add` and in `pull` alike, does not pass."""

    class Wrong(Sender):
        add, pull = staticmethod(Receiver.add), staticmethod(Receiver.pull)

    problem = _problem(_cached_network("directed", "all", _binary), FAMILIES["logit"], "distance", (Wrong(),))
    theta = _theta(problem)
    right = _problem(problem.network, FAMILIES["logit"], "distance", (Sender(),))
    with pytest.raises(AssertionError):
        _assert_equal(problem, theta, _twin(right, theta, FAMILIES["logit"]))


# The prior of the whole parameter vector.

PRIORS = Priors(
    standardised=False,
    intercept_variance=4.0,
    coefficient_variance=3.0,
    position_variance_scale=1.7,
    position_variance_df=5.0,
    random_effect_variance_scale=0.6,
    random_effect_variance_df=4.5,
    gaussian_variance_scale=2.2,
    gaussian_variance_df=3.5,
    dispersion_log_variance=1.3,
    cutpoint_log_gap_variance=0.7,
    cluster_mean_variance=2.5,
    cluster_weight_concentration=1.4,
)


def _scaled_inverse_chi_square(variance: float, scale: float, df: float) -> float:
    return float(stats.invgamma.logpdf(variance, df / 2.0, scale=df * scale / 2.0))


def _log_law_of_rho(rho: float) -> float:
    """¾(1 − ρ²) is a Beta(2, 2) on (−1, 1)."""
    return float(stats.beta.logpdf((rho + 1.0) / 2.0, 2.0, 2.0) - np.log(2.0))


def _natural_family(problem: Problem, values: np.ndarray) -> tuple[float, float]:
    """Log density of the family's own values on the natural scale, and log |∂natural/∂θ|."""
    family, priors = problem.given_family, problem.priors
    if len(problem.family.coefficient_names):
        return float(stats.norm.logpdf(values[0], 0.0, np.sqrt(priors.coefficient_variance))), 0.0
    if isinstance(family, Gaussian):
        variance = float(np.exp(2.0 * values[0]))
        scale, df = float(priors.gaussian_variance_scale or 0.0), priors.gaussian_variance_df
        return _scaled_inverse_chi_square(variance, scale, df), np.log(2.0 * variance)
    spread = (
        priors.dispersion_log_variance if isinstance(family, NegativeBinomial) else priors.cutpoint_log_gap_variance
    )
    of_all = stats.lognorm(np.sqrt(spread)).logpdf(np.exp(values))  # of the dispersion, or of each gap
    return float(np.sum(of_all)), float(np.sum(values))


def _natural_effect(problem: Problem, effect: Effect, values: np.ndarray, bound: Any) -> tuple[float, float]:
    """The same of an effect's values."""
    priors, network = problem.priors, problem.network
    scale, df = priors.random_effect_variance_scale, priors.random_effect_variance_df
    if isinstance(effect, Intercept):
        return float(stats.norm.logpdf(values[0], 0.0, np.sqrt(priors.intercept_variance))), 0.0
    if isinstance(effect, SenderReceiver):
        n, (log_a, log_b, x) = network.n_actors, values[-3:]
        a, b, rho = float(np.exp(log_a)), float(np.exp(log_b)), float(np.tanh(x))
        law = stats.multivariate_normal(np.zeros(2), [[a * a, rho * a * b], [rho * a * b, b * b]])
        density = sum(law.logpdf([values[i], values[n + i]]) for i in range(n)) + _log_law_of_rho(rho)
        density += _scaled_inverse_chi_square(a * a, scale, df) + _scaled_inverse_chi_square(b * b, scale, df)
        return float(density), float(np.log(2 * a * a) + np.log(2 * b * b) + np.log(1 - rho * rho))
    if isinstance(effect, Sociality | Sender | Receiver):
        sd = float(np.exp(values[-1]))
        density = np.sum(stats.norm.logpdf(values[:-1], 0.0, sd)) + _scaled_inverse_chi_square(sd * sd, scale, df)
        return float(density), float(np.log(2.0 * sd * sd))
    dyads, density = reference.dyads(network), 0.0
    for k in range(len(bound.names)):
        mean_square = np.mean([part(effect, network, np.eye(bound.size)[k], i, j) ** 2 for i, j in dyads])
        density += stats.norm.logpdf(values[k], 0.0, np.sqrt(priors.coefficient_variance / mean_square))
    return float(density), 0.0


def _natural_twin(problem: Problem, theta: np.ndarray) -> tuple[float, float]:
    """Log prior density on the natural scale, and the log of the change of variables."""
    density = jacobian = 0.0
    prior, priors = problem.prior, problem.priors
    if problem.clusters is not None:
        density += reference_clusters.natural_log_density(prior.positions, theta)
        jacobian += reference_clusters.mixture_log_density(prior.positions, theta) - density
    elif problem.n_dims:
        sd = np.exp(theta[problem.log_scale])
        density += float(np.sum(stats.norm.logpdf(theta[problem.positions], 0.0, sd)))
        scale, df = float(priors.position_variance_scale or 0), float(priors.position_variance_df or 0)
        density += _scaled_inverse_chi_square(sd * sd, scale, df)
        jacobian += np.log(2.0 * sd * sd)
    for effect, bound, places in problem.effects:
        if bound.size and not isinstance(effect, Similarity):
            found = _natural_effect(problem, effect, theta[places], bound)
            density, jacobian = density + found[0], jacobian + found[1]
    if problem.family_slice.stop > problem.family_slice.start:
        found = _natural_family(problem, theta[problem.family_slice])
        density, jacobian = density + found[0], jacobian + found[1]
    return float(density), float(jacobian)


PRIOR_CASES = [
    *(("logit", kind, clusters) for kind in ("undirected", "directed", "two-mode") for clusters in (0, 3)),
    *((name, "directed", 0) for name in ("reciprocity", "negative binomial", "gaussian", "ordinal", "ordinal of two")),
    *((name, "two-mode", -4) for name in ("negative binomial", "gaussian", "ordinal")),
]


@pytest.mark.parametrize("similarity", ["distance", "bilinear", None])
@pytest.mark.parametrize(("name", "kind", "clusters"), PRIOR_CASES)
def test_log_prior(name: str, kind: str, clusters: int, similarity: str | None) -> None:
    """Of the parameter vector, and on the natural scale: scipy's normalised densities; gradient by differences.

    `clusters` is their number, 0 for none, negative for up to so many.
    """
    if similarity is None and clusters:
        return
    family = FAMILIES[name]
    effects = (*mixed_effects(kind), *((Reciprocity(),) if family.reciprocity else ()))
    missing = "single dyads" if kind == "undirected" else "rows and dyads"
    problem = make_problem(
        _cached_network(kind, missing, family.draw),
        family=family.family,
        similarity=similarity,
        n_dims=2 if similarity else 0,
        effects=effects,
        priors=PRIORS,
        position_prior=Clusters(abs(clusters), clusters < 0) if clusters else None,
    )
    theta, prior = 0.6 * _theta(problem, 9), problem.prior
    density, jacobian = _natural_twin(problem, theta)
    assert natural_log_prior(prior, theta) == pytest.approx(density, rel=1e-11, abs=1e-9)
    assert log_prior(prior, theta) == pytest.approx(density + jacobian, rel=1e-11, abs=1e-9)
    gradient = np.ones_like(theta)
    add_prior_gradient(prior, theta, gradient)
    slope = reference.central_difference(lambda at: log_prior(prior, at), theta, step=1e-3)
    np.testing.assert_allclose(gradient - 1.0, slope, rtol=1e-6, atol=1e-6)


def test_priors_without_an_intercept() -> None:
    problem = _problem(_cached_network("directed", "all", _binary), FAMILIES["logit"], None, (NoIntercept(), Sender()))
    theta = _theta(problem)
    density, jacobian = _natural_twin(problem, theta)
    assert natural_log_prior(problem.prior, theta) == pytest.approx(density, abs=1e-10)
    assert log_prior(problem.prior, theta) == pytest.approx(density + jacobian, abs=1e-10)


@pytest.mark.parametrize("rho", [-0.999, -0.3, 0.0, 0.95])
def test_extreme_correlations(rho: float) -> None:
    """Two actors whose values lie along the correlation or against it."""
    problem = _problem(_cached_network("directed", "all", _binary), FAMILIES["logit"], None, (SenderReceiver(),))
    _, _, places = problem.effects[-1]
    theta = _theta(problem)
    theta[places.stop - 1] = np.arctanh(rho)
    density, jacobian = _natural_twin(problem, theta)
    assert natural_log_prior(problem.prior, theta) == pytest.approx(density, rel=1e-10)
    gradient = np.zeros_like(theta)
    add_prior_gradient(problem.prior, theta, gradient)
    slope = reference.central_difference(lambda at: log_prior(problem.prior, at), theta, step=1e-4)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-5)
    assert log_prior(problem.prior, theta) == pytest.approx(density + jacobian, rel=1e-10)


def test_the_law_of_rho_integrates_to_one() -> None:
    rho, weights = special.roots_legendre(20)
    assert weights @ np.exp([_log_law_of_rho(one) for one in rho]) == pytest.approx(1.0)
    assert weights @ (0.75 * (1.0 - rho**2)) == pytest.approx(1.0)
    assert np.exp(_log_law_of_rho(0.5)) == pytest.approx(0.75 * 0.75)

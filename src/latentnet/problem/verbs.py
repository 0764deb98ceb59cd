"""Verbs: what engines and their moves ask of a target, whatever its likelihood and its prior.

Each is an entry, compiled once for a type of likelihood or prior, and only where something asks for it. A move calls it
by address, and is compiled once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba.types import float64, void

from latentnet.compiled import UNCOUNTED, inline_kernel, offers, small_kernel, way_of
from latentnet.likelihood import verbs as likelihoods
from latentnet.native import NUMBER, VECTOR, Entry, Memory, call, do, entry
from latentnet.priors import joint, positions, random_walk
from latentnet.problem.called_back import CalledBack
from latentnet.stream import STREAM

if TYPE_CHECKING:
    from latentnet.problem.target import Target

__all__ = [
    "VERBS",
    "BoundTarget",
    "Verbs",
    "actor_log_likelihood",
    "actor_log_prior",
    "add_likelihood_gradient",
    "add_prior_gradient",
    "change_of_swap",
    "from_coordinates",
    "from_steps",
    "log_likelihood",
    "log_prior",
    "natural_log_prior",
    "prepare_actors",
    "pull_to_coordinates",
    "redraw_actor",
    "scale_positions",
    "to_coordinates",
    "to_steps",
]


class Verbs(NamedTuple):
    """Addresses of a target's data, and of the entries that take them (0 for what its moves do not call)."""

    likelihood: int
    prior: int
    positions: int  # the prior of the first ones
    walk: int
    log_likelihood: int
    add_likelihood_gradient: int
    actor_log_likelihood: int
    change_of_swap: int
    log_prior: int
    natural_change: int
    add_prior_gradient: int
    prepare_actors: int
    actor_log_prior: int
    redraw_actor: int
    scale_positions: int
    to_coordinates: int
    from_coordinates: int
    pull_to_coordinates: int
    to_steps: int
    from_steps: int
    couples_actors: int  # 1 where an actor's log-likelihood is that of all
    indirect: int  # 1 where trajectories move other coordinates than the parameters
    n_actors: int
    n_dims: int
    following: np.ndarray  # (n_actors,) the presence after
    sites: np.ndarray  # (n_actors,)


# What each entry returns and takes beside its data.
_OF_LIKELIHOOD = likelihoods.CALLED
_OF_PRIOR = {
    "log_prior": (float64, VECTOR),
    "natural_change": (float64, VECTOR),
    "add_prior_gradient": (void, VECTOR, VECTOR),
    "actor_log_prior": (float64, VECTOR, NUMBER),
    "redraw_actor": (void, VECTOR, NUMBER, STREAM),
    "scale_positions": (float64, VECTOR, float64),
    "to_coordinates": (void, VECTOR),
    "from_coordinates": (void, VECTOR),
    "pull_to_coordinates": (void, VECTOR),
}
_OF_WALK = (random_walk.to_steps, random_walk.from_steps)


class BoundTarget:
    """A target in memory, and its verbs for Python; for one chain, as the target's scratch is."""

    def __init__(self, target: Target) -> None:
        self.target = target
        called_back = offers(target.likelihood, likelihoods.value_and_gradient)
        self.likelihood: Any = None if called_back else Memory(target.likelihood)
        self._called_back = CalledBack(target.likelihood) if called_back else None
        self.prior = Memory(target.prior)
        self._positions, self._walk = Memory(target.prior.positions), Memory(target.prior.walk)
        # Of optimisers' calls, which are many and short: arguments that stay where they are, and calls with them.
        self._theta, self._gradient = np.empty(0), np.empty(0)
        self._calls: dict[str, Callable[[], Any]] = {}

    def _of_prior(self, kernel: Any, returned: Any, *kinds: Any) -> Entry:
        return entry(kernel.py_func, UNCOUNTED, returned, self.prior.type, *kinds)

    def _take(self, theta: np.ndarray) -> None:
        """Let the calls that follow be at these parameters, and add to a gradient of zeros."""
        if theta.size != self._theta.size:
            self._theta, self._gradient, self._calls = np.empty(theta.size), np.empty(theta.size), {}
        self._theta[:], self._gradient[:] = theta, 0.0

    def _at_taken(self, name: str) -> Any:
        """Call a verb there."""
        if name not in self._calls:
            of_likelihood = name in _OF_LIKELIHOOD
            kinds = (_OF_LIKELIHOOD if of_likelihood else _OF_PRIOR)[name]
            found = (
                likelihoods.entry_of(getattr(likelihoods, name), self.likelihood)
                if of_likelihood
                else self._of_prior(getattr(joint, name), *kinds)
            )
            vectors = (self._theta, self._gradient)[: len(kinds) - 1]
            self._calls[name] = found.prepared(self.likelihood if of_likelihood else self.prior, *vectors)
        return self._calls[name]()

    def log_likelihood(self, theta: np.ndarray) -> float:
        """Log-likelihood of all observed dyads."""
        if self._called_back is not None:
            return self.likelihood_value_and_gradient(theta)[0]
        self._take(theta)
        return float(self._at_taken("log_likelihood"))

    def likelihood_value_and_gradient(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Log-likelihood and its gradient."""
        if self._called_back is not None:
            return likelihoods.value_and_gradient(self.target.likelihood, theta)
        self._take(theta)
        self._at_taken("add_likelihood_gradient")
        return float(self._at_taken("log_likelihood")), self._gradient.copy()

    def log_posterior(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Log posterior density (of log σ) and its gradient."""
        value, gradient = self.likelihood_value_and_gradient(theta)
        self._take(theta)
        self._gradient[:] = gradient
        self._at_taken("add_prior_gradient")
        return value + float(self._at_taken("log_prior")), self._gradient.copy()

    def slope(self, theta: np.ndarray) -> np.ndarray:
        """Gradient of the log posterior density alone, by the forces of trajectories where there are such."""
        if self._called_back is None:
            self._take(theta)
            self._at_taken("add_likelihood_gradient")
        else:
            likelihood = self.target.likelihood
            has_forces = offers(likelihood, likelihoods.trajectory_forces)
            found = likelihoods.trajectory_forces if has_forces else lambda *at: likelihoods.value_and_gradient(*at)[1]
            gradient = found(likelihood, theta)
            self._take(theta)
            self._gradient[:] = gradient
        self._at_taken("add_prior_gradient")
        return self._gradient.copy()

    def natural_log_prior(self, theta: np.ndarray) -> float:
        """Normalised log prior density of what is reported, such as σ², in place of what is sampled."""
        self._take(theta)
        return float(self._at_taken("log_prior") + self._at_taken("natural_change"))

    def reraise(self) -> None:
        """Raise what a likelihood of Python's raised when moves called it."""
        if self._called_back is not None:
            self._called_back.reraise()

    def verbs(self) -> Verbs:
        """What moves call."""
        likelihood, prior = self.target
        spatial = prior.n_dims > 0
        needed = {name for name in _OF_LIKELIHOOD if spatial and offers(likelihood, getattr(likelihoods, name))}
        needed |= {"log_likelihood", "add_likelihood_gradient", "log_prior", "natural_change", "add_prior_gradient"}
        needed |= {"scale_positions"} if spatial else set()
        needed |= {"to_coordinates", "from_coordinates", "pull_to_coordinates"} if prior.indirect else set()
        needed |= {"actor_log_prior", "redraw_actor"} if "actor_log_likelihood" in needed else set()
        addresses = dict.fromkeys(Verbs._fields, 0)
        called_back = self._called_back
        for name in _OF_LIKELIHOOD:
            if name in needed and called_back is not None:
                addresses[name] = getattr(called_back, name).address
            elif name in needed:
                addresses[name] = likelihoods.entry_of(getattr(likelihoods, name), self.likelihood).address
        for name, kinds in _OF_PRIOR.items():
            if name in needed:
                addresses[name] = self._of_prior(getattr(joint, name), *kinds).address
        if "actor_log_prior" in needed:
            prepare = way_of(positions.prepare_actors, prior.positions)
            addresses["prepare_actors"] = entry(*prepare, void, self._positions.type, VECTOR).address
        for kernel in _OF_WALK if prior.moving else ():
            of_walk = entry(kernel.py_func, UNCOUNTED, void, self._walk.type, NUMBER, VECTOR)
            addresses[kernel.__name__] = of_walk.address
        data = ("likelihood", self.likelihood), ("prior", self.prior), ("positions", self._positions)
        addresses |= {name: memory.address for name, memory in (*data, ("walk", self._walk)) if memory is not None}
        numbers = {"couples_actors": int(likelihoods.couples_actors(likelihood)), "indirect": int(prior.indirect)}
        numbers |= {"n_actors": prior.n_actors, "n_dims": prior.n_dims}
        arrays = {"following": prior.walk.following, "sites": prior.walk.sites}
        return Verbs(**addresses | numbers | arrays)


_nothing = np.zeros(0, np.int64)
VERBS = Memory(Verbs._make([*[0] * (len(Verbs._fields) - 2), _nothing, _nothing])).type

# The same for kernels; `target` is a Verbs.


@small_kernel
def log_likelihood(target, theta):
    """Log-likelihood of all observed dyads."""
    return call(target.log_likelihood, (target.likelihood, theta))


@inline_kernel
def add_likelihood_gradient(target, theta, gradient):
    """Add the log-likelihood's gradient to `gradient`."""
    do(target.add_likelihood_gradient, (target.likelihood, theta, gradient))


@small_kernel
def actor_log_likelihood(target, theta, actor):
    """Log-likelihood of the dyads that one actor is part of."""
    return call(target.actor_log_likelihood, (target.likelihood, theta, actor))


@inline_kernel
def change_of_swap(target, theta, i, j):
    """What the log-likelihood gains if two actors change places."""
    return call(target.change_of_swap, (target.likelihood, theta, i, j))


@small_kernel
def log_prior(target, theta):
    """Normalised log prior density (of log σ)."""
    return call(target.log_prior, (target.prior, theta))


@inline_kernel
def natural_log_prior(target, theta):
    """Normalised log prior density on the natural scale."""
    return call(target.log_prior, (target.prior, theta)) + call(target.natural_change, (target.prior, theta))


@inline_kernel
def add_prior_gradient(target, theta, gradient):
    """Add the gradient of `log_prior` to `gradient`."""
    do(target.add_prior_gradient, (target.prior, theta, gradient))


@inline_kernel
def prepare_actors(target, theta):
    """Find what `actor_log_prior` needs to know once for many actors."""
    do(target.prepare_actors, (target.positions, theta))


@inline_kernel
def actor_log_prior(target, theta, actor):
    """Log prior density of one actor's position given earlier ones, up to a constant."""
    return call(target.actor_log_prior, (target.prior, theta, actor))


@inline_kernel
def redraw_actor(target, theta, actor, rng):
    """Draw one actor's position from its prior given earlier ones."""
    do(target.redraw_actor, (target.prior, theta, actor, rng))


@small_kernel
def scale_positions(target, theta, log_c):
    """Scale positions, and what lies in their space, by e^log_c; returns how many coordinates."""
    return call(target.scale_positions, (target.prior, theta, log_c))


@inline_kernel
def to_steps(target, theta):
    """Replace the positions behind the first ones by their steps."""
    do(target.to_steps, (target.walk, target.n_dims, theta))


@small_kernel
def from_steps(target, theta):
    """Undo `to_steps`."""
    do(target.from_steps, (target.walk, target.n_dims, theta))


@small_kernel
def to_coordinates(target, theta):
    """Replace parameters by the coordinates that trajectories move."""
    do(target.to_coordinates, (target.prior, theta))


@small_kernel
def from_coordinates(target, theta):
    """Undo `to_coordinates`."""
    do(target.from_coordinates, (target.prior, theta))


@inline_kernel
def pull_to_coordinates(target, gradient):
    """Turn a gradient by parameters into that by coordinates."""
    do(target.pull_to_coordinates, (target.prior, gradient))

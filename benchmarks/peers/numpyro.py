"""NumPyro's NUTS on the same posterior of the position model: one CPU thread, float32, all pairs densely.

Only the drawing phase is timed, compilation and warm-up apart. The arithmetic is dense because gathering
pairs is slower on a CPU.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

os.environ.setdefault("JAX_PLATFORMS", "cpu")
# one thread, so that CPU seconds are work and not threads that wait for each other
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from numpyro.infer import NUTS
from numpyro.infer.hmc import HMCState

from benchmarks.measure import Fit, Stopwatch
from benchmarks.problems import Problem

NAME = "NumPyro NUTS"
PHASE = "drawing"

Data: TypeAlias = tuple[jax.Array, jax.Array]
Draws: TypeAlias = tuple[jax.Array, jax.Array]


def _model(ties: jax.Array, mask: jax.Array) -> None:
    """Declare the position model with the default priors, d = 2; `mask` is 1 at the dyads that count."""
    n_actors = ties.shape[0]
    scale, degrees = n_actors / 8, np.sqrt(n_actors)
    intercept = numpyro.sample("intercept", dist.Normal(0, 3))
    # scaled inverse chi-square: degrees · scale / variance is chi-square
    variance = numpyro.sample("variance", dist.InverseGamma(degrees / 2, degrees * scale / 2))
    positions = numpyro.sample("positions", dist.Normal(0, jnp.sqrt(variance)).expand((n_actors, 2)).to_event(2))
    square = jnp.sum((positions[:, None] - positions) ** 2, axis=-1)
    eta = intercept - jnp.sqrt(square + jnp.eye(n_actors))  # off zero, where the root has no slope
    numpyro.factor("likelihood", jnp.sum(mask * (ties * eta - jax.nn.softplus(eta))))


@lru_cache
def _advance(n_warmup: int, n_draws: int) -> tuple[NUTS, Callable[..., Any], Callable[..., Any]]:
    """Return the sampler, its warm-up and its drawing, compiled once for all networks of one size.

    `numpyro.infer.MCMC` compiles anew in every call, which would drown what is to be timed.
    """
    kernel = NUTS(_model)

    def warm_up(state: HMCState, data: Data) -> HMCState:
        return jax.lax.fori_loop(0, n_warmup, lambda _, now: kernel.sample(now, data, {}), state)

    def draw(state: HMCState, data: Data) -> Draws:
        def step(now: HMCState, _: None) -> tuple[HMCState, Draws]:
            now = kernel.sample(now, data, {})
            return now, (now.z["positions"], now.z["intercept"])  # unbounded, so as they are sampled

        return jax.lax.scan(step, state, None, length=n_draws)[1]

    return kernel, jax.jit(warm_up), jax.jit(draw)


def _chain(key: jax.Array, data: Data, n_warmup: int, n_draws: int) -> tuple[Draws, float]:
    """Warm one chain up, then time its draws."""
    kernel, warm_up, draw = _advance(n_warmup, n_draws)
    start = kernel.init(key, n_warmup, None, model_args=data, model_kwargs={})
    state = jax.block_until_ready(warm_up(start, data))
    with Stopwatch() as watch:
        draws = jax.block_until_ready(draw(state, data))
    return draws, watch.cpu_seconds


@lru_cache
def _compile(n_actors: int, n_warmup: int, n_draws: int) -> None:
    """Draw once untimed, from the prior, so that the timed draws compile nothing."""
    nothing = jnp.zeros((n_actors, n_actors))
    _chain(jax.random.PRNGKey(0), (nothing, nothing), n_warmup, n_draws)


def fit_position(
    problem: Problem,
    dyads: npt.NDArray[np.intp],
    seed: int,
    *,
    n_warmup: int = 1000,
    n_draws: int = 1000,
    n_chains: int = 4,
) -> Fit:
    mask = 1 - np.eye(problem.n_actors)
    data = (
        jnp.asarray(problem.ties, jnp.float32),
        jnp.asarray(mask if problem.directed else np.tril(mask), jnp.float32),
    )
    _compile(problem.n_actors, n_warmup, n_draws)
    keys = jax.random.split(jax.random.PRNGKey(seed), n_chains)
    chains = [_chain(key, data, n_warmup, n_draws) for key in keys]
    positions, intercept = (np.stack([np.asarray(draws[part]) for draws, _ in chains]) for part in (0, 1))
    return Fit.from_positions(positions, intercept, dyads, {PHASE: sum(seconds for _, seconds in chains)})

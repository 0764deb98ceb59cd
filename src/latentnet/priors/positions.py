"""Priors of positions: what one does, and the plainest one, N(0, σ² I).

A prior of positions is one file. A small frozen dataclass, a `PositionPrior`, says what values of its own it has in the
parameter vector and binds itself to a space: to a NamedTuple, which compiled code reads, and whose type implements
the verbs below; those that have a way for all types may be left out. Positions that follow earlier ones are the random
walk's (`random_walk`): a prior of positions is of the first ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.compiled import UNCOUNTED, implements, verb
from latentnet.priors.inverse_chi_square import scale_log_density, scale_log_density_slope
from latentnet.priors.normal import normal_log_density, pull_to_zero
from latentnet.priors.values import Values

if TYPE_CHECKING:
    from latentnet.priors.clusters import Clusters
    from latentnet.priors.priors import Priors

__all__ = [
    "BoundNormal",
    "NormalPositions",
    "PositionPrior",
    "Space",
    "add_positions_gradient",
    "draw_positions",
    "draw_shift",
    "place_own_values",
    "position_log_density",
    "positions_log_density",
    "positions_natural_change",
    "prepare_actors",
    "redraw_own_values",
    "redraw_position",
    "scale_own_values",
    "set_own_mass",
    "with_scratch",
    "write_labels",
]


class Space(NamedTuple):
    """Where the positions are in the parameter vector: the first values, dimension by dimension."""

    n_dims: int  # 0 without a latent space
    n_positions: int  # of each dimension
    n_first: int  # those with a prior of their own: the first ones
    site_starts: np.ndarray  # (n_sites + 1,) int64 the first of these in each site, and n_first

    @property
    def moving(self) -> bool:
        """Whether some follow others."""
        return self.n_first < self.n_positions


class PositionPrior:
    """A prior of positions before it is bound to a network; subclasses are frozen dataclasses."""

    def values(self, space: Space) -> tuple[Values, ...]:
        """Its own values, as rows of the table of parameters one behind the other; they lie behind the family's."""
        raise NotImplementedError(f"{type(self).__name__} must define values(space)")

    @property
    def clusters(self) -> Clusters | None:
        """Itself, if it is one of clusters."""
        return None

    def of_one_site(self, n_sites: int) -> PositionPrior:
        """That of one of several sites, when it is looked at alone."""
        return self

    def bind(self, space: Space, first: int, priors: Priors) -> Any:
        """The prior as compiled code reads it.

        Parameters
        ----------
        space : Space
        first : int
            Where its own values begin.
        priors : Priors
            Resolved.
        """
        raise NotImplementedError(f"{type(self).__name__} must define bind(space, first, priors)")

    def spread(self, first: int, priors: Priors) -> tuple[int, float]:
        """Where log σ is, if all coordinates have variance σ², else -1; and about what variance the prior expects.

        Parameters
        ----------
        first : int
            Where its own values begin.
        priors : Priors
            Resolved.
        """
        return -1, float(priors.position_variance_scale or 0.0)


# Of compiled code; `positions` is a bound prior.


@verb
def positions_log_density(positions, theta):
    """Normalised log density of the first positions and of the prior's own values."""


@verb
def add_positions_gradient(positions, theta, gradient):
    """Add the gradient of `positions_log_density` to `gradient`."""


@verb
def positions_natural_change(positions, theta):
    """Log Jacobian to subtract for a density of what is reported, such as σ², in place of what is sampled."""


@verb
def position_log_density(positions, theta, actor):
    """Log density of one actor's first position, up to what does not depend on it; after `prepare_actors`."""


@verb
def redraw_position(positions, theta, actor, rng):
    """Draw one actor's first position given the prior's own values, in place."""


@verb
def prepare_actors(positions, theta):
    """Find what `position_log_density` needs to know once for many actors."""


@verb
def scale_own_values(positions, theta, log_c):
    """Scale the prior's own values by e^log_c, in place, as positions are.

    Returns how many coordinates that were, logs apart: the power of the Jacobian.
    """


@verb
def draw_shift(positions, theta, sites, site, k, rng):
    """Draw exactly how far a site's space moves along dimension k, given how everything lies around its centre.

    Moves the prior's own values and returns the shift; the positions, each of whose sites is in `sites`, are moved by
    the caller. Engines make this move where the type has a way of its own.
    """


@verb
def redraw_own_values(positions, theta, labels, mass, rng):
    """Gibbs draws of the prior's own values, and of labels of the first positions; own masses follow."""


@verb
def write_labels(positions, labels, out):
    """Keep the labels of a draw, and what goes with them."""


# Of Python.


@verb
def with_scratch(positions):
    """The same prior with scratch of its own, for another thread."""


@verb
def place_own_values(positions, theta, rng):
    """Set the prior's own values, in place, to suit the positions in `theta`: where optimisers start."""


@verb
def set_own_mass(positions, mass):
    """Set the masses of the prior's own values, in place: about the precision that they have given positions."""


@verb
def draw_positions(positions, theta, rng):
    """Draw own values and first positions from the prior, in place, for each row of `theta`.

    Returns labels (n_draws, n_first) and numbers of components (n_draws,) where it has clusters.
    """


@implements(prepare_actors, None, UNCOUNTED)
def _(positions, theta):
    return None


@implements(scale_own_values, None, UNCOUNTED)
def _(positions, theta, log_c):
    return 0


@implements(draw_shift, None, UNCOUNTED)
def _(positions, theta, sites, site, k, rng):
    return 0.0


@implements(redraw_own_values, None)
def _(positions, theta, labels, mass, rng):
    return None


@implements(write_labels, None, UNCOUNTED)
def _(positions, labels, out):
    return None


@implements(with_scratch, None)
def _(positions):
    return positions


@implements(place_own_values, None)
def _(positions, theta, rng):
    return None


@implements(set_own_mass, None)
def _(positions, mass):
    return None


class BoundNormal(NamedTuple):
    """First positions N(0, σ² I), with log σ in the parameter vector and σ² scaled inverse chi-square."""

    n_dims: int  # 0 without a latent space, and then nothing else counts
    n_positions: int
    n_first: int
    n_runs: int  # stretches of the parameter vector that hold first positions: one where all positions are first ones
    log_scale: int  # index of log σ
    v0: float
    df: float


@dataclass(frozen=True)
class NormalPositions(PositionPrior):
    """N(0, σ² I), σ² scaled inverse chi-square; nothing at all without a latent space."""

    def values(self, space: Space) -> tuple[Values, ...]:
        """Log σ, reported as the variance."""
        return (Values("position_variance", transform="variance", space="scale"),) if space.n_dims else ()

    def bind(self, space: Space, first: int, priors: Priors) -> BoundNormal:
        """Numbers alone: an array here would cost inner loops its reference counts."""
        return BoundNormal(
            n_dims=space.n_dims,
            n_positions=space.n_positions,
            n_first=space.n_first,
            n_runs=1 if space.n_dims and space.n_first == space.n_positions else space.n_dims,
            log_scale=first,
            v0=float(priors.position_variance_scale or 0.0),
            df=float(priors.position_variance_df or 0.0),
        )

    def spread(self, first: int, priors: Priors) -> tuple[int, float]:
        """Log σ, and the scale of its prior."""
        return first, float(priors.position_variance_scale or 0.0)


@implements(positions_log_density, BoundNormal, UNCOUNTED)
def _(positions, theta):
    if positions.n_dims == 0:
        return 0.0
    run, squares = positions.n_first * positions.n_dims // positions.n_runs, 0.0
    for r in range(positions.n_runs):
        start = r * positions.n_positions
        for p in range(start, start + run):
            squares += theta[p] * theta[p]
    log_scale = theta[positions.log_scale]
    value = normal_log_density(squares, positions.n_first * positions.n_dims, log_scale)
    return value + scale_log_density(log_scale, positions.v0, positions.df)


@implements(add_positions_gradient, BoundNormal, UNCOUNTED)
def _(positions, theta, gradient):
    if positions.n_dims == 0:
        return
    scale, count = positions.log_scale, positions.n_first * positions.n_dims
    run, precision, squares = count // positions.n_runs, math.exp(-2.0 * theta[scale]), 0.0
    for r in range(positions.n_runs):
        start = r * positions.n_positions
        squares += pull_to_zero(theta[start : start + run], precision, gradient[start : start + run])
    gradient[scale] += squares * precision - count
    gradient[scale] += scale_log_density_slope(theta[scale], positions.v0, positions.df)


@implements(positions_natural_change, BoundNormal, UNCOUNTED)
def _(positions, theta):
    return math.log(2.0) + 2.0 * theta[positions.log_scale] if positions.n_dims > 0 else 0.0


@implements(position_log_density, BoundNormal, UNCOUNTED)
def _(positions, theta, actor):
    squares = 0.0
    for k in range(positions.n_dims):
        squares += theta[k * positions.n_positions + actor] ** 2
    return -0.5 * squares * math.exp(-2.0 * theta[positions.log_scale])


@implements(redraw_position, BoundNormal, UNCOUNTED)
def _(positions, theta, actor, rng):
    scale = math.exp(theta[positions.log_scale])
    for k in range(positions.n_dims):
        theta[k * positions.n_positions + actor] = scale * rng.standard_normal()


@implements(scale_own_values, BoundNormal, UNCOUNTED)
def _(positions, theta, log_c):
    theta[positions.log_scale] += log_c
    return 0


@implements(draw_shift, BoundNormal, UNCOUNTED)
def _(positions, theta, sites, site, k, rng):
    """The centre given how the positions lie around it is N(0, σ²/n)."""
    start, count, total = k * positions.n_positions, 0, 0.0
    for i in range(positions.n_first):
        if sites[i] == site:
            count += 1
            total += theta[start + i]
    return math.exp(theta[positions.log_scale]) / math.sqrt(count) * rng.standard_normal() - total / count


@implements(place_own_values, BoundNormal)
def _(positions, theta, rng):
    if positions.n_dims:
        coordinates = theta[: positions.n_dims * positions.n_positions]
        theta[positions.log_scale] = 0.5 * np.log(np.mean(coordinates**2) + 1e-6 * positions.v0)


@implements(set_own_mass, BoundNormal)
def _(positions, mass):
    if positions.n_dims:
        mass[positions.log_scale] = positions.n_first * positions.n_dims + positions.df


@implements(draw_positions, BoundNormal)
def _(positions, theta, rng):
    count = len(theta)
    if positions.n_dims:
        theta[:, positions.log_scale] = 0.5 * np.log(positions.df * positions.v0 / rng.chisquare(positions.df, count))
    for k in range(positions.n_dims):
        of_first = theta[:, k * positions.n_positions :][:, : positions.n_first]
        of_first[:] = np.exp(theta[:, [positions.log_scale]]) * rng.standard_normal((count, positions.n_first))

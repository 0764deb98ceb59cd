"""What an effect is: a slice of the parameter vector, and two verbs that connect it to the linear predictor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from latentnet._contract import Component

if TYPE_CHECKING:
    from latentnet.network import Network

__all__ = ["BoundEffect", "Effect"]


class BoundEffect(NamedTuple):
    """An effect made ready for one network."""

    size: int  # values it owns in the parameter vector
    data: np.ndarray  # (·, ·) float64 that its verbs read
    names: tuple[str, ...]  # coefficients that it reports; empty for positions and random effects
    mean_square: float  # mean over observed dyads of x², which scales a coefficient's default prior


class Effect(Component):
    """Base class of effects.

    Subclasses define the static functions ``add(runs, values, data, eta, work)`` and ``pull(runs, values, data, score,
    work, gradient)`` (`latentnet._contract`) and the method `bind`.
    """

    def bind(self, network: Network, n_dims: int) -> BoundEffect:
        """Check the effect against a network and prepare its data.

        Parameters
        ----------
        network : Network
        n_dims : int
            Dimensions of the latent space, 0 without one.
        """
        raise NotImplementedError(f"{type(self).__name__} must define bind(network, n_dims)")

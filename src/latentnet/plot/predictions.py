"""Pictures of predicted ties beside what was observed: thin wrappers of scikit-learn's displays."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from latentnet._exceptions import ArgumentError, refuse_joint, refuse_layers
from latentnet.checks import fits_square, shown
from latentnet.constraints import FITTED, PAIRS, checked, instance, optional
from latentnet.network import Network
from latentnet.network.dyads import were_observed
from latentnet.network.labels import dyad_places
from latentnet.network.sparse import entries_at
from latentnet.plot.arguments import AXES

__all__ = ["calibration", "roc"]

_PAIR = 200.0  # bytes of a pair of labels, two lists of them
_NETWORK = optional(instance("a Network", Network))


@checked(model=FITTED, network=_NETWORK, dyads=optional(PAIRS), ax=AXES)
def calibration(model: Any, network: Any = None, dyads: Any = None, *, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw how often ties come about that the model gives a probability.

    Parameters
    ----------
    model : fitted estimator of one network
    network : Network, optional
        Where the ties are. None: the fitted one; its ties were learned from, so the picture flatters.
    dyads : sequence of (sender, receiver) labels, optional
        None: all that `network` has observed. Those that a fold of `latentnet.model_selection` held out tell most.
    ax : matplotlib Axes, optional
        None makes a new figure.
    **options
        Of `sklearn.calibration.CalibrationDisplay.from_predictions`, such as ``n_bins=5``. By default the bins have
        equal numbers of dyads.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        For a dyad that `network` has not observed.
    MemoryError
        If all dyads are wanted and do not fit into memory.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, plot
    >>> from latentnet.datasets import load_sampson
    >>> from latentnet.model_selection import DyadKFold
    >>> monks = load_sampson()
    >>> training, held_out = next(DyadKFold(3, random_state=1).split(monks))
    >>> model = LatentPositionModel(inference="map", random_state=1).fit(training)
    >>> ax = plot.calibration(model, monks, held_out, n_bins=4)
    """
    from sklearn.calibration import CalibrationDisplay

    tied, probabilities = _ties_and_probabilities(model, network, dyads)
    options = {"strategy": "quantile", "n_bins": 10, "name": type(model).__name__, **options}
    ax = _axes(ax)
    CalibrationDisplay.from_predictions(tied, probabilities, ax=ax, **options)
    return ax


@checked(model=FITTED, network=_NETWORK, dyads=optional(PAIRS), ax=AXES)
def roc(model: Any, network: Any = None, dyads: Any = None, *, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw how well the model's probabilities tell ties from absent ties.

    Parameters
    ----------
    model, network, dyads, ax
        As for `calibration`.
    **options
        Of `sklearn.metrics.RocCurveDisplay.from_predictions`.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, MemoryError
        As for `calibration`.

    Examples
    --------
    >>> from latentnet import LatentPositionModel, plot
    >>> from latentnet.datasets import load_sampson
    >>> model = LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    >>> ax = plot.roc(model)
    """
    from sklearn.metrics import RocCurveDisplay

    tied, probabilities = _ties_and_probabilities(model, network, dyads)
    options = {"name": type(model).__name__, "plot_chance_level": True, **options}
    ax = _axes(ax)
    RocCurveDisplay.from_predictions(tied, probabilities, ax=ax, **options)
    return ax


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots(figsize=(4.2, 4.2), layout="constrained")[1] if ax is None else ax


def _ties_and_probabilities(model: Any, network: Any, dyads: Any) -> tuple[np.ndarray, np.ndarray]:
    refuse_joint(model, "the picture")
    refuse_layers(model, "the picture")
    network = model.network_ if network is None else network
    if dyads is None:
        fits_square("a pair of labels for each dyad", network.n_actors, _PAIR, fix="give some of them: dyads=...")
        i, j = network.observed.dyads()
        dyads = list(zip(network.actors[i].tolist(), network.actors[j].tolist(), strict=True))
    dyads = list(dyads)
    if not dyads:
        raise ArgumentError(f"dyads must hold at least one dyad that network has observed, but is {shown(dyads)}")
    senders, receivers = dyad_places(network, dyads)
    seen = were_observed(network, senders, receivers)
    if not seen.all():
        k = int(np.argmin(seen))
        raise ValueError(f"dyads has {shown(dyads[k])}, which network has not observed; leave it out")
    tied = entries_at(network.ties, senders, receivers) > 0.0
    return tied, np.asarray(model.predict_proba(dyads))

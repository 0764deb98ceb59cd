"""The networks that a fitted model is of: one of an ordinary model; of a joint one several, by layer, site, period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet.network import Network

if TYPE_CHECKING:
    from latentnet.problem.layers import Layer
    from latentnet.problem.problem import Problem

__all__ = ["KindOfTies", "Observed", "data_of", "kinds_of", "networks_of"]


class KindOfTies(NamedTuple):
    """One kind of ties: an ordinary problem, of several sites and periods joined."""

    problem: Problem
    layer: Layer | None  # None: there is only one kind

    @property
    def name(self) -> str | None:
        """The layer's."""
        return None if self.layer is None else self.layer.name

    def parameters(self, theta: np.ndarray) -> np.ndarray:
        """Its own parameter vectors, of those of the whole model."""
        return theta if self.layer is None else self.layer.parameters(theta)

    def actors(self) -> np.ndarray:
        """Where its actors are among those of the whole model, (n_actors,)."""
        return np.arange(self.problem.n_actors) if self.layer is None else self.layer.actors


class Observed(NamedTuple):
    """One network that a model was fitted to."""

    name: Any  # its period, or (site, period); of layers the layer's, or (layer, one of these); None of a single one
    where: str  # the same in words
    network: Network
    kind: KindOfTies
    places: np.ndarray  # (n_actors,) where its actors are among those of the kind
    period: int  # 0 is the first, before which there is none


def kinds_of(problem: Problem) -> list[KindOfTies]:
    """The layers of a problem, or itself."""
    return [KindOfTies(layer.problem, layer) for layer in problem.layers] or [KindOfTies(problem, None)]


def data_of(model: Any) -> list[tuple[str | None, Network]]:
    """What a model was fitted to: each layer's name and network, sites and periods joined."""
    return [(kind.name, kind.problem.network) for kind in kinds_of(model._problem)]


def networks_of(model: Any) -> list[Observed]:
    """All networks of a fitted model: layer by layer, in these site by site, period by period."""
    found = []
    for kind in kinds_of(model._problem):
        if not hasattr(model, "networks_"):
            layer = kind.name
            network = model.network_ if layer is None else kind.problem.network
            where = "" if layer is None else f"layer {layer!r}"
            found.append(Observed(layer, where, network, kind, np.arange(network.n_actors), 0))
            continue
        several = model._several if kind.layer is None else model._of_layers[kind.name]
        presences = kind.problem.presences
        assert presences is not None
        flat = [network for periods in several.networks for network in periods]
        for number, (name, network) in enumerate(zip(several.names(), flat, strict=True)):
            label = name if kind.layer is None else (kind.name, name)
            site, period = (None, name) if several.sites is None else name
            words = _in_words(model, kind, site, period)
            found.append(Observed(label, words, network, kind, presences.of_network(number), period))
    return found


def _in_words(model: Any, kind: KindOfTies, site: Any, period: int) -> str:
    said = [f"layer {kind.name!r}"] if kind.layer is not None else []
    said += [f"site {site!r}"] if model.sites_ is not None else []
    said += [f"period {period}"] if model.n_periods_ > 1 else []
    return ", ".join(said)

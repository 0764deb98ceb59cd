"""What was observed: `Network`, its readers, and what follows from the ties and from who was asked."""

from latentnet.network.changed import fully_observed, replayed, with_ties, without_design
from latentnet.network.labels import UnknownActorError
from latentnet.network.network import Network, as_network
from latentnet.network.observed import ObservedDyads

__all__ = [
    "Network",
    "ObservedDyads",
    "UnknownActorError",
    "as_network",
    "fully_observed",
    "replayed",
    "with_ties",
    "without_design",
]

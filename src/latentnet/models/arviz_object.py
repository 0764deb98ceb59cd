"""The groups of `posterior_`: draws, what the sampler said, and the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from latentnet._version import __version__
from latentnet.network.labels import unique_strings
from latentnet.network.sparse import codes, entry_rows, keep_entries
from latentnet.posterior.arviz import to_arviz

if TYPE_CHECKING:
    from latentnet.network import Network
    from latentnet.posterior.arviz import ArvizObject
    from latentnet.posterior.draws import Draws

__all__ = ["GivenGroups", "arviz_object"]


class GivenGroups(NamedTuple):
    """Groups of an ArviZ object, and what their axes are."""

    groups: dict[str, dict[str, np.ndarray]]
    dims: dict[str, tuple[str, ...]]
    coords: dict[str, Any]


def arviz_object(draws: Draws, network: Network, further: GivenGroups | None = None) -> ArvizObject:
    """Build what `posterior_` documents, with further groups; what is of all dyads stands in place of the ties."""
    further = further or GivenGroups({}, {}, {})
    observed, labels, once = network.observed, unique_strings(network.actors), not network.has_direction
    ties, tie_coords = _pairs(network.ties, "tie", ("sender", "receiver"), labels, once)
    groups = {
        "prior" if draws.kind == "prior" else "posterior": draws.every_variable,
        "sample_stats": draws.statistics,
        "observed_data": {"ties": ties},
        "constant_data": {"observed_rows": observed.asked},
    }
    if network.self_ties is not None:
        groups["observed_data"]["self_ties"] = network.self_ties
    # "presence" is numbered: period, actor and site are its labels.
    coords = {name: given for name, given in draws.coords.items() if name != "presence"} | tie_coords
    # `missing` has the impossible dyads of rows that were asked among others.
    single = keep_entries(observed.missing, ~np.isin(codes(observed.missing), codes(observed.impossible)))
    for word, matrix in (("unobserved", single), ("impossible", observed.impossible)):
        if matrix.nnz:
            names = (f"{word}_sender", f"{word}_receiver")
            groups["constant_data"][word], more = _pairs(matrix, f"{word}_dyad", names, labels, once)
            coords |= more
    if draws.clusters is not None and "cluster_means" not in draws.extra:
        # As one chain: the draws that report clusters are not of equal number in all.
        for name in ("means", "variances", "weights"):
            groups.setdefault("posterior_clusters", {})[f"cluster_{name}"] = getattr(draws.clusters, name)[None]
    dims = {
        "ties": ("tie",),
        "observed_rows": draws.dims["positions"][:1],
        "self_ties": draws.dims["positions"][:1],
        "unobserved": ("unobserved_dyad",),
        "impossible": ("impossible_dyad",),
        **draws.dims,
    }
    if "observed_data" in further.groups:
        coords = {name: given for name, given in coords.items() if name not in tie_coords}
    groups |= further.groups
    attrs = {"inference_library": "latentnet", "inference_library_version": __version__}
    return to_arviz(groups, dims | further.dims, coords | further.coords, attrs)


def _pairs(
    matrix: Any, axis: str, names: tuple[str, str], labels: np.ndarray, once: bool
) -> tuple[np.ndarray, dict[str, Any]]:
    """A matrix's entries, those of an undirected network once, and the coordinates that say whose they are."""
    senders, receivers, values = entry_rows(matrix), matrix.indices, matrix.data
    if once:
        upper = senders < receivers
        senders, receivers, values = senders[upper], receivers[upper], values[upper]
    ends = zip(names, (senders, receivers), strict=True)
    return values, {name: (axis, labels[index]) for name, index in ends}

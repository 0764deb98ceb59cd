"""From whatever the user has to `Parts`, the checked content of a `Network`: one kind of input a file.

Every reader ends in one canonical form, a CSR matrix of *entries* in which NaN marks an unobserved dyad, and
hands it to `parts.parts_from_entries`. All messages about a dyad name the two actors by label.
"""

from latentnet.network.content import Parts, SelfTies, same_parts, unobserve
from latentnet.network.labels import label_index, label_pairs, object_array, unknown_labels
from latentnet.network.reading.edges import read_edges
from latentnet.network.reading.graphs import is_igraph, read_igraph, read_networkx
from latentnet.network.reading.incidence import read_incidence
from latentnet.network.reading.matrix import read_matrix
from latentnet.network.reading.nominations import read_nominations

__all__ = [
    "Parts",
    "SelfTies",
    "is_igraph",
    "label_index",
    "label_pairs",
    "object_array",
    "read_edges",
    "read_igraph",
    "read_incidence",
    "read_matrix",
    "read_networkx",
    "read_nominations",
    "same_parts",
    "unknown_labels",
    "unobserve",
]

"""From whatever the user has to `Parts`, the checked content of a `Network`: one kind of input a file.

Every reader ends in one canonical form, a CSR matrix of *entries* in which NaN marks an unobserved dyad, and
hands it to `content.parts_from_entries`. All messages about a dyad name the two actors by label.
"""

from latentnet.network.reading.edges import read_edges
from latentnet.network.reading.graphs import got_instead, is_igraph, is_networkx, read_igraph, read_networkx
from latentnet.network.reading.impossible import read_impossible
from latentnet.network.reading.incidence import read_incidence
from latentnet.network.reading.matrix import read_matrix
from latentnet.network.reading.nominations import read_nominations

__all__ = [
    "got_instead",
    "is_igraph",
    "is_networkx",
    "read_edges",
    "read_igraph",
    "read_impossible",
    "read_incidence",
    "read_matrix",
    "read_networkx",
    "read_nominations",
]

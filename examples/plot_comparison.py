"""
Comparing models: does Florentine wealth say who marries whom?
==============================================================

Four models of the marriages among fifteen Florentine families, compared by how well each foretells a dyad that it has
not seen (leave-one-out, approximated from one fit each).
"""

# %%
# The families' wealth in thousands of lire, and how many seats they held, from Padgett's data. The Pucci married into
# none of the others; they stay in the network, as an isolate would in any survey.
import matplotlib.pyplot as plt
import networkx as nx

import latentnet
from latentnet.effects import AbsoluteDifference, SocialityCovariate

wealth = {
    "Acciaiuoli": 10, "Albizzi": 36, "Barbadori": 55, "Bischeri": 44, "Castellani": 20, "Ginori": 32,
    "Guadagni": 8, "Lamberteschi": 42, "Medici": 103, "Pazzi": 48, "Peruzzi": 49, "Ridolfi": 27,
    "Salviati": 10, "Strozzi": 146, "Tornabuoni": 48, "Pucci": 3,
}  # fmt: skip
graph = nx.florentine_families_graph()
graph.add_node("Pucci")
nx.set_node_attributes(graph, wealth, "wealth")
families = latentnet.Network.from_networkx(graph)

engine = latentnet.MCMC(n_draws=1000, thin=4)
of = {
    "map in 1-D": {"n_dims": 1},
    "map in 2-D": {},
    "and wealth": {"effects": [SocialityCovariate("wealth")]},
    "and its difference": {"effects": [AbsoluteDifference("wealth")]},
}
models = {
    name: latentnet.LatentPositionModel(**what, inference=engine, random_state=1).fit(families)
    for name, what in of.items()
}
table = latentnet.compare(models, random_state=1)
print(table.round(2).to_string())

# %%
# How much less than the best each foretells, with two standard errors of that difference: where the whiskers reach the
# line of the best, the data do not choose.
latentnet.plot.compare(table)
plt.savefig("comparison.png", dpi=150, bbox_inches="tight")

# %%
# The map of the model with wealth, marks as large as the families were rich.
latentnet.plot.positions(models["and wealth"], size="wealth", title="Marriages among Florentine families")
plt.savefig("comparison_map.png", dpi=150, bbox_inches="tight")

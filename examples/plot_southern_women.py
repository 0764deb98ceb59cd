"""
Southern women: people and events on one map
============================================

In the 1930s Davis, Gardner and Gardner noted which of 18 women of Natchez, Mississippi, went to which of 14 social
events. The network has two modes: ties run only from women to events. The model gives both a place in one space, so a
woman lies near the events that she went to, and near the women who went to the same ones.

Davis, A., Gardner, B. B. and Gardner, M. R. (1941), Deep South, University of Chicago Press.
"""

# %%
# networkx marks the two modes by its attribute ``bipartite``, and `Network` reads that. A matrix of women by events
# would be read by ``Network.from_incidence``. Some events drew many women and some few, which is not about who likes
# whom: the receiver effect of an event takes it up.
import matplotlib.pyplot as plt
import networkx as nx

import latentnet
from latentnet.effects import Receiver

attendance = latentnet.Network.from_networkx(nx.davis_southern_women_graph())
print(attendance)
model = latentnet.LatentClusterModel(n_clusters=2, effects=[Receiver()], random_state=1).fit(attendance)
print(model.summary().round(2).to_string())

# %%
# The authors themselves saw two cliques, and so does the model: Evelyn, Laura, Theresa and Brenda with the first
# events, Katherina, Sylvia and Nora with the last ones. Events 7 and 8 lie between, because women of both cliques
# came.
latentnet.plot.positions(model)
plt.savefig("southern_women.png", dpi=150, bbox_inches="tight")

# %%
# Whom would one expect to meet where? Probabilities are averages over the posterior.
expected = model.predict_proba([("Evelyn Jefferson", "E8"), ("Evelyn Jefferson", "E12")])
print(f"Evelyn at event 8: {expected[0]:.2f}, at event 12: {expected[1]:.2f}")

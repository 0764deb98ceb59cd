"""
Zachary's karate club: where a split runs
=========================================

The club of 34 split in two after this network was recorded, over a dispute of the instructor (actor 0) with the
president (actor 33). How many groups does the network itself show, and who stood between them?
"""

# %%
# The graph that ships with networkx has weights (how many contexts two members shared); a Bernoulli model is of ties
# alone.
import matplotlib.pyplot as plt
import networkx as nx
import pandas as pd

import latentnet

club = latentnet.Network.from_networkx(nx.karate_club_graph(), weight=None)
engine = latentnet.MCMC(n_draws=1000, thin=5)  # the number of clusters mixes more slowly than the map
model = latentnet.LatentClusterModel(n_clusters="auto", inference=engine, random_state=1).fit(club)
print(model.n_clusters_probabilities_.round(2).loc[:5].to_string())

# %%
# Two clusters are reported or one, by the data's own say: read the probabilities before the colours. Colour is the side
# that a member took later, rings are the clusters.
latentnet.plot.positions(model, color="club")
plt.savefig("karate_club.png", dpi=150, bbox_inches="tight")

# %%
# With two clusters fixed, the table compares them with the sides that the members took. Those who are not where their
# side is are the members between: their membership probabilities say how far between.
two = latentnet.LatentClusterModel(n_clusters=2, random_state=1).fit(club)
print(pd.crosstab(club.attributes["club"].to_numpy(), two.labels_, rownames=["side"], colnames=["cluster"]))
latentnet.plot.membership(two)
plt.savefig("karate_membership.png", dpi=150, bbox_inches="tight")

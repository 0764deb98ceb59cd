"""
Les Misérables: the clusters of a novel
=======================================

Seventy-seven characters, tied where they appear in one chapter. The counts are binarised here: a tie is to have met at
all.
"""

# %%
import matplotlib.pyplot as plt
import networkx as nx
import pandas as pd

import latentnet

characters = latentnet.Network.from_networkx(nx.les_miserables_graph(), weight=None)
engine = latentnet.MCMC(n_draws=1000, n_warmup=1000, thin=10)  # the number of clusters mixes more slowly than the map
model = latentnet.LatentClusterModel(n_clusters="auto", inference=engine, random_state=3).fit(characters)
print(model.n_clusters_probabilities_.round(2).loc[:8].to_string())

# %%
# Valjean stands near the middle, since he meets everybody. Around him lie the bishop's household with its one-chapter
# visitors, Fantine's friends, the court, and the students of the barricade, who are the tightest cluster of all. The
# ties allow another map, with Gillenormand's family on the other side of the line from Valjean to Marius; chains pass
# from one to the other so seldom that with some seeds they do not agree, and the fit then ends in a warning.
latentnet.plot.positions(model)
plt.savefig("les_miserables.png", dpi=150, bbox_inches="tight")

# %%
# Who is with whom, by cluster.
members = pd.Series(characters.actors).groupby(model.labels_).agg(list)
for cluster, names in members.items():
    print(f"{cluster}: {', '.join(names)}")

# %%
# The same without labels: the probability that two characters share a cluster, in the order of the clusters.
latentnet.plot.coclustering(model)
plt.savefig("les_miserables_coclustering.png", dpi=150, bbox_inches="tight")

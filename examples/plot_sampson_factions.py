"""
Sampson's monastery: three factions
===================================

In 1968 Samuel Sampson watched eighteen novices of a monastery fall apart into factions. Each had named the brothers he
liked most, at three times; a tie means that he named them at least once. We fit a latent position cluster model with
three clusters, which knows nothing of the factions, and compare.
"""

# %%
# The fit takes a moment: four chains of 1,000 draws.
import matplotlib.pyplot as plt
import pandas as pd

import latentnet
from latentnet.datasets import load_sampson

monks = load_sampson()
model = latentnet.LatentClusterModel(n_clusters=3, random_state=1).fit(monks)
print(model.summary().round(2).to_string())

# %%
# Each pie is a monk, its slices his membership probabilities; rings are one and two standard deviations of a cluster,
# darker to the centre. The clusters are Sampson's factions to a man: the Young Turks around John Bosco and Gregory, the
# Loyal Opposition around Peter, and the Outcasts. Where the model is not sure it says so: the pies of those between two
# factions are the ones with two colours.
latentnet.plot.positions(model)
plt.savefig("sampson_factions.png", dpi=150, bbox_inches="tight")

# %%
# Nothing here used Sampson's own names of the factions. The table has one entry in each row: a perfect match.
print(pd.crosstab(monks.attributes["group"].to_numpy(), model.labels_, rownames=["faction"], colnames=["cluster"]))

# %%
# How many clusters are there? One run with ``n_clusters="auto"`` answers with probabilities. Three is the most probable
# number by far.
automatic = latentnet.LatentClusterModel(n_clusters="auto", random_state=1).fit(monks)
print(automatic.n_clusters_probabilities_.round(3).loc[:6].to_string())
latentnet.plot.n_clusters(automatic)
plt.savefig("sampson_number.png", dpi=150, bbox_inches="tight")

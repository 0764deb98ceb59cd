"""
Roles: core, periphery and bridges
==================================

Who stands at the heart of a group, and who connects two? `roles` answers for every actor, with probabilities, from all
draws of the map.
"""

# %%
# Sampson's monks, in three clusters.
import matplotlib.pyplot as plt

import latentnet
from latentnet.datasets import load_sampson

model = latentnet.LatentClusterModel(n_clusters=3, random_state=1).fit(load_sampson())
roles = latentnet.roles(model, random_state=1)
columns = ["cluster", "membership", "ring", "ties_within", "ties_between", "p_bridger", "role", "p_role"]
print(roles[columns].sort_values("p_bridger", ascending=False).head(8).round(2).to_string())

# %%
# On the map, colour is the most probable role, and size is betweenness. The core are those near a centre with as many
# ties within as most; John Bosco is the one bridger. Bonaventure has about as much betweenness, but it comes from ties
# within his own cluster: to bridge takes ties on both sides.
palette = {"core": "#0072b2", "bridger": "#d55e00", "peripheral": "#b0b0b0", "isolated": "#ffffff"}
latentnet.plot.positions(model, color=roles["role"], size=roles["betweenness"], palette=palette)
plt.savefig("roles_map.png", dpi=150, bbox_inches="tight")

# %%
# How sure is it? Dots are expected ties to other clusters with their 90 % intervals, darker the more probable it is
# that a monk is one of the two who bridge most. Intervals overlap, so the order of these monks is not to be read as a
# ranking.
most = roles.sort_values("p_bridger").tail(10)
figure, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
lengths = [most["ties_between"] - most["ties_between_low"], most["ties_between_high"] - most["ties_between"]]
ax.errorbar(most["ties_between"], range(10), xerr=lengths, fmt="none", ecolor="#999999", zorder=1)
dots = ax.scatter(most["ties_between"], range(10), c=most["p_bridger"], cmap="cividis_r", vmin=0.0, vmax=1.0, s=60)
ax.set(yticks=range(10), yticklabels=most.index, xlabel="expected ties to other clusters")
figure.colorbar(dots, label="probability of being a bridger")
plt.savefig("roles_bridges.png", dpi=150, bbox_inches="tight")

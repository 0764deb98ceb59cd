"""
One map in eight ways
=====================

What `plot.positions` can show is chosen by keywords, on axes of one's own.
"""

# %%
# One fit for all.
import matplotlib.pyplot as plt
import networkx as nx

import latentnet
from latentnet.effects import Sociality

club = latentnet.Network.from_networkx(nx.karate_club_graph(), weight=None)
model = latentnet.LatentClusterModel(n_clusters=2, effects=[Sociality()], random_state=1).fit(club)

# %%
# Colours by attribute, actual colours, sizes by an effect (how readily a member has ties beside the map), only some
# names.
figure, axes = plt.subplots(2, 2, figsize=(10, 8))
latentnet.plot.positions(model, ax=axes[0, 0], title="memberships as pies")
latentnet.plot.positions(model, ax=axes[0, 1], color="club", palette=["#d55e00", "#0072b2"], title="color, palette")
latentnet.plot.positions(model, ax=axes[1, 0], size="sociality", labels=False, title="size of an effect")
latentnet.plot.positions(model, ax=axes[1, 1], labels={0: "instructor", 33: "president"}, title="two names")
plt.savefig("styles_marks.png", dpi=150, bbox_inches="tight")

# %%
# Uncertainty: a cloud of draws for some, contours that hold half and nine tenths of their draws, the map of one draw,
# and without ties or rings.
figure, axes = plt.subplots(2, 2, figsize=(10, 8))
latentnet.plot.positions(model, ax=axes[0, 0], clouds=[0, 33, 8], clusters=False, title="clouds")
latentnet.plot.positions(model, ax=axes[0, 1], contours=[0, 33, 8], clusters=False, title="contours")
latentnet.plot.positions(model, ax=axes[1, 0], what=100, title="the hundredth draw")
latentnet.plot.positions(model, ax=axes[1, 1], ties=False, clusters=False, title="actors alone")
plt.savefig("styles_uncertainty.png", dpi=150, bbox_inches="tight")

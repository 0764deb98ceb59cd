"""
Counts: how often two characters meet
=====================================

In *Les Misérables* two characters meet in one chapter, or in thirty. A family of counts uses the numbers, where a
family of ties would throw them away.
"""

# %%
# Poisson counts, with an effect of how readily a character meets anybody, whatever the place on the map: the main
# characters are everywhere.
import matplotlib.pyplot as plt
import networkx as nx

import latentnet
from latentnet.effects import Sociality

chapters = latentnet.Network.from_networkx(nx.les_miserables_graph())
engine = latentnet.MCMC(n_draws=500)
model = latentnet.LatentPositionModel(family="poisson", effects=[Sociality()], inference=engine, random_state=1)
model.fit(chapters)
print(model.summary(["intercept", "sociality_variance"])[["mean", "lower", "upper"]].round(2).to_string())

# %%
# The map. Marks are as large as the odds of meeting somebody: Valjean, Fantine, Marius, Gavroche and the bishop Myriel
# are among the largest. The students of the barricade lie in one heap, as they meet each other again and again.
latentnet.plot.positions(model, size="sociality")
plt.savefig("counts_map.png", dpi=150, bbox_inches="tight")

# %%
# Are the counts right? In networks drawn from the model they scatter as much as in the novel, so a family with a
# parameter more, such as the negative binomial, is not needed. What the model misses are the smallest strengths (a
# character's counts, added up): everybody in the novel meets somebody.
found = latentnet.goodness_of_fit(model, ["dispersion", "strength"], n_networks=100, random_state=1)
print(found)
latentnet.plot.goodness_of_fit(found)
plt.savefig("counts_fit.png", dpi=150, bbox_inches="tight")

# %%
# How often would two meet who never do? Expected counts of the three pairs for whom the model is most surprised.
pairs = model.ties_to_frame()
never = pairs[pairs["value"] == 0]
print(never.nlargest(3, "mean").round(2).to_string())

"""
Three who did not answer: ties that nobody observed
===================================================

In most surveys somebody does not answer. That row is not a row of zeros: it was not observed. The model leaves it out
of the likelihood, places the actor by what others said, and foretells what the answers would have been.
"""

# %%
# Sampson's monks, as if three of them had not been asked. A `NaN` is a dyad that was not observed.
import matplotlib.pyplot as plt
import numpy as np

import latentnet
from latentnet.datasets import load_sampson

monks = load_sampson()
silent = ["Gregory", "Basil", "Winfrid"]
rows = np.isin(monks.actors, silent)
answers = np.where(rows[:, None], np.nan, monks.ties.toarray())
partial = latentnet.Network.from_array(answers, actors=monks.actors, directed=True, attributes=monks.attributes)
print(partial)
model = latentnet.LatentPositionModel(random_state=1).fit(partial)

# %%
# The three are on the map, though they said nothing, for others spoke of them. Half of the draws of Basil, who was not
# heard, lie within a region that is a good deal wider than that of Mark, who was.
latentnet.plot.positions(model, contours=["Basil", "Mark"])
plt.savefig("unobserved_map.png", dpi=150, bbox_inches="tight")

# %%
# What would they have said? Probabilities for each of the other monks, and crosses at those whom they did name. Not all
# crosses are in dark cells, but hardly any is in a light one.
figure, ax = plt.subplots(figsize=(9, 2.8), layout="constrained")
image = ax.imshow(model.predict_proba()[rows], cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
named = np.argwhere(monks.ties.toarray()[rows])
ax.plot(named[:, 1], named[:, 0], "x", color="#d55e00", markersize=9, markeredgewidth=2)
ax.set_xticks(range(monks.n_actors), monks.actors, rotation=90)
ax.set_yticks(range(3), monks.actors[rows])
figure.colorbar(image, label="probability")
plt.savefig("unobserved_ties.png", dpi=150, bbox_inches="tight")

# %%
# By rank: most of the names that the three did give come before the others.
hidden = [(name, other) for name in silent for other in monks.actors if other != name]
latentnet.plot.roc(model, monks, hidden)
plt.savefig("unobserved_roc.png", dpi=150, bbox_inches="tight")

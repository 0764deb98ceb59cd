"""
How sure is a place on the map?
===============================

A map has one dot an actor, and the posterior has thousands of maps. Three pictures of what lies behind a dot.
"""

# %%
# Sampson's monks, turned so that Gregory lies to the right of Peter: a map has no north, so one chooses.
import matplotlib.pyplot as plt

import latentnet
from latentnet.datasets import load_sampson

monks = load_sampson()
model = latentnet.LatentPositionModel(random_state=1).fit(monks)
turned = {"align_to": {"Peter": (-1.0, 0.0), "Gregory": (1.0, 0.0)}}

# %%
# Regions that hold half and nine tenths of the draws of three monks. They overlap hardly at all, though each is wide:
# who is near whom is better known than where anybody is.
latentnet.plot.positions(model, contours=["Gregory", "Peter", "Basil"], **turned)
plt.savefig("uncertain_contours.png", dpi=150, bbox_inches="tight")

# %%
# The draws of all eighteen together: where the model expects somebody at all.
latentnet.plot.positions(model, contours="pooled", color="group", labels=False, **turned)
plt.savefig("uncertain_pooled.png", dpi=150, bbox_inches="tight")

# %%
# Six draws. Each is a map that agrees with what the monks said about as well as any other; what is the same in all six
# is what the data say, and the rest is not to be told as a story.
figure, axes = plt.subplots(2, 3, figsize=(12, 8))
for ax, draw in zip(axes.flat, range(0, 3600, 600), strict=True):
    latentnet.plot.positions(model, ax=ax, what=draw, color="group", labels=False, title=f"draw {draw}", **turned)
    if ax is not axes[0, 2]:
        ax.get_legend().remove()
plt.savefig("uncertain_draws.png", dpi=150, bbox_inches="tight")

"""
For print: grey, and three inches wide
======================================

A journal prints in grey, a column is three inches wide, and one reader in twelve does not see red and green. What the
pictures do about it by themselves, and what is left to choose.
"""

# %%
# The map in three inches. Clusters bear their numbers, rings are darker to the centre, and a name that finds no place
# is left out: the line under the picture says how many are. With more dots an inch, as in the file, more have room.
import matplotlib.image
import matplotlib.pyplot as plt

import latentnet
from latentnet.datasets import load_sampson

model = latentnet.LatentClusterModel(n_clusters=3, random_state=1).fit(load_sampson())
figure, ax = plt.subplots(figsize=(3, 3))
latentnet.plot.positions(model, ax=ax)
figure.savefig("print_small.png", dpi=300)

# %%
# The same as a photocopier sees it. The colours are those of Okabe and Ito, which differ in lightness too.
picture = matplotlib.image.imread("print_small.png")[..., :3]
figure, ax = plt.subplots(figsize=(3, 3))
ax.imshow(picture @ [0.299, 0.587, 0.114], cmap="gray", vmin=0.0, vmax=1.0)
ax.set_position([0, 0, 1, 1])
ax.axis("off")
figure.savefig("print_grey.png", dpi=300)

# %%
# Where there is an attribute, shape says it besides colour, so that either is enough. Two greys and a black do for
# three factions; names go to those that the text speaks of.
ax = latentnet.plot.positions(
    model,
    color="group",
    shape="group",
    palette=["#bdbdbd", "#777777", "#000000"],
    clusters=False,
    labels=["John Bosco", "Peter", "Basil"],
)
ax.figure.savefig("print_shapes.png", dpi=150, bbox_inches="tight")

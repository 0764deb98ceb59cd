"""
Three dimensions, and whether they are needed
=============================================

Three latent dimensions are drawn as a scene that can be turned. Whether the third says anything is a question that
`compare` answers.
"""

# %%
# The karate club in one, two and three dimensions, by how well each foretells a dyad that is left out. One dimension is
# too few; between two and three there is nothing to choose, so one takes two, which can be printed.
import matplotlib.pyplot as plt
import networkx as nx

import latentnet

club = latentnet.Network.from_networkx(nx.karate_club_graph(), weight=None)
models = {
    f"{n_dims} dimension{'s' * (n_dims > 1)}": latentnet.LatentPositionModel(n_dims=n_dims, random_state=1).fit(club)
    for n_dims in (1, 2, 3)
}
table = latentnet.compare(models, random_state=1)
print(table[["elpd", "difference", "se_difference"]].round(1).to_string())
latentnet.plot.compare(table)
plt.savefig("three_dimensions_compared.png", dpi=150, bbox_inches="tight")

# %%
# The scene. In a notebook with ``%matplotlib widget`` it is turned with the mouse; on paper one chooses the side by
# ``view_init``. The two sides of the club lie at two ends, with those who know both between them.
ax = latentnet.plot.positions(models["3 dimensions"], color="club")
ax.view_init(elev=20, azim=-60)
plt.savefig("three_dimensions.png", dpi=150, bbox_inches="tight")

"""
Held-out ties: are the probabilities worth their name?
======================================================

A fifth of the karate club's dyads is hidden, the model is fitted to the rest and asked for the hidden ones.
"""

# %%
# `DyadKFold` gives scikit-learn's folds, of dyads; the first is enough for a picture.
import matplotlib.pyplot as plt
import networkx as nx

import latentnet
from latentnet.model_selection import DyadKFold, cross_validate

club = latentnet.Network.from_networkx(nx.karate_club_graph(), weight=None)
training, hidden = next(DyadKFold(5, random_state=1).split(club))
model = latentnet.LatentPositionModel(random_state=1).fit(training)

# %%
# How well it ranks: the further the curve bends to the upper left, the more hidden ties come before hidden non-ties.
latentnet.plot.roc(model, club, hidden)
plt.savefig("held_out_roc.png", dpi=150, bbox_inches="tight")

# %%
# Whether its numbers are frequencies: on the diagonal, of the dyads that it gives 30 % three in ten are ties. Each
# point is of some twenty hidden dyads, of which two or three are ties, so points may well lie a tenth off and jump
# about.
latentnet.plot.calibration(model, club, hidden, n_bins=5, strategy="quantile")
plt.savefig("held_out_calibration.png", dpi=150, bbox_inches="tight")

# %%
# All five folds, by several scores.
print(
    cross_validate(
        latentnet.LatentPositionModel(random_state=1), club, scoring=["log_score", "roc_auc", "average_precision"]
    )
    .round(3)
    .to_string()
)

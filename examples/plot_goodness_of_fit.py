"""
Goodness of fit: what a model of Sampson's monks misses
=======================================================

A model fits if networks that it draws look like the one that was observed. `goodness_of_fit` counts both the same way:
degrees, distances along ties, shared partners, triads, reciprocity. We ask it of the plain map, and of a model that
also knows how readily each monk is named and that liking is returned.
"""

# %%
# The plain model first. The line is what was observed; of 200 networks that the model draws, nine in ten
# are within the grey bars, with the mean as a tick.
import matplotlib.pyplot as plt

import latentnet
from latentnet.datasets import load_sampson
from latentnet.effects import Receiver, Reciprocity

monks = load_sampson()
asked = ["in_degree", "distance", "reciprocity"]
plain = latentnet.LatentPositionModel(random_state=1).fit(monks)
checked = latentnet.goodness_of_fit(plain, asked, random_state=1)
latentnet.plot.goodness_of_fit(checked)
plt.savefig("goodness_of_fit_plain.png", dpi=150, bbox_inches="tight")

# %%
# Distance alone says nothing of who is popular, so look at the tail of the in-degrees. With `Receiver()` and
# `Reciprocity()` the same three:
richer = latentnet.LatentPositionModel(effects=[Receiver(), Reciprocity()], random_state=1).fit(monks)
checked_again = latentnet.goodness_of_fit(richer, asked, random_state=1)
latentnet.plot.goodness_of_fit(checked_again)
plt.savefig("goodness_of_fit_richer.png", dpi=150, bbox_inches="tight")

# %%
# The table has the numbers. A p-value near 0 or 1 is a statistic that the model does not reproduce.
print(checked_again.table.loc["reciprocity"].round(2).to_string())

"""
Diagnostics: have the chains met?
=================================

Before a map is believed, its chains are looked at. The pictures are those that everybody draws, of quantities that do
not turn or mirror with the map.
"""

# %%
# Four chains; `diagnose` says in words what there is to say.
import matplotlib.pyplot as plt

import latentnet
from latentnet.datasets import load_sampson

model = latentnet.LatentPositionModel(random_state=1).fit(load_sampson())
print(latentnet.diagnose(model))

# %%
# Traces: four chains that cannot be told apart, and wander across their whole range quickly.
latentnet.plot.trace(model)
plt.savefig("diagnostics_trace.png", dpi=150, bbox_inches="tight")

# %%
# Ranks: flat bars for every chain, or one of them dwells where the others do not.
latentnet.plot.rank(model)
plt.savefig("diagnostics_rank.png", dpi=150, bbox_inches="tight")

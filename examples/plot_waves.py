"""
Three waves: how Sampson's monastery came apart
===============================================

The novices were asked whom they liked best at three times. One model of all three lets every monk move from wave to
wave, on one map.
"""

# %%
# Each network is a period; positions walk from one to the next.
import matplotlib.pyplot as plt

import latentnet
from latentnet.datasets import load_sampson_waves

waves = load_sampson_waves()
model = latentnet.DynamicLatentClusterModel(
    n_clusters=3, inference=latentnet.MCMC(n_draws=1000, thin=5), random_state=1
).fit(waves)

# %%
# The same axes for all, so that what moves has moved.
latentnet.plot.pairs({f"wave {period + 1}": model.at(period=period) for period in range(3)}, clusters=False)
plt.savefig("waves.png", dpi=150, bbox_inches="tight")

# %%
# Who changed clusters between the first wave and the last: bands are as wide as the expected number of monks.
latentnet.plot.flow(latentnet.compare_waves(model.at(period=0), model.at(period=2)))
plt.savefig("waves_flow.png", dpi=150, bbox_inches="tight")

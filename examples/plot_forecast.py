"""
Forecasting the next wave
=========================

Sampson asked his monks three times. A model of the first two waves is asked for the third, and then we look.
"""

# %%
# One map for both waves. `forecast` lets every position make one more step of its random walk.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import roc_auc_score

import latentnet
from latentnet.datasets import load_sampson_waves

*known, last = load_sampson_waves()
model = latentnet.DynamicLatentPositionModel(inference=latentnet.MCMC(n_draws=500), random_state=1).fit(known)
following = model.forecast(random_state=1)

# %%
# Left, the map of the second wave; right, the one that is expected a wave later. Marks are the same, for nobody knows
# which way a monk will go; the contours say how far he may.
figure, axes = plt.subplots(1, 2, figsize=(12, 6))
some = ["Mark", "Romauld", "Basil"]
latentnet.plot.positions(model.at(period=1), ax=axes[0], contours=some, labels=some, title="second wave")
latentnet.plot.positions(following, ax=axes[1], contours=some, labels=some, title="third wave, forecast")
plt.savefig("forecast_maps.png", dpi=150, bbox_inches="tight")

# %%
# How good is it? A simple rival says that monks name in the third wave whom they named in the second. Where a pair was
# not tied, the rival has nothing more to say, and the map has. Of the pairs that
# it gives nearly one half, six in ten were tied: the forecast is a little too careful.
off_diagonal = ~np.eye(last.n_actors, dtype=bool)
came = last.ties.toarray()[off_diagonal] > 0
before = known[1].ties.toarray()[off_diagonal] > 0
expected = following.predict_proba()[off_diagonal]
print(f"same as before: AUC {roc_auc_score(came, before):.2f}; forecast: {roc_auc_score(came, expected):.2f}")
print(f"new ties only: {roc_auc_score(came[~before], expected[~before]):.2f}")
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
latentnet.plot.roc(following, last, ax=left)
latentnet.plot.calibration(following, last, ax=right, n_bins=5)
plt.savefig("forecast_checked.png", dpi=150, bbox_inches="tight")

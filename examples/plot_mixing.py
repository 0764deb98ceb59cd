"""
Who names whom: coefficients by pair of groups
==============================================

`Mixing` has a coefficient for each pair of an attribute's values: here, how readily monks of one faction name those of
another, without a map and with one.
"""

# %%
# Coefficients are differences from ties among the Loyal, in log odds.
import matplotlib.pyplot as plt

import latentnet
from latentnet.datasets import load_sampson
from latentnet.effects import Mixing

monks = load_sampson()
mixing = Mixing("group", reference=("Loyal", "Loyal"))
models = {
    "without a map": latentnet.LatentPositionModel(similarity=None, effects=[mixing], random_state=1).fit(monks),
    "with a map": latentnet.LatentPositionModel(effects=[mixing], random_state=1).fit(monks),
}

# %%
# Means and 90 % intervals. Nearly everything between two factions lies far to the left of naming within the Loyal, and
# the Outcasts name each other most readily. Between the same two factions it matters who is asked: the Turks hardly
# name an Outcast, but the Outcasts name Turks. The map changes little in that. It has to say only who is near whom
# beside all this, and intervals are a little wider, since a map could explain some of it too.
figure, ax = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
for shift, color, (name, model) in zip((-0.15, 0.15), ("#0072b2", "#d55e00"), models.items(), strict=True):
    table = model.summary(["coefficients"])
    places = [k + shift for k in range(len(table))]
    lengths = [table["mean"] - table["lower"], table["upper"] - table["mean"]]
    ax.errorbar(table["mean"], places, xerr=lengths, fmt="o" if shift < 0 else "s", color=color, label=name)
pairs = [label.split("=")[1].rstrip(")]") for label in table.index]
ax.set(yticks=range(len(pairs)), yticklabels=[pair.replace("->", " → ") for pair in pairs], xlabel="log odds")
ax.axvline(0.0, color="black", linewidth=0.8)
ax.invert_yaxis()
ax.legend()
plt.savefig("mixing.png", dpi=150, bbox_inches="tight")

"""
Before the data: which networks does the prior expect?
======================================================

A prior says something of networks before any is seen. ``inference="prior"`` draws from it, and the networks that it
draws are looked at like those that were observed.
"""

# %%
# The default prior, which is R's, and one by somebody who is sure that ties among eighteen monks are few.
import matplotlib.pyplot as plt
import numpy as np

from latentnet import LatentPositionModel, PriorDraws, Priors
from latentnet.datasets import load_sampson

monks = load_sampson()
priors = {"default": None, "few ties": Priors(intercept_mean=-1.0, intercept_variance=0.25)}
engine = PriorDraws(n_draws=1000)
before = {
    name: LatentPositionModel(priors=prior, inference=engine, random_state=1).fit(monks)
    for name, prior in priors.items()
}
print(before["default"].priors_)

# %%
# How many of the 306 possible ties there are in 500 networks of each. The default finds any number possible, and few
# ties the most probable, as most positions are far from each other; the other says that there will be few, and the
# observed network, the line, has more than all of its networks.
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, model in before.items():
    n_ties = [network.n_ties for network in model.simulate(500, random_state=1)]
    ax.hist(n_ties, bins=np.arange(0, 310, 10), alpha=0.6, label=f"{name}: {np.mean(n_ties):.0f} on average")
ax.axvline(monks.n_ties, color="black", label=f"observed: {monks.n_ties}")
ax.set(xlabel="ties", ylabel="networks of 500")
ax.legend()
plt.savefig("prior_predictive.png", dpi=150, bbox_inches="tight")

# %%
# What the data make of the two: posteriors of the intercept. Eighteen monks have enough ties to draw both to the same
# side, but not onto each other, so the confident prior should have had a reason.
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, prior in priors.items():
    after = LatentPositionModel(priors=prior, random_state=1).fit(monks)
    draws = after.draws_.variables["intercept"].ravel()
    ax.hist(draws, bins=40, density=True, alpha=0.6, label=name)
    print(f"{name}: {draws.mean():.2f}")
ax.set(xlabel="intercept", yticks=[])
ax.legend()
plt.savefig("prior_posterior.png", dpi=150, bbox_inches="tight")

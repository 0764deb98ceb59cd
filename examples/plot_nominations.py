"""
Interviews: when people may name only five
==========================================

"Whom do you go to in order to get things done?" Twenty-five of sixty people of an organisation are asked, and each
may name at most five. So a list of five names may lack some, and the people who were not asked have said nothing at
all. Neither is an absent tie. We simulate such a study, so that the truth is known, and fit it with the cap and
without.
"""

# %%
# The truth: sixty people in the plane, each with ties to those nearby.
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import latentnet

rng = np.random.default_rng(4)
people = [f"person {k:02d}" for k in range(60)]
true_positions = rng.normal(0.0, 1.7, size=(60, 2))
true_intercept = 0.5
distances = np.linalg.norm(true_positions[:, None] - true_positions, axis=-1)
wishes = true_intercept - distances + rng.logistic(size=(60, 60))  # a tie is a wish above 0
np.fill_diagonal(wishes, -np.inf)

# %%
# The interviews. Whoever has more than five ties names the five that matter most.
asked = rng.choice(60, size=25, replace=False)
rows = [(people[i], people[j]) for i in asked for j in np.argsort(-wishes[i])[:5] if wishes[i, j] > 0]
names = pd.DataFrame(rows, columns=["respondent", "named"])
role = np.where(np.isin(np.arange(60), asked), "asked", "not asked")
study = {
    "respondent": "respondent",
    "nominee": "named",
    "respondents": [people[i] for i in asked],
    "actors": people,
    "attributes": pd.DataFrame({"role": role}, index=people),
}
capped = latentnet.Network.from_nominations(names, **study, max_nominations=5)
print(capped)
n_true = (wishes[asked] > 0).sum()
print(f"{capped.coverage()['list_full'].sum()} of 25 lists are full: {len(names)} names stand for {n_true} ties")

# %%
# The same names twice: once the network knows of the cap, and once it does not, so that whoever is not on a list counts
# as no tie. The probability of a full list is an integral, so the first fit takes longer.
uncapped = latentnet.Network.from_nominations(names, **study)
engine = latentnet.MCMC(n_draws=2000)
fits = {
    "with the cap": latentnet.LatentPositionModel(inference=engine, random_state=1).fit(capped),
    "without": latentnet.LatentPositionModel(inference=engine, random_state=1).fit(uncapped),
}
for name, model in fits.items():
    row = model.summary(["intercept"]).iloc[0]
    print(f"intercept {name}: {row['mean']:.2f} (90 % interval {row['lower']:.2f} to {row['upper']:.2f})")

# %%
# What it means for the network: how many ties the twenty-five have. Each fit says how probable every tie of theirs is.
for name, model in fits.items():
    print(f"ties of the twenty-five {name}: {np.nansum(model.predict_proba()[asked]):.0f} expected, {n_true} in truth")

# %%
# Left, the map of the fit with the cap: it places the people who were not asked too, if less surely, by who named them.
# Right, what each fit says of the intercept.
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), width_ratios=[3, 2], layout="constrained")
latentnet.plot.positions(fits["with the cap"], ax=left, color="role", labels=False)
for name, model in fits.items():
    right.hist(model.draws_.variables["intercept"].ravel(), bins=30, density=True, alpha=0.6, label=name)
right.axvline(true_intercept, color="black", label="truth")
right.set(xlabel="intercept", yticks=[])
right.legend()
plt.savefig("nominations.png", dpi=150, bbox_inches="tight")

"""
An interview study: three sites, twelve interviews each, two periods
====================================================================

"Whom do you go to in order to get things done?" At each of three sites twelve people are asked, four at a time, and
each may name at most five. Experts choose the first four; the model chooses the others. Who works with whom, who
connects the groups, and what has changed a year later? The study is made up, so that the truth is known. The tutorial
in the documentation tells it step by step, and says what each number means.
"""

# %%
# Everybody at a site could be named: the list of staff is where the study starts.
import matplotlib.pyplot as plt
import pandas as pd

import latentnet
from latentnet import MCMC, LatentClusterModel, Network
from latentnet.datasets import make_interview_study
from latentnet.effects import ReceiverCovariate
from latentnet.study import near_duplicates

study = make_interview_study(random_state=2)


def interviews(site, asked, period=0):
    """What these people answer, as a network that knows who was asked, whom they could name, and the limit."""
    people = study.people(site, period)
    people["rank"] = people["seniority"].map({"officer": 0.0, "manager": 1.0, "director": 2.0})
    return Network.from_nominations(
        study.ask(site, asked, period),
        respondent="respondent",
        nominee="nominee",
        respondents=asked,
        max_nominations=study.max_nominations,
        actors=people.index,
        attributes=people,
    )


def fit(network, engine):
    """Three clusters, and how much more often the senior are named."""
    return LatentClusterModel(3, effects=[ReceiverCovariate("rank")], inference=engine, random_state=1).fit(network)


# %%
# Four interviews, and four more, and four more: each time those whose answers the model expects to tell most, as many
# of each sector as of the others. To choose whom to ask, short chains will do, and they say that they are short.
short = MCMC(n_draws=250, n_warmup=250)
asked = {site: study.experts(site) for site in study.sites}
for _ in range(2):
    for site in study.sites:
        model = fit(interviews(site, asked[site]), short)
        asked[site] += latentnet.next_interviews(model, 4, balance="sector").index.tolist()

networks = {site: interviews(site, asked[site]) for site in study.sites}
for site, network in networks.items():
    answers = network.coverage()
    known = answers["asked"] | (answers["times_named"] > 0)
    print(
        f"{site}: {answers['list_full'].sum()} of 12 lists are full; {known.sum()} of {len(known)} were asked or named"
    )
    print(f"  names to check for misspelling: {len(near_duplicates(network, threshold=0.95))}")

# %%
# The fits to report, and how surely the senior are named more often.
engine = MCMC(n_draws=500, thin=2)
models = {site: fit(network, engine) for site, network in networks.items()}
for site, model in models.items():
    row = model.summary(["coefficients"]).iloc[0]
    print(f"{site}: {row['mean']:.1f} (90 % interval {row['lower']:.1f} to {row['upper']:.1f}) in log odds a step")

# %%
# The maps name those who were asked or named. Of the grey dots we know no more than that nobody named them.
figure, axes = plt.subplots(1, 3, figsize=(19, 6), layout="constrained")
for ax, (site, model) in zip(axes, models.items(), strict=True):
    answers = model.network_.coverage()
    known = answers.index[answers["asked"] | (answers["times_named"] > 0)]
    latentnet.plot.positions(model, ax=ax, reveal=known.tolist())
    ax.set_title(site)
plt.savefig("interview_sites.png", dpi=150, bbox_inches="tight")

# %%
# One site: what everybody's place is, and what the clusters are made of.
site = study.sites[0]
model, network = models[site], networks[site]
roles = latentnet.roles(model, random_state=1)
columns = ["cluster", "membership", "ring", "ties_within", "ties_between", "p_bridger", "role", "p_role"]
print(roles.loc[asked[site], columns].round(2).to_string())
made_of = latentnet.composition(model, "organisation")
print(made_of.table.round(1).to_string())
print(made_of.heterogeneity[["blau", "blau_low", "blau_high"]].round(2).to_string())
print(made_of.agreement.round(2).to_string())

# %%
# A diagram to show to one interviewee: only the names that he or she gave. The page does the same for a browser.
somebody = asked[site][0]
reveal = [somebody, *network.to_networkx()[somebody]]
latentnet.plot.positions(model, reveal=reveal)
plt.savefig("interview_diagram.png", dpi=150, bbox_inches="tight")
latentnet.plot.positions_html(model, "interview_diagram.html", reveal=reveal, roles=roles)

# %%
# A year later, the same people are asked, as far as they are still there. Who moved, who came, who left?
there = study.people(site, period=1).index
again = interviews(site, [person for person in asked[site] if person in there], period=1)
later = fit(again, engine)
change = latentnet.compare_waves(model, later)
print(f"stayed: {len(change.stable)}, joined: {len(change.joiners)}, left: {len(change.leavers)}")
print(change.movement.sort_values("p_moved", ascending=False).head().round(2).to_string())
latentnet.plot.flow(change)
plt.savefig("interview_flow.png", dpi=150, bbox_inches="tight")

# %%
# Since the study is made up we can look: the clusters of those who were asked or named, against the true ones.
for site, model in models.items():
    answers = model.network_.coverage()
    known = (answers["asked"] | (answers["times_named"] > 0)).to_numpy()
    print(site)
    print(
        pd.crosstab(
            study.truth(site)["cluster"][known].to_numpy(), model.labels_[known], rownames=["true"], colnames=["found"]
        )
    )

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
from latentnet import MCMC, DynamicLatentClusterModel, LatentClusterModel, Network
from latentnet.datasets import make_interview_study
from latentnet.effects import ReceiverCovariate
from latentnet.study import near_duplicates

study = make_interview_study(random_state=32, n_people=(24, 24, 24))  # the tutorial's are larger


def interviews(site, asked, period=0):
    """What these people answer, as a network that knows who was asked, whom they could name, and the limit."""
    people = study.people(site, period)
    people["level"] = people["seniority"].map({"officer": 0.0, "manager": 1.0, "director": 2.0})
    return Network.from_nominations(
        study.ask(site, asked, period),
        respondent="respondent",
        nominee="nominee",
        respondents=asked,
        max_nominations=study.max_nominations,
        actors=people.index,
        attributes=people,
    )


# %%
# Four interviews, and four more, and four more: each time those whose answers the model expects to tell most, as many
# of each sector as of the others.
effects = [ReceiverCovariate("level")]  # the senior may be named more often
engine = MCMC(n_draws=300)  # runs until four independent chains agree
asked = {site: study.experts(site) for site in study.sites}
for _ in range(2):
    for site in study.sites:
        model = LatentClusterModel(3, effects=effects, inference=engine, random_state=1)
        model.fit(interviews(site, asked[site]))
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
# The fit to report is one of all three sites. Each has a map and clusters of its own; that the senior are named more
# often, and how far apart people are, is learned from all of them together.
joint = DynamicLatentClusterModel(3, effects=effects, inference=engine, random_state=1).fit(networks)
print(joint.summary(["coefficients", "intercept"])[["mean", "lower", "upper", "r_hat"]].round(2).to_string())

# %%
# The maps name those who were asked or named. Of the grey dots we know no more than that nobody named them.
figure, axes = plt.subplots(1, 3, figsize=(16, 5.6), layout="constrained")
for ax, (site, network) in zip(axes, networks.items(), strict=True):
    answers = network.coverage()
    known = answers.index[answers["asked"] | (answers["times_named"] > 0)]
    latentnet.plot.positions(joint.at(site=site), ax=ax, reveal=known.tolist())
    ax.set_title(f"{site}: {len(known)} of {network.n_actors} people were asked or named", fontsize=10)
    # squares of one size, and one legend for all three
    middle, half = (ax.viewLim.min + ax.viewLim.max) / 2, max(ax.viewLim.size) / 2
    ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    if ax is not axes[-1]:
        ax.get_legend().remove()
plt.savefig("interview_sites.png", dpi=150, bbox_inches="tight")

# %%
# One site: what everybody's place is, and what the clusters are made of.
site = study.sites[0]
model, network = joint.at(site=site), networks[site]
roles = latentnet.roles(model, random_state=1)
columns = ["cluster", "membership", "ring", "ties_within", "ties_between", "p_bridger", "role", "p_role"]
print(roles.loc[asked[site], columns].round(2).to_string())
made_of = latentnet.composition(model, "organisation")
print(made_of.table.round(1).to_string())
print(made_of.heterogeneity[["blau", "blau_low", "blau_high"]].round(2).to_string())
print(made_of.agreement.round(2).to_string())

# %%
# A diagram to show to one interviewee: only the names that he or she gave, and no arrows, from which an insider could
# guess what others said. The page does the same for a browser.
somebody = asked[site][0]
reveal = [somebody, *network.to_networkx()[somebody]]
latentnet.plot.positions(model, reveal=reveal, ties=False)
plt.savefig("interview_diagram.png", dpi=150, bbox_inches="tight")
latentnet.plot.positions_html(model, "interview_diagram.html", reveal=reveal, roles=roles, ties=False)

# %%
# A year later, the same people are asked, as far as they are still there. Who moved, who came, who left? One model of
# both periods has one map for both, so that nothing has to be laid on anything.
there = study.people(site, period=1).index
again = interviews(site, [person for person in asked[site] if person in there], period=1)
both = DynamicLatentClusterModel(3, effects=effects, inference=engine, random_state=1).fit([network, again])
change = latentnet.compare_waves(both.at(period=0), both.at(period=1))
print(f"stayed: {len(change.stable)}, joined: {len(change.joiners)}, left: {len(change.leavers)}")
print(change.movement.sort_values("p_moved", ascending=False).head().round(2).to_string())
latentnet.plot.flow(change)
plt.savefig("interview_flow.png", dpi=150, bbox_inches="tight")

# %%
# Since the study is made up we can look: the clusters of those who were asked or named, against the true ones.
for site, network in networks.items():
    answers = network.coverage()
    known = (answers["asked"] | (answers["times_named"] > 0)).to_numpy()
    true, found = study.truth(site)["cluster"][known].to_numpy(), joint.at(site=site).labels_[known]
    print(site)
    print(pd.crosstab(true, found, rownames=["true"], colnames=["found"]))

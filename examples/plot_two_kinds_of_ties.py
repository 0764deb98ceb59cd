"""
Advice and information, at three sites, in two years
====================================================

Everybody at three small sites was asked twice, a year apart: "Whom do you go to in order to get things done?" and
"From whom do you learn what is going on?" One fit has all twelve networks. Each site has a map and three clusters of
its own, on which people move from the first year to the second; what the sites have in common is learned from all.
The study is made up, so that the truth is known.
"""

# %%
# Each answer may have five names at most. Two questions make `Layers`, two years a sequence, three sites a mapping.
import matplotlib.pyplot as plt

from latentnet import MCMC, DynamicLatentClusterModel, Layers, Network, plot
from latentnet.datasets import make_interview_study
from latentnet.effects import ReceiverCovariate

study = make_interview_study(random_state=5, n_people=(24, 28, 32))


def interviews(site, year, kind):
    """What everybody at a site answers to one question."""
    people = study.people(site, year)
    people["level"] = people["seniority"].map({"officer": 0.0, "manager": 1.0, "director": 2.0})
    return Network.from_nominations(
        study.ask(site, people.index, year, kind=kind),
        respondent="respondent",
        nominee="nominee",
        respondents=people.index,
        max_nominations=study.max_nominations,
        actors=people.index,
        attributes=people,
    )


networks = {
    site: [Layers({kind: interviews(site, year, kind) for kind in study.kinds}) for year in (0, 1)]
    for site in study.sites
}
engine = MCMC(n_draws=300, n_warmup=300)
model = DynamicLatentClusterModel(3, effects=[ReceiverCovariate("level")], inference=engine, random_state=1)
model.fit(networks)

# %%
# The first kind has the weight 1. Who is close matters less to where one learns what is going on, and so does rank: in
# the study's own words (:func:`latentnet.datasets.make_interview_study`) the weight is .6, and a step in rank adds 1.2
# to the log odds of being asked for advice, .6 to those of being asked for information.
table = model.layer_table()
print(table[["weight", "weight_low", "weight_high"]].round(2).to_string())
print(model.summary(["coefficients"])[["mean", "lower", "upper"]].round(2).to_string())

# %%
# A site in one year is a fitted model, and so is one kind of its ties.
site = study.sites[0]
later = model.at(period=1, site=site)
who = later.actors_[:2]
print(later.layer("information").predict_proba([tuple(who)]).round(2))

# %%
# Columns are sites, rows are years; colours of dots are clusters, colours of lines kinds of ties. Everybody keeps the
# colour of his or her cluster: dots of another colour among the others in the second year are people who went there.
figure, axes = plt.subplots(2, 3, figsize=(15, 10.5), layout="constrained")
for column, site in zip(axes.T, study.sites, strict=True):
    for year, ax in enumerate(column):
        plot.positions(model.at(period=year, site=site), ax=ax, labels=False, title=f"{site}, year {year + 1}")
figure.savefig("two_kinds_of_ties.png", dpi=120)
plt.show()

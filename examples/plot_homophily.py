"""
What a covariate does to the map
================================

A map explains ties by nearness, whatever nearness comes from. Once the model knows a reason, such as the side that two
members of the karate club took later, the map no longer has to say it, and shows what is left.
"""

# %%
# Two models of the same ties: one without, and one in which two members of one side may be tied more often.
import networkx as nx

import latentnet
from latentnet.effects import Homophily

club = latentnet.Network.from_networkx(nx.karate_club_graph(), weight=None)
plain = latentnet.LatentPositionModel(random_state=1).fit(club)
knowing = latentnet.LatentPositionModel(effects=[Homophily("club")], random_state=1).fit(club)
side = knowing.summary(["coefficients"]).iloc[0]
print(f"homophily(club): {side['mean']:.2f} (90 % interval {side['lower']:.2f} to {side['upper']:.2f})")

# %%
# Left, the two sides lie apart, with those between them in the middle: the map has found them without being told.
# Right, the model knows the sides. They are mixed on the map now, which is smaller at the same scale, and shows who is
# near whom *given* the sides: an effect and a map compete for the same ties, so a map is read together with what else
# is in the model.
pair = latentnet.plot.pairs({"the map alone": plain, "and Homophily('club')": knowing}, color="club")
pair[0].figure.savefig("homophily.png", dpi=150, bbox_inches="tight")

# %%
# Is it worth it? By expected log predictive densities the side foretells ties a little better than the map does by
# itself, but a difference within two of its standard errors, as here, is none.
table = latentnet.compare({"the map alone": plain, "and Homophily('club')": knowing})
print(table[["elpd", "difference", "se_difference"]].round(1).to_string())

"""
One dimension: an order of people and events
============================================

Sometimes a line is enough: from left to right, from the young to the old, from early to late. In one dimension the map
is an order, with ties as arcs over it.
"""

# %%
# Eighteen women of Natchez and the fourteen events that they went to, on one line.
import matplotlib.pyplot as plt
import networkx as nx
import pandas as pd

import latentnet

attendance = latentnet.Network.from_networkx(nx.davis_southern_women_graph())
model = latentnet.LatentPositionModel(n_dims=1, random_state=1).fit(attendance)

# %%
# Two crowds, and women and events between them: on a line nothing else can be said, and that is most of what there is
# to say here.
figure, ax = plt.subplots(figsize=(11, 5.5))
latentnet.plot.positions(model, ax=ax)
plt.savefig("one_dimension.png", dpi=150, bbox_inches="tight")

# %%
# The table of attendance in the order of the line: what was scattered becomes a diagonal. Sorting rows and columns by a
# one-dimensional map is what an archaeologist does with graves and finds, and calls seriation.
place = pd.Series(model.positions_[:, 0], attendance.actors)
is_event = attendance.mode == 1
women, events = place[~is_event].sort_values().index, place[is_event].sort_values().index
ties = attendance.to_frame().pivot(index="sender", columns="receiver", values="value")
went = ties.reindex(index=women, columns=events).fillna(0.0)
figure, ax = plt.subplots(figsize=(6, 6.5), layout="constrained")
ax.imshow(went, cmap="Greys", aspect="auto")
ax.set_xticks(range(len(events)), events)
ax.set_yticks(range(len(women)), women)
ax.tick_params(length=0)
plt.savefig("one_dimension_table.png", dpi=150, bbox_inches="tight")

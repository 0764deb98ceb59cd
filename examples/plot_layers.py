"""
Marriage and business in Florence
=================================

Fifteen families of fifteenth-century Florence, tied by marriage and by business (Padgett & Ansell 1993). One map is
learned from both kinds of ties: what the one leaves open, the other may say.
"""

import matplotlib.pyplot as plt
import networkx as nx

from latentnet import MCMC, LatentPositionModel, Layers, plot

marriage = nx.florentine_families_graph()
business = nx.Graph()
business.add_nodes_from(marriage)
business.add_edges_from(
    [
        ("Barbadori", "Castellani"),
        ("Barbadori", "Ginori"),
        ("Barbadori", "Medici"),
        ("Barbadori", "Peruzzi"),
        ("Bischeri", "Guadagni"),
        ("Bischeri", "Lamberteschi"),
        ("Bischeri", "Peruzzi"),
        ("Castellani", "Lamberteschi"),
        ("Castellani", "Peruzzi"),
        ("Ginori", "Medici"),
        ("Guadagni", "Lamberteschi"),
        ("Lamberteschi", "Peruzzi"),
        ("Medici", "Pazzi"),
        ("Medici", "Salviati"),
        ("Medici", "Tornabuoni"),
    ]
)

# %%
# Each kind of ties has an intercept, and a weight that says how much a distance on the common map matters to it.

layers = Layers({"marriage": marriage, "business": business})
model = LatentPositionModel(inference=MCMC(n_draws=1000), random_state=1).fit(layers)
print(model.intercept_.round(2))
print(model.layer_table()[["weight", "weight_low", "weight_high"]].round(2))

# %%
# The picture has the ties of both kinds. Whatever takes a fitted model takes one of its layers, too.

ax = plot.positions(model, title="Florentine families, by marriage and business")
ax.figure.savefig("florentine_families.png", dpi=150)
print(model.layer("business").predict_proba([("Medici", "Pazzi"), ("Medici", "Strozzi")]).round(2))
plt.show()

"""Sampson's monks on a map: fit, print the summary, save the picture in the current folder."""

from pathlib import Path

import latentnet
from latentnet import LatentPositionModel
from latentnet.datasets import load_sampson

monks = load_sampson()
print(monks)

model = LatentPositionModel(n_dims=2, random_state=1).fit(monks)

decimals = {"ess_bulk": 0, "ess_tail": 0, "mcse_mean": 4, "mcse_sd": 4, "r_hat": 3}
summary = model.summary()
print(summary.round({column: decimals.get(column, 2) for column in summary.columns}).to_string())

axes = latentnet.plot.positions(model, color="group")
picture = Path("sampson.png").resolve()
axes.figure.savefig(picture, dpi=200)
print(f"The map is in {picture}")

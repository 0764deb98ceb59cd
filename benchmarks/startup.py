"""What a user waits for in a new process: import, first fit, another model (`python -m benchmarks.startup`)."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from tests.environment import package_folder

_IMPORT = """
import time
import numpy, scipy.optimize, numba, sklearn.base, networkx, pandas
start = time.perf_counter()
import latentnet
seconds = time.perf_counter() - start
import sys
figures = {"import": seconds, "light": float(not {"matplotlib", "arviz"} & set(sys.modules))}
"""

# the second fit of the same model compiles and loads nothing, so the difference is what the first one had to
_FIT = """
import time, warnings
import networkx
import latentnet
from latentnet.datasets import load_sampson
warnings.simplefilter("ignore", latentnet.ConvergenceWarning)
figures = {}
for name in ("first", "second"):
    clock, cpu = time.perf_counter(), time.process_time()
    MODEL
    figures |= {name: time.perf_counter() - clock, f"{name} CPU": time.process_time() - cpu}
"""

SAMPSON = "latentnet.LatentPositionModel(n_dims=2, random_state=1).fit(load_sampson())"
OTHER = (
    "latentnet.LatentPositionModel(n_dims=3, similarity='bilinear', random_state=1)"
    ".fit(latentnet.Network.from_networkx(networkx.karate_club_graph(), weight=None))"
)

# One of each kind, each with a cache of its own.
COLD = {
    "position": SAMPSON,
    "three clusters": "latentnet.LatentClusterModel(3, random_state=1).fit(load_sampson())",
    "unknown number of clusters": "latentnet.LatentClusterModel('auto', random_state=1).fit(load_sampson())",
    "Poisson, sender and receiver": (
        "latentnet.LatentPositionModel(family=latentnet.families.Poisson(),"
        " effects=[latentnet.effects.SenderReceiver()], random_state=1).fit(load_sampson())"
    ),
    "two periods": "latentnet.DynamicLatentPositionModel(random_state=1).fit([load_sampson(), load_sampson()])",
}


def in_process(code: str, cache: Path) -> dict[str, float]:
    """Run code that makes `figures`, in a new process with this kernel cache."""
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(cache),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(package_folder().parent),
    }
    command = [sys.executable, "-c", code + "\nimport json\nprint(json.dumps(figures))"]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(output)
    return figures


def measure_import(cache: Path) -> float:
    """Seconds beyond the dependencies' own imports; fails if matplotlib or arviz came along."""
    figures = in_process(_IMPORT, cache)
    if not figures["light"]:
        raise RuntimeError("import latentnet loads matplotlib or arviz")
    return figures["import"]


def measure_fit(model: str, cache: Path) -> dict[str, float]:
    """Seconds and CPU seconds of a process's first and second fit."""
    return in_process(_FIT.replace("MODEL", model), cache)


def measure(cache: Path, n_runs: int) -> pd.DataFrame:
    """Return all figures with their targets; the cache must be empty. Minima of runs where there can be several."""
    rows = [("import latentnet, empty cache, s", measure_import(cache), 0.3)]
    cold = measure_fit(SAMPSON, cache)
    rows.append(("first fit ever (Sampson, distance, d = 2, directed), s", cold["first"], 30.0))
    other = measure_fit(OTHER, cache)
    rows.append(
        ("second combination (bilinear, d = 3, undirected), compilation, s", other["first"] - other["second"], 1.0)
    )
    imports = [measure_import(cache) for _ in range(n_runs)]
    rows.append(("import latentnet, warm cache, s", min(imports), 0.3))
    warm = [measure_fit(SAMPSON, cache) for _ in range(n_runs)]
    rows.append(("default fit of Sampson, new process, warm cache, CPU s", min(fit["first CPU"] for fit in warm), 3.0))
    rows.append(("the same in a warm process, CPU s", min(fit["second CPU"] for fit in warm), float("nan")))
    return pd.DataFrame(rows, columns=["figure", "measured", "at most"])


def measure_cold() -> pd.DataFrame:
    """Return CPU seconds of the first fit of each kind of model with an empty cache, and of the second one."""
    rows = {}
    for name, model in COLD.items():
        with tempfile.TemporaryDirectory() as cache:
            rows[name] = measure_fit(model, Path(cache))
    return pd.DataFrame(rows).T[["first CPU", "second CPU"]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cold", action="store_true", help="first fits of five models instead, each with no cache")
    chosen = parser.parse_args()
    if chosen.cold:
        print(measure_cold().to_string(float_format="{:.2f}".format))
        return
    with tempfile.TemporaryDirectory() as cache:
        print(measure(Path(cache), chosen.runs).to_string(index=False, float_format="{:.2f}".format, na_rep=""))


if __name__ == "__main__":
    main()

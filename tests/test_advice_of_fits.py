"""What messages of models, engines, checks, pictures, studies and files advise in code is run, as in `test_advice`.

Fits are as short as can be: it is asked whether the advice works, not whether chains agree.
"""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV

import latentnet
from latentnet import (
    MAP,
    MCMC,
    ConvergenceWarning,
    DynamicLatentClusterModel,
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentPositionModel,
    Layers,
    Network,
    PriorDraws,
    Priors,
    datasets,
    families,
    keeping,
    load,
    plot,
)
from latentnet.effects import (
    AbsoluteDifference,
    DyadCovariate,
    Loops,
    NoIntercept,
    Sender,
    SenderCovariate,
    Sociality,
)
from latentnet.inference.base import Engine
from latentnet.likelihood.approximate import Approximate
from latentnet.likelihood.verbs import tie_probabilities
from latentnet.model_selection import ActorKFold, DyadKFold, GridSearch, RespondentKFold, cross_validate
from latentnet.model_selection.scores import held_out
from latentnet.models import report
from latentnet.nbody.mesh import mesh_around
from latentnet.predictive.predictive import Predictive
from latentnet.priors.positions import NormalPositions, PositionPrior
from latentnet.problem.evidence import Evidence
from tests.contracts.forgery import entries_of, signed, write_zip
from tests.test_advice import check_advice, check_rows

FOLDERS = (
    "models", "inference", "checking", "model_selection", "plot", "study", "posterior", "priors", "predictive",
    "problem", "likelihood", "files", "datasets", "nbody", ".",
)  # fmt: skip
# Texts that name code and advise nothing: what was asked for, the printed form of objects, parts of pages.
NO_ADVICE = (
    "n_draws={} more of", "n_dims={} of {} actors", "inference='map' gives a mode", "inference='auto' took",
    "inference='auto' takes", "of all engines only chains fit", "MCMC: n_draws={}", "n_draws={} draws of the prior",
    "Variational: n_draws={} draws", "Calibration({} networks", "GoodnessOfFit of", "LOO(elpd=", 'fill="{}"',
    "<div style", "<tr><td", "<svg", "<polygon", "<circle", "<section", "<path", "<!DOCTYPE",
    "n_networks={} of {} actors", "model.json has {}", "model.json does not say", "positions of n_actors=",
    "nothing can be left out of a network whose likelihood", "python -m latentnet.compile",
    "import sys; sys.path[:]", "latentnet/other_names.py", "latentnet/meant.py", "models/standard_errors.py: none: {}",
    "a matrix: an array, a sparse matrix", "a number, or a number for each dyad", "numpy.asarray(...) makes",
)  # fmt: skip
NAN = np.nan
N = 8


def _ties(seed: int = 1, share: float = 0.4) -> np.ndarray:
    return (np.random.default_rng(seed).random((N, N)) < share) * (1.0 - np.eye(N))


ACTORS = [f"p{i}" for i in range(N)]
ATTRIBUTES = pd.DataFrame({"age": np.arange(N) % 5.0, "group": ["a", "b"] * (N // 2)}, index=ACTORS)


def _net(ties: np.ndarray | None = None, **options: Any) -> Network:
    options = {"directed": True, "attributes": ATTRIBUTES, **options}
    return Network.from_array(_ties() if ties is None else ties, ACTORS, **options)


NET, OTHER = _net(), _net(_ties(2))
PAIRS = _net(np.maximum(_ties(), _ties().T), directed=False)
COUNTS = _net(_ties() * 3.0)
PATH = Network.from_array(np.eye(40, k=1), directed=True)  # chains do not agree on it soon
SELF = _net(_ties() + np.diag([1.0] + [0.0] * (N - 1)), self_ties="keep")
ELSEWHERE = Network.from_array(_ties(3), [f"q{i}" for i in range(N)], directed=True)
ROWS = _net(np.where(np.arange(N)[:, None] > 2, NAN, _ties()))
UNKNOWN = _net(np.where(np.eye(N, dtype=bool), 0.0, NAN))
NAMES = pd.DataFrame({"i": list("aabbc"), "j": list("bcacd")})
DYADS = [("p0", "p1"), ("p2", "p3")]
LAYERS = Layers({"x": NET, "y": OTHER})
SHORT = MCMC(n_draws=50, n_warmup=20, n_chains=2, thin=1, max_thin=1, progress=False)


def _chains(**params: Any) -> MCMC:
    return MCMC(**SHORT.get_params() | params)


def _running(max_thin: int) -> MCMC:
    """Chains that run on while they do not agree."""
    return MCMC(n_draws=210, n_warmup=0, n_chains=2, max_thin=max_thin, progress=False)


def _fit(network: Any = NET, kind: Any = LatentPositionModel, **params: Any) -> Any:
    """A fit that says nothing of its chains."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return kind(**{"inference": SHORT, "random_state": 1, **params}).fit(network)


def _unfitted(engine: MCMC) -> LatentPositionModel:
    return LatentPositionModel(inference=engine, random_state=1)


def _loosely(call: Callable[[], Any]) -> Any:
    """What a call returns, whatever the chains are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return call()


@cache
def _model(name: str) -> Any:
    """Fits that several rows look at."""
    cluster, dynamic, quick = LatentClusterModel, DynamicLatentPositionModel, MAP(n_starts=1)
    return {
        "chains": lambda: _fit(),
        "others": lambda: _fit(random_state=2),
        "mode": lambda: _fit(inference="map"),
        "clusters": lambda: _fit(kind=cluster, n_clusters=2),
        "mode of clusters": lambda: _fit(kind=cluster, n_clusters=2, inference=quick),
        "any clusters": lambda: _fit(kind=cluster, n_clusters="auto", inference=_chains(n_draws=120)),
        "no space": lambda: _fit(similarity=None, effects=[Sender()]),
        "three": lambda: _fit(n_dims=3, inference=quick),
        "one": lambda: _fit(n_dims=1, inference=quick),
        "layers": lambda: _fit(LAYERS),
        "periods": lambda: _fit([NET, OTHER], dynamic),
        "sites": lambda: _fit({"a": [NET, OTHER], "b": [ELSEWHERE] * 2}, dynamic),
        "rows": lambda: _fit(ROWS, inference=_chains(n_draws=150)),
        "rows of clusters": lambda: _fit(ROWS, cluster, n_clusters=2, inference=_chains(n_draws=150)),
        "rows of waves": lambda: _fit([ROWS, ROWS], dynamic, inference=_chains(n_draws=150)),
        "rows of layers": lambda: _fit(Layers({"x": ROWS, "y": ROWS}), inference=_chains(n_draws=150)),
        "four": lambda: _fit(Network.from_array(np.eye(4, k=1), list("abcd"), directed=True), inference=quick),
        "long": lambda: _fit(PAIRS, similarity=None, inference=MCMC(n_draws=500, n_warmup=300, progress=False)),
        "waves of clusters": lambda: _fit([NET, OTHER], DynamicLatentClusterModel, n_clusters=2),
        "sites of clusters": lambda: _fit(
            {"a": [NET, OTHER], "b": [ELSEWHERE] * 2}, DynamicLatentClusterModel, n_clusters=2
        ),
        "loops": lambda: _fit(SELF, effects=[Loops()], inference=quick),
    }[name]()


@cache
def _folder() -> Path:
    path = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, path)
    return path


def _saved(model: Any, name: str = "m.latentnet") -> Path:
    path = _folder() / name
    model.save(path)
    return path


def _checkpoint() -> Path:
    path = _folder() / "run.latentnet"
    _fit(inference=_chains(checkpoint=path))
    return path


def _with_memory(call: Callable[[], Any], n_bytes: float = 1.0) -> Callable[[], Any]:
    def limited() -> Any:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("latentnet.checks.free_memory", lambda: n_bytes)
            return call()

    return limited


class Mine(families.Bernoulli):
    """A family from outside of the library."""


class Nowhere(Engine):
    """An engine that infers nothing."""


class Somewhere(Engine):
    """One that leaves that to another."""

    def infer(self, problem: Any, rng: np.random.Generator) -> Any:
        return MAP(n_starts=1).infer(problem, rng)


class Unscaled(latentnet.effects.Distance):
    """A similarity that no power scales."""

    degree = None


def _same(first: Any, second: Any) -> bool:
    return bool((first.draws_.parameters == second.draws_.parameters).all())


def _turned() -> bool:
    """The map is turned afterwards, and its distances stay."""
    model = _fit(inference="map")
    before = model.predict_proba()
    latentnet.align_to(model, _model("chains").positions_)
    np.testing.assert_allclose(model.predict_proba(), before, atol=1e-9)
    return True


def _longer() -> bool:
    """The shorter of two fits goes on, as the message says, and both are merged."""
    models = [_fit(), _fit(random_state=2, inference=_chains(n_draws=60))]
    _loosely(lambda: models[0].extend(10))
    return bool(_loosely(lambda: latentnet.merge(models)).draws_.n_chains == 4)


def _approximate(network: Any = NET, **params: Any) -> Any:
    return _fit(network, **{"inference": _chains(likelihood="approximate", n_draws=4, n_warmup=4), **params})


def _auto_dims(**engine: Any) -> Any:
    return _fit(n_dims="auto", most_dims=2, inference=_chains(**{"n_draws": 60, "n_warmup": 60, **engine}))


def _undecided() -> Any:
    """A fit whose chains do not tell how many dimensions there are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Evidence, "rivals", property(lambda _: [1]))
        return LatentPositionModel(n_dims="auto", most_dims=2, inference=SHORT, random_state=1).fit(NET)


def _of_lists(**options: Any) -> Network:
    return Network.from_nominations(NAMES, respondent="i", nominee="j", **options)


def _say(text: Any) -> None:
    warnings.warn(str(text), UserWarning, stacklevel=1)


def _aloud(**params: Any) -> Any:
    return LatentPositionModel(random_state=1, **params).fit(NET)


def _compared(criterion: str, priors: Any = None) -> pd.DataFrame:
    models = {str(k): _fit(kind=LatentClusterModel, n_clusters=k, priors=priors) for k in (1, 2)}
    return _loosely(lambda: latentnet.compare(models, criterion=criterion))


def _by(criterion: str, *models: Any) -> bool:
    """Whether a criterion compares models."""
    table = _loosely(lambda: latentnet.compare(dict(zip("ab", models, strict=False)), criterion=criterion))
    return bool(np.isfinite(table["elpd"]).all())


def _forged() -> Path:
    """A file whose checksums are right, and whose content is not."""
    path = _folder() / "forged.latentnet"
    entries = entries_of(_saved(_model("mode")))
    content = {name: value for name, value in json.loads(entries["model.json"]).items() if name != "network"}
    write_zip(path, signed(entries | {"model.json": json.dumps(content | {"params": 3}).encode()}))
    return path


def _hours(n_networks: int, **params: Any) -> Any:
    """Networks whose dyads are drawn one by one, where more than ten take too long."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("latentnet.predictive.simulation._MOST_DYADS", 10 * N * (N - 1))
        return latentnet.goodness_of_fit(_fit(inference=QUICK, **params), n_networks=n_networks)


GAPS = ATTRIBUTES.assign(group=ATTRIBUTES["group"].where(np.arange(N) > 0))


@cache
def _fit_with_gaps() -> Any:
    return _fit(_net(attributes=GAPS), LatentClusterModel, n_clusters=2)


def _around(of_before: bool, running: bool = False) -> Any:
    """Loaded or resumed from a file, today's or as if saved when layers' own maps had another prior."""
    path = _folder() / "around.latentnet"
    run = _folder() / "around.run"
    _fit(LAYERS, layers="around", inference=_chains(checkpoint=run)).save(path)
    path = run if running else path
    if of_before:
        content = json.loads(entries_of(path)["model.json"]) | {"version": 4}
        write_zip(path, signed(entries_of(path) | {"model.json": json.dumps(content).encode()}))
    return latentnet.resume(path) if running else load(path)


ODD = ATTRIBUTES.assign(odd=[0.0, 1.0] * (N // 2))
SEPARATE = _net(np.where(np.arange(N)[:, None] % 2 == 0, _ties(), 0.0), attributes=ODD)


def _separated(**params: Any) -> Any:
    return _fit(SEPARATE, similarity=None, effects=[SenderCovariate("odd")], **params)


def _pulled(**priors: Any) -> Any:
    """Fits in which a prior is far from what the ties say."""
    same = (np.arange(20)[:, None] + np.arange(20)) % 2 == 0
    ties = (np.random.default_rng(1).random((20, 20)) < np.where(same, 0.8, 0.2)) * (1.0 - np.eye(20))
    network = Network.from_array(ties, directed=True, attributes=pd.DataFrame({"x": [0.0, 1.0] * 10}))
    given = Priors(**{"coefficient_variance": 0.04, **priors})
    engine = _chains(n_draws=200, n_warmup=100)
    return _fit(network, similarity=None, effects=[AbsoluteDifference("x")], priors=given, inference=engine)


def _noted() -> None:
    """What is said where compiling takes time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keeping, "_said", set())
        patched.setattr(keeping, "_spent", [])
        patched.setattr(keeping, "say", _say)
        keeping.say_that_it_takes_time(3.0)


def _page(roles: Any) -> bool:
    path = _folder() / "page.html"
    plot.positions_html(_model("clusters"), path, roles=roles)
    return path.stat().st_size > 0


def _user_made() -> Path:
    return _saved(_fit(family=Mine(), inference=MAP(n_starts=1)), "mine.latentnet")


def _allowed() -> bool:
    """As much is allowed as each refusal says, until the file is read."""
    path, most = _saved(_model("mode")), 1
    while True:
        try:
            return _same(load(path, max_bytes=most), _model("mode"))
        except ValueError as error:
            most = int(str(error).split("max_bytes=")[1].split(")")[0])


def _bare_rows() -> Any:
    return _fit(ROWS, similarity=None, effects=[Sender()], inference=_chains(n_draws=150))


def _hard() -> Any:
    """Fits in which one value decides much."""
    ties = np.where(np.arange(N)[:, None] == 0, 300.0, 0.0) * (1.0 - np.eye(N))
    return _fit(_net(ties), family="poisson", inference=SHORT)


def _of_prior(name: str) -> bool:
    """A prior from outside of the library that defines what it must is one."""
    return name in vars(NormalPositions)


NAMED, CAPPED = _of_lists(respondents=list("abc")), _of_lists(max_nominations=2, actors=list("abcd"))
SOME = [(i, j) for i in ACTORS[:4] for j in ACTORS[4:]]
FRAME = pd.DataFrame(DYADS, columns=["sender", "receiver"])
STUDY = datasets.make_interview_study(random_state=1)
QUICK = MAP(n_starts=1)
PLAIN = LatentPositionModel(inference=QUICK, random_state=1)

ADVICE: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
    # models
    (
        "a sequence of effects such as [Sociality()]",
        lambda: _fit(PAIRS, effects=3),
        lambda: _fit(PAIRS, effects=[Sociality()], inference=QUICK),
    ),
    ("; for none write effects=()", lambda: _fit(effects=None), lambda: _fit(effects=(), inference=QUICK)),
    (
        "which only fit infers; give model.n_dims_",
        lambda: latentnet.calibrate(LatentPositionModel(n_dims="auto"), NET, n_replications=2),
        lambda: latentnet.calibrate(
            LatentPositionModel(n_dims=_auto_dims().n_dims_, inference=SHORT), NET, n_replications=2
        ),
    ),
    (
        "for no latent space use similarity=None",
        lambda: _fit(n_dims=0),
        lambda: _model("no space").positions_.shape == (N, 0),
    ),
    (
        "but is one effect; write effects=[",
        lambda: _fit(PAIRS, effects=Sociality()),
        lambda: _fit(PAIRS, effects=[Sociality()], inference=QUICK),
    ),
    (
        "effects must hold instances from latentnet.effects",
        lambda: _fit(PAIRS, effects=[Sociality]),
        lambda: _fit(PAIRS, effects=[latentnet.effects.Sociality()], inference=QUICK),
    ),
    (
        "use latentnet.loo(model), which takes a sample of the units",
        _with_memory(lambda: _model("chains").to_arviz(["log_likelihood"], n_networks=1), 6e4),
        _with_memory(lambda: np.isfinite(latentnet.loo(_model("chains")).elpd), 6e4),
    ),
    (
        "fit with inference='mcmc', or leave it out",
        lambda: _model("mode").to_arviz(["log_likelihood"]),
        lambda: _model("chains").to_arviz(["log_likelihood"]) and _model("mode").to_arviz([]),
    ),
    (
        "(inference=PriorDraws() draws from the prior)",
        lambda: _fit(UNKNOWN),
        lambda: _fit(UNKNOWN, inference=PriorDraws()).draws_.kind == "prior" and _fit(_net(_ties() * 0.0)),
    ),
    (
        "NoIntercept() out, or choose a similarity",
        lambda: _fit(similarity=None, effects=[NoIntercept()]),
        lambda: (
            _fit(similarity=None, inference=QUICK)
            and _fit(similarity="distance", effects=[NoIntercept()], inference=QUICK)
        ),
    ),
    (
        "turn the map afterwards: latentnet.align_to(model, positions)",
        lambda: LatentPositionModel(n_dims="auto").fit(NET, align_to=np.zeros((N, 2))),
        _turned,
    ),
    (
        "give an instance first, such as",
        lambda: LatentPositionModel(inference="mcmc").set_params(inference__n_draws=500),
        lambda: LatentPositionModel(inference=MCMC()).set_params(inference__n_draws=500).inference.n_draws == 500,
    ),
    (
        "draw more (inference=MCMC(n_draws=...))",
        lambda: _fit(kind=LatentClusterModel, n_clusters="auto", inference=_chains(n_draws=3)),
        lambda: len(_model("any clusters").labels_) == N,
    ),
    (
        "use LatentPositionModel(similarity=None)",
        lambda: _fit(kind=LatentClusterModel, n_clusters=2, similarity=None),
        lambda: _fit(similarity=None, inference=QUICK),
    ),
    (
        "n_clusters='auto' is for one site",
        lambda: _fit({"a": [NET], "b": [ELSEWHERE]}, DynamicLatentClusterModel, n_clusters="auto"),
        lambda: _fit({"a": [NET], "b": [ELSEWHERE]}, DynamicLatentClusterModel, n_clusters=2, inference=QUICK),
    ),
    (
        "n_clusters='auto' needs inference='mcmc'",
        lambda: _fit(kind=LatentClusterModel, n_clusters="auto", inference=QUICK),
        lambda: _model("any clusters").n_clusters_ >= 1,
    ),
    (
        "n_dims='auto' needs inference='mcmc'",
        lambda: _fit(n_dims="auto", inference=QUICK),
        lambda: _auto_dims().n_dims_ in (1, 2) and _fit(n_dims=2, inference=QUICK),
    ),
    (
        "(model.n_dims_evidence_); draw more (inference=MCMC(n_draws=...)), or give n_dims",
        _undecided,
        lambda: len(_auto_dims().n_dims_evidence_) == 2 and _fit(n_dims=1, inference=QUICK),
    ),
    (
        "dyads must be of one network",
        lambda: _model("sites").summary(dyads=DYADS),
        lambda: (
            len(_model("sites").at(1, "a").summary(dyads=DYADS)) > 4
            and len(_model("periods").at(0).summary(dyads=DYADS)) > 4
        ),
    ),
    (
        "; model.save(path) writes one",
        lambda: load(Path(tempfile.mkdtemp()) / "none.latentnet"),
        lambda: _same(load(_saved(_model("mode"))), _model("mode")),
    ),
    (
        "; in place of R's formula write LatentClusterModel(n_clusters=3, n_dims=2, effects=[...]).fit(network)",
        lambda: LatentPositionModel("samplike ~ euclidean(d = 2, G = 3)").fit(NET),
        lambda: _fit(kind=LatentClusterModel, n_clusters=3, n_dims=2, effects=[Sender()]),
    ),
    (
        "; the network is given to fit: model.fit(network)",
        lambda: LatentPositionModel(NET).fit(NET),
        lambda: _fit(NET),
    ),
    (
        "; write Priors(**...) of it",
        lambda: LatentPositionModel(priors={"intercept_mean": 1.0}).fit(NET),
        lambda: _fit(priors=Priors(intercept_mean=1.0)),
    ),
    (
        "summary has no standard errors (NaN): {}; inference='mcmc' and 'variational' have intervals",
        lambda: _fit(inference=MAP(n_starts=1, max_iterations=1)).summary(),
        lambda: _fit(inference=SHORT).summary().notna().all(axis=None) or True,
    ),
    (
        "call fit(network) before using",
        lambda: LatentPositionModel().positions_,
        lambda: PLAIN.fit(NET).positions_.shape == (N, 2),
    ),
    (
        "fit it to latentnet.Layers({name: network, ...})",
        lambda: _model("chains").layer("x"),
        lambda: _fit(latentnet.Layers({"x": NET, "y": OTHER}), inference=QUICK).layer("x").n_actors_ == N,
    ),
    (
        "latentnet.resume(path) goes on with it",
        lambda: load(_checkpoint()),
        lambda: _same(_loosely(lambda: latentnet.resume(_checkpoint())), _model("chains")),
    ),
    (
        "holds a fitted model, not a run under way",
        lambda: latentnet.resume(_saved(_model("chains"))),
        lambda: _loosely(lambda: load(_saved(_model("chains"))).extend(5)).draws_.n_draws == 55,
    ),
    (
        "made by something else than model.save(path)",
        lambda: load(_forged()),
        lambda: _same(load(_saved(_model("chains"))), _model("chains")),
    ),
    (
        "write merge([first, second])",
        lambda: latentnet.merge(_model("chains")),
        lambda: _loosely(lambda: latentnet.merge([_model("chains"), _model("others")])).draws_.n_chains == 4,
    ),
    (
        "draw more of the shorter one by models[",
        lambda: latentnet.merge([_model("chains"), _fit(random_state=2, inference=_chains(n_draws=60))]),
        _longer,
    ),
    (
        "fit all with the same MCMC(likelihood=...)",
        lambda: latentnet.merge([_model("chains"), _approximate(random_state=2)]),
        lambda: _loosely(lambda: latentnet.merge([_approximate(random_state=k) for k in (1, 2)])).draws_.n_chains == 4,
    ),
    (
        "needs dyads: a sequence of (sender, receiver) labels",
        lambda: _model("chains").predict_proba(draws=True),
        lambda: 2 in _model("chains").predict_proba(DYADS, draws=True).shape,
    ),
    (
        "from_nominations actors=model.actors_",
        lambda: _model("four").score(Network.from_nominations(NAMES[::-1], respondent="i", nominee="j")),
        lambda: np.isfinite(_model("four").score(_of_lists(actors=_model("four").actors_))),
    ),
    (
        "has kept its self-ties, for which the model has no term",
        lambda: _model("mode").score(SELF),
        lambda: (
            np.isfinite(_model("mode").score(_net(SELF.ties.toarray() + np.eye(N), self_ties="drop")))
            and np.isfinite(_model("loops").score(SELF))
        ),
    ),
    (
        "there are no chains to judge; use inference='mcmc'",
        lambda: _say(_model("mode").diagnose()),
        lambda: not _model("chains").diagnose().table.empty,
    ),
    (
        "(inference=MCMC(n_draws=...)) or warm up longer (n_warmup=...)",
        lambda: _aloud(inference=SHORT),
        lambda: _model("long").diagnose().converged,
    ),
    (
        "or start with fewer dimensions",
        lambda: _aloud(inference=SHORT),
        lambda: _model("one").n_dims_ == 1 and _model("long").diagnose().converged,
    ),
    (
        "(inference=MCMC(n_warmup=...)) or take smaller",
        lambda: _say(report._divergences(np.ones(3))),
        lambda: _fit(inference=_chains(n_warmup=40, target_acceptance=0.9)),
    ),
    (
        ": go on from there by model.extend(",
        lambda: LatentPositionModel(inference=_running(2), random_state=1).fit(PATH),
        lambda: (
            _loosely(lambda: _fit(inference=_running(2)).extend(30)).draws_.n_draws == 240
            and _fit(inference=_running(4))
        ),
    ),
    (
        "R-hat compares several: fit with MCMC(n_chains=4)",
        lambda: _aloud(inference=_chains(n_chains=1)),
        lambda: _loosely(lambda: _fit(inference=_chains(n_chains=4))).diagnose().table["r_hat"].notna().all(),
    ),
    (
        ": give the model inference=MCMC(max_thin=",
        lambda: cross_validate(_unfitted(_running(2)), NET, cv=2),
        lambda: len(_loosely(lambda: cross_validate(_unfitted(_running(4)), NET, cv=2))) == 2,
    ),
    (
        "the chains ran on to thin=",
        lambda: LatentPositionModel(inference=_running(2), random_state=1).fit(PATH),
        lambda: _loosely(lambda: _fit(inference=_running(2)).extend(30)).draws_.n_draws == 240,
    ),
    (
        "are too few to judge: fit with MCMC(n_draws=",
        lambda: _aloud(inference=_chains(thin="auto", max_thin=16)),
        lambda: _loosely(lambda: _fit(inference=_chains(n_draws=200, thin="auto", max_thin=2))).thin_ == 2,
    ),
    (
        "at(period, site) or layer(name) again after load",
        lambda: _saved(_model("periods").at(0)),
        lambda: (
            _same(load(_saved(_model("periods"))).at(0), _model("periods").at(0))
            and _same(load(_saved(_model("layers"))).layer("x"), _model("layers").layer("x"))
        ),
    ),
    (
        "ask predict(dyads) for some of them",
        _with_memory(lambda: _model("chains").ties_to_frame(), 6000.0),
        _with_memory(lambda: _model("chains").predict(DYADS).shape == (2,), 6000.0),
    ),
    # engines
    (
        "or an engine such as MCMC(n_draws=2000)",
        lambda: _fit(inference="gibbs"),
        lambda: _fit(inference=_chains(n_draws=20)).draws_.n_draws == 20,
    ),
    (
        "{}: likelihood='approximate' cannot be had",
        lambda: _approximate(LAYERS),
        lambda: _fit(LAYERS, inference=_chains(likelihood="exact")),
    ),
    (
        "it has no self-ties, but effects has Loops()",
        lambda: _approximate(SELF, effects=[Loops()]),
        lambda: (
            _fit(SELF, effects=[Loops()], inference=_chains(likelihood="exact"))
            and _approximate(_net(SELF.ties.toarray(), self_ties="drop"))
        ),
    ),
    (
        "must define infer(problem, rng)",
        lambda: _fit(inference=Nowhere()),
        lambda: _fit(inference=Somewhere()).draws_.kind == "mode",
    ),
    (
        "extend needs inference=MCMC(...)",
        lambda: _fit().set_params(inference=MAP()).extend(5),
        lambda: _loosely(lambda: _fit().extend(5)).draws_.n_draws == 55,
    ),
    (
        "take inference='mcmc', or layers='shared'",
        lambda: _fit(LAYERS, layers="around", inference=QUICK),
        lambda: _fit(LAYERS, layers="around") and _fit(LAYERS, layers="shared", inference=QUICK),
    ),
    (
        "n_dims='auto' weighs numbers of dimensions by the exact one",
        lambda: _auto_dims(likelihood="approximate"),
        lambda: _auto_dims(likelihood="exact").n_dims_ in (1, 2) and _approximate(n_dims=2),
    ),
    (
        "inference='variational' cannot fit this model",
        lambda: _fit(LAYERS, inference="variational"),
        lambda: _model("layers").draws_.kind == "chains",
    ),
    # checks
    (
        "fit with a similarity and inference='mcmc'",
        lambda: latentnet.bic(_model("no space")),
        lambda: np.isfinite(latentnet.bic(_model("chains")).total),
    ),
    (
        "read model.n_clusters_probabilities_ instead",
        lambda: latentnet.bic(_model("any clusters")),
        lambda: _model("any clusters").n_clusters_probabilities_.sum() == pytest.approx(1.0),
    ),
    (
        "and a simulated network would have others; give from_nominations actors=",
        lambda: latentnet.calibrate(LatentPositionModel(inference=SHORT), NAMED, n_replications=2),
        lambda: latentnet.calibrate(
            LatentPositionModel(inference=SHORT), _of_lists(actors=list("abcd")), n_replications=2
        ),
    ),
    (
        "; use MCMC()",
        lambda: latentnet.calibrate(PLAIN, NET, n_replications=2),
        lambda: latentnet.calibrate(LatentPositionModel(inference=SHORT), NET, n_replications=2),
    ),
    (
        "priors=LatentClusterModel('auto').fit(network).priors_",
        lambda: _say(_compared("actors")["advice"].tolist()),
        lambda: "priors" not in " ".join(_compared("actors", _model("any clusters").priors_)["advice"]),
    ),
    (
        "dyads cannot tell numbers of clusters: use criterion='actors'",
        lambda: _say(_compared("loo")["advice"].tolist()),
        lambda: np.isfinite(_compared("actors")["elpd"]).all(),
    ),
    (
        "do not rely on elpd, use criterion='kfold'",
        lambda: _say(latentnet.compare({"a": _hard(), "b": _hard()})["advice"].tolist()),
        lambda: _by("kfold", _model("chains"), _model("others")),
    ),
    (
        "Run longer, MCMC(n_draws=..., n_warmup=...)",
        lambda: _say(latentnet.diagnose(_model("chains"))),
        lambda: latentnet.diagnose(_model("long")).converged,
    ),
    (
        "(model.priors_), and fit again with a wider one",
        lambda: _say(latentnet.diagnose(_pulled())),
        lambda: "prior against ties" not in set(latentnet.diagnose(_pulled(coefficient_variance=1e4)).table["topic"]),
    ),
    (
        "Say what values are possible in Priors(coefficient_variance=...), or leave it out",
        lambda: _say(latentnet.diagnose(_separated())),
        lambda: _separated(priors=Priors(coefficient_variance=1.0)) and _fit(SEPARATE, similarity=None),
    ),
    (
        "which needs an attribute of the actors: by='...'",
        lambda: latentnet.goodness_of_fit(_model("chains"), statistics="mixing"),
        lambda: latentnet.goodness_of_fit(_model("chains"), statistics="mixing", by="group", n_networks=10),
    ),
    (
        "needs chains that draw from the posterior, but the model was fitted by",
        lambda: latentnet.loo(_model("mode")),
        lambda: np.isfinite(latentnet.loo(_model("chains")).elpd),
    ),
    (
        "which leave out pairs or lists of all of them",
        lambda: latentnet.compare({"a": _model("layers"), "b": _model("layers")}, criterion="actors"),
        lambda: all(_by(one, *[_model(of)] * 2) for of in ("layers", "periods") for one in ("loo", "kfold")),
    ),
    (
        "compare the joint models, or use criterion='loo'",
        lambda: latentnet.compare({"x": _model("layers").layer("x")}, criterion="kfold"),
        lambda: _by("loo", _model("layers").layer("x")) and _by("kfold", _model("layers")),
    ),
    (
        "use criterion='kfold', which holds out whole lists",
        lambda: latentnet.compare(dict.fromkeys("ab", _fit(CAPPED)), criterion="actors"),
        lambda: _by("kfold", _fit(CAPPED), _fit(CAPPED, random_state=2)),
    ),
    (
        "of model.at(period, site) or of model.layer(name)",
        lambda: _say(latentnet.diagnose(_model("rows of waves"))),
        lambda: all(
            len(latentnet.next_interviews(one, 1)) == 1
            for one in (_model("rows of waves").at(0), _model("rows of layers").layer("x"))
        ),
    ),
    (
        "next_interviews(model, n) says whom to ask next",
        lambda: _say(latentnet.diagnose(_model("rows"))),
        lambda: len(latentnet.next_interviews(_model("rows"), 2)) == 2,
    ),
    # model selection
    (
        "cv=[(network.with_unobserved(dyads), dyads)]",
        _with_memory(lambda: list(DyadKFold(2).split(NET))),
        lambda: (
            cross_validate(PLAIN, NET, cv=[(NET.with_unobserved(SOME), SOME)], scoring="roc_auc")["roc_auc"]
            .between(0.0, 1.0)
            .all()
        ),
    ),
    (
        "compare(models, criterion='kfold') holds out pairs of all layers",
        lambda: cross_validate(PLAIN, LAYERS),
        lambda: (
            _by("kfold", _model("layers"), _model("layers"))
            and np.isfinite(
                _fit(Layers({"x": NET.with_unobserved(SOME), "y": OTHER}), inference=QUICK).layer("x").score(NET)
            )
        ),
    ),
    (
        "cv must be a number of folds, an object such as DyadKFold(5)",
        lambda: cross_validate(PLAIN, NET, cv="five"),
        lambda: all(
            len(cross_validate(PLAIN, NET, cv=cv)) == 2 for cv in (2, DyadKFold(2), list(DyadKFold(2).split(NET)))
        ),
    ),
    (
        "and a list with gaps says nothing; use RespondentKFold",
        lambda: list(DyadKFold(2).split(CAPPED)),
        lambda: len(list(RespondentKFold(2).split(CAPPED))) == 2,
    ),
    (
        "undirected; use ActorKFold",
        lambda: list(RespondentKFold(2).split(PAIRS)),
        lambda: len(list(ActorKFold(2).split(PAIRS))) == 2,
    ),
    (
        "score what predict_proba(dyads) says, as 'roc_auc', 'average_precision' and 'brier' do",
        _with_memory(lambda: held_out(NET, SOME).network),
        lambda: (
            cross_validate(PLAIN, NET, cv=2, scoring=["roc_auc", "average_precision", "brier"]).notna().all(axis=None)
        ),
    ),
    (
        "use 'log_score', which knows the design, or 'roc_auc'",
        lambda: cross_validate(PLAIN, CAPPED, cv=2, scoring="brier"),
        lambda: cross_validate(PLAIN, CAPPED, cv=2, scoring=["log_score", "roc_auc"])["log_score"].notna().all(),
    ),
    (
        "fit the first ones and score model.forecast() on the next",
        lambda: cross_validate(DynamicLatentPositionModel(), NET),
        lambda: (
            np.isfinite(_model("periods").forecast().score(NET)) and _by("kfold", _model("periods"), _model("periods"))
        ),
    ),
    (
        "scoring of GridSearch must be one score",
        lambda: GridSearch(PLAIN, {"n_dims": [1]}, scoring=["roc_auc", "brier"]).fit(NET),
        lambda: GridSearch(PLAIN, {"n_dims": [1]}, scoring="roc_auc", cv=2).fit(NET),
    ),
    # pictures
    (
        "densities and clouds of draws are contours='pooled' and clouds='all'",
        lambda: plot.positions(_model("chains"), what="density"),
        lambda: plot.positions(_model("chains"), contours="pooled", clouds="all") is not None,
    ),
    (
        "what latentnet.calibrate returns",
        lambda: plot.calibration_ranks(1),
        lambda: plot.calibration_ranks(
            latentnet.calibrate(LatentPositionModel(inference=SHORT), NET, n_replications=3)
        ),
    ),
    (
        "the posterior over clusters needs inference='mcmc'",
        lambda: plot.coclustering(SimpleNamespace(network_=NET, labels_=[0] * N)),
        lambda: plot.coclustering(_model("clusters")) and plot.n_clusters(_model("any clusters")),
    ),
    (
        "has no clusters; fit a LatentClusterModel",
        lambda: plot.membership(_model("mode")),
        lambda: plot.membership(_model("mode of clusters")),
    ),
    (
        "a table of latentnet.compare",
        lambda: plot.compare(3),
        lambda: plot.compare(latentnet.compare({"a": _model("chains"), "b": _model("others")})),
    ),
    (
        "call `fit` with inference='mcmc' before plotting chains",
        lambda: plot.rank(SimpleNamespace(network_=NET)),
        lambda: plot.rank(_model("chains")),
    ),
    (
        "model must have chains to draw, but was fitted by",
        lambda: plot.trace(_model("mode")),
        lambda: plot.trace(_model("chains")),
    ),
    (
        "what latentnet.compare_waves returns",
        lambda: plot.flow(3),
        lambda: plot.flow(latentnet.compare_waves(_model("clusters"), _model("clusters"))),
    ),
    (
        "fits of LatentClusterModel",
        lambda: plot.flow(latentnet.compare_waves(_model("chains"), _model("others"))),
        lambda: plot.flow(latentnet.compare_waves(_model("clusters"), _model("clusters"))),
    ),
    (
        "what latentnet.goodness_of_fit returns",
        lambda: plot.goodness_of_fit(3),
        lambda: plot.goodness_of_fit(latentnet.goodness_of_fit(_model("chains"), n_networks=10)),
    ),
    (
        "actors; reindex it by `model.actors_`, or pass its `.to_numpy()` if already so ordered",
        lambda: plot.positions(_model("chains"), color=pd.Series(range(N))),
        lambda: (
            plot.positions(_model("chains"), color=ATTRIBUTES["age"].reindex(_model("chains").actors_))
            and plot.positions(_model("chains"), color=pd.Series(range(N)).to_numpy())
        ),
    ),
    (
        "in the order of `model.actors_`",
        lambda: plot.positions(_model("chains"), color=[1, 2]),
        lambda: plot.positions(_model("chains"), color=[ATTRIBUTES["age"][one] for one in _model("chains").actors_]),
    ),
    (
        "fit it with inference='mcmc'",
        lambda: plot.positions(_model("mode"), clouds=ACTORS[:2]),
        lambda: (
            plot.positions(_model("chains"), clouds=ACTORS[:2])
            and plot.positions(_model("chains"), contours=ACTORS[:2])
        ),
    ),
    (
        "three-dimensional axes (`projection='3d'`)",
        lambda: plot.positions(_model("three"), ax=plt.subplots()[1]),
        lambda: plot.positions(_model("three"), ax=plt.figure().add_subplot(projection="3d")),
    ),
    (
        "for a model with n_dims=",
        lambda: plot.positions(_model("chains"), ax=plt.figure().add_subplot(projection="3d")),
        lambda: plot.positions(_model("chains"), ax=plt.subplots()[1]),
    ),
    (
        "give the result of `latentnet.roles(model)`",
        lambda: _page(3),
        lambda: _page(latentnet.roles(_model("clusters"))),
    ),
    (
        "Give the result of `latentnet.roles` for this very model",
        lambda: _page(latentnet.roles(_model("clusters"))[1:]),
        lambda: _page(latentnet.roles(_model("clusters"))),
    ),
    (
        "draw it with `plot.positions` by itself",
        lambda: plot.pairs({"one": _model("chains"), "two": _model("three")}),
        lambda: plot.positions(_model("three")),
    ),
    (
        "the model has no latent space (similarity=None)",
        lambda: plot.positions(_model("no space")),
        lambda: plot.positions(_model("chains")),
    ),
    (
        "give some of them: dyads=...",
        _with_memory(lambda: plot.roc(_model("chains"))),
        _with_memory(lambda: plot.roc(_model("chains"), dyads=SOME), 2e4),
    ),
    (
        "must be the number of a draw, 0 to",
        lambda: plot.positions(_model("chains"), what=100),
        lambda: plot.positions(_model("chains"), what=99) and plot.positions(_model("chains"), what="point"),
    ),
    # studies
    (
        "next_interviews needs binary ties, family='bernoulli'",
        lambda: latentnet.next_interviews(_fit(COUNTS, family="poisson", inference=QUICK), 1),
        lambda: len(latentnet.next_interviews(_model("rows"), 1)) == 1,
    ),
    (
        "next_interviews needs a posterior of at least",
        lambda: latentnet.next_interviews(_fit(ROWS, inference=QUICK), 1),
        lambda: len(latentnet.next_interviews(_model("rows"), 1)) == 1,
    ),
    (
        "mark the rows of those who were only named as unobserved (NaN)",
        lambda: latentnet.next_interviews(_fit(inference=_chains(n_draws=150)), 1),
        lambda: len(latentnet.next_interviews(_model("rows"), 1)) == 1,
    ),
    (
        "target 'clusters' needs a model with clusters",
        lambda: latentnet.next_interviews(_model("rows"), 1, target="clusters"),
        lambda: len(latentnet.next_interviews(_model("rows of clusters"), 1, target="clusters")) == 1,
    ),
    (
        "target='everything'",
        lambda: latentnet.next_interviews(_bare_rows(), 1, target="others"),
        lambda: len(latentnet.next_interviews(_bare_rows(), 1, target="everything")) == 1,
    ),
    (
        "{} needs a model with clusters, but got a {}; fit a LatentClusterModel",
        lambda: latentnet.composition(_model("chains"), "group"),
        lambda: latentnet.composition(_model("clusters"), "group"),
    ),
    (
        "attributes[{}].fillna('unknown')",
        lambda: latentnet.composition(_fit_with_gaps(), "group"),
        lambda: latentnet.composition(_fit_with_gaps(), GAPS["group"].fillna("unknown")),
    ),
    (
        ".reindex(model.actors_).fillna('unknown')",
        lambda: latentnet.composition(_model("clusters"), GAPS["group"]),
        lambda: latentnet.composition(
            _model("clusters"), GAPS["group"].reindex(_model("clusters").actors_).fillna("unknown")
        ),
    ),
    (
        "is a model of several networks: give parts of it, such as model.at(period=0)",
        lambda: latentnet.compare_waves(_model("waves of clusters")),
        lambda: latentnet.compare_waves(
            _model("waves of clusters").at(period=0), _model("waves of clusters").at(period=1)
        ),
    ),
    # parts
    (
        "must define values(space)",
        lambda: PositionPrior().values(None),  # type: ignore[arg-type]
        lambda: _of_prior("values"),
    ),
    (
        "must define bind(space, first, priors)",
        lambda: PositionPrior().bind(None, 0, Priors()),  # type: ignore[arg-type]
        lambda: _of_prior("bind"),
    ),
    (
        "ask for some of them: dyads=[(sender, receiver), ...]",
        _with_memory(lambda: _model("chains").predict_proba()),
        _with_memory(lambda: _model("chains").predict_proba(dyads=DYADS).shape == (2,), 5e3),
    ),
    (
        "this needs one kind of ties",
        lambda: Predictive(_model("layers")._problem, np.zeros((1, 1))),
        lambda: _model("layers").layer("x").predict_proba().shape == (N, N),
    ),
    (
        "similarity='distance', no effects",
        lambda: _hours(11, effects=[SenderCovariate("age")]),
        lambda: _hours(10, effects=[SenderCovariate("age")]),
    ),
    (
        "DyadCovariate(x, name=...)",
        lambda: _fit(effects=[DyadCovariate(_ties(3), name="x"), DyadCovariate(_ties(4), name="x")]),
        lambda: (
            len(_fit(effects=[DyadCovariate(_ties(k), name=f"x{k}") for k in (3, 4)], inference=QUICK).coefficients_)
            == 2
        ),
    ),
    (
        "is scaled by no power, so layers cannot have weights",
        lambda: _fit(LAYERS, similarity=Unscaled()),
        lambda: all(
            _fit(LAYERS, similarity=one, inference=QUICK) for one in ("distance", "squared_distance", "bilinear")
        ),
    ),
    (
        "it is there for binary ties (logit) with similarity='distance' and without effects",
        lambda: _say(Approximate.refusal(_fit(similarity="bilinear", inference=QUICK)._problem)),
        lambda: _approximate(similarity="distance"),
    ),
    (
        "it is there for binary ties (logit) and counts (poisson, no exposure), with similarity='distance'",
        lambda: _fit(similarity="bilinear", inference="variational"),
        lambda: (
            _fit(similarity="distance", inference="variational")
            and _fit(COUNTS, family="poisson", effects=[Sender()], inference="variational")
        ),
    ),
    (
        "(family='poisson'), but not that of log(1 + exp(η))",
        lambda: _fit(effects=[Sender()], inference="variational"),
        lambda: _fit(COUNTS, family="poisson", effects=[Sender()], inference="variational"),
    ),
    (
        "take inference='map' or 'variational'",
        _with_memory(lambda: tie_probabilities(_model("chains")._problem.likelihood, np.zeros((1, 17)))),
        lambda: _fit(inference="map") and _fit(inference="variational"),
    ),
    (
        "allow more: latentnet.load(path, max_bytes=",
        lambda: load(_saved(_model("mode")), max_bytes=1),
        _allowed,
    ),
    (
        "load reads what model.save(path) wrote",
        lambda: load(__file__),
        lambda: _same(load(_saved(_model("mode"))), _model("mode")),
    ),
    (
        "which load must be given: latentnet.load(path, components=[",
        lambda: load(_user_made()),
        lambda: isinstance(load(_user_made(), components=[Mine]).family, Mine),
    ),
    (
        "respondents must be people of",
        lambda: STUDY.ask(STUDY.sites[0], ["nobody"]),
        lambda: len(STUDY.ask(STUDY.sites[0], STUDY.people(STUDY.sites[0], 0).index[:3])) > 0,
    ),
    (
        "take likelihood='exact'",
        lambda: mesh_around(np.array([[0.0, 1e9], [0.0, 1e9]]), 1e-3, 3.0, 0.0),
        lambda: _fit(inference=_chains(likelihood="exact")) and _fit(inference=MAP(n_starts=1, likelihood="exact")),
    ),
    # what all share
    (
        "model.at(period=..., site=...)",
        lambda: latentnet.bic(_model("sites")),
        lambda: latentnet.roles(_model("sites of clusters").at(period=1, site="a")),
    ),
    (
        "needs one kind of ties, but the model has",
        lambda: plot.roc(_model("layers")),
        lambda: plot.roc(_model("layers").layer("x")),
    ),
    (
        "by cross_validate and GridSearch of latentnet.model_selection",
        lambda: GridSearchCV(PLAIN, {"n_dims": [1]}, cv=2, error_score="raise", scoring=lambda *_: 0.0).fit(_ties()),
        lambda: GridSearch(PLAIN, {"n_dims": [1]}, cv=2).fit(NET) and len(cross_validate(PLAIN, NET, cv=2)) == 2,
    ),
    (
        "for more draws, or prior_sensitivity, fit again",
        lambda: _around(of_before=True),
        lambda: _loosely(lambda: _around(of_before=False).extend(10)),
    ),
    (
        "holds a run of an older latentnet, which had another prior of layers='around': fit again",
        lambda: _around(of_before=True, running=True),
        lambda: _loosely(lambda: _around(of_before=False, running=True)),
    ),
    (
        "escape it, for example by repr(text)[1:-1]",
        lambda: Network.from_array(_ties(), [*ACTORS[1:], "a\x00"], directed=True),
        lambda: Network.from_array(_ties(), [*ACTORS[1:], repr("a\x00")[1:-1]], directed=True).n_actors == N,
    ),
    (
        "of a frame take list(zip(frame['sender'], frame['receiver']))",
        lambda: _model("mode").predict(FRAME),
        lambda: _model("mode").predict(list(zip(FRAME["sender"], FRAME["receiver"], strict=True))).shape == (2,),
    ),
    (
        "is not fitted yet: call fit(network) first",
        lambda: latentnet.bic(LatentPositionModel()),
        lambda: np.isfinite(latentnet.bic(_model("chains")).total),
    ),
    (
        "`python -m latentnet.compile` does it beforehand",
        _noted,
        lambda: subprocess.run([sys.executable, "-m", "latentnet.compile", "--help"], check=True, capture_output=True),
    ),
    (
        "a pandas DataFrame",
        lambda: Network.from_edges([("a", "b")], "i", "j"),
        lambda: Network.from_edges(pd.DataFrame({"i": ["a"], "j": ["b"]}), "i", "j", directed=True).n_ties == 1,
    ),
    (
        "an integer of at least 0, or a SeedSequence, Generator or RandomState of numpy",
        lambda: _fit(random_state="x"),
        lambda: all(
            _fit(random_state=seed, inference=QUICK)
            for seed in (None, 0, np.random.SeedSequence(1), np.random.default_rng(1), np.random.RandomState(1))
        ),
    ),
]


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.mark.parametrize(("key", "provoke", "follow"), ADVICE, ids=[key for key, _, _ in ADVICE])
def test_advice_is_given_and_works(key: str, provoke: Callable[[], Any], follow: Callable[[], Any]) -> None:
    check_advice(key, provoke, follow)


def test_every_advice_has_a_row_and_every_row_a_message() -> None:
    check_rows(FOLDERS, [key for key, _, _ in ADVICE], NO_ADVICE)


def test_findings_end_in_one_full_stop() -> None:
    assert ".." not in str(latentnet.diagnose(_model("rows"))).replace("...", "")

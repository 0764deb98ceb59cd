"""Writes `combinations.md` from the registries, by trying every combination: ``python docs/tables.py``."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from latentnet import (
    DynamicLatentPositionModel,
    LatentClusterModel,
    LatentnetWarning,
    LatentPositionModel,
    Layers,
    Network,
    Priors,
)
from latentnet.effects import EFFECTS, SIMILARITIES, Correlated, Effect, Shared
from latentnet.families import FAMILIES, Family
from latentnet.families.designs import DESIGNS
from latentnet.inference import ENGINES
from latentnet.likelihood.slots import SLOTS
from latentnet.models.arguments import read_effects
from latentnet.network.layers import as_given
from latentnet.problem.bind import make_problem
from latentnet.problem.layers import bind_given

PAGE = Path(__file__).with_name("combinations.md")

_TIES = np.array(
    [
        [0, 1, 1, 0, 0, 0],
        [1, 0, 1, 0, 0, 1],
        [0, 1, 0, 1, 0, 0],
        [0, 0, 0, 0, 1, 1],
        [0, 1, 0, 1, 0, 1],
        [1, 0, 0, 0, 1, 0],
    ],
    dtype=float,
)
_GRADES = [1, 2, 1, 3, 2, 1]
_MILES = np.abs(np.subtract.outer(np.arange(6) ** 2, np.arange(6) ** 2)).astype(float)
_FAMILY_ARGUMENTS = {"trials": 7}  # those without which a family refuses everything
_ATTRIBUTES = pd.DataFrame({"grade": _GRADES})


def _network(ties: np.ndarray, directed: bool) -> Network:
    return Network.from_array(ties, directed=directed, attributes=_ATTRIBUTES)


def _nominations(**design: Any) -> Network:
    """Actors 0 to 3 were asked, 4 and 5 named."""
    senders, receivers = np.nonzero(_TIES[:4])
    names = pd.DataFrame({"who": senders, "whom": receivers})
    names["place"] = names.groupby("who").cumcount() + 1
    design = {"actors": range(6)} | design
    return Network.from_nominations(names, respondent="who", nominee="whom", attributes=_ATTRIBUTES, **design)


def _networks() -> dict[str, Network]:
    """A small network of every kind, then one for each design."""
    hidden, rows = _TIES.copy(), _TIES.copy()
    hidden[0, 3] = hidden[5, 1] = rows[4:] = np.nan
    np.fill_diagonal(rows, 0.0)
    return {
        "undirected": _network(np.maximum(_TIES, _TIES.T), False),
        "directed": _network(_TIES, True),
        "two-mode": Network.from_incidence(_TIES[:4, 2:4], attributes=_ATTRIBUTES),
        "unobserved dyads": _network(hidden, True),
        "unobserved rows": _network(rows, True),
        "max_nominations": _nominations(max_nominations=3),
        "ranks": _nominations(rank="place"),
        "max_nominations and ranks": _nominations(max_nominations=3, rank="place"),
        "choice_set='named'": _nominations(actors=None),
        "choice_set='named' and max_nominations": _nominations(actors=None, max_nominations=3),
        "choice_set='named' and ranks": _nominations(actors=None, rank="place"),
    }


def _read_for(network: Network, effects: Sequence[Effect]) -> Network:
    """The network with its self-ties kept, if these have a term and the kind of network may have some."""
    wanted = any(effect.of_self_ties for effect in effects)
    if not wanted or network.two_mode or network.n_nominations is not None:
        return network
    return Network(network._parts._replace(self_ties=np.tile([1.0, 0.0], 3)))


def _families() -> dict[str, Family]:
    """Every family; one with links once for each link, its own first."""
    links = sorted(set().union(*(entry.links for entry in DESIGNS.values())))
    found: dict[str, Family] = {}
    for name, family in FAMILIES.items():
        needed = {key: value for key, value in _FAMILY_ARGUMENTS.items() if key in family().get_params()}
        found[name] = family(**needed)
        for link in links if "link" in family().get_params() else ():
            if family(link=link) != found[name]:  # type: ignore[call-arg]
                found[f"{name} ({link})"] = family(link=link)  # type: ignore[call-arg]
    return found


def _effects() -> dict[str, Effect]:
    arguments = {"attribute": "grade", "matrix": _MILES, "name": "miles"}
    return {
        name: effect(**{key: arguments[key] for key in effect._parameter_names() if key in arguments})
        for name, effect in EFFECTS.items()
    }


NETWORKS, FAMILY, EFFECT = _networks(), _families(), _effects()
VALUES = {
    "0, 1": _TIES,
    "counts": _TIES * np.arange(1, 7),
    "signed grades": _TIES * np.tile([1, -1, 2], 2),
    "real numbers": _TIES * np.linspace(-1.5, 2.2, 6),
}


def _outcome(attempt: Callable[[], Any]) -> str:
    """Run and return "", the message of a refusal, or that of a warning with a mark in front."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LatentnetWarning)
        try:
            attempt()
        except (TypeError, ValueError) as error:
            return str(error)
    return "".join(f"warning: {one.message}" for one in caught[:1])


@cache
def tried(
    family: str, effects: tuple[str, ...] = (), network: str = "directed", similarity: str | None = "distance"
) -> str:
    """Return "" where the library takes the combination, else its message."""
    return _outcome(
        lambda: make_problem(
            _read_for(NETWORKS[network], tuple(EFFECT[name] for name in effects)),
            family=FAMILY[family],
            similarity=similarity,
            n_dims=0 if similarity is None else 2,
            effects=tuple(EFFECT[name] for name in effects),
            priors=Priors(),
        )
    )


def _value_tried(family: str, values: str) -> str:
    network = _network(VALUES[values], True)
    return _outcome(
        lambda: make_problem(
            network, family=FAMILY[family], similarity="distance", n_dims=2, effects=(), priors=Priors()
        )
    )


# Two kinds of ties among the same actors, of which one is as the column says.
_SECOND = np.roll(_TIES, 1, axis=0) * (1.0 - np.eye(6))
LAYERED = {
    "each its own": lambda effect: effect,
    "Shared": Shared,
    "Correlated": Correlated,
}


@cache
def layered_tried(effect: str, across: str) -> str:
    """Two directed layers, which have a coefficient or values each, in common, or correlated."""

    def attempt() -> None:
        effects = read_effects([LAYERED[across](EFFECT[effect])])
        first, second = (_read_for(_network(ties, True), effects) for ties in (_TIES, _SECOND))
        bind_given(
            as_given(Layers({"one": first, "other": second})),
            [FAMILY["bernoulli"]] * 2,
            similarity="distance",
            n_dims=2,
            effects=effects,
            priors=Priors(),
        )

    return _outcome(attempt)


def _beside(network: str, family: str) -> str:
    """A directed layer of binary ties, beside one of another kind and family."""
    return _outcome(
        lambda: bind_given(
            as_given(Layers({"one": NETWORKS["directed"], "other": NETWORKS[network]})),
            [FAMILY["bernoulli"], FAMILY[family]],
            similarity="distance",
            n_dims=2,
            effects=(),
            priors=Priors(),
        )
    )


def is_refusal(message: str) -> bool:
    """Tell refusals from warnings and nothing."""
    return bool(message) and not message.startswith("warning: ")


def combinations() -> Iterator[tuple[str, str, str, str | None]]:
    """Every family with every effect, network and similarity."""
    return itertools.product(FAMILY, EFFECT, NETWORKS, [*SIMILARITIES, None])


def refused_by_pair(family: str, effect: str, network: str) -> bool:
    """Whether the page's tables of pairs refuse a combination."""
    pairs = (tried(family, (effect,)), tried(family, (), network), tried("bernoulli", (effect,), network))
    return any(map(is_refusal, pairs))


def _table(rows: dict[str, str], columns: list[str], cell: Callable[[str, str], str]) -> list[str]:
    """A table of rows (by name, with what is shown), and below it what the library says of refused cells."""
    lines = ["| | " + " | ".join(map(_code_of, columns)) + " |", "|---" * (len(columns) + 1) + "|"]
    said: dict[str, str] = {}  # a message of each kind, with where it was met first
    for name, shown in rows.items():
        marks = []
        for column in columns:
            message = cell(name, column)
            marks.append("no" if is_refusal(message) else "warns" if message else "yes")
            if message:
                said.setdefault(_kind(message), f"* {_code_of(name)} and {_code_of(column)}: *{_escaped(message)}*")
        lines.append(f"| {shown} | " + " | ".join(marks) + " |")
    if not said:
        return [*lines, ""]
    return [*lines, "", "What the library says, for example:", "", *said.values(), ""]


def _kind(message: str) -> str:
    """The message without what is particular to names and numbers."""
    return re.sub(r"'[^']*'|[\d.-]+|\w+\([^)]*\)|\w+_\w+=?|ranks", "", message)[:120]


def _code_of(name: str) -> str:
    return f"`{name.strip('`')}`"


def _escaped(message: str) -> str:
    """The message as Markdown, between asterisks."""
    for mark in ("*", "_", "<", "[", "|"):
        message = message.replace(mark, "\\" + mark)
    return message


def _summary(thing: Any) -> str:
    return (type(thing).__doc__ or "").strip().partition("\n")[0].partition(". ")[0].rstrip(".")


def _code(names: Any) -> dict[str, str]:
    return {name: f"`{name}`" for name in names}


# Engines with as little work as they allow.
_LITTLE = {"n_draws": 4, "n_warmup": 4, "n_chains": 1, "progress": False, "n_starts": 1, "max_iterations": 10}


def _engine(name: str) -> Any:
    engine = ENGINES[name]()
    return engine.set_params(**{key: value for key, value in _LITTLE.items() if key in engine.get_params()})


def fitted(engine: str, model: type[LatentPositionModel] = LatentPositionModel, **params: Any) -> str:
    """Fit; return "" or the message of a refusal. Whether so short a run converges is no matter."""
    network = _read_for(NETWORKS[params.pop("network", "directed")], params.get("effects", ()))
    message = _outcome(lambda: model(inference=_engine(engine), random_state=1, **params).fit(network))
    return message if is_refusal(message) else ""


def _models() -> dict[str, Callable[[str], str]]:
    """What is fitted with every engine: each family, effect, design, similarity and kind of clusters once."""
    models: dict[str, Callable[[str], str]] = {}
    for name, family in FAMILY.items():
        models[f"family {name}"] = lambda engine, family=family: fitted(engine, family=family)
    for name, effect in EFFECT.items():
        kind = next(k for k in NETWORKS if not is_refusal(tried("bernoulli", (name,), k)))
        models[f"effect {name}"] = lambda engine, effect=effect, kind=kind: fitted(
            engine, effects=[effect], network=kind
        )
    for name in NETWORKS:
        models[f"network {name}"] = lambda engine, name=name: fitted(engine, network=name)
    for similarity in [*SIMILARITIES, None]:
        models[f"similarity {similarity}"] = lambda engine, similarity=similarity: fitted(engine, similarity=similarity)
    for n_clusters in (2, "auto"):
        models[f"n_clusters={n_clusters!r}"] = lambda engine, n_clusters=n_clusters: fitted(
            engine, LatentClusterModel, n_clusters=n_clusters
        )
    return models


def _models_of_layers() -> dict[str, Callable[[str], str]]:
    """Two layers, fitted with every engine: on one map and around it, with clusters, in two periods, and dims."""

    def fit(engine: str, model: Any = LatentPositionModel, periods: int = 0, **params: Any) -> str:
        layers = Layers({"one": NETWORKS["directed"], "other": _network(_SECOND, True)})
        given = [layers] * periods if periods else layers
        message = _outcome(lambda: model(inference=_engine(engine), random_state=1, **params).fit(given))
        return message if is_refusal(message) else ""

    return {
        "layers='shared'": lambda engine: fit(engine),
        "layers='around'": lambda engine: fit(engine, layers="around"),
        "similarity='squared_distance'": lambda engine: fit(engine, similarity="squared_distance"),
        "similarity='bilinear'": lambda engine: fit(engine, similarity="bilinear"),
        "similarity=None": lambda engine: fit(engine, similarity=None),
        "n_clusters=2": lambda engine: fit(engine, LatentClusterModel, n_clusters=2),
        "n_clusters=2, layers='around'": lambda engine: fit(engine, LatentClusterModel, n_clusters=2, layers="around"),
        "n_clusters='auto'": lambda engine: fit(engine, LatentClusterModel, n_clusters="auto"),
        "n_dims='auto'": lambda engine: fit(engine, n_dims="auto", most_dims=2),
        "two periods": lambda engine: fit(engine, DynamicLatentPositionModel, 2),
        "two periods, layers='around'": lambda engine: fit(engine, DynamicLatentPositionModel, 2, layers="around"),
        "Shared(Homophily('grade'))": lambda engine: fit(engine, effects=[Shared(EFFECT["Homophily"])]),
        "Correlated(Sender())": lambda engine: fit(engine, effects=[Correlated(EFFECT["Sender"])]),
    }


def _effect_pairs() -> list[str]:
    refused = []
    for first, second in itertools.combinations(EFFECT, 2):
        message = tried("bernoulli", (first, second))
        if message and not tried("bernoulli", (first,)) and not tried("bernoulli", (second,)):
            refused.append(f"* `{first}` with `{second}`: *{_escaped(message)}*")
    return refused


def _designs() -> list[str]:
    lines = ["| | what it is | unit of the likelihood | families | links |", "|---|---|---|---|---|"]
    for name, entry in DESIGNS.items():
        families, links = ", ".join(entry.families) or "any", ", ".join(entry.links) or "any"
        lines.append(f"| `{name}` | {entry.summary} | {entry.unit} | {families} | {links} |")
    return [*lines, ""]


def page() -> str:
    """Return the page's text."""
    effects, networks = list(EFFECT), list(NETWORKS)
    models, of_layers = _models(), _models_of_layers()
    family_rows = {name: f"`{name}`: {_summary(one)}" for name, one in FAMILY.items()}
    n_tried = len(FAMILY) * len(EFFECT) * len(NETWORKS) * (len(SIMILARITIES) + 1)
    lines = [
        "# What combines with what",
        "",
        "Every cell was found by trying it on a network of six actors: *yes* is taken, *no* is refused before anything "
        "is computed, *warns* is taken with a warning. `python docs/tables.py` writes this page from the library's own "
        "lists of families, effects, similarities, engines and designs, and a test compares the two.",
        "",
        "## Families and the values of ties",
        "",
        f"An absent tie is an observed 0. `binomial` is shown with {_FAMILY_ARGUMENTS['trials']} trials. Without "
        "`levels`, those of `ordinal` are the values that occur.",
        "",
        *_table(family_rows, list(VALUES), _value_tried),
        "## Families and effects",
        "",
        "In a directed network of ties that are 0 or 1.",
        "",
        *_table(_code(effects), list(FAMILY), lambda e, f: tried(f, (e,))),
        "## Effects and each other",
        "",
        f"Up to {SLOTS - 2} different effects may be combined, but not:",
        "",
        *_effect_pairs(),
        "",
        "Coefficients that the observed dyads cannot tell apart (a covariate that does not vary, two that are "
        "proportional) are refused before sampling, too.",
        "",
        "## Designs of observation",
        "",
        "How ties came to be observed belongs to the network, and enters the likelihood by itself: see "
        "[Interviews](nominations.md).",
        "",
        *_designs(),
        "## Networks and families",
        "",
        *_table(_code(networks), list(FAMILY), lambda n, f: tried(f, (), n)),
        "## Networks and effects",
        "",
        "Of binary ties, with the family `bernoulli`.",
        "",
        *_table(_code(effects), networks, lambda e, n: tried("bernoulli", (e,), n)),
        "## Three at once",
        "",
        f"A family, an effect and a network go together if and only if each two of them do, whatever the similarity: "
        f"all {n_tried:,} combinations were tried.",
        "",
        "## Engines",
        "",
        *(f"* `{name}`: {_summary(_engine(name))}." for name in ENGINES),
        "",
        "Each has fitted a model of every row.",
        "",
        *_table(_code(models), list(ENGINES), lambda m, e: models[m](e)),
        "## Several kinds of ties",
        "",
        "[Layers](layers.md) of directed binary ties, and of a network of the row's kind and the column's family.",
        "",
        *_table(_code(networks), list(FAMILY), _beside),
        "Each layer has coefficients and values of actors of its own, unless `Shared` says that coefficients are those "
        "of all, or `Correlated` that values are correlated. In two directed layers:",
        "",
        *_table(_code(effects), list(LAYERED), layered_tried),
        "Each engine has fitted two directed layers of every row.",
        "",
        *_table(_code(of_layers), list(ENGINES), lambda m, e: of_layers[m](e)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def check_triples() -> list[tuple[str, str, str, str | None]]:
    """Return combinations that the tables of pairs do not foretell."""
    return [
        (family, effect, network, similarity)
        for family, effect, network, similarity in combinations()
        if is_refusal(tried(family, (effect,), network, similarity)) != refused_by_pair(family, effect, network)
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""Goodness of fit: statistics of the observed network beside those of networks drawn from the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from latentnet._random import RandomState, as_generator
from latentnet.checking.observed import Observed, kinds_of, networks_of
from latentnet.checking.replays import replays
from latentnet.checking.seen import Seen, Setting
from latentnet.checking.statistics import STATISTICS, Counts, names_for
from latentnet.checks import check_shown, meant, shown
from latentnet.component import Guiding
from latentnet.constraints import COLUMN, COUNT, FITTED, NAMES, SEED, checked, optional
from latentnet.network import Network
from latentnet.network.dyads import were_observed
from latentnet.network.labels import label_index
from latentnet.predictive.simulation import check_room, check_walk

__all__ = ["GoodnessOfFit", "goodness_of_fit"]

_TAIL = 0.05  # as of every interval of the library
_Function = Callable[[Seen], Counts]


@dataclass(frozen=True, repr=False)
class GoodnessOfFit(Guiding):
    """What `goodness_of_fit` found.

    Attributes
    ----------
    table : DataFrame
        By (statistic, value), and first by network where a model has several (its period, or (site, period); of layers
        the layer's name, or (layer, one of these)): `observed`; `mean`, `low` and `high`
        (equal-tailed interval of 90 %) of the simulated networks; `p_value`, two-sided: twice the smaller share of
        simulated networks on one side of the observed one, ties counted by half.
    simulated : DataFrame
        A row for each simulated network, columns as the table's rows.
    p_values : Series
        By statistic, of all of its values together: the share of networks, the observed one among them, that lie as far
        from the mean as the observed one does, by the sum of squares in standard deviations. It is uniform where the
        data come from the model.
    """

    table: pd.DataFrame
    simulated: pd.DataFrame
    p_values: pd.Series[float]

    def __repr__(self) -> str:
        head = f"GoodnessOfFit of {len(self.simulated)} simulated networks; p-values of the observed one by"
        return f"{head}\n{self.p_values.round(3).to_string()}"


_STATISTICS = optional(
    NAMES.or_(
        "a mapping from names to functions of a Network",
        lambda value: isinstance(value, Mapping) and len(value) > 0 and all(map(callable, value.values())),
    )
)


@checked(model=FITTED, statistics=_STATISTICS, n_networks=COUNT, by=optional(COLUMN), random_state=SEED)
def goodness_of_fit(
    model: Any,
    statistics: str | Sequence[str] | Mapping[str, Callable[[Network], Any]] | None = None,
    *,
    n_networks: int = 200,
    by: str | None = None,
    random_state: RandomState = None,
) -> GoodnessOfFit:
    """Compare the observed network with networks drawn from the fitted model (Hunter, Goodreau & Handcock 2008).

    Each simulated network comes from one posterior draw and replays the design: the same dyads stay unobserved, and
    lists are capped and ranked as they were. Unobserved dyads count as absent in both. A tie is a value above 0,
    between two actors: self-ties are in no statistic but functions that read `Network.self_ties`.

    Parameters
    ----------
    model : fitted estimator
        Also a joint model: all of its networks then come from one draw, `changes` counts the dyads of two periods, and
        each layer has the statistics of its kind of ties.
    statistics : sequence of names, or dict of name to function, or None
        None: all that the kind of network has. By name: `degree` (`in_degree`, `out_degree`; `row_degree`,
        `column_degree` of two-mode networks), `distance` (geodesic, with infinite; of many thousand actors from some of
        them, the same in all networks, and scaled up), `edgewise_shared_partners` and
        `dyadwise_shared_partners` (directed: i → k → j; two-mode: `row_shared_partners`, `column_shared_partners`),
        `triad_census` (undirected: by number of ties), `clustering`, `reciprocity`, `components` (weak), `density`,
        `mixing`; of values other than 0 and 1: `values`, `strength` (quantiles over actors), `dispersion`.
        Functions take a `Network` and return a number, an array, or a mapping from values to numbers; a value that is
        left out of a mapping counts as 0.
    n_networks : int
        How many to simulate.
    by : str or None
        Attribute of the actors for `mixing`; an actor without it is of the category "missing".
    random_state : None, int, SeedSequence, Generator or RandomState

    Returns
    -------
    GoodnessOfFit
        `latentnet.plot.goodness_of_fit` draws it.

    Raises
    ------
    ValueError, TypeError
        For unknown statistics, those that this kind of network has not, and so many networks of so many actors that
        drawing them dyad by dyad would take hours.

    References
    ----------
    Hunter, D. R., Goodreau, S. M. & Handcock, M. S. (2008). Goodness of fit of social network models. JASA 103,
    248–258.

    Examples
    --------
    >>> import latentnet
    >>> from latentnet.datasets import load_sampson
    >>> model = latentnet.LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
    >>> found = latentnet.goodness_of_fit(model, ["reciprocity", "triad_census"], n_networks=50, random_state=1)
    >>> bool(found.p_values["reciprocity"] < 0.05)
    True
    """
    n_networks, networks = int(n_networks), networks_of(model)
    observed = [one.network for one in networks]
    check_room(n_networks, observed)
    for kind in kinds_of(model._problem):
        check_walk(n_networks, kind.problem)
    frames = [_frame(network, by) for network in observed]
    asked = _read(statistics, frames)
    rng = as_generator(random_state)
    runs = [observed, *replays(model, networks, n_networks, rng)]
    chosen = asked or _defaults(networks, frames, runs)
    counted = _counted(runs, frames, chosen, networks, with_changes=statistics is None)
    return _result(counted, joint=networks[0].name is not None)


def _frame(network: Network, by: str | None) -> Setting:
    if by is not None and by not in network.attributes:
        has = ", ".join(map(repr, network.attributes.columns)) or "none"
        raise ValueError(f"by must be an attribute of the actors, but is {shown(by)}; the network has {has}")
    return Setting(network, by)


def _read(statistics: Any, frames: Sequence[Setting]) -> list[dict[str, _Function]]:
    """The statistics that were asked for, of each network those that it has; empty where the choice is ours."""
    if statistics is None:
        return []
    if isinstance(statistics, Mapping):
        check_shown("statistics: names", statistics)
        return [{str(name): _of_user(str(name), function) for name, function in statistics.items()}] * len(frames)
    names = [statistics] if isinstance(statistics, str) else list(statistics)
    possible = [names_for(frame.observed.in_words, by=frame.by is not None) for frame in frames]
    for name in names:
        if any(name in of_one for of_one in possible):
            continue
        if name == "mixing":
            raise ValueError("statistics has 'mixing', which needs an attribute of the actors: by='...'")
        kinds = " and ".join(dict.fromkeys(frame.observed.in_words for frame in frames))
        some = ", ".join(map(repr, dict.fromkeys(each for of_one in possible for each in of_one)))
        formula = "; in place of R's formula write a list of these" if "~" in str(name) else ""
        raise ValueError(
            f"statistics must be among {some} for a network that is {kinds}, or a dict of functions, but has "
            f"{shown(name)}{formula or meant('statistics', name, [each for of_one in possible for each in of_one])}"
        )
    return [{name: STATISTICS[name].function for name in names if name in of_one} for of_one in possible]


def _of_user(name: str, function: Callable[[Network], Any]) -> _Function:
    def counts(seen: Seen) -> Counts:
        found = function(seen.network)
        if isinstance(found, Mapping | pd.Series):
            numbers = {value: float(number) for value, number in found.items()}
        elif np.ndim(found) == 0:
            numbers = {name: float(found)}
        else:
            numbers = {k: float(number) for k, number in enumerate(np.ravel(found))}
        if not np.all(np.isfinite(list(numbers.values()))):
            raise ValueError(f"statistics[{shown(name)}] must return finite numbers, but gave {shown(found)}")
        return numbers

    return counts


def _defaults(
    networks: Sequence[Observed], frames: Sequence[Setting], runs: Sequence[Sequence[Network]]
) -> list[dict[str, _Function]]:
    """Of each network those of its layer, which are the same for all sites and periods."""
    layers = [one.kind.name for one in networks]
    found = {}
    for layer in dict.fromkeys(layers):
        places = [k for k, name in enumerate(layers) if name == layer]
        found[layer] = _default(frames[places[0]], [run[k] for run in runs for k in places])
    return [found[layer] for layer in layers]


def _default(frame: Setting, networks: Sequence[Network]) -> dict[str, _Function]:
    """All that say something: structure unless values are any real numbers, values unless all are 0 and 1."""
    binary = all(bool(np.all(network.ties.data == 1.0)) for network in networks)
    names = names_for(frame.observed.in_words, by=frame.by is not None)
    if binary:
        names = [name for name in names if not STATISTICS[name].of_values]
    elif not frame.whole:
        names = [name for name in names if STATISTICS[name].of_values or name == "reciprocity"]
    return {name: STATISTICS[name].function for name in names}


def _counted(
    runs: Sequence[Sequence[Network]],
    frames: Sequence[Setting],
    chosen: Sequence[Mapping[str, _Function]],
    networks: Sequence[Observed],
    *,
    with_changes: bool,
) -> dict[tuple[Any, str], list[Counts]]:
    """{(network, statistic): counts of the observed and of each simulated one}."""
    found: dict[tuple[Any, str], list[Counts]] = {}
    for run in runs:
        seen = [Seen(network, frame) for network, frame in zip(run, frames, strict=True)]
        for k, (one, observed) in enumerate(zip(seen, networks, strict=True)):
            for name, function in chosen[k].items():
                found.setdefault((observed.name, name), []).append(function(one))
            if with_changes and observed.period:
                found.setdefault((observed.name, "changes"), []).append(_changes(seen[k - 1], one))
    return found


def _changes(before: Seen, after: Seen) -> Counts:
    """Ties that formed, dissolved or were kept, over the dyads that were observed in both periods."""
    index = {label: k for k, label in enumerate(before.network.actors)}
    common = [(index[label], k) for k, label in enumerate(after.network.actors) if label in index]
    rows, columns = np.array(common, np.intp).reshape(-1, 2).T
    both = [seen.pattern[where][:, where].astype(bool) for seen, where in ((before, rows), (after, columns))]
    kept = float((both[0] * both[1]).nnz)
    formed = _of_observed(both[1], before, rows) - kept
    dissolved = _of_observed(both[0], after, columns) - kept
    return {"formed": formed / after.halves, "dissolved": dissolved / after.halves, "kept": kept / after.halves}


def _of_observed(pattern: Any, seen: Seen, where: np.ndarray) -> float:
    """How many ties of a pattern are dyads that another network observed; `where` are its actors."""
    i, j = (where[part] for part in pattern.nonzero())
    return float(np.count_nonzero(were_observed(seen.frame.network, i, j)))


def _result(counted: Mapping[tuple[Any, str], list[Counts]], *, joint: bool) -> GoodnessOfFit:
    keys, columns, p_values = [], [], {}
    for (network, name), counts in counted.items():
        values = _ordered(counts)
        numbers = np.array([[one.get(value, 0.0) for value in values] for one in counts])
        head = (network, name) if joint else (name,)
        keys += [(*head, value) for value in values]
        columns.append(numbers)
        p_values[head if joint else name] = _overall(numbers)
    levels = ["network", "statistic", "value"] if joint else ["statistic", "value"]
    index = _index(keys, levels)
    every = np.concatenate(columns, axis=1)
    observed, simulated = every[0], every[1:]
    low, high = np.quantile(simulated, [_TAIL, 1.0 - _TAIL], axis=0)
    table = pd.DataFrame(
        {
            "observed": observed,
            "mean": simulated.mean(axis=0),
            "low": low,
            "high": high,
            "p_value": _two_sided(observed, simulated),
        },
        index=index,
    )
    overall = pd.Series(p_values, name="p_value")
    overall.index.names = levels[:-1]
    return GoodnessOfFit(table, pd.DataFrame(simulated, columns=index), overall)


def _index(keys: Sequence[tuple[Any, ...]], names: Any) -> pd.MultiIndex:
    """Labels as they are, whole numbers beside infinity and words; in their order, so that pandas finds parts fast."""
    labels: list[Any] = []
    codes = []
    for level in zip(*keys, strict=True):
        place = {value: k for k, value in enumerate(dict.fromkeys(level))}
        labels.append(label_index(list(place)))
        codes.append([place[value] for value in level])
    return pd.MultiIndex(levels=labels, codes=codes, names=names)


def _ordered(counts: Sequence[Counts]) -> list[Any]:
    """All values that occur: numbers in their order, words in that of their first occurrence."""
    values = list(dict.fromkeys(value for one in counts for value in one))
    numeric = all(isinstance(value, int | float | np.number) for value in values)
    return sorted(values) if numeric else values


def _two_sided(observed: np.ndarray, simulated: np.ndarray) -> np.ndarray:
    """Monte Carlo p-values; the observed network counts as one of those it is compared with."""
    below = np.count_nonzero(simulated < observed, axis=0)
    equal = np.count_nonzero(simulated == observed, axis=0)
    lower = (below + 0.5 * (equal + 1)) / (len(simulated) + 1)
    return 2.0 * np.minimum(lower, 1.0 - lower)


def _overall(numbers: np.ndarray) -> float:
    """Share of rows that lie as far from the mean as the first, which is the observed network."""
    scale = numbers.std(axis=0)
    varies = scale > 0.0
    standard = (numbers[:, varies] - numbers[:, varies].mean(axis=0)) / scale[varies]
    far = np.sum(standard**2, axis=1)
    return float(np.mean(far >= far[0] * (1.0 - 1e-9)))

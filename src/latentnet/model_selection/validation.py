"""Cross-validation and search over models: every fold of every candidate is one task of joblib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Self, TypeVar

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import ParameterGrid

from latentnet._exceptions import refit
from latentnet.checks import shown
from latentnet.compiled import first_class_functions
from latentnet.component import Named
from latentnet.constraints import JOBS, MODEL, Rule, checked
from latentnet.model_selection.folds import Dyads, folds_of, one_network
from latentnet.model_selection.scores import Score, held_out, read_scoring
from latentnet.network import Network

__all__ = ["GridSearch", "anew", "cross_validate"]

Model = TypeVar("Model")  # an estimator of one network


def anew(model: Any) -> Any:
    """A model to be refitted: without what it learned, and apart from its checkpoint, which is of the whole network."""
    model = clone(model)
    if getattr(getattr(model, "inference", None), "checkpoint", None) is not None:
        model.set_params(inference__checkpoint=None)
    return model


@checked(model=MODEL, n_jobs=JOBS)
def cross_validate(
    model: Any, network: Any, *, cv: Any = 5, scoring: Any = "log_score", n_jobs: int | None = None
) -> pd.DataFrame:
    """Fit a model to each fold's part of a network, and score it on the dyads that were held out.

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel
        Not changed; its clones are fitted.
    network : as for `fit`
    cv : int, `DyadKFold`, `ActorKFold`, `RespondentKFold`, or list of (training Network, held-out dyads)
        A number: folds of dyads, or of respondents where lists have a cap or an order.
    scoring : str, list of str, function, or dict of name to function
        ``"log_score"`` (mean log probability by dyad; higher is better), ``"roc_auc"``, ``"average_precision"``,
        ``"brier"`` and ``"calibration"`` (mean distance of foretold and observed shares of ties; lower is better, as of
        Brier's). Of valued ties the last four ask whether the value is above 0. Functions take (model, network, dyads).
    n_jobs : int or None
        Folds at once, by joblib's active backend. The table is the same whatever it is, if the model has an integer as
        `random_state`.

    Returns
    -------
    DataFrame
        By `fold`: `n_dyads` held out, and a column for each score; NaN where a fold has ties alone, or none, and the
        score needs both.

    Raises
    ------
    ValueError, TypeError
        For models of several networks, and as `fit` does.

    Examples
    --------
    >>> from latentnet import LatentPositionModel
    >>> from latentnet.datasets import load_sampson
    >>> from latentnet.model_selection import cross_validate
    >>> model = LatentPositionModel(inference="map", random_state=1)
    >>> table = cross_validate(model, load_sampson(), cv=3, scoring=["log_score", "roc_auc"])
    >>> bool(table["roc_auc"].mean() > 0.6)
    True
    """
    network = one_network(network)
    scores = read_scoring(scoring, network)
    folds = folds_of(cv, network)
    return _tables([("", model)], network, folds, scores, n_jobs)[0]


def _tables(
    models: Sequence[tuple[str, Any]],
    network: Network,
    folds: Sequence[tuple[Network, Dyads]],
    scores: Mapping[str, Score],
    n_jobs: int | None,
) -> list[pd.DataFrame]:
    """A table by fold for each model, by what warnings call it beside the fold."""
    for _, model in models:
        if not hasattr(model, "predict_proba"):
            raise TypeError(
                f"model must be an estimator of one network, such as LatentPositionModel(), but is {shown(model)}; of "
                "several periods, fit the first ones and score model.forecast() on the next, or compare(models, "
                "criterion='kfold')"
            )
    tasks = (
        delayed(_fold_scores)(f"fold {k}{of}", anew(model), network, *fold, list(scores.values()))
        for of, model in models
        for k, fold in enumerate(folds)
    )
    # Filters of warnings belong to all threads: set outside, they stay whichever thread's own are taken back first.
    with first_class_functions():
        found = iter(Parallel(n_jobs=n_jobs)(tasks))
    tables = []
    for _ in models:
        rows = [{"n_dyads": len(dyads), **dict(zip(scores, next(found), strict=True))} for _, dyads in folds]
        tables.append(pd.DataFrame(rows, index=pd.RangeIndex(len(folds), name="fold")))
    return tables


def _fold_scores(
    name: str, model: Any, network: Network, training: Network, dyads: Dyads, scores: Sequence[Score]
) -> list[float]:
    with refit(name):
        held = held_out(network, dyads)
        model.fit(training)
        return [score.function(model, held) for score in scores]


def _is_grid(value: Any) -> bool:
    grids = [value] if isinstance(value, Mapping) else list(value)
    values = [every for grid in grids for every in grid.values()]
    return len(values) > 0 and all(len(every) > 0 and not isinstance(every, str) for every in values)


_OF_SEARCH = {
    "model": MODEL,
    "grid": Rule("a mapping from parameters to sequences of values, or a list of these", _is_grid),
    "n_jobs": JOBS,
}


class GridSearch(Named, BaseEstimator, Generic[Model]):
    """Fit a model with every combination of some parameters, and keep the one that foretells held-out dyads best.

    Parameters
    ----------
    model : LatentPositionModel or LatentClusterModel
        What the grid does not name stays as it is here.
    grid : dict of str to sequence, or list of these
        Values to try, by parameter: ``{"n_dims": [1, 2, 3], "effects": [(), [Sociality()]]}``; ``inference__n_draws``
        and its like too.
    cv, scoring, n_jobs
        As for `cross_validate`; one score.

    Attributes
    ----------
    best_model_ : fitted estimator
        Fitted to the whole network.
    best_params_ : dict
    results_ : DataFrame
        The best first: a column for each parameter of the grid; `score`, mean over folds, and `se`, its standard error;
        `difference` to the best with `se_difference`, over folds; `fold_0`, `fold_1`, ...

    Examples
    --------
    >>> from latentnet import LatentPositionModel
    >>> from latentnet.datasets import load_sampson
    >>> from latentnet.model_selection import GridSearch
    >>> model = LatentPositionModel(inference="map", random_state=1)
    >>> search = GridSearch(model, {"similarity": ["distance", None]}, cv=3).fit(load_sampson())
    >>> search.best_params_
    {'similarity': 'distance'}
    """

    def __init__(
        self,
        model: Model,
        grid: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Sequence[Any]]],
        *,
        cv: Any = 5,
        scoring: Any = "log_score",
        n_jobs: int | None = None,
    ) -> None:
        self.model = model
        self.grid = grid
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs

    @checked()
    def fit(self, network: Any, y: None = None) -> Self:
        """Search, then fit the best model to the whole network.

        Parameters
        ----------
        network : as for the model's `fit`
        y : None
            Ignored; there for scikit-learn's sake.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For a grid that is empty or names what is no parameter, for more than one score, and as `fit` does.
        """
        for name, rule in _OF_SEARCH.items():
            rule.demand(name, getattr(self, name))
        network = one_network(network)
        scores = read_scoring(self.scoring, network)
        if len(scores) != 1:
            raise ValueError(
                f"scoring of GridSearch must be one score, to say which model is best, but is {shown(scores)}"
            )
        candidates = list(ParameterGrid(self.grid))
        models = [(_called(one), clone(self.model).set_params(**clone(one, safe=False))) for one in candidates]
        ((name, score),) = scores.items()
        tables = _tables(models, network, folds_of(self.cv, network), scores, self.n_jobs)
        values = np.array([table[name] for table in tables])
        order = np.argsort(-score.sign * np.nan_to_num(values.mean(axis=1), nan=-score.sign * np.inf), kind="stable")
        self.results_ = _results(candidates, values, order)
        self.best_params_ = candidates[order[0]]
        self.best_model_: Model = models[order[0]][1].fit(network)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Whether `fit` has found the best."""
        return hasattr(self, "best_model_")


def _called(params: Mapping[str, Any]) -> str:
    """What warnings call the model with these parameters."""
    return " with " + ", ".join(f"{name}={shown(value)}" for name, value in params.items())


def _results(candidates: Sequence[Mapping[str, Any]], values: np.ndarray, order: np.ndarray) -> pd.DataFrame:
    """Scores by candidate (n_candidates, n_folds) as a table, the best first."""
    differences = values - values[order[0]]
    names = list(dict.fromkeys(name for params in candidates for name in params))
    table: dict[str, Any] = {
        name: pd.Series([params.get(name) for params in candidates], dtype=object) for name in names
    }
    table |= {"score": values.mean(axis=1), "se": _standard_error(values)}
    table |= {"difference": differences.mean(axis=1), "se_difference": _standard_error(differences)}
    table |= {f"fold_{k}": column for k, column in enumerate(values.T)}
    return pd.DataFrame(table).iloc[order].reset_index(drop=True)


def _standard_error(values: np.ndarray) -> np.ndarray:
    return np.asarray(values.std(axis=1, ddof=1) / np.sqrt(values.shape[1]))

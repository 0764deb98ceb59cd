"""Joint models of several networks: of periods, of sites, or of both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np
import pandas as pd

from latentnet._exceptions import ArgumentError
from latentnet._random import RandomState, as_generator
from latentnet.checks import one_of, shown, whole_number
from latentnet.constraints import SEED, checked
from latentnet.files.archive import ArrayStore
from latentnet.files.networks import decode_network, encode_network
from latentnet.files.values import Source, decode, encode
from latentnet.inference import read_engine
from latentnet.inference.base import InferenceResult
from latentnet.models.base import Estimator
from latentnet.models.position import LatentPositionModel
from latentnet.models.reported_clusters import ClusterReport
from latentnet.network.layers import Given, Layers, given_periods
from latentnet.network.reading.periods import Periods
from latentnet.posterior.procrustes import align, mean_shape, principal_axes
from latentnet.problem.period import Place, elapsed_periods, view_parameters, view_problem
from latentnet.problem.problem import Problem

if TYPE_CHECKING:
    from latentnet.network.joined import Presences
    from latentnet.problem.layers import Layer

__all__ = ["DynamicLatentPositionModel", "DynamicModel"]

_FEW_DRAWS = 500  # for the mean shape that periods' point estimates are brought to

View = TypeVar("View")  # the class of one network's model


class DynamicModel(Estimator, Generic[View]):
    """Template of the joint models; see `DynamicLatentPositionModel`."""

    _static: ClassVar[type[Any]]
    intercept_: pd.Series[float]
    networks_: Any
    sites_: tuple[Any, ...] | None
    n_periods_: int
    _several: Any
    _of_layers: dict[str, Periods]

    @checked()
    def fit(self, networks: Any, y: None = None) -> Self:
        """Fit the model to several networks at once.

        Parameters
        ----------
        networks : sequence of networks, or mapping from sites to these
            A network for each period, in order, each as for `LatentPositionModel.fit`. Actors are matched by label,
            and may come and go. Several sites are a mapping ``{site: [first, second, ...]}``, or ``{site: network}``;
            they share coefficients and variances, and each has its own space. Networks may be
            `Layers`, all with the same layers.
        y : None
            Ignored; there for scikit-learn's sake.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For parameters out of range, networks that cannot be modelled together, and covariates that are not of all
            of them; nothing is computed then.
        KeyboardInterrupt
            After Ctrl-C, as for `LatentPositionModel.fit`.

        Warns
        -----
        ConvergenceWarning, LatentnetWarning
            As for `LatentPositionModel.fit`.
        """
        given, several, of_layers = given_periods(networks, self._self_ties)
        engine = read_engine(self.inference)
        before = self.__dict__.get("_several"), self.__dict__.get("_of_layers", {})
        self._several, self._of_layers = several, of_layers
        try:
            found = self._infer(given, engine, as_generator(self.random_state))
        except BaseException:
            self._several, self._of_layers = before  # what was learned stays of the networks it was learned from
            raise
        self._conclude(*found, engine)
        return self

    def _keep(
        self,
        problem: Problem,
        result: InferenceResult,
        positions: np.ndarray,
        clusters: ClusterReport | None,
        extra: dict[str, np.ndarray] | None = None,
    ) -> None:
        """Set also what goes by period, with actors in the order of their first presences."""
        super()._keep(problem, result, positions, clusters, extra)
        presences, several = problem.presences, self._several
        assert presences is not None
        self.networks_ = (
            several.networks[0] if several.sites is None else dict(zip(several.sites, several.networks, strict=True))
        )
        self.sites_, self.n_periods_ = several.sites, presences.n_periods
        labels = [label[::2] if several.sites is not None else label[1] for label in problem.network.actors]
        self.n_actors_ = presences.n_first
        self.actors_ = np.empty(self.n_actors_, dtype=object)
        self.actors_[:] = labels[: self.n_actors_]
        self.positions_ = np.full((presences.n_periods, presences.n_first, positions.shape[1]), np.nan)
        self.positions_[presences.period, presences.actors] = positions

    def _points(self) -> np.ndarray:
        presences = self._problem.presences
        assert presences is not None
        return np.asarray(self.positions_[presences.period, presences.actors])

    def _mean_intercept(self, draws: np.ndarray) -> pd.Series[float]:
        names, kind = self._several.names(), "period" if self._several.sites is None else "network"
        if self._of_layers:
            names, kind = [(layer, name) for layer in self._of_layers for name in names], "layer and network"
        index = pd.Index(names, tupleize_cols=False, name=kind)
        means = draws.mean(axis=(0, 1)) if draws.shape[-1] else np.zeros(len(names))
        return pd.Series(means, index=index, name="intercept")

    def _align(self, problem: Problem, draws: np.ndarray, point: np.ndarray) -> np.ndarray:
        """One map a draw and site for all periods.

        The likelihood of a period does not feel how that period lies to the others, so the point estimate of each
        period is first brought to the draws' mean there.
        """
        presences = problem.presences
        assert presences is not None
        if not problem.n_dims:
            return np.zeros((problem.n_actors, 0))
        invariance = problem.invariance
        points = problem.parameters.positions(point).copy()
        for site in range(presences.n_sites):
            here = np.flatnonzero(presences.site == site)
            own = problem.parameters.positions(draws)[:, :, here]
            pooled = own.reshape(-1, *own.shape[2:])
            mean = mean_shape(pooled[:: max(1, len(pooled) // _FEW_DRAWS)], invariance)
            for network in np.unique(presences.network[here]):
                part = presences.network[here] == network
                points[here[part]] = align(points[here[part]], mean[part], invariance).positions
            points[here] = principal_axes(points[here], invariance).positions
            alignment = align(own, points[here], invariance)
            problem.parameters.turn(draws, alignment.rotations, alignment.translations, site)
        return points

    @checked()
    def at(self, period: int | None = None, site: Any = None) -> View:
        """The fitted model of one network: of one period, and of one site where there are several.

        It is an ordinary fitted model, with the draws of the joint one: it predicts, goes to `latentnet.plot`,
        `roles`, `composition` and `next_interviews`; two of them go to `compare_waves`, which then compares draw by
        draw. The space is the same in all periods.

        Parameters
        ----------
        period : int or None
            0 is the first; -1 the last. None: the only one.
        site : label or None
            None: the only one.

        Returns
        -------
        LatentPositionModel or LatentClusterModel

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If there is no such period or site, or one of several must be named.
        """
        self._checked()
        row, column = self._site(site), 0
        periods = self._several.networks[row]
        if period is None and len(periods) > 1:
            raise ValueError(f"period must be given, one of 0 to {len(periods) - 1}")
        if period is not None:
            fix = "; periods count from 0, in the order in which they were given"
            column = whole_number("period", period, -len(periods), len(periods) - 1, fix=fix) % len(periods)
        return cast(View, self._view(self._seen(row, column)))

    def _site(self, site: Any) -> int:
        sites = self._several.sites
        if sites is None and site is None:
            return 0
        if sites is None:
            raise ValueError(f"site must not be given, as there is only one, but is {shown(site)}")
        if site is None and len(sites) == 1:
            return 0
        return sites.index(one_of("site", site, sites))

    def _seen(self, row: int, column: int) -> Place:
        number = sum(len(periods) for periods in self._several.networks[:row]) + column

        def seen(several: Periods, presences: Presences | None, all_presences: Any) -> Place:
            assert presences is not None
            where = presences.of_network(number)
            positions = self.draws_.positions[:, :, where if all_presences is None else all_presences[where]]
            return Place(several.networks[row][column], number, where, positions, elapsed_periods(presences)[where])

        layers, problem = [], self._problem
        for several, layer in zip(self._of_layers.values(), problem.layers, strict=True):
            place = seen(several, layer.problem.presences, layer.actors)
            if problem.around:
                own = problem.parameters[f"layer_deviations[{layer.name}]"].of(self.draws_.parameters)
                place = place._replace(deviations=own[..., place.presences])
            layers.append(place)
        return seen(self._several, problem.presences, None)._replace(layers=tuple(layers))

    @checked(random_state=SEED)
    def forecast(self, site: Any = None, *, random_state: RandomState = None) -> View:
        """The model of the period after the last, whose actors are those of the last one.

        Each draw's positions make one more step of the random walk; the intercept stays that of the last period, and
        so does the point estimate. Under ``layers="around"`` the layers' deviations from the common positions are drawn
        anew.

        Parameters
        ----------
        site : label or None
            None: the only one.
        random_state : None, int, SeedSequence, Generator or RandomState
            For the steps.

        Returns
        -------
        LatentPositionModel or LatentClusterModel
            Its `predict` and `score` speak of the unseen period; its `network_` is that of the last one.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If there is no such site, or positions do not move: with one period, or without a latent space.

        Examples
        --------
        >>> from latentnet import DynamicLatentPositionModel, MCMC
        >>> from latentnet.datasets import load_sampson_waves
        >>> first, second, third = load_sampson_waves()
        >>> engine = MCMC(n_draws=300, n_chains=2)
        >>> model = DynamicLatentPositionModel(inference=engine, random_state=1).fit([first, second])
        >>> bool(model.forecast(random_state=1).score(third) < 0)
        True
        """
        problem = self._checked()
        if not problem.has_steps:
            raise ValueError("forecast needs a model of at least two periods, in which positions move")
        joint, where = self.__dict__.get("_joint", (self, None))
        if where is not None and joint._problem.around:  # it is the common positions that walk
            return joint.forecast(site, random_state=random_state).layer(where[1])
        row, rng = self._site(site), as_generator(random_state)
        last = self._seen(row, len(self._several.networks[row]) - 1)
        scale = np.exp(self.draws_.parameters[..., problem.log_step])[..., None, None]
        steps = scale * rng.standard_normal(last.positions.shape)
        layers = tuple(
            one if one.deviations is None else one._replace(deviations=rng.standard_normal(one.deviations.shape))
            for one in last.layers
        )
        return self._view(last._replace(positions=last.positions + steps, elapsed=last.elapsed + 1, layers=layers))

    def _blank_layer(self, layer: Layer) -> Any:
        model = super()._blank_layer(layer)
        model._several, model._of_layers = self._of_layers[layer.name], {}
        return model

    def _view(self, place: Place) -> Any:
        problem, draws = self._problem, self.draws_
        assert problem.presences is not None
        view = view_problem(problem, place)
        theta = view_parameters(problem, view, place, draws.parameters)
        clusters = self._view_clusters(view, place, theta)
        model = self._static(**self.get_params(deep=False))
        result = InferenceResult(theta, draws.kind, draws.statistics, thin=self.thin_)
        model._keep(view, result, self._points()[place.presences], clusters)
        model._joint = self, int(problem.presences.site[place.presences[0]])
        return model

    def _view_clusters(self, view: Problem, place: Place, theta: np.ndarray) -> ClusterReport | None:
        """Set a cluster model's part of the parameters in place; returns its clusters in one network."""
        return None

    def _pairs(self, dyads: Iterable[tuple[Any, Any]]) -> Any:
        raise ArgumentError(
            f"dyads must be of one network, but the model has several: model.at(period, "
            f"site).summary(dyads={shown(dyads)})"
        )

    def _encoded_networks(self, problem: Problem, store: ArrayStore) -> dict[str, Any]:
        def encoded(several: Periods) -> list[list[dict[str, Any]]]:
            return [[encode_network(one, store) for one in periods] for periods in several.networks]

        content: dict[str, Any] = {"sites": encode(self._several.sites, store, "the sites' labels")}
        if not self._of_layers:
            return content | {"networks": encoded(self._several)}
        return content | {"layers": {name: encoded(several) for name, several in self._of_layers.items()}}

    def _decoded_networks(self, content: dict[str, Any], source: Source) -> Given:
        def decoded(grid: list[list[Any]]) -> list[list[Any]]:
            networks = [[decode_network(one, source) for one in periods] for periods in grid]
            # Dyads between two networks are marked one by one.
            source.allowance.take(5 * sum(one.n_actors for periods in networks for one in periods) ** 2)
            return networks

        if "layers" in content:
            each = {name: decoded(grid) for name, grid in content["layers"].items()}
            shape = [len(periods) for periods in next(iter(each.values()))]
            grid = [
                [Layers({name: one[row][column] for name, one in each.items()}) for column in range(count)]
                for row, count in enumerate(shape)
            ]
            source.allowance.take(10 * sum(len(one.actors) for periods in grid for one in periods) ** 2)
        else:
            grid = decoded(content["networks"])
        sites = decode(content["sites"], source)
        given, self._several, self._of_layers = given_periods(
            grid[0] if sites is None else dict(zip(sites, grid, strict=True))
        )
        return given


class DynamicLatentPositionModel(DynamicModel[LatentPositionModel]):
    """Latent position model of several periods, several sites, or both, in one fit.

    Each actor walks through the space (Sarkar & Moore 2005; Sewell & Chen 2015): with the defaults

        logit P(Y_ijt = 1) = intercept_t − ‖z_it − z_jt‖,

    where z_i at i's first presence is N(0, σ² I), and N(z_i before, gap · τ² I) after a gap of periods. The periods
    lend each other strength: how much is learned, as τ². Several sites share σ², τ² and the coefficients, and each has
    a space of its own. Every network has its own intercept.

    Parameters
    ----------
    n_dims, most_dims, similarity, family, effects, layers, priors, inference, random_state
        As for `LatentPositionModel`, without covariates given by dyad. An actor has one random effect for all periods.

    Attributes
    ----------
    positions_ : ndarray of shape (n_periods, n_actors, n_dims)
        Minimum Kullback–Leibler positions of each network, brought into the space that all periods of a site share; NaN
        where an actor was absent.
    posterior_ : arviz.InferenceData (ArviZ 0.x) or xarray.DataTree (1.x)
        `positions` have the dimension `presence`, with coordinates `period`, `actor` and, with several sites, `site`.
    intercept_ : pandas.Series
        Posterior means by period, or by (site, period).
    coefficients_ : pandas.Series
        Posterior means by name.
    actors_ : ndarray of shape (n_actors,)
        Labels in the order of first presence; (site, label) with several sites.
    n_actors_, n_periods_ : int
    sites_ : tuple or None
    networks_ : tuple of Network, or dict of site to tuple of Network
    network_ : Network
        All of them as one, whose actors are the presences: (period, actor) or (site, period, actor).
    draws_, priors_
        As for `LatentPositionModel`.

    See Also
    --------
    DynamicLatentPositionModel.at : the ordinary fitted model of one period, for plots, predictions and the study.

    References
    ----------
    Sarkar, P. & Moore, A. W. (2005). Dynamic social network analysis using latent space models. SIGKDD Explorations 7,
    31–40.
    Sewell, D. K. & Chen, Y. (2015). Latent space models for dynamic networks. JASA 110, 1646–1657.

    Examples
    --------
    >>> from latentnet import DynamicLatentPositionModel, MCMC, compare_waves
    >>> from latentnet.datasets import load_sampson_waves
    >>> model = DynamicLatentPositionModel(inference=MCMC(n_draws=1000), random_state=1).fit(load_sampson_waves())
    >>> model.positions_.shape
    (3, 18, 2)
    >>> moved = compare_waves(model.at(period=0), model.at(period=2)).movement
    >>> bool((moved["p_moved"] < 0.95).all())
    True
    """

    _static = LatentPositionModel

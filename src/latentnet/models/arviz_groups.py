"""Further groups of a fitted model's ArviZ object: log-likelihoods by unit, replicated ties, and the prior."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from latentnet._exceptions import refuse_layers
from latentnet._random import as_generator
from latentnet.checks import fits, one_of
from latentnet.constraints import COUNT, SEED, Rule, checked, goes_through
from latentnet.inference.prior_draws import PriorDraws
from latentnet.models.arviz_object import GivenGroups, arviz_object
from latentnet.models.fitted import Fitted
from latentnet.network.labels import unique_strings
from latentnet.network.sparse import entries_at
from latentnet.predictive.predictive import Predictive
from latentnet.predictive.simulation import check_room
from latentnet.predictive.units import draws_of_units, observed_units
from latentnet.problem.named import as_draws

if TYPE_CHECKING:
    from latentnet.posterior.arviz import ArvizObject

__all__ = ["ArvizGroups"]

_MOST_EXACT = 2.0**53
Group = Literal["log_likelihood", "posterior_predictive", "prior", "prior_predictive"]
_GROUPS = Rule("a list of names, such as ['log_likelihood']", goes_through)


class ArvizGroups(Fitted):
    """The method of fitted models that hands out everything as ArviZ knows it."""

    @checked(groups=_GROUPS, n_networks=COUNT, random_state=SEED)
    def to_arviz(
        self, groups: Iterable[Group] = get_args(Group), *, n_networks: int = 200, random_state: Any = None
    ) -> ArvizObject:
        """`posterior_` with the groups that ArviZ's functions ask for: ``az.loo``, ``az.compare``, predictive checks.

        Parameters
        ----------
        groups : iterable of {"log_likelihood", "posterior_predictive", "prior", "prior_predictive"}
            ``log_likelihood`` has ``unit`` by chain, draw and unit: a pair of actors with all of its ties, or a
            respondent's list where lists have a cap or an order. ``posterior_predictive`` and ``prior_predictive`` have
            ``ties`` by dyad, of all that were observed, drawn under the same design; ``observed_data`` then has the
            observed ones of the same dyads. ``prior`` has what ``posterior`` has.
        n_networks : int
            How many networks and draws of the prior, as one chain.
        random_state : None, int, SeedSequence, Generator or RandomState
            For these.

        Returns
        -------
        arviz.InferenceData (ArviZ 0.x) or xarray.DataTree (1.x)

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For an unknown group, for models of several layers, and, of ``log_likelihood``, for draws that are not of
            the posterior and where the likelihood conditions on who was named.
        MemoryError
            If a group does not fit, before it is made; `latentnet.loo` takes a sample of the units.

        Examples
        --------
        >>> from latentnet import LatentPositionModel, MCMC
        >>> from latentnet.datasets import load_sampson
        >>> engine = MCMC(n_draws=100, n_chains=2)
        >>> model = LatentPositionModel(inference=engine, random_state=1).fit(load_sampson())
        >>> model.to_arviz(["log_likelihood"])["log_likelihood"]["unit"].shape
        (2, 100, 153)
        """
        problem, asked = self._checked(), {one_of("groups", group, get_args(Group)) for group in groups}
        refuse_layers(self, "to_arviz")
        n_networks, rng = int(n_networks), as_generator(random_state)
        more = self._log_likelihoods() if "log_likelihood" in asked else GivenGroups({}, {}, {})
        check_room(n_networks, [self.network_])
        drawn = {"posterior_predictive": self.draws_.pooled}
        if {"prior", "prior_predictive"} & asked:
            if "_joint" in self.__dict__:
                raise ValueError(
                    "groups: a period, site or layer of a joint model has no prior of its own; leave it out"
                )
            prior = PriorDraws(n_networks).infer(problem, rng)
            drawn["prior_predictive"] = prior.draws[0]
            if "prior" in asked:
                more.groups["prior"] = as_draws(problem, prior, {}, {}, None).every_variable
        self._add_replicated(more, {name: drawn[name] for name in sorted(drawn.keys() & asked)}, n_networks, rng)
        return arviz_object(self.draws_, self.network_, more)

    def _log_likelihoods(self) -> GivenGroups:
        """Of every unit under every draw."""
        draws, problem = self.draws_, self._problem
        if draws.kind not in ("chains", "independent"):
            raise ValueError(
                f"groups: 'log_likelihood' needs draws from the posterior, but the model was fitted by "
                f"{self._inference!r}; fit with inference='mcmc', or leave it out"
            )
        units = observed_units(problem)
        n_units, pooled = len(units.senders), draws.pooled
        fix = "use latentnet.loo(model), which takes a sample of the units"
        fits(f"log-likelihoods of {n_units:,} units under {len(pooled):,} draws", 24.0 * n_units * len(pooled), fix=fix)
        values = np.empty((len(pooled), n_units))
        for numbers, found in draws_of_units(problem, pooled, units, np.arange(n_units)):
            values[:, numbers] = found.T
        labels = unique_strings(self.network_.actors)
        ends = {"unit_sender": units.senders} | ({} if units.lists else {"unit_receiver": units.receivers})
        return GivenGroups(
            {"log_likelihood": {"unit": values.reshape(draws.n_chains, draws.n_draws, n_units)}},
            {"unit": ("observed_unit",)},
            {name: ("observed_unit", labels[index]) for name, index in ends.items()},
        )

    def _add_replicated(
        self, more: GivenGroups, drawn: dict[str, np.ndarray], n_networks: int, rng: np.random.Generator
    ) -> None:
        """Ties of all observed dyads in networks drawn under each group's parameters, and in the observed one."""
        if not drawn:
            return
        network, labels = self.network_, unique_strings(self.network_.actors)
        senders, receivers = network.observed.dyads()
        fix = "ask for fewer by n_networks"
        fits(f"{n_networks:,} networks of {len(senders):,} dyads", 8.0 * n_networks * len(senders), fix=fix)
        for name, parameters in drawn.items():
            predictive, n_draws = Predictive(self._problem, parameters), len(parameters)
            chosen = np.arange(n_networks) if n_draws == n_networks else rng.integers(n_draws, size=n_networks)
            replicated = (predictive.simulate(int(draw), rng, observed=True) for draw in chosen)
            ties = np.stack([entries_at(one.ties, senders, receivers) for one in replicated])
            more.groups[name] = {"ties": _counts(ties[np.newaxis])}
        more.groups["observed_data"] = {"ties": _counts(entries_at(network.ties, senders, receivers))}
        more.dims["ties"] = ("dyad",)
        more.coords.update(sender=("dyad", labels[senders]), receiver=("dyad", labels[receivers]))


def _counts(ties: np.ndarray) -> np.ndarray:
    """Whole numbers as such: ArviZ draws them as what they are, and the density of a constant not at all."""
    whole = bool(np.all((ties == np.floor(ties)) & (np.abs(ties) < _MOST_EXACT)))
    return ties.astype(np.int64) if whole else ties

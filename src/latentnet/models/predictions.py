"""What a fitted model says of ties: predictions, scores and simulated networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from latentnet._random import as_generator
from latentnet.constraints import COUNT, FLAG, SEED, checked
from latentnet.models.fitted import Fitted
from latentnet.network import Network, as_network
from latentnet.network.changed import matched, of_self_ties, with_impossible
from latentnet.predictive.predictive import Predictive, Quantity
from latentnet.predictive.simulation import check_room

__all__ = ["Predictions"]

_Dyads = Iterable[tuple[Any, Any]] | None


class Predictions(Fitted):
    """Methods of fitted models that predict ties."""

    @checked(draws=FLAG)
    def predict(self, dyads: _Dyads = None, *, draws: bool = False) -> np.ndarray:
        """Posterior mean of E[Y_ij], of uncapped ties.

        Parameters
        ----------
        dyads : sequence of (sender, receiver) labels, or None
        draws : bool
            Whether to return a value for each draw, for any interval; needs `dyads`.

        Returns
        -------
        ndarray
            One value for each of `dyads`; without them the matrix (n_actors, n_actors), row = sender, NaN on the
            diagonal (under `effects.Loops` that of self-ties), unobserved dyads filled in, 0 where a tie is impossible
            (rows × columns in two-mode networks). With ``draws=True`` (n_chains, n_draws, n_dyads).

        Raises
        ------
        ValueError
            If a dyad is not a pair of two different actors' labels (under `effects.Loops` it may be one actor's), of a
            row actor and a column actor in a two-mode network, or `dyads` is None and ``draws=True``.
        MemoryError
            If the matrix does not fit into memory; it is raised before anything is computed.

        Examples
        --------
        >>> from latentnet import LatentPositionModel
        >>> from latentnet.datasets import load_sampson
        >>> model = LatentPositionModel(inference="map", random_state=1).fit(load_sampson())
        >>> model.predict([("Mark", "Victor")]).shape
        (1,)
        """
        return self._predict(dyads, "mean", "predict", draws)

    @checked(draws=FLAG)
    def predict_proba(self, dyads: _Dyads = None, *, draws: bool = False) -> np.ndarray:
        """Posterior mean of P(Y_ij > 0); parameters, shapes and errors as for `predict`."""
        return self._predict(dyads, "tie_probability", "predict_proba", draws)

    @checked(draws=FLAG)
    def linear_predictor(self, dyads: _Dyads = None, *, draws: bool = False) -> np.ndarray:
        """Posterior mean of the linear predictor η_ij, NaN where a tie is impossible; all else as for `predict`."""
        return self._predict(dyads, "linear_predictor", "linear_predictor", draws)

    def _predict(self, dyads: _Dyads, quantity: Quantity, method: str, draws: bool) -> np.ndarray:
        predictive = self._predictive()
        if dyads is None and draws:
            raise ValueError(f"{method} with draws=True needs dyads: a sequence of (sender, receiver) labels")
        if dyads is None:
            return self._whole(predictive.matrix(quantity))
        senders, receivers = self._pairs(dyads)
        if not draws:
            return predictive.mean(quantity, senders, receivers)
        values = predictive.values(quantity, senders, receivers)
        return values.reshape(self.draws_.n_chains, self.draws_.n_draws, -1)

    def _predictive(self) -> Predictive:
        return Predictive(self._checked(), self.draws_.pooled)

    def _whole(self, matrix: np.ndarray) -> np.ndarray:
        """Rows × columns of a two-mode network's matrix."""
        if not self.network_.two_mode:
            return matrix
        n_rows = self.network_.n_row_actors
        return matrix[:n_rows, n_rows:]

    @checked()
    def score(self, network: Any, y: None = None) -> float:
        """Log score of a network of the same actors: how probable the model thought its ties.

        Parameters
        ----------
        network : as for `fit`
            Its actors are matched by label; those of the fit that it lacks count as unobserved.
        y : None
            Ignored.

        Returns
        -------
        float
            Sum over units (dyads, pairs or lists) of the log of the posterior mean of their probability, divided by the
            number of observed dyads; under `effects.Loops` the self-ties that the network has kept are among both.
            Higher is better; a fair coin has −0.69. Beyond 5,000 actors a plain model's sum over all dyads is
            approximated, with several draws partly from a sample of dyads of a fixed seed.
        """
        problem = self._checked()
        read = as_network(network, self_ties="keep" if problem.has_loops else "error")
        network = with_impossible(self._matched(read), self.network_)
        problem.family.check_again(network, problem.bound.data)
        n_observed = network.observed.n_dyads
        if network.self_ties is not None:
            if not problem.has_loops:
                raise ValueError(
                    "network has kept its self-ties, for which the model has no term; read it with self_ties='drop', "
                    "or fit with effects=[Loops()]"
                )
            problem.given_family.check_again(of_self_ties(network), problem.bound.data)
            n_observed += int(np.count_nonzero(~np.isnan(network.self_ties)))
        if n_observed == 0:
            raise ValueError("network has no observed dyad to score")
        return self._predictive().log_score(network) / n_observed

    def _matched(self, network: Network) -> Network:
        """The network with this model's actors in this model's order."""
        mine = self.network_
        if network.directed != mine.directed or network.two_mode != mine.two_mode:
            raise ValueError(
                f"network must be of the kind that the model was fitted to, but one is "
                f"{network.observed.in_words} and the other {mine.observed.in_words}"
            )
        same = np.array_equal(network.actors, mine.actors)
        if not same and network.n_nominations is not None:
            raise ValueError(
                "network comes from nominations, and must then have the actors of the fit, in the same order: give "
                "from_nominations actors=model.actors_"
            )
        if same:
            return network
        return matched(network, mine)

    @checked(n_networks=COUNT, random_state=SEED, observed=FLAG)
    def simulate(self, n_networks: int = 1, random_state: Any = None, *, observed: bool = False) -> list[Network]:
        """Draw networks from the posterior predictive distribution.

        Parameters
        ----------
        n_networks : int
            Each comes from one posterior draw, chosen at random.
        random_state : None, int, SeedSequence, Generator or RandomState
        observed : bool
            Whether to replay the design of the fitted network: the same dyads are then unobserved, and lists capped
            and ranked as there. Actors who were in the data for having been named stay, also where nobody names them
            now.

        Returns
        -------
        list of Network
        """
        predictive = self._predictive()
        check_room(n_networks, [self.network_])
        rng, n_draws = as_generator(random_state), len(predictive.parameters)
        return [predictive.simulate(int(rng.integers(n_draws)), rng, observed=observed) for _ in range(int(n_networks))]

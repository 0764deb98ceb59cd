"""Standing: where the chains of a fit stand, which more draws go on from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from latentnet.inference.base import InferenceResult
from latentnet.inference.chains import Kept, Paused, Plan

__all__ = ["Standing"]


class Standing(NamedTuple):
    """Chains at rest, and their plan."""

    plan: Plan
    chains: tuple[Paused, ...]
    seconds_per_iteration: float = 0.0  # of the last stretch, on this machine; 0 where that is not known

    @property
    def n_left(self) -> int:
        """Iterations to the end of the plan, of all chains."""
        return sum(max(self.plan.n_iterations - one.done, 0) for one in self.chains)

    @property
    def n_kept(self) -> int:
        """Draws that every chain has."""
        return min(self.plan.n_draws, *(len(one.kept.draws) for one in self.chains))

    def thinned(self) -> Standing:
        """Every second draw, and as many iterations more."""
        kept = [one.kept.rows(slice(1, None, 2)) for one in self.chains]
        # Copies: a view would keep all draws in memory.
        kept = [Kept(one.draws.copy(), one.statistics, one.labels.copy()) for one in kept]
        chains = [one._replace(kept=half) for one, half in zip(self.chains, kept, strict=True)]
        return self._replace(plan=self.plan._replace(thin=2 * self.plan.thin), chains=tuple(chains))

    def longer(self, n_draws: int) -> Standing:
        """So many draws more than every chain has, with the same thinning, whatever the chains then say."""
        plan = self.plan
        return self._replace(plan=plan._replace(n_draws=self.n_kept + n_draws, max_thin=plan.thin))

    def result(self, interrupted: bool) -> InferenceResult:
        """What every chain has drawn."""
        kept = [one.kept.rows(slice(self.n_kept)) for one in self.chains]
        draws, labels = np.stack([one.draws for one in kept]), np.stack([one.labels for one in kept])
        statistics = {name: np.stack([one.statistics[name] for one in kept]) for name in kept[0].statistics}
        found = InferenceResult(draws, "chains", statistics, interrupted, thin=self.plan.thin, standing=self)
        if labels.shape[-1] == 0:
            return found
        return found._replace(labels=labels[..., :-1], n_components=labels[..., -1])

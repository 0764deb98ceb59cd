"""What of a model is drawn: its point estimate, one draw, or positions from elsewhere, turned to match a reference."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentnet.checks import shown
from latentnet.plot.picture import has_origin, shown_positions
from latentnet.posterior.procrustes import Alignment, align
from latentnet.posterior.references import common_positions

__all__ = ["Shown", "chosen"]

FloatArray = NDArray[np.float64]


class Shown:
    """A fitted model whose positions and draws are other ones; all else is the model's."""

    def __init__(self, model: Any, positions: FloatArray, turned: Alignment | None = None) -> None:
        self._model = model
        self.positions_ = positions
        draws = getattr(model, "draws_", None)
        if turned is not None and draws is not None:
            moved = np.asarray(draws.positions) @ turned.rotations + turned.translations
            self.draws_ = SimpleNamespace(kind=draws.kind, positions=moved, variables=getattr(draws, "variables", {}))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def chosen(model: Any, what: Any, align_to: Any) -> Any:
    """The model with the positions to be drawn.

    Parameters
    ----------
    model : fitted estimator
    what : "point", int or array of shape (n_actors, n_dims)
        The point estimate; the draw of that number, all chains end to end; or positions.
    align_to : fitted estimator, DataFrame or mapping by actor, array of shape (n_actors, n_dims) or None
        The same side up as there: turned and mirrored (and moved, where lengths from the origin mean nothing) so that
        common actors lie as near as can be to where they lie there.

    Raises
    ------
    ValueError
        For anything else, a draw that does not exist, or a reference without two common actors or of other dimensions.
    """
    shown_positions(model)  # refuses what has no map
    positions = _positions(model, what)
    drawn = model if isinstance(what, str) else Shown(model, positions)
    if align_to is None:
        return drawn
    here, there = common_positions(align_to, model.network_.actors, positions.shape[1], "align_to")
    turned = align(positions[here], there, "orthogonal" if has_origin(model) else "isometry")
    return Shown(drawn, positions @ turned.rotations + turned.translations, turned)


def _positions(model: Any, what: Any) -> FloatArray:
    point = np.asarray(model.positions_, dtype=np.float64)
    if isinstance(what, str) and what == "point":
        return point
    if isinstance(what, int | np.integer) and not isinstance(what, bool):
        draws = getattr(model, "draws_", None)
        every = np.empty((0, *point.shape)) if draws is None else np.asarray(draws.positions).reshape(-1, *point.shape)
        if not 0 <= what < len(every):
            raise ValueError(
                f"`what`={shown(what)} must be the number of a draw, 0 to {len(every) - 1}; or use what='point'"
            )
        return every[what]
    try:
        given = np.asarray(what, dtype=np.float64)
    except Exception:  # whatever numpy makes of what holds no numbers
        given = np.empty(0)
    if given.shape != point.shape or not np.isfinite(given).all():
        said = f"of shape {given.shape}" if isinstance(what, np.ndarray) else shown(what)
        raise ValueError(
            f"`what` must be 'point', the number of a draw or finite positions of shape {point.shape}, but is {said}; "
            "densities and clouds of draws are contours='pooled' and clouds='all'"
        )
    return given

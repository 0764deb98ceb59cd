"""Held-out evaluation in scikit-learn's manner: folds of a network, cross-validation, search over models.

A network is no table of independent rows, which scikit-learn's own `cross_val_score` and `GridSearchCV` could split;
here dyads, actors or respondents are held out, and scored with scikit-learn's metrics.
"""

from typing import TYPE_CHECKING

from latentnet.meant import guide
from latentnet.model_selection.folds import ActorKFold, DyadKFold, RespondentKFold
from latentnet.model_selection.validation import GridSearch, cross_validate

__all__ = ["ActorKFold", "DyadKFold", "GridSearch", "RespondentKFold", "cross_validate"]

if not TYPE_CHECKING:  # type checkers should still find misspelt names
    __getattr__ = guide(__name__, __all__)

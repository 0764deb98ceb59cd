"""Checking fits: comparison of models."""

from latentnet.checking.comparison import BIC, bic, compare

__all__ = ["BIC", "bic", "compare"]

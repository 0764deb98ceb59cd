"""Data to try the library on: Sampson's monks, and simulated networks and interviews whose truth is known."""

from typing import TYPE_CHECKING

from latentnet.datasets.interviews import InterviewStudy, make_interview_study
from latentnet.datasets.large import make_large_network
from latentnet.datasets.sampson import load_sampson, load_sampson_waves
from latentnet.datasets.simulate import LatentNetwork, make_latent_network
from latentnet.meant import guide

__all__ = [
    "InterviewStudy",
    "LatentNetwork",
    "load_sampson",
    "load_sampson_waves",
    "make_interview_study",
    "make_large_network",
    "make_latent_network",
]

if not TYPE_CHECKING:  # type checkers should still find misspelt names
    __getattr__ = guide(__name__, __all__)

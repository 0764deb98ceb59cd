"""Networks to try the library on: Sampson's monks, and simulated networks whose truth is known."""

from latentnet.datasets.sampson import load_sampson, load_sampson_waves
from latentnet.datasets.simulate import LatentNetwork, make_latent_network

__all__ = ["LatentNetwork", "load_sampson", "load_sampson_waves", "make_latent_network"]

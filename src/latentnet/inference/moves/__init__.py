"""The moves of the sampler, one a file, and the loop that makes them."""

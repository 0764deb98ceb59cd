"""Formats of saved models: an archive, values by name, networks. Nothing is imported by name, nothing is run."""

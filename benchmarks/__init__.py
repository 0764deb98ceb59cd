"""Benchmarks: named problems, peers, and one command that compares them (`python -m benchmarks.compare`)."""

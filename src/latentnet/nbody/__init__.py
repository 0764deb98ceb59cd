"""Sums over all pairs of points in nearly linear time: a mesh for what is far, cells for what is near."""

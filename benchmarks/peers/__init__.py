"""One file a competitor: `fit_position` and, where it can, `fit_cluster`, under our priors."""

"""Everything bound to one network: the table of values, the prior, the log posterior."""

"""The probability of what was observed, given all values: families and effects composed over the observed dyads."""

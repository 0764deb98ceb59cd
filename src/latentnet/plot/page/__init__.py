"""The map of actors as an interactive page, by bokeh."""

"""The map of actors, by matplotlib."""

"""How marks look: colours, shapes, legends, distances."""

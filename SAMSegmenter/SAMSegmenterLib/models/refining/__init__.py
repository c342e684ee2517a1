"""A small network that draws the masks of the bundled model again, finer, around what the model answered."""

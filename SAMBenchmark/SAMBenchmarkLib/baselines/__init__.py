"""Classical methods that a model must beat: each takes an image and prompts and returns a mask."""

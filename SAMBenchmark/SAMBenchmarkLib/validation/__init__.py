"""How good a model is on images that training left out, beside classical methods."""

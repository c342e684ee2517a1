"""Training of the network that draws the masks of the small model again in windows of the picture."""

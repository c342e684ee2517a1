"""Training of promptable segmentation models: data, prompt simulation, losses and the loop."""

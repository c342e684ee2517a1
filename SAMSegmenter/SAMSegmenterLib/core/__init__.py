"""Geometry, slicing, windowing, prompts, mask choice and propagation on plain arrays; imports numpy and scipy only."""

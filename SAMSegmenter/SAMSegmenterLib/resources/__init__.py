"""Bundled weights and their model card, read through importlib.resources."""

"""Protocols beside S0-S6: one file each, from an object and a way to ask the model to prompted answers."""

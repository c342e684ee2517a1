"""Measures what SAM can do on medical volumes: layers `core`, `scene`, `session`, `report`, `desktop`, `cli`."""

"""The Segment Anything Model on medical volumes: layers `core`, `models`, `files`, `scene`, `session`, `desktop`, `cli`."""

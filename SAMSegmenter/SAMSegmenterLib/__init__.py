"""SAM on medical volumes, in layers: `core`, `models`, `files`, `scene`, `session`, `desktop`, `cli`."""

"""Who evaluates the cases of a run besides the process itself and its own pool."""

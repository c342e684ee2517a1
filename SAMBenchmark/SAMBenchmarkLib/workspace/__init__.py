"""The benchmark as a panel of the browser workspace."""

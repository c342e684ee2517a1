"""The thin Qt layer inside the Slicer desktop."""

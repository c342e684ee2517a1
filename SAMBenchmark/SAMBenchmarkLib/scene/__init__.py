"""Evaluation of loaded nodes; results as Slicer tables, plots and scene files."""

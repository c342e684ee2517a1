"""Statistics of benchmark results: correlations, intervals, tests, box plots and agreement; numpy and scipy only."""

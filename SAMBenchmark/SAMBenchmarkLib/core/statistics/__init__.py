"""Statistics of benchmark results: correlations, intervals, tests, box plots and agreement; numpy and scipy only."""

from SAMBenchmarkLib.core.statistics.partial_correlation import PartialCorrelation, partial_spearman

__all__ = ["PartialCorrelation", "partial_spearman"]

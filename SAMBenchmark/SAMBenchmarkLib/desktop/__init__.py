"""The thin Qt layer of the SAM Benchmark module."""

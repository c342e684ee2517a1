"""Results in many small Parquet files, for clusters: workers share a folder and never wait for each other."""

import numpy as np
from scipy.stats import rankdata

from SAMBenchmarkLib.core.statistics.ranks import mean_ranks


def test_ranks_are_scipys():
    values = np.random.default_rng(0).integers(0, 9, 50) / 7
    assert mean_ranks(values).tolist() == rankdata(values).tolist()
    assert mean_ranks([5, 1, 5]).tolist() == [2.5, 1, 2.5] and len(mean_ranks([])) == 0

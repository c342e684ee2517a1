"""The most memory that a process held is what the operating system says."""

import sys

import numpy as np
import pytest

from SAMSegmenterLib.models.peak_memory import highest_memory

MEGABYTES = 200


def test_what_was_held_for_a_moment_counts():
    before = highest_memory(forget=True)
    np.ones(MEGABYTES << 17).sum()
    grown = (highest_memory() - before) / (1 << 20)
    assert 0.9 * MEGABYTES < grown < 1.5 * MEGABYTES or not sys.platform.startswith("linux")
    assert highest_memory() > 1 << 20


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can begin to count anew")
def test_counting_anew_forgets_what_was_given_back():
    np.ones(MEGABYTES << 17).sum()
    high = highest_memory()
    if highest_memory(forget=True) == high:
        pytest.skip("this system does not let a process count anew")
    assert highest_memory() < high - (MEGABYTES << 19)

"""The test suite as one of Slicer's own tests (CTest)."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import run_in_slicer  # beside this file


class SAMSuiteInSlicer(unittest.TestCase):
    """Skipped where Slicer's Python has no pytest."""

    def test_Suite(self) -> None:
        status = run_in_slicer.run()
        if status == run_in_slicer.NO_PYTEST:
            self.skipTest("pytest is not installed in Slicer's Python")
        assert status == 0, "see pytest's report above"

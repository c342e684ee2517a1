"""A process of its own for what would hold up everything else of the workspace."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from SAMSegmenterLib.core.parent_process import end_with_parent


def own_process() -> ProcessPoolExecutor:
    """An executor of one process, which ends with this one."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=end_with_parent)

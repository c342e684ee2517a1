"""Dask clusters on this computer, for tests."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

_DEADLINE_S = 120


@contextlib.contextmanager
def a_local_cluster(workers: int) -> Iterator[str]:
    """Address of a scheduler with so many worker processes of one thread, which are started again when they die."""
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    settings = {"processes": True, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with LocalCluster(n_workers=workers, memory_limit=0, **settings) as cluster:
        yield cluster.scheduler_address


@contextlib.contextmanager
def a_lone_scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address and process of a scheduler with one worker, each a process of its own."""
    from distributed.utils import open_port

    address = f"tcp://127.0.0.1:{open_port()}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    starts = {
        "scheduler": ["--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"],
        "worker": [address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "20"],
    }
    processes = [
        subprocess.Popen([sys.executable, "-m", "dask", name, *arguments], **quiet)
        for name, arguments in starts.items()
    ]
    try:
        yield address, processes[0]
    finally:
        for process in processes:
            process.kill()
            process.wait(_DEADLINE_S)

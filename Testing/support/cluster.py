"""Dask clusters on this computer, for tests."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

_DEADLINE_S = 120


@contextlib.contextmanager
def a_local_cluster(workers: int) -> Iterator[str]:
    """Address of a scheduler with so many worker processes of one thread, which are started again when they die.

    The second worker that dies of the same case is the last one to try it.
    """
    import dask
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    settings = {"processes": True, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    few_deaths = dask.config.set({"distributed.scheduler.allowed-failures": 1})  # each costs the start of a worker
    with few_deaths, LocalCluster(n_workers=workers, memory_limit=0, **settings) as cluster:
        yield cluster.scheduler_address


def forget_models(address: str) -> None:
    """Let the workers of a cluster load their model anew."""
    from distributed import Client

    with Client(address, timeout=_DEADLINE_S, set_as_default=False) as client:
        client.run(_forget)


def _forget() -> None:
    from SAMBenchmarkLib.session.executors import cluster_task

    cluster_task._loaded.clear()


@contextlib.contextmanager
def a_lone_scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address and process of a scheduler with one worker, each a process of its own."""
    from distributed.utils import open_port

    address = f"tcp://127.0.0.1:{open_port()}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    starts = {
        "scheduler": ["--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"],
        "worker": [address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", str(_DEADLINE_S)],
    }
    processes = [
        subprocess.Popen([sys.executable, "-m", "dask", name, *arguments], **quiet)
        for name, arguments in starts.items()
    ]
    try:
        _wait_for(address)
        yield address, processes[0]
    finally:
        for process in processes:
            process.kill()
            process.wait(_DEADLINE_S)


def _wait_for(address: str) -> None:
    """Until somebody listens there: starting Python takes its time on a busy computer."""
    host, port = address.removeprefix("tcp://").split(":")
    deadline = time.monotonic() + _DEADLINE_S
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)

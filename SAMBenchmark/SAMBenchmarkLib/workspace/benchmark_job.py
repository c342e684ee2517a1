"""An evaluation in a process of its own: the page answers meanwhile, and a fault of it ends nothing else."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from dataclasses import dataclass
from typing import Any

from SAMBenchmarkLib.session.run_request import RunRequest, RunResult
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.errors import Cancelled, SAMError
from SAMSegmenterLib.core.parent_process import end_with_parent
from SAMSegmenterLib.core.progress import ProgressEvent

_SEND_SECONDS = 0.2
_END_SECONDS = 5.0


@dataclass(frozen=True)
class Ended:
    """How an evaluation ended.

    Args:
        result: what it left; None when it was stopped or failed.
        message: why there is no result; empty when it was stopped.
    """

    result: RunResult | None = None
    message: str = ""


class BenchmarkJob:
    """Runs a request; `poll` tells how far it is. What is finished when it is stopped stays in its folder.

    Args:
        request: what to evaluate; can be pickled.

    Thread: main.
    """

    def __init__(self, request: RunRequest) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._receiver, sender = spawn.Pipe(duplex=False)
        self._stop = spawn.Event()
        self._process = spawn.Process(target=_evaluate, args=(request, sender, self._stop), daemon=True)
        self._process.start()
        sender.close()  # ours: when the process ends, the pipe does
        self._ended: Ended | None = None

    def poll(self) -> list[ProgressEvent | Ended]:
        """What it told since it was asked last; `Ended` comes last, and once."""
        told: list[ProgressEvent | Ended] = []
        while self._ended is None and self._receiver.poll():
            try:
                message = self._receiver.recv()
            except (EOFError, OSError):
                message = Ended(message="The evaluation ended unexpectedly; there may be too little memory.")
            if isinstance(message, Ended):
                self._ended = message
            told.append(message)
        return told

    def stop(self) -> None:
        """Ask it to stop after the prediction under way."""
        self._stop.set()

    def close(self) -> None:
        """End it at once, as the workspace ends."""
        self._stop.set()
        self._process.terminate()
        self._process.join(_END_SECONDS)
        self._receiver.close()


def _evaluate(request: RunRequest, sender: Any, stop: Any) -> None:
    """What the process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process; the gateway decides
    end_with_parent()
    last = [0.0]

    def tell(event: ProgressEvent) -> None:
        if time.monotonic() - last[0] >= _SEND_SECONDS:
            last[0] = time.monotonic()
            sender.send(event)

    with contextlib.suppress(BrokenPipeError):
        sender.send(_ended(request, tell, stop))


def _ended(request: RunRequest, tell: Any, stop: Any) -> Ended:
    try:
        return Ended(run_benchmark(request, tell, stop.is_set))
    except Cancelled:
        return Ended()
    except SAMError as error:
        return Ended(message=str(error))
    except MemoryError:
        return Ended(message="There is not enough memory for this. Choose fewer structures or a smaller model.")
    except Exception as error:  # noqa: BLE001 - told on the page instead of printed where nobody looks
        return Ended(message=f"A fault of the program: {type(error).__name__}: {error}")

"""How fast the worker encodes and decodes behind an event loop that holds Python's lock, as Slicer's does.

    python Testing/benchmarks/worker_speed.py [--quick] [--json FILE]

Without a loop the main thread only waits for the job. Behind the loop the effect's own timer ticks, and nothing else
happens; a loop without any timer shows what the ticks are good for. The three take turns, so that whatever else the
computer does meets all. Aim: behind the loop with the effect's timer at least half of the undisturbed speed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import SHARE, Comparison
from benchmarks.effect_at_work import AtWork, a_volume, effect_at_work
from benchmarks.harness import TIMING_HEAD, Timings, run, table, timing_rows

from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.session.model_service import CLICK
from support.desktop import gil

AIM = 0.5
FULL, QUICK = ((20, 512, 512), 5, 5), ((6, 96, 96), 1, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    return run(measure, __doc__ or "", arguments)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    shape, rounds, prompts = QUICK if quick else FULL
    with effect_at_work(a_volume(shape)) as work:
        work.show_middle()
        work.settle()
        timings = _in_turns(work, rounds, prompts)
    shares = {name: _share(timings, name) for name in ("encoding", "decoding")}
    figures = {
        "timings": {name: one.to_json() for name, one in timings.items()},
        "share_of_undisturbed_speed": {name: round(share, 3) for name, share in shares.items()},
        "aim": AIM,
        "comparisons": _comparisons(timings),
    }
    said = [f"{name} has {100 * share:.0f} % of its undisturbed speed" for name, share in shares.items()]
    return figures, f"{table(TIMING_HEAD, timing_rows(timings))}\n\n{'; '.join(said)} (aim: at least {100 * AIM:.0f} %)"


def _comparisons(timings: dict[str, Timings]) -> list[dict[str, Any]]:
    aims = {"behind the loop": f"at least {100 * AIM:.0f} %", "behind a loop that only polls": ""}
    found = []
    for name in ("encoding", "decoding"):
        reference = f"{name}, undisturbed"
        for way, aim in aims.items():
            pair = 1000 * timings[f"{name}, {way}"].median, reference, 1000 * timings[reference].median
            found.append(Comparison(f"{name}, {way}", *pair, "ms", SHARE, aim).to_json())
    return found


def _share(timings: dict[str, Timings], name: str) -> float:
    return timings[f"{name}, undisturbed"].median / timings[f"{name}, behind the loop"].median


Task = Callable[[Any], Any]
"""Takes the predictor; runs on the worker."""


def _in_turns(work: AtWork, rounds: int, prompts: int) -> dict[str, Timings]:
    ways: dict[str, Callable[[AtWork, Callable[..., None], list[float]], None]] = {
        "undisturbed": _undisturbed,
        "behind the loop": _behind_the_loop,
        "behind a loop that only polls": _behind_a_poll,
    }
    found: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        for what, task in (("encoding", _encoding(number)), ("decoding", _decoding(prompts))):
            for name, way in ways.items():
                seconds = _seconds(work, task, way)
                if number:  # the first round loads code
                    found.setdefault(f"{what}, {name}", []).append(seconds)
    return {name: Timings(tuple(seconds)) for name, seconds in found.items()}


def _seconds(work: AtWork, task: Task, way: Callable[..., None]) -> float:
    """From the request until the work is done, whoever notices it when."""
    ended: list[float] = []

    def do(predictor: Any, on_progress: Any, should_stop: Any) -> None:
        task(predictor)
        ended.append(time.perf_counter())

    start = time.perf_counter()
    way(work, do, ended)
    return ended[0] - start


def _encoding(number: int) -> Task:
    """Encode a picture that is in no cache."""
    picture = np.random.default_rng(number).integers(0, 255, (512, 512, 3), np.uint8)
    return lambda predictor: predictor.loaded.encode([picture])


def _decoding(count: int) -> Task:
    """Some prompts after each other."""
    picture = np.zeros((512, 512, 3), np.uint8)
    prompts = [Prompts.of([[200 + number, 300]]) for number in range(count)]
    return lambda predictor: predictor.decode(predictor.encode([picture])[0], prompts)


def _undisturbed(work: AtWork, do: Callable[..., None], ended: list[float]) -> None:
    """The main thread waits and does nothing else."""
    work.service.submit(do).result()


def _behind_the_loop(work: AtWork, do: Callable[..., None], ended: list[float]) -> None:
    """Slicer's loop, the effect's timer, and a job of the effect's session."""
    work.session._board.start("benchmark", do, CLICK, lambda result: None, _raise)
    work.work_until(lambda: bool(ended))


def _behind_a_poll(work: AtWork, do: Callable[..., None], ended: list[float]) -> None:
    """Slicer's loop with a timer that looks ten times a second and does not wait."""
    timer = work.effect.self().controller._timer
    timer.stop()
    job = work.service.submit(do)
    gil.run_event_loop(job.done.is_set, 600.0, 0.1)
    timer.start()


def _raise(error: BaseException) -> None:
    raise error


if __name__ == "__main__":
    sys.exit(main())

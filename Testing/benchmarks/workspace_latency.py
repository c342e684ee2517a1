"""How long the browser workspace keeps its page waiting, action by action, while a slice is being encoded.

    python Testing/benchmarks/workspace_latency.py [--quick] [--json FILE]

A volume of 512 x 512 x 300 voxels with a structure that fills most of it, the bundled model, and a thread that encodes
slices all the time. An action is answered when the page has the news of it; until then, and in every step of what goes
on afterwards, the event loop answers nobody: the longest such time is what counts. Beside it stands how long a plain
slice view of trame-slicer takes to render the same slices in the same run. Aim: no wait is longer than 200 ms.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import Comparison
from benchmarks.effect_at_work import a_volume
from benchmarks.harness import Timings, run, table
from benchmarks.page_at_work import Page, PlainView, encoding_all_the_time, page_at_work

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation, Structure

AIM_MS = 200.0
FULL, QUICK = ((300, 512, 512), 15, 40), ((12, 96, 96), 2, 3)
PLAIN = "a plain slice view of trame-slicer"
_MARGIN = 20
"""Voxels around the structure that is there from the beginning."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    return run(measure, __doc__ or "", arguments)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    shape, rounds, marked = QUICK if quick else FULL
    volume = a_volume(shape)
    with encoding_all_the_time(shape[1:]):
        plain = _plain_seconds(volume, 2 * rounds)
        with page_at_work(volume, _body(volume)) as page:
            user = User(page)
            page.run(lambda: _session(user, rounds, marked))
    figures = {
        "shape_kji": list(shape),
        "actions": {name: one.to_json() for name, one in user.seen.items()},
        "plain_slice_view": plain.to_json(),
        "longest_wait_ms": round(1000 * max(one.longest for one in user.seen.values()), 1),
        "aim_ms": AIM_MS,
        "comparisons": _comparisons(user.seen, plain),
    }
    rows = [[name, *(f"{value:.1f}" for value in one.milliseconds)] for name, one in user.seen.items()]
    rows.append(
        [PLAIN, f"{1000 * plain.median:.1f}", f"{1000 * plain.p95:.1f}", f"{1000 * max(plain.seconds):.1f}", ""]
    )
    text = table(("", "answered ms", "p95 ms", "longest wait ms", "done after ms"), rows)
    return figures, f"{text}\n\nlongest wait: {figures['longest_wait_ms']:.0f} ms (aim: at most {AIM_MS:.0f})"


class Seen:
    """What one action took, again and again."""

    def __init__(self) -> None:
        self.answered: list[float] = []
        self.done: list[float] = []
        self.longest = 0.0

    @property
    def milliseconds(self) -> tuple[float, float, float, float]:
        """Median and 95th percentile until it was answered, longest wait, median until all was done."""
        answered = Timings(tuple(self.answered))
        return tuple(1000 * one for one in (answered.median, answered.p95, self.longest, float(np.median(self.done))))

    def to_json(self) -> dict[str, float]:
        """In milliseconds."""
        names = ("answered_median_ms", "answered_p95_ms", "longest_wait_ms", "done_median_ms")
        return {
            **{name: round(one, 2) for name, one in zip(names, self.milliseconds, strict=True)},
            "count": len(self.done),
        }


class User:
    """Does things on the page and notes how long they keep it waiting."""

    def __init__(self, page: Page) -> None:
        self.page, self.told = page, page.told
        self.seen: dict[str, Seen] = {}

    async def does(self, name: str, work: Callable[[], None], is_done: Callable[[], bool] = lambda: True) -> None:
        """Do something and wait until it is done.

        Args:
            name: what it is noted as.
        """
        seen = self.seen.setdefault(name, Seen())
        self.page.longest, start = 0.0, time.perf_counter()
        work()
        answered = time.perf_counter() - start
        await self.page.until(is_done)
        seen.answered.append(answered)
        seen.done.append(time.perf_counter() - start)
        await self.page.settle()
        seen.longest = max(seen.longest, answered, self.page.longest)

    def act(self, kind: str, view: str = "axial", **event: Any) -> Callable[[], None]:
        """What the mouse does in a view."""
        return lambda: self.page.actions["act"]({"kind": kind, "view": view, **event})

    def key(self, name: str) -> Callable[[], None]:
        """What a key does."""
        return lambda: self.page.actions["key"](name)

    def is_written(self) -> bool:
        """Nothing is being written any more."""
        return not self.told["writing"]


async def _session(user: User, rounds: int, marked: int) -> None:
    """A person at work: slice by slice, then from slice to slice, then many slices at once."""
    await user.page.settle()
    user.page.actions["add_segment"]()
    own = user.told["segment_id"]
    other = next(row["id"] for row in user.told["segments"] if row["id"] != own)
    for number in range(rounds):
        await _round(user, number, own, other)
    await _carry(user)
    await _many(user, marked)


async def _round(user: User, number: int, own: str, other: str) -> None:
    depth, height, width = user.page.controller.case.volume.shape_kji
    middle, place = depth // 2 + number % 3 - 1, [width / 2 + number % 5, height / 2 - number % 3]
    does, act, key, told = user.does, user.act, user.key, user.told
    await does("scroll, axial", act("scroll", index=middle))
    await does("scroll, sagittal", act("scroll", "sagittal", index=width // 2 + number % 7))
    await does("move the cross-hair", act("cross", uv=place))
    await does("drag the window", act("window", dx=3.0 * (-1) ** number, dy=1.0))
    await does("select another segment", lambda: user.page.actions["select"](other))
    user.page.actions["select"](own)
    await user.page.settle()
    await does("click", act("click", uv=place, label=1), lambda: told["can_accept"])
    mark = told["view_axial"]["marks"][-1]
    start = [mark["u"], mark["v"]]
    moved = [start[0] + 2, start[1] + 2]
    await does("drag a mark", act("move", id=mark["id"], start=start, end=moved, reach=2.0), lambda: told["can_accept"])
    await does("accept", key("accept"), lambda: not told["can_accept"] and user.is_written())
    await does("undo", key("undo"), lambda: told["can_redo"])
    await does("redo", key("redo"), lambda: not told["can_redo"])


async def _carry(user: User) -> None:
    told, key = user.told, user.key
    carrying = lambda: told["carrying"]  # noqa: E731 - another dictionary after each push
    await user.does("carry through the volume", key("propagate"), lambda: not carrying()["running"])
    await user.does("go to the worst slice", key("worst"), lambda: told["strip"]["shown"] == told["strip"]["worst"])
    slices = sum(kind == "waiting" for *_others, kind in told["strip"]["slices"])
    is_in = lambda: user.is_written() and not carrying()["results"]  # noqa: E731
    await user.does(f"accept {slices} carried slices", key("accept_carried"), is_in)
    await user.does("undo all of them", key("undo"), lambda: told["can_redo"])
    await user.does("redo all of them", key("redo"), lambda: not told["can_redo"])


async def _many(user: User, count: int) -> None:
    depth, height, width = user.page.controller.case.volume.shape_kji
    user.page.actions["add_segment"]()
    first = depth // 2 - count // 2
    for index in range(first, first + count):
        user.act("scroll", index=index)()
        start, end = [width * 0.2, height * 0.2], [width * 0.42, height * 0.42]
        user.act("box", start=start, end=end)()
    await user.page.settle()
    user.key("outline_marked")()
    await user.page.until(lambda: user.told["stack"] is not None and user.told["stack"][0] == user.told["stack"][1])
    await user.page.settle()
    await user.does(
        f"accept {count} marked slices", user.key("accept_stack"), lambda: user.is_written() and not user.told["stack"]
    )


def _body(volume: Volume) -> Segmentation:
    """A structure around all others, which gives way to them."""
    layer = np.zeros(volume.shape_kji, np.uint8)
    layer[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = 1
    return Segmentation((layer,), volume.ijk_to_ras, (Structure(1, "body", 0, 1),))


def _plain_seconds(volume: Volume, count: int) -> Timings:
    view, seconds = PlainView(volume), []
    for number in range(count + 2):
        start = time.perf_counter()
        view.show(0.3 + 0.4 * (number % 10) / 10)
        seconds.append(time.perf_counter() - start)
    view.close()
    return Timings(tuple(seconds[2:]))  # the first ones load code


def _comparisons(seen: dict[str, Seen], plain: Timings) -> list[dict[str, Any]]:
    found = []
    for name, one in seen.items():
        answered, _p95, longest, _done = one.milliseconds
        found.append(Comparison(f"{name}, answered", answered, PLAIN, 1000 * plain.median, "ms"))
        aim = f"at most {AIM_MS:.0f} ms"
        waits = f"{name}, longest wait", longest, f"{PLAIN}, longest", 1000 * max(plain.seconds)
        found.append(Comparison(*waits, "ms", aim=aim))
    return [one.to_json() for one in found]


if __name__ == "__main__":
    sys.exit(main())

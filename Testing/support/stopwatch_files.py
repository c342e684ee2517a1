"""Records of a study with a stopwatch, made up for tests."""

from __future__ import annotations

from pathlib import Path

from SAMSegmenterLib.core.timed_task import WITH, WITHOUT, TimedTask
from SAMSegmenterLib.session.stopwatch import Stopwatch
from support.editing import Clock


def record(condition: str, case: str, name: str, seconds: float, edits: int = 0, marks: int = 0) -> list[str]:
    """Lines of one object: marks one second after the other on one slice, an acceptance, then edits by hand."""
    clock = Clock()
    watch = Stopwatch(clock)
    watch.start(TimedTask(condition, case, name))
    watch.log.add("shown", plane={"axis": 0, "index": 3})
    for _ in range(marks):
        clock.now += 1
        watch.log.add("marked", mark={})
        watch.log.add("previewed")
    if marks:
        watch.edited()
        watch.log.add("accepted", changed=10)
    for _ in range(edits):
        clock.now += 1
        watch.edited()
    clock.now += seconds - marks - edits
    return watch.stop()


def write_study(folder: Path) -> list[Path]:
    """Logs of two readers, who outlined two objects on each of four cases, 60 and 90 s faster with SAM."""
    paths = []
    for reader, faster in (("anna", 60), ("bert", 90)):
        lines = []
        for number in range(4):
            for name, seconds in (("liver", 240 + 10 * number), ("spleen", 180 + 5 * number)):
                lines += record(WITHOUT, f"case{number}", name, seconds, edits=5)
                lines += record(WITH, f"case{number}", name, seconds - faster - number, edits=1, marks=3)
        path = folder / reader / "SAM stopwatch.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(path)
    return paths

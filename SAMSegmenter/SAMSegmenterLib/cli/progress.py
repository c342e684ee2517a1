"""Progress on the terminal: one line per stage, with the time left."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from SAMSegmenterLib.core.progress import ProgressEvent

_LOG_INTERVAL_S = 30.0  # between two lines where the output goes to a file


class TerminalProgress:
    """Shows `ProgressEvent`s with tqdm, one bar per stage; use it as `on_progress`, in a `with` block.

    Args:
        unit: what is counted; "B" shows bytes in kB, MB and GB.
        stream: where to write, standard error by default.
    """

    def __init__(self, unit: str = "", stream: Any = None) -> None:
        self._unit = unit
        self._stream = stream if stream is not None else sys.stderr
        self._stage: str | None = None
        self._bar: Any = None

    def __call__(self, event: ProgressEvent) -> None:
        """Show where the work is."""
        if event.stage != self._stage:
            self.close()
            self._stage, self._bar = event.stage, self._new_bar(event)
        self._bar.total = event.total
        self._bar.set_postfix_str(_tail(event), refresh=False)
        self._bar.update(event.done - self._bar.n)

    def close(self) -> None:
        """Finish the bar at hand."""
        if self._bar is not None:
            self._bar.close()
        self._bar = self._stage = None

    def __enter__(self) -> TerminalProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _new_bar(self, event: ProgressEvent) -> Any:
        try:
            from tqdm import tqdm
        except ImportError:  # not among the packages that are installed into 3D Slicer
            return _PlainLines(event.stage, self._stream)
        counted = "{n_fmt}" if event.done or self._unit else "..."
        counts = "{n_fmt}/{total_fmt}" if event.total is not None else counted
        bar = "{percentage:3.0f}%|{bar:24}| " if event.total is not None else ""
        return tqdm(
            total=event.total,
            initial=0,
            desc=event.stage,
            unit=self._unit,
            unit_scale=self._unit == "B",
            bar_format="{desc}: " + bar + counts + "{unit}{postfix}",
            file=self._stream,
            mininterval=0.1 if self._on_a_terminal() else _LOG_INTERVAL_S,
            ascii=True,
        )

    def _on_a_terminal(self) -> bool:
        return bool(getattr(self._stream, "isatty", lambda: False)())


class _PlainLines:
    """Stands in for tqdm: a line at the start of a stage and one at its end."""

    def __init__(self, stage: str, stream: Any) -> None:
        self.total: int | None = None
        self.n = 0
        self._stage, self._stream = stage, stream
        print(f"{stage} ...", file=stream, flush=True)

    def set_postfix_str(self, text: str, refresh: bool = False) -> None:
        """Nothing to show between start and end."""

    def update(self, units: int) -> None:
        """Count."""
        self.n += units

    def close(self) -> None:
        """Say how far it came."""
        of = "" if self.total is None else f"/{self.total}"
        print(f"{self._stage}: {self.n}{of}", file=self._stream, flush=True)


def time_left(seconds: float) -> str:
    """Seconds as "45 s", "3:05 min" or "2:07 h"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"


def _tail(event: ProgressEvent) -> str:
    left = "" if event.seconds_left is None else f"{time_left(event.seconds_left)} left"
    return " ".join(part for part in (left, event.message) if part)

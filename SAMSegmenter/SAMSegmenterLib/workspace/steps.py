"""In which order marks and acceptances are taken back: one Undo for everything that the user did."""

from __future__ import annotations

from dataclasses import dataclass

from SAMSegmenterLib.core.slicing import SlicePlane

MARK, ACCEPTANCE = "mark", "acceptance"


@dataclass(frozen=True)
class Step:
    """Something that can be taken back.

    Args:
        kind: `MARK`, a change of marks, or `ACCEPTANCE`.
        segment_id, plane: where it was done.
    """

    kind: str
    segment_id: str
    plane: SlicePlane


class Steps:
    """What was done and what was undone, the latest last."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def can_undo(self) -> bool:
        """Whether something was done."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone, and nothing done since."""
        return bool(self._undone)

    def did(self, step: Step) -> None:
        """Note a step; what was undone before cannot be redone any more."""
        self._done.append(step)
        self._undone.clear()

    def undo(self) -> Step | None:
        """The step to take back now, None for none."""
        return _moved(self._done, self._undone)

    def redo(self) -> Step | None:
        """The step to do again now, None for none."""
        return _moved(self._undone, self._done)

    def clear(self) -> None:
        """Nothing can be taken back any more."""
        self._done.clear()
        self._undone.clear()


def _moved(source: list[Step], target: list[Step]) -> Step | None:
    if not source:
        return None
    target.append(source.pop())
    return target[-1]

"""Which acceptances still stand: undo and redo of the segmentation happen elsewhere, and are seen in the voxels."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import is_empty
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.core.stepwise import Stepwise
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook
from SAMSegmenterLib.session.segment_writer import SegmentWriter, WriterProvider


@dataclass(frozen=True, eq=False)
class _Noted:
    """One commit, and checksums of the voxels it touched, before and after."""

    places: tuple[tuple[str, Extent], ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    accepted: tuple[AcceptedPrompts, ...]


class AcceptedEdits:
    """Commits of one volume, to tell from the voxels which of them were undone. Main thread.

    Args:
        book: its `accepted` follows what is found out.
    """

    def __init__(self, book: PromptBook) -> None:
        self._book = book
        self._standing: list[_Noted] = []
        self._undone: list[_Noted] = []

    def note(
        self,
        edits: Sequence[Edit],
        before: tuple[int, ...],
        after: tuple[int, ...],
        accepted: Sequence[AcceptedPrompts],
    ) -> None:
        """Remember a commit that was made.

        Args:
            before, after: what `checksums_of` said of the edits.
        """
        self._undone.clear()
        self._standing.append(_Noted(_places(edits), before, after, tuple(accepted)))

    def follow(self, writers: WriterProvider) -> bool:
        """Look at the voxels: the latest commits that are undone do not count any more, until they are done again.

        Returns:
            Whether anything is different now.
        """
        try:
            writer = writers.writer()
        except InputError:
            return False
        undone = self._move(self._standing, self._undone, writer, lambda noted: (noted.before, noted.after))
        redone = not undone and self._move(
            self._undone, self._standing, writer, lambda noted: (noted.after, noted.before)
        )
        return undone or redone

    def _move(
        self,
        source: list[_Noted],
        target: list[_Noted],
        writer: SegmentWriter,
        states: Callable[[_Noted], tuple[tuple[int, ...], tuple[int, ...]]],
    ) -> bool:
        """Move commits whose voxels are in the other state, the latest first."""
        moved = False
        while source:
            wanted, other = states(source[-1])
            try:
                now = tuple(_checksum(place, writer) for place in source[-1].places)
            except InputError:  # the segment is gone, and its prompts with it
                break
            if now != wanted or now == other:
                break
            noted = source.pop()
            target.append(noted)
            if target is self._undone:
                gone = set(map(id, noted.accepted))
                self._book.accepted[:] = [one for one in self._book.accepted if id(one) not in gone]
            else:
                self._book.accepted.extend(noted.accepted)
            for one in noted.accepted:
                self._book.settle(one.segment_id, one.record.plane)
            moved = True
        return moved


def checksums_of(edits: Sequence[Edit], writer: SegmentWriter) -> Stepwise[tuple[int, ...]]:
    """Checksums of all that edits touch, as it is now."""
    found = []
    for place in _places(edits):
        found.append(_checksum(place, writer))
        yield
    return tuple(found)


def shortfall(edits: Sequence[Edit], writer: SegmentWriter) -> Stepwise[tuple[int, int]]:
    """Voxels that are not as edits wanted them, and how many were wanted in all."""
    missed = wanted = 0
    for edit in edits:
        if is_empty(edit.extent):
            continue
        inside = edit.block != 0
        present = writer.segment_on(edit.segment_id, edit.extent)[inside] != 0
        wanted += int(np.count_nonzero(inside))
        missed += int(np.count_nonzero(present if edit.mode == "remove" else ~present))
        yield
    return missed, wanted


def _places(edits: Sequence[Edit]) -> tuple[tuple[str, Extent], ...]:
    return tuple((edit.segment_id, edit.reach) for edit in edits if not is_empty(edit.reach))


def _checksum(place: tuple[str, Extent], writer: SegmentWriter) -> int:
    return zlib.crc32(np.ascontiguousarray(writer.segment_on(*place)))

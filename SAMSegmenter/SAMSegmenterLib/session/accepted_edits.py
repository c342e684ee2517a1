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

    def before(self, edits: Sequence[Edit], writer: SegmentWriter) -> tuple[int, ...]:
        """Checksums of what edits are about to touch."""
        return _checksums(_places(edits), writer)

    def note(
        self, edits: Sequence[Edit], before: tuple[int, ...], accepted: Sequence[AcceptedPrompts], writer: SegmentWriter
    ) -> None:
        """Remember a commit that was made."""
        places = _places(edits)
        self._undone.clear()
        self._standing.append(_Noted(places, before, _checksums(places, writer), tuple(accepted)))

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
                now = _checksums(source[-1].places, writer)
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


def shortfall(edits: Sequence[Edit], writer: SegmentWriter) -> tuple[int, int]:
    """Voxels that are not as edits wanted them, and how many were wanted in all."""
    missed = wanted = 0
    for edit in edits:
        if is_empty(edit.extent):
            continue
        inside = edit.block != 0
        present = writer.segment_on(edit.segment_id, edit.extent)[inside] != 0
        wanted += int(np.count_nonzero(inside))
        missed += int(np.count_nonzero(present if edit.mode == "remove" else ~present))
    return missed, wanted


def _places(edits: Sequence[Edit]) -> tuple[tuple[str, Extent], ...]:
    return tuple((edit.segment_id, edit.reach) for edit in edits if not is_empty(edit.reach))


def _checksums(places: Sequence[tuple[str, Extent]], writer: SegmentWriter) -> tuple[int, ...]:
    return tuple(zlib.crc32(np.ascontiguousarray(writer.segment_on(*place))) for place in places)

"""What an editing session knows about propagation: results that wait for acceptance, and the pass under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.propagation import PropagationParameters, VolumeStack
from SAMSegmenterLib.core.slicing import SliceCut, SlicePlane, cut
from SAMSegmenterLib.core.windowing import Window
from SAMSegmenterLib.core.windows_choice import window_text
from SAMSegmenterLib.session.job_board import JobBoard
from SAMSegmenterLib.session.model_service import REQUEST
from SAMSegmenterLib.session.prompt_book import PromptBook, same_plane
from SAMSegmenterLib.session.propagation_keyframes import by_hand
from SAMSegmenterLib.session.propagation_results import (
    End,
    HeldSlice,
    Keyframe,
    PackedMask,
    PackedMasks,
    PropagationResults,
    StripSlice,
)
from SAMSegmenterLib.session.propagation_run import PropagationRun, Visited
from SAMSegmenterLib.session.source_provider import Source
from SAMSegmenterLib.session.supplied_stack import SuppliedStack, stack_of

KIND = "propagation"
"""Of its jobs, and of what listeners hear."""


@dataclass(frozen=True)
class Surroundings:
    """What propagation asks of its session.

    Args:
        board: where its jobs go.
        source: the volume at hand.
        plane: the slice that is shown.
        book: all marks on the volume at hand.
        generation: of the model.
        changed: called with "propagation" when there is something new to show.
        tell: called with a message, a hint and a kind of notice.
        fail: called with an error that ended a pass.
    """

    board: JobBoard
    source: Callable[[], Source | None]
    plane: Callable[[], SlicePlane | None]
    book: Callable[[], PromptBook]
    generation: Callable[[], int]
    changed: Callable[[str], None]
    tell: Callable[..., None]
    fail: Callable[[BaseException], None]


class Propagation:
    """Results of propagation in a session, and what is done for them. Main thread.

    Nothing of it is in a segment before it is accepted (`EditingSession.accept_propagation`). Slices are numbered as
    in `core.propagation.VolumeStack`: lattice slices by their index in the volume, oblique ones from the one shown when
    propagation began. Listeners hear "propagation" after every result.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.results = PropagationResults()
        self._token: tuple | None = None
        self._generation = 0
        self._stack: VolumeStack | None = None
        self._window: Window | None = None
        self._range: tuple[int | None, int | None] = (None, None)
        self._gathering: Iterator[Keyframe] | None = None
        self._run: PropagationRun | None = None
        self._corrected: deque[tuple[str, int]] = deque()
        self._numbers = 0
        self._marks: dict[tuple[str, str], list[SlicePlane]] = {}
        self._shown_stack: tuple[tuple, VolumeStack] | None = None

    @property
    def is_running(self) -> bool:
        """Whether more results are on their way."""
        return self._gathering is not None or self._run is not None or bool(self._corrected)

    @property
    def has_results(self) -> bool:
        """Whether there is something to accept or to reject."""
        return any(self.results.pending.values()) or any(
            not one.in_segment for slices in self.results.keyframes.values() for one in slices.values()
        )

    @property
    def progress(self) -> ProgressEvent | None:
        """Slices done, and slices there are to do where the user chose a range; None when nothing is under way."""
        if not self.is_running:
            return None
        first, last = self._range
        done = self._run.visited if self._run is not None else 0
        limited = self._run is not None and self._run.around is None and first is not None and last is not None
        return ProgressEvent("propagating", done, max(done, last - first + 1) if limited else None)

    @property
    def segments(self) -> tuple[str, ...]:
        """Ids of the segments in the results."""
        return self.results.segments

    @property
    def window_text(self) -> str:
        """Window that the model is shown in the latest pass, as `core.windowing.parse_window` reads it."""
        return window_text(self._window) if self._window is not None else "minmax"

    @property
    def ends(self) -> tuple[End, ...]:
        """Where and why directions ended."""
        return self.results.ends()

    @property
    def stack(self) -> VolumeStack | None:
        """The slices of the results, else those parallel to the slice shown; places alone, without voxels."""
        if self._stack is not None:
            return self._stack
        source, plane = self._around.source(), self._around.plane()
        if source is None or plane is None:
            return None
        key = (source.volume_id, source.token, plane.axis if plane.axis is not None else plane)
        if self._shown_stack is None or self._shown_stack[0] != key:
            self._shown_stack = key, stack_of(source.volume, plane)
        return self._shown_stack[1]

    @property
    def plane(self) -> SlicePlane | None:
        """A slice of the stack; None without a volume or slice."""
        return self.stack.plane(max(0, self.stack.first)) if self.stack is not None else None

    @property
    def axis(self) -> int | None:
        """Array axis that slices are stacked along; None for oblique ones."""
        return self.plane.axis if self.plane is not None else None

    def plane_of(self, index: int) -> SlicePlane:
        """Where a slice of the stack lies."""
        return self.stack.plane(index)

    def index_of(self, plane: SlicePlane | None) -> int | None:
        """Number of a slice in the stack; None when it is none of its slices."""
        stack = self.stack
        return index_in(stack, plane) if stack is not None and plane is not None else None

    def held(self, segment_id: str) -> dict[int, HeldSlice]:
        """Results that `accept_propagation` would write, by number, in order of the slices."""
        return self.results.held(segment_id)

    def strip(self, segment_id: str) -> tuple[StripSlice, ...]:
        """All slices of a segment: keyframes, accepted ones, results, and those that were rejected."""
        return self.results.strip(segment_id)

    def worst(self, segment_id: str) -> int | None:
        """The result of lowest confidence that counts; None for none."""
        return self.results.worst(segment_id)

    def keyframes(self, segment_id: str) -> tuple[int, ...]:
        """Slices that the results came from; without results, those that propagation would start from."""
        if self.results.segments:
            return tuple(sorted(self.results.keyframes.get(segment_id, ())))
        return tuple(by_hand(self._around.book(), segment_id, self.index_of))

    def stop_marks(self, segment_id: str) -> tuple[int, ...]:
        """Slices of the stack that the user marked as beyond a segment."""
        source = self._around.source()
        planes = self._marks.get((source.volume_id, segment_id), ()) if source is not None else ()
        return tuple(sorted(index for index in map(self.index_of, planes) if index is not None))

    def toggle_stop_mark(self, segment_id: str, plane: SlicePlane) -> bool:
        """Put a stop mark on a slice, or take it away; results beyond it go.

        Returns:
            Whether the slice has a mark now.
        """
        marks = self._marks.setdefault((self._around.source().volume_id, segment_id), [])
        there = [one for one in marks if same_plane(one, plane)]
        for one in there:
            marks.remove(one)
        if not there:
            marks.append(plane)
            index = self.index_of(plane)
            if index is not None:
                self.results.drop_pending(segment_id, self.results.beyond(segment_id, index))
        if self._run is not None and segment_id in self._run.segments:
            self._restart()
        self._around.changed(KIND)
        return not there

    def begin(
        self,
        stack: VolumeStack,
        gathering: Iterator[Keyframe],
        window: Window,
        first: int | None = None,
        last: int | None = None,
    ) -> None:
        """Drop what there is, and propagate from keyframes; they are gathered one at each `advance`.

        Args:
            stack: of the volume at hand.
            gathering: gives the keyframes; what it raises ends the pass.
            window: intensities shown to the model.
            first, last: range whose slices are wanted, inclusive; None for no limit.
        """
        self.drop()
        self._settle_on(stack, window)
        self._range, self._gathering = (first, last), gathering
        self._gather()
        self._around.changed(KIND)

    def begin_one(
        self, stack: VolumeStack, segment_id: str, masks: Mapping[int, PackedMask], target: int, window: Window
    ) -> None:
        """Carry masks on to one more slice; results that there are stay.

        Args:
            masks: of the slice next to it, and of those before, by number.
            target: number of the slice.
        """
        self._settle_on(stack, window)
        self.results.pending.get(segment_id, {}).pop(target, None)
        keyframes = {segment_id: dict(masks)}
        reach = (min([target, *masks]), max([target, *masks]))
        self._start(keyframes, reach, range(target, target + 1), {}, settled=self._settled({segment_id: reach}))
        self._around.changed(KIND)

    def corrected(self, keyframe: Keyframe) -> None:
        """A slice was accepted by hand: it is a keyframe now, and what depends on it is made again."""
        segment_id, index = keyframe.segment, keyframe.index
        results = self.results
        known = results.keyframes.get(segment_id, {}).get(index)
        runs_here = self._run is not None and segment_id in self._run.segments
        concerned = index in results.pending.get(segment_id, {}) or index in results.accepted.get(segment_id, {})
        if not (concerned or runs_here or known is not None):
            return
        results.put_keyframe(keyframe)
        self._around.changed(KIND)
        if known is not None and known.packed == keyframe.packed:
            return
        if runs_here and self._run.around is None and self._run.scope:
            self._restart()
        else:
            self._corrected.append((segment_id, index))

    def cancel(self) -> bool:
        """Stop; what was found stays. Whether there was anything to stop."""
        if not self.is_running:
            return False
        self._stop()
        self.results.is_cancelled = True
        if not self.results.segments or not self.has_results:
            self.drop()
        self._around.changed(KIND)
        return True

    def drop(self) -> bool:
        """Stop, and forget all results; whether there was anything."""
        had = self.is_running or bool(self.results.segments)
        self._stop()
        self.results, self._stack, self._token = PropagationResults(), None, None
        if had:
            self._around.changed(KIND)
        return had

    def accepted(self, written: Sequence[HeldSlice | Keyframe], records: Sequence[SlicePromptRecord]) -> None:
        """Slices are in their segments now; nothing is kept once all are.

        Args:
            records: of each of them, as they were committed.
        """
        for one, record in zip(written, records, strict=True):
            if isinstance(one, HeldSlice):
                self.results.accept(one)
            else:
                self.results.put_keyframe(replace(one, record=record, in_segment=True))
        if not any(self.held(segment_id) for segment_id in self.segments):
            self.drop()
        self._around.changed(KIND)

    def follow(self, exists: Callable[[str], bool]) -> None:
        """Drop what belongs to a volume or a segment that is another one now; another model ends the pass.

        Args:
            exists: whether there is a segment.
        """
        if self._token is None:
            return
        if not self._is_current():
            self.drop()
            self._around.tell("The volume is another one now: propagation ended.", "Nothing was written.")
            return
        gone = [segment_id for segment_id in self.segments if not exists(segment_id)]
        if gone:
            self._without(gone)
        if self._generation != self._around.generation():
            self._generation = self._around.generation()
            if self.cancel():
                self._around.tell("Another model was chosen: propagation stopped.", "What was found is kept.")

    def supply(self) -> None:
        """Copy slices for the worker; to be called at every tick."""
        if self._run is not None:
            self._run.stack.supply()

    def advance(self) -> None:
        """Do what is due next; to be called at every tick."""
        if self._gathering is not None:
            self._gather()
        if self._run is None and self._gathering is None and self._corrected:
            self._run_around(*self._corrected.popleft())
        if self._run is None or self._around.board.is_running(KIND, "preview"):
            return
        run = self._run
        self._around.board.start(
            KIND, run.step, REQUEST, lambda visited: self._show(run, visited), lambda error: self._failed(run, error)
        )

    def _settle_on(self, stack: VolumeStack, window: Window) -> None:
        source = self._around.source()
        self._stack, self._window = stack, window
        self._token, self._generation = (source.volume_id, source.token), self._around.generation()

    def _is_current(self) -> bool:
        source = self._around.source()
        return source is not None and self._token == (source.volume_id, source.token)

    def _gather(self) -> None:
        """One more keyframe; with the last one the pass begins."""
        try:
            keyframe = next(self._gathering, None)
        except Exception:
            self.drop()
            raise
        if keyframe is not None:
            self.results.put_keyframe(keyframe)
            return
        self._gathering = None
        keyframes = {name: {at: one.packed for at, one in of.items()} for name, of in self.results.keyframes.items()}
        self._start_full(keyframes)

    def _start_full(self, keyframes: Mapping[str, Mapping[int, PackedMask]]) -> None:
        first, last = self._range
        low = self._stack.first if first is None else first
        high = self._stack.last if last is None else last
        at = [index for masks in keyframes.values() for index in masks]
        reach = (min([low, *at]), max([high, *at]))
        keep = range(low, high + 1)
        settled = self._settled(dict.fromkeys(keyframes, (self._stack.first, self._stack.last)))
        self._start(keyframes, reach, keep, dict.fromkeys(keyframes, keep), settled=settled)

    def _run_around(self, segment_id: str, index: int) -> None:
        span = self.results.span_around(segment_id, index)
        first, last = self._range
        low = self._stack.first if first is None else min(first, index)
        high = self._stack.last if last is None else max(last, index)
        fixed = self.results.fixed(segment_id)
        reach = (min([low, *fixed]), max([high, *fixed]))
        settled = self._settled({segment_id: (span.start, span.stop - 1)})
        keep = range(max(low, span.start), min(high + 1, span.stop))
        self._start({segment_id: fixed}, reach, keep, {segment_id: keep}, index, settled)

    def _restart(self) -> None:
        """Begin the pass anew, from what is known now; what was encoded is in the cache."""
        run = self._run
        self._around.board.stop(KIND)
        if run.scope and run.around is None:
            self._start_full({segment_id: self.results.fixed(segment_id) for segment_id in sorted(run.segments)})
        elif run.around is not None:
            self._run = None
            self._corrected.extendleft((segment_id, run.around) for segment_id in run.segments)

    def _start(
        self,
        keyframes: Mapping[str, Mapping[int, PackedMask]],
        reach: tuple[int, int],
        keep: range,
        scope: Mapping[str, range],
        around: int | None = None,
        settled: Mapping[int, Mapping[str, Mask]] | None = None,
    ) -> None:
        self._around.board.stop(KIND)
        self._numbers += 1
        self.results.is_cancelled = False
        plane = self._stack.plane(0) if self.axis is None else SlicePlane.lattice(self.axis, 0)
        parameters = PropagationParameters(
            axis=plane.axis or 0,
            plane=None if plane.axis is not None else plane,
            first=reach[0],
            last=reach[1],
            stop_marks={segment_id: frozenset(self.stop_marks(segment_id)) for segment_id in keyframes},
            window=self._window,
        )
        stack = SuppliedStack(self._stack, self._cut)
        by_index = _by_index(keyframes)
        self._run = PropagationRun(self._numbers, stack, by_index, parameters, keep, scope, around, settled)
        stack.supply()

    def _settled(self, but: Mapping[str, tuple[int, int]]) -> dict[int, Mapping[str, Mask]]:
        """Masks of all slices and segments, except those of a segment within a span."""
        known = {
            segment_id: {
                index: packed
                for index, packed in self.results.known(segment_id).items()
                if segment_id not in but or not but[segment_id][0] <= index <= but[segment_id][1]
            }
            for segment_id in self.segments
        }
        return _by_index(known)

    def _cut(self, index: int) -> SliceCut:
        if not self._is_current():
            raise Cancelled
        return cut(self._around.source().volume, self._stack.plane(index))

    def _show(self, run: PropagationRun, visited: Visited) -> None:
        if run is not self._run:
            return
        self._around.changed(KIND)
        if visited.is_fresh_start:
            run.visited = 0
            for segment_id in run.segments:
                slices = self.results.pending.get(segment_id, {})
                for index in [index for index, one in slices.items() if one.run == run.number]:
                    del slices[index]
        held = visited.held
        if held is None:
            self._ended(run)
            return
        run.visited += 1
        if held.index in run.keep:
            self.results.put(held)

    def _ended(self, run: PropagationRun) -> None:
        """The pass came to its end: what it did not find again is not there any more."""
        self._run = None
        for segment_id, span in run.scope.items():
            self.results.drop_pending(segment_id, span, run.number)
        if not run.visited:
            self._around.tell("There was no slice to propagate to.", "Choose a larger range, or remove stop marks.")

    def _failed(self, run: PropagationRun, error: BaseException) -> None:
        if run is not self._run or isinstance(error, Cancelled):
            return  # something else needed the worker; the pass begins anew
        self.cancel()
        self._around.fail(error)

    def _without(self, gone: list[str]) -> None:
        for segment_id in gone:
            self.results.drop_segment(segment_id)
        was_running = self._run is not None and bool(self._run.segments & set(gone))
        left = sorted(self._run.segments - set(gone)) if was_running else []
        self._corrected = deque(one for one in self._corrected if one[0] not in gone)
        if was_running and left and self._run.around is None and self._run.scope:
            self._start_full({segment_id: self.results.fixed(segment_id) for segment_id in left})
        elif was_running or self._gathering is not None:
            self._stop()
        self._around.tell("A segment was removed: what was propagated for it is gone, too.")
        if not self.segments:
            self.drop()
        self._around.changed(KIND)

    def _stop(self) -> None:
        self._around.board.stop(KIND)
        self._run = self._gathering = None
        self._corrected.clear()


def index_in(stack: VolumeStack, plane: SlicePlane) -> int | None:
    """Number of a slice in a stack; None when it is none of its slices."""
    start = stack.plane(0)
    if plane.axis is not None or start.axis is not None:
        inside = plane.axis == start.axis and stack.first <= plane.index <= stack.last
        return plane.index if inside else None
    normal = np.cross(start.x_ras, start.y_ras)
    step = np.array(stack.plane(1).origin_ras) - np.array(start.origin_ras)
    way = np.array(plane.origin_ras) - np.array(start.origin_ras)
    index = round(float(way @ normal) / float(step @ normal))
    inside = stack.first <= index <= stack.last and same_plane(stack.plane(index), plane)
    return index if inside else None


def _by_index(masks: Mapping[str, Mapping[int, PackedMask]]) -> dict[int, Mapping[str, Mask]]:
    """Segment to slice to mask turned into slice to segment to mask, unpacked when it is looked at."""
    turned: dict[int, dict[str, PackedMask]] = {}
    for segment_id, slices in masks.items():
        for index, packed in slices.items():
            turned.setdefault(index, {})[segment_id] = packed
    return {index: PackedMasks(turned[index]) for index in sorted(turned)}

"""Passes of propagation in an editing session: begun, corrected, stopped, and dropped with what they belong to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.propagation import PropagationParameters, VolumeStack
from SAMSegmenterLib.core.slicing import SliceCut, SlicePlane, cut
from SAMSegmenterLib.core.windowing import MinMax, Window
from SAMSegmenterLib.core.windows_choice import window_text
from SAMSegmenterLib.session.model_service import REQUEST
from SAMSegmenterLib.session.packed_masks import PackedMask, by_slice
from SAMSegmenterLib.session.prompt_book import same_plane
from SAMSegmenterLib.session.propagation_results import HeldSlice, Keyframe, PropagationResults
from SAMSegmenterLib.session.propagation_run import PropagationRun, Visited
from SAMSegmenterLib.session.propagation_view import KIND, PropagationView, Surroundings
from SAMSegmenterLib.session.supplied_stack import SuppliedStack


@dataclass(frozen=True)
class Making:
    """How masks are made in a pass.

    Args:
        window: intensities shown to the model.
        cleanup: done to every mask.
    """

    window: Window = MinMax()  # noqa: RUF009 - frozen, without state
    cleanup: CleanUp = CleanUp()  # noqa: RUF009 - frozen

    @property
    def window_text(self) -> str:
        """The window as `core.windowing.parse_window` reads it."""
        return window_text(self.window)


class Propagation(PropagationView):
    """Results of propagation in a session, and the pass under way. Main thread.

    Attributes:
        making: how the results were made.
    """

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.making = Making()
        self._belongs_to: tuple | None = None
        self._generation = 0
        self._gathering: Iterator[Keyframe] | None = None
        self._corrected: deque[tuple[str, int]] = deque()
        self._numbers = 0

    @property
    def is_running(self) -> bool:
        """Whether more results are on their way."""
        return self._run is not None or self._gathering is not None or bool(self._corrected)

    def begin(
        self,
        stack: VolumeStack,
        gathering: Iterator[Keyframe],
        making: Making,
        first: int | None = None,
        last: int | None = None,
    ) -> None:
        """Drop what there is, and propagate from keyframes; after the first one they are read one by one at ticks.

        Args:
            stack: of the volume at hand.
            gathering: gives the keyframes.
            making: how masks are made.
            first, last: range whose slices are wanted, inclusive; None for no limit.

        Raises:
            Whatever reading the first keyframe raises; results stay then.
        """
        keyframe = next(gathering)
        self.drop()
        self._settle_on(stack, making)
        self._range, self._gathering = (first, last), gathering
        self.results.put_keyframe(keyframe)
        self._around.changed()

    def begin_one(
        self,
        stack: VolumeStack,
        seed: Keyframe | None,
        segment_id: str,
        index: int,
        mask: PackedMask,
        target: int,
        making: Making,
    ) -> None:
        """Carry a mask on to one more slice; results that there are stay.

        Args:
            stack: of the volume at hand, that of the results when there are any.
            seed: the slice next to it when it is not among the results.
            index, mask: the slice next to it.
            target: number of the slice.
            making: how masks are made.
        """
        self._settle_on(stack, making)
        if seed is not None:
            self.results.put_keyframe(seed)
        reach, keep = (min(index, target), max(index, target)), range(target, target + 1)
        settled = self._settled({segment_id: range(reach[0], reach[1] + 1)})
        self._start({segment_id: {**self.results.fixed(segment_id), index: mask}}, reach, keep, {}, settled=settled)
        self._around.changed()

    def toggle_stop_mark(self, segment_id: str, plane: SlicePlane) -> bool:
        """Put a stop mark on a slice, or take it away; results beyond it go.

        Returns:
            Whether the slice has a mark now.
        """
        marks = self._marks.setdefault((self._around.source().volume_id, segment_id), [])
        there = [one for one in marks if same_plane(one, plane)]
        for one in there:
            marks.remove(one)
        index = self.index_of(plane)
        if not there:
            marks.append(plane)
        if not there and index is not None:
            self.results.drop_pending(segment_id, self.results.beyond(segment_id, index))
        if self._run is not None and segment_id in self._run.segments:
            self._restart()
        self._around.changed()
        return not there

    def depends_on(self, segment_id: str, index: int) -> bool:
        """Whether results, or the pass under way, have to do with a slice."""
        runs_here = self._run is not None and segment_id in self._run.segments
        kept = (self.results.pending, self.results.accepted, self.results.keyframes)
        return runs_here or any(index in slices.get(segment_id, {}) for slices in kept)

    def corrected(self, keyframe: Keyframe) -> None:
        """A slice was accepted by hand: it is a keyframe now, and what depends on it is made again."""
        segment_id, index = keyframe.segment, keyframe.index
        if not self.depends_on(segment_id, index):
            return
        before = self.results.fixed(segment_id).get(index)
        self.results.put_keyframe(keyframe)
        self._around.changed()
        if before == keyframe.packed or self._gathering is not None:
            return
        if self._is_full(self._run) and segment_id in self._run.segments:
            self._restart()
        else:
            self._corrected.append((segment_id, index))

    def cancel(self) -> bool:
        """Stop; what was found stays. Whether there was anything to stop."""
        if not self.is_running:
            return False
        self._stop()
        self.results.is_cancelled = True
        if not self.has_results:
            self.drop()
        self._around.changed()
        return True

    def drop(self) -> bool:
        """Stop, and forget all results; whether there was anything."""
        had = self.is_running or bool(self.results.segments)
        self._stop()
        self.results, self._stack, self._belongs_to = PropagationResults(), None, None
        if had:
            self._around.changed()
        return had

    def accepted(self, written: Sequence[HeldSlice | Keyframe], records: Sequence[SlicePromptRecord]) -> None:
        """Slices are in their segments now; nothing is kept once all are.

        Args:
            written: what was written.
            records: of each of them, as they were committed.
        """
        for one, record in zip(written, records, strict=True):
            self.results.accept(one, record)
        if not self.results.waiting(None, None):
            self.drop()
        self._around.changed()

    def follow(self, exists: Callable[[str], bool]) -> None:
        """Drop what belongs to a volume or a segment that is another one now; another model ends the pass.

        Args:
            exists: whether there is a segment.
        """
        if self._belongs_to is None:
            return
        if not self._is_current():
            self.drop()
            self._around.tell("The volume has changed: propagation ended.", "The segments are as they were.")
            return
        gone = [segment_id for segment_id in self.segments if not exists(segment_id)]
        if gone:
            self._forget(gone)
        if self._generation != self._around.generation():
            self._generation = self._around.generation()
            if self.cancel():
                self._around.tell("Another model was chosen: propagation stopped.", "What was found is kept.")

    def supply(self) -> None:
        """Copy slices for the worker; to be called at every tick."""
        run = self._run
        if run is None:
            return
        try:
            run.stack.supply()
        except Exception as error:  # noqa: BLE001 - the worker would wait for the slice for ever
            self._failed(run, error)

    def advance(self) -> None:
        """Do what is due next; to be called at every tick."""
        if self._gathering is not None:
            self._gather()
        if self._run is None and self._gathering is None and self._corrected:
            self._start_around(*self._corrected.popleft())
        run = self._run
        if run is not None and not self._around.board.is_running(KIND, "preview"):
            self._around.board.start(
                KIND,
                run.step,
                REQUEST,
                lambda visited: self._show(run, visited),
                lambda error: self._failed(run, error),
            )

    def _settle_on(self, stack: VolumeStack, making: Making) -> None:
        source = self._around.source()
        self._stack, self.making = stack, making
        self._belongs_to, self._generation = (source.volume_id, source.token), self._around.generation()

    def _is_current(self) -> bool:
        source = self._around.source()
        return source is not None and self._belongs_to == (source.volume_id, source.token)

    def _gather(self) -> None:
        """One more keyframe; after the last one the pass begins."""
        try:
            keyframe = next(self._gathering, None)
        except Exception:
            self.drop()
            raise
        if keyframe is None:
            self._gathering = None
            self._start_full(self.results.keyframes)
        elif keyframe.index not in self.results.keyframes.get(keyframe.segment, {}):
            self.results.put_keyframe(keyframe)
            self._around.changed()

    @staticmethod
    def _is_full(run: PropagationRun | None) -> bool:
        """Whether a pass goes over all slices of its segments."""
        return run is not None and run.around is None and bool(run.scope)

    def _start_full(self, segments: Sequence[str] | Mapping[str, object]) -> None:
        """A pass over the whole range, from everything that is fixed."""
        keyframes = {segment_id: self.results.fixed(segment_id) for segment_id in segments}
        first, last = self._limits()
        at = [index for masks in keyframes.values() for index in masks]
        reach, keep = (min([first, *at]), max([last, *at])), range(first, last + 1)
        everywhere = range(self._stack.first, self._stack.last + 1)
        settled = self._settled(dict.fromkeys(keyframes, everywhere))
        self._start(keyframes, reach, keep, dict.fromkeys(keyframes, keep), settled=settled)

    def _start_around(self, segment_id: str, index: int) -> None:
        """A pass over what depends on one keyframe."""
        span, fixed = self.results.span_around(segment_id, index), self.results.fixed(segment_id)
        first, last = self._limits()
        reach = (min([first, *fixed]), max([last, *fixed]))
        keep = range(max(min(first, index), span.start), min(max(last, index) + 1, span.stop))
        self._start({segment_id: fixed}, reach, keep, {segment_id: keep}, index, self._settled({segment_id: span}))

    def _limits(self) -> tuple[int, int]:
        first, last = self._range
        return self._stack.first if first is None else first, self._stack.last if last is None else last

    def _restart(self) -> None:
        """Begin the pass anew, from what is known now; what was encoded is in the cache. One to a single slice ends."""
        run = self._run
        self._around.board.stop(KIND)
        if self._is_full(run):
            self._start_full(sorted(run.segments))
            return
        self._run = None
        if run.around is not None:
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
        self._begun_at = self._around.clock()
        self.results.is_cancelled = False
        plane = self._stack.plane(0)
        parameters = PropagationParameters(
            axis=plane.axis if plane.axis is not None else 0,
            plane=plane if plane.axis is None else None,
            first=reach[0],
            last=reach[1],
            stop_marks={segment_id: frozenset(self.stop_marks(segment_id)) for segment_id in keyframes},
            window=self.making.window,
        )
        stack, cleanup = SuppliedStack(self._stack, self._cut), self.making.cleanup
        given = by_slice(keyframes)
        self._run = PropagationRun(self._numbers, stack, given, parameters, cleanup, keep, scope, around, settled)
        stack.supply()

    def _settled(self, without: Mapping[str, range]) -> dict[int, Mapping[str, Mask]]:
        """Masks of all slices and segments, except those of some segments within a span."""
        known = {
            segment_id: {
                index: packed
                for index, packed in self.results.known(segment_id).items()
                if index not in without.get(segment_id, ())
            }
            for segment_id in self.segments
        }
        return by_slice(known)

    def _cut(self, index: int) -> SliceCut:
        if not self._is_current():
            raise Cancelled
        return cut(self._around.source().volume, self._stack.plane(index))

    def _show(self, run: PropagationRun, visited: Visited) -> None:
        if run is not self._run:
            return
        self._around.changed()
        if visited.is_fresh_start:
            run.visited.clear()
            self.results.drop_run(run.number)
        held = visited.held
        if held is None:
            self._ended(run)
            return
        run.visited.add((held.segment, held.index))
        for one in (held, *visited.trimmed):
            if one.index in run.keep:
                self.results.put(one)

    def _ended(self, run: PropagationRun) -> None:
        """The pass came to its end: what it did not find again is not there any more."""
        self._run = None
        for segment_id, span in run.scope.items():
            self.results.drop_pending(segment_id, span, run.number)
        self._tell_outcome(run)
        if not self.has_results and not self._corrected:
            self.drop()

    def _tell_outcome(self, run: PropagationRun) -> None:
        if run.around is not None:
            return
        if not run.visited:
            self._around.tell("There was no slice to propagate to.", "Choose a larger range, or remove stop marks.")
            return
        if run.scope:
            self._around.tell(*_outcome(sum(len(self.held(segment_id)) for segment_id in run.segments)))
            return
        for segment_id in run.segments:
            found = self.results.pending.get(segment_id, {}).get(run.keep.start)
            if found is not None and not found.final and found.stop_reason is not None:
                self._around.tell(f"The structure ends here: {found.stop_reason}.", "Mark it on the next slice.")

    def _failed(self, run: PropagationRun, error: BaseException) -> None:
        if run is not self._run or isinstance(error, Cancelled):
            return  # something else needed the worker; the pass begins anew
        self.cancel()
        self._around.fail(error)

    def _forget(self, gone: Sequence[str]) -> None:
        """Segments were removed; those that travelled with them begin anew."""
        run = self._run
        for segment_id in gone:
            self.results.drop_segment(segment_id)
        self._corrected = deque(one for one in self._corrected if one[0] not in gone)
        left = sorted(run.segments - set(gone)) if run is not None else []
        if self._gathering is not None:
            self.drop()
        elif run is not None and not left:
            self._stop()
        elif run is not None and len(left) < len(run.segments):
            self._start_full(left)
        self._around.tell("A segment was removed: what was propagated for it is gone, too.")
        if not self.segments:
            self.drop()
        self._around.changed()

    def _stop(self) -> None:
        self._around.board.stop(KIND)
        self._run = self._gathering = None
        self._corrected.clear()


def _outcome(count: int) -> tuple[str, str]:
    """What to say of so many slices, and what to do with them."""
    if not count:
        return "Propagation found no further slice.", "Mark the structure on a slice where it did not go on."
    found = "Propagation found 1 slice." if count == 1 else f"Propagation found {count} slices."
    return found, "Look through them, then accept or reject them."

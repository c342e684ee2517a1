"""What there is to see of propagation in an editing session: slices, confidences, ends, stop marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.propagation import VolumeStack
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.job_board import JobBoard
from SAMSegmenterLib.session.prompt_book import PromptBook
from SAMSegmenterLib.session.propagated_records import by_hand
from SAMSegmenterLib.session.propagation_results import End, HeldSlice, PropagationResults, StripSlice
from SAMSegmenterLib.session.propagation_run import PropagationRun
from SAMSegmenterLib.session.source_provider import Source
from SAMSegmenterLib.session.supplied_stack import index_in, stack_of

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
        clock: seconds that never run backwards.
        changed: called when there is something new to show.
        tell: called with a message, a hint and a kind of notice.
        fail: called with an error that ended a pass.
    """

    board: JobBoard
    source: Callable[[], Source | None]
    plane: Callable[[], SlicePlane | None]
    book: Callable[[], PromptBook]
    generation: Callable[[], int]
    clock: Callable[[], float]
    changed: Callable[[], None]
    tell: Callable[..., None]
    fail: Callable[[BaseException], None]


class PropagationView:
    """Results of propagation, as a face shows them. Main thread.

    Nothing of it is in a segment before it is accepted (`Propagating.accept_propagation`). Slices are numbered as in
    `core.propagation.VolumeStack`: lattice slices by their index in the volume, oblique ones from the one shown first
    in their direction. Listeners hear "propagation" after every result.

    Attributes:
        results: as they are at any time.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.results = PropagationResults()
        self._stack: VolumeStack | None = None
        self._range: tuple[int | None, int | None] = (None, None)
        self._run: PropagationRun | None = None
        self._begun_at = 0.0
        self._marks: dict[tuple[str, str], list[SlicePlane]] = {}
        self._shown_stack: tuple[tuple, SlicePlane, VolumeStack] | None = None

    @property
    def is_running(self) -> bool:
        """Whether more results are on their way."""
        return self._run is not None

    @property
    def has_results(self) -> bool:
        """Whether there is something to accept or to reject; a slice that was rejected can only go with all others."""
        return any(self.results.pending.values()) or self.can_accept

    @property
    def can_accept(self) -> bool:
        """Whether there is something that an acceptance would write."""
        return bool(self.results.waiting(None, None))

    @property
    def progress(self) -> ProgressEvent | None:
        """Slices visited, and how many there are where the user chose a range; None when nothing is under way."""
        if not self.is_running:
            return None
        run, (first, last) = self._run, self._range
        done = len(run.visited) if run is not None else 0
        if run is None or run.around is not None or not run.scope or first is None or last is None:
            return ProgressEvent("propagating", done)
        total = max(done, len(run.segments) * (last - first + 1) - run.given)
        seconds = (self._around.clock() - self._begun_at) / done * (total - done) if done else None
        return ProgressEvent("propagating", done, total, seconds)

    @property
    def segments(self) -> tuple[str, ...]:
        """Ids of the segments in the results."""
        return self.results.segments

    @property
    def ends(self) -> tuple[End, ...]:
        """Where and why directions ended."""
        return self.results.ends()

    @property
    def stack(self) -> VolumeStack | None:
        """The slices of the results, else those parallel to the slice shown; places alone, without voxels."""
        return self._stack if self._stack is not None else self.shown_stack

    @property
    def shown_stack(self) -> VolumeStack | None:
        """The slices parallel to the one shown; None without a volume or slice."""
        source, plane = self._around.source(), self._around.plane()
        if source is None or plane is None:
            return None
        key, known = (source.volume_id, source.token), self._shown_stack
        if known is None or known[0] != key or (known[1] != plane and index_in(known[2], plane) is None):
            known = key, plane, stack_of(source.volume, plane)
        self._shown_stack = known[0], plane, known[2]
        return known[2]

    @property
    def plane(self) -> SlicePlane | None:
        """A slice of the stack; None without a volume or slice."""
        return self.stack.plane(0) if self.stack is not None else None

    @property
    def axis(self) -> int | None:
        """Array axis that slices are stacked along; None for oblique ones."""
        return self.plane.axis if self.plane is not None else None

    def plane_of(self, index: int) -> SlicePlane:
        """Where a slice of the stack lies; only while there is a stack."""
        return self.stack.plane(index)

    def index_of(self, plane: SlicePlane | None) -> int | None:
        """Number of a slice in the stack; None when it is none of its slices."""
        stack = self.stack
        return index_in(stack, plane) if stack is not None and plane is not None else None

    def held(self, segment_id: str) -> dict[int, HeldSlice]:
        """Results that an acceptance writes, by number, in order of the slices; rejected slices are not among them."""
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

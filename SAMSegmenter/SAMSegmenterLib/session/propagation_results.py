"""What propagation found and nobody has accepted yet, slice by slice; masks are kept in an eighth of their size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import KEYFRAME, SliceResult, StopReason
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.packed_masks import PackedMask
from SAMSegmenterLib.session.slice_prediction import MadeWith


@dataclass(frozen=True, eq=False)
class HeldSlice:
    """What propagation says about a slice, as `core.propagation.SliceResult` does.

    Args:
        segment: id of the segment.
        plane, index: the slice, and its number in the stack.
        packed: its mask.
        prompts: what was carried there, without the mask; None for a slice that was filled in.
        prior: where the carried mask was positive, None when none was carried.
        slice_confidence, final, stop_reason, origin, direction: as in `SliceResult`.
        made_with: model and arithmetic.
        run: number of the pass that found it.
        record: of its acceptance, None before.
    """

    segment: str
    plane: SlicePlane
    index: int
    packed: PackedMask
    prompts: Prompts | None
    prior: PackedMask | None
    slice_confidence: float
    final: bool
    stop_reason: StopReason | None
    origin: str
    direction: int
    made_with: MadeWith
    run: int = 0
    record: SlicePromptRecord | None = None

    @classmethod
    def of(cls, result: SliceResult, made_with: MadeWith) -> HeldSlice:
        """From a result; worker."""
        told = result.prompts
        prior = PackedMask.of(told.mask_prior > 0) if told is not None and told.mask_prior is not None else None
        return cls(
            result.segment,
            result.plane,
            result.index,
            PackedMask.of(result.mask),
            replace(told, mask_prior=None) if told is not None else None,
            prior,
            float(result.slice_confidence),
            result.final,
            result.stop_reason,
            result.origin,
            result.direction,
            made_with,
        )

    @property
    def mask(self) -> Mask:
        """(H, W) bool on the slice's grid."""
        return self.packed.mask


@dataclass(frozen=True, eq=False)
class Keyframe:
    """A slice that propagation starts from and never changes.

    Args:
        segment, plane, index: which segment and slice.
        packed: its mask.
        record: the acceptance that it comes from, or that brings it into the segment; None for voxels found there.
        in_segment: False for a preview that is not accepted: it is written together with the results.
    """

    segment: str
    plane: SlicePlane
    index: int
    packed: PackedMask
    record: SlicePromptRecord | None
    in_segment: bool = True

    @property
    def mask(self) -> Mask:
        """(H, W) bool on the slice's grid."""
        return self.packed.mask


@dataclass(frozen=True)
class StripSlice:
    """One slice in the strip of a segment.

    Args:
        index: number in the stack.
        confidence: slice confidence, 0 to 1; 1 for a keyframe.
        origin: as in `SliceResult`.
        final: False for a slice that was rejected.
        is_accepted: whether the mask is in the segment.
    """

    index: int
    confidence: float
    origin: str
    final: bool
    is_accepted: bool


@dataclass(frozen=True)
class End:
    """Where and why a direction ended; the slice is the last one looked at."""

    segment_id: str
    direction: int
    index: int
    reason: StopReason


@dataclass(eq=False)
class PropagationResults:
    """Slices by segment id and number.

    Attributes:
        keyframes: where it started.
        pending: what was found, rejected slices included; the latest report of a slice.
        accepted: what was pending, and is in the segment now.
        is_cancelled: whether the latest pass was stopped by the user.
    """

    keyframes: dict[str, dict[int, Keyframe]] = field(default_factory=dict)
    pending: dict[str, dict[int, HeldSlice]] = field(default_factory=dict)
    accepted: dict[str, dict[int, HeldSlice]] = field(default_factory=dict)
    is_cancelled: bool = False

    @property
    def segments(self) -> tuple[str, ...]:
        """Ids of the segments that have keyframes or results."""
        return tuple(dict.fromkeys([*self.keyframes, *self.pending, *self.accepted]))

    def put(self, held: HeldSlice) -> None:
        """Take a result in, unless the slice is settled: keyframes and accepted slices stay as they are."""
        if held.index not in self.fixed(held.segment):
            self.pending.setdefault(held.segment, {})[held.index] = held

    def put_keyframe(self, keyframe: Keyframe) -> None:
        """Take a keyframe in, in place of what was found on its slice."""
        self.keyframes.setdefault(keyframe.segment, {})[keyframe.index] = keyframe
        self.pending.get(keyframe.segment, {}).pop(keyframe.index, None)
        self.accepted.get(keyframe.segment, {}).pop(keyframe.index, None)

    def accept(self, one: HeldSlice | Keyframe, record: SlicePromptRecord) -> None:
        """A slice is in the segment now, as its record says."""
        if isinstance(one, Keyframe):
            self.put_keyframe(replace(one, record=record, in_segment=True))
            return
        self.pending.get(one.segment, {}).pop(one.index, None)
        self.accepted.setdefault(one.segment, {})[one.index] = replace(one, record=record)

    def follow(self, stands: Callable[[SlicePromptRecord], bool]) -> bool:
        """Acceptances were undone or done again: their slices wait for acceptance again, or not any more.

        Returns:
            Whether anything is different now.
        """
        undone = [one for slices in self.accepted.values() for one in slices.values() if not stands(one.record)]
        for one in undone:
            del self.accepted[one.segment][one.index]
            self.pending.setdefault(one.segment, {}).setdefault(one.index, one)
        redone = [
            one
            for slices in self.pending.values()
            for one in slices.values()
            if one.record is not None and stands(one.record)
        ]
        for one in redone:
            self.accept(one, one.record)
        moved = bool(undone or redone)
        for slices in self.keyframes.values():
            for index, one in slices.items():
                if one.record is not None and one.in_segment != stands(one.record):
                    slices[index], moved = replace(one, in_segment=not one.in_segment), True
        return moved

    def waiting(self, first: int | None, last: int | None) -> list[HeldSlice | Keyframe]:
        """What an acceptance writes: results that count, and keyframes that are not in the segment.

        Args:
            first, last: range of slices, inclusive; None for no limit.
        """
        found: list[HeldSlice | Keyframe] = []
        for segment_id in self.segments:
            keyframes = self.keyframes.get(segment_id, {})
            slices = {**self.held(segment_id), **{i: one for i, one in keyframes.items() if not one.in_segment}}
            found += [slices[index] for index in sorted(slices) if _in_range(index, first, last)]
        return found

    def forget(self, ones: Iterable[HeldSlice | Keyframe]) -> None:
        """Drop single slices, as there is nothing to write of them."""
        for one in ones:
            for kept in (self.pending, self.keyframes):
                slices = kept.get(one.segment, {})
                if slices.get(one.index) is one:
                    del slices[one.index]

    def drop_segment(self, segment_id: str) -> None:
        """Forget a segment."""
        for kept in (self.keyframes, self.pending, self.accepted):
            kept.pop(segment_id, None)

    def drop_pending(self, segment_id: str, indices: range, before_run: int | None = None) -> None:
        """Forget what was found on slices, or only what passes before a certain one found."""
        slices = self.pending.get(segment_id, {})
        for index in [index for index in slices if index in indices]:
            if before_run is None or slices[index].run < before_run:
                del slices[index]

    def drop_run(self, number: int) -> None:
        """Forget what one pass found."""
        for slices in self.pending.values():
            for index in [index for index, one in slices.items() if one.run == number]:
                del slices[index]

    def fixed(self, segment_id: str) -> dict[int, PackedMask]:
        """Masks that do not change any more: keyframes and accepted slices."""
        found = {**self.accepted.get(segment_id, {}), **self.keyframes.get(segment_id, {})}
        return {index: one.packed for index, one in sorted(found.items())}

    def known(self, segment_id: str) -> dict[int, PackedMask]:
        """Masks that count: fixed ones and results."""
        return {**{index: one.packed for index, one in self.held(segment_id).items()}, **self.fixed(segment_id)}

    def held(self, segment_id: str) -> dict[int, HeldSlice]:
        """Results that count and wait for acceptance, in order of the slices."""
        slices = self.pending.get(segment_id, {})
        return {index: one for index, one in sorted(slices.items()) if one.final}

    def span_around(self, segment_id: str, index: int) -> range:
        """Slices whose results depend on a keyframe: between its neighbouring fixed slices, or the ends."""
        fixed = self.fixed(segment_id)
        low = max((other for other in fixed if other < index), default=-(1 << 30))
        high = min((other for other in fixed if other > index), default=1 << 30)
        return range(low + 1, high)

    def beyond(self, segment_id: str, index: int) -> range:
        """Slices that a stop mark takes away: outwards from the keyframes, or the one slice between two of them."""
        fixed = self.fixed(segment_id)
        if fixed and index > max(fixed):
            return range(index, 1 << 30)
        if fixed and index < min(fixed):
            return range(-(1 << 30), index + 1)
        return range(index, index + 1)

    def strip(self, segment_id: str) -> tuple[StripSlice, ...]:
        """All slices of a segment that are known, in their order."""
        pending, accepted = self.pending.get(segment_id, {}), self.accepted.get(segment_id, {})
        cells = {
            index: StripSlice(index, one.slice_confidence, one.origin, one.final, index in accepted)
            for index, one in {**pending, **accepted}.items()
        }
        for index, keyframe in self.keyframes.get(segment_id, {}).items():
            cells[index] = StripSlice(index, 1.0, KEYFRAME, True, keyframe.in_segment)
        return tuple(cells[index] for index in sorted(cells))

    def worst(self, segment_id: str) -> int | None:
        """The slice of lowest confidence that counts and waits for acceptance; None for none."""
        held = self.held(segment_id)
        return min(held, key=lambda index: (held[index].slice_confidence, index), default=None)

    def ends(self) -> tuple[End, ...]:
        """Where and why directions ended, segment by segment, from the lowest slice up."""
        found = []
        for segment_id in self.segments:
            slices = {**self.accepted.get(segment_id, {}), **self.pending.get(segment_id, {})}
            stopped = [one for _, one in sorted(slices.items()) if one.stop_reason is not None]
            found += [End(segment_id, one.direction, one.index, one.stop_reason) for one in stopped]
            if self.is_cancelled:
                found += self._cut_short(segment_id, slices, {one.direction for one in stopped})
        return tuple(found)

    def _cut_short(self, segment_id: str, slices: Mapping[int, HeldSlice], ended: set[int]) -> list[End]:
        """Directions that had not ended when the user stopped."""
        known = [*slices, *self.keyframes.get(segment_id, ())]
        fronts = ((-1, min(known)), (1, max(known))) if known else ()
        return [
            End(segment_id, direction, index, StopReason.CANCELLED)
            for direction, index in fronts
            if direction not in ended
        ]


def _in_range(index: int, first: int | None, last: int | None) -> bool:
    return (first is None or index >= first) and (last is None or index <= last)

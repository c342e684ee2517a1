"""One pass of propagation, a result at a time: between two of them the worker is free for what the user waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.cleanup import CleanUp, clean
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
from SAMSegmenterLib.core.propagation import KEYFRAME, PropagationParameters, SliceResult, propagate_stack
from SAMSegmenterLib.session.packed_masks import PackedMask
from SAMSegmenterLib.session.propagation_results import HeldSlice
from SAMSegmenterLib.session.slice_prediction import MadeWith
from SAMSegmenterLib.session.supplied_stack import SuppliedStack


@dataclass(frozen=True, eq=False)
class Visited:
    """What one step of a pass gave.

    Args:
        held: the result, None when the pass is over.
        is_fresh_start: True when the pass began anew, because what ran the model had to change.
        trimmed: earlier results whose clean-up covered pixels of this one, without these pixels.
    """

    held: HeldSlice | None
    is_fresh_start: bool
    trimmed: tuple[HeldSlice, ...] = ()


class _Lent:
    """The predictor of the job at hand; between two jobs nothing is held on to."""

    def __init__(self) -> None:
        self.predictor: Predictor | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.predictor, name)


class PropagationRun:
    """A pass over slices, begun on the main thread and advanced on the worker.

    Args:
        number: of the pass; later ones have higher numbers.
        stack: its slices.
        keyframes, parameters, around, settled: as for `core.propagation.propagate_stack`.
        cleanup: done to every result; what travels is left as it is.
        keep: results on other slices are not kept.
        scope: slices by segment whose older results go when the pass has ended by itself.

    Attributes:
        visited: segments and slices that there are results of so far; main thread.
        given: keyframes within `keep`, counted over all segments.
    """

    def __init__(
        self,
        number: int,
        stack: SuppliedStack,
        keyframes: Mapping[int, Mapping[str, Mask]],
        parameters: PropagationParameters,
        cleanup: CleanUp,
        keep: range,
        scope: Mapping[str, range],
        around: int | None = None,
        settled: Mapping[int, Mapping[str, Mask]] | None = None,
    ) -> None:
        self.number, self.stack, self.parameters = number, stack, parameters
        self.keep, self.scope, self.around = keep, scope, around
        self.segments = frozenset(segment for masks in keyframes.values() for segment in masks)
        self.visited: set[tuple[str, int]] = set()
        self.given = sum(len(masks) for index, masks in keyframes.items() if index in keep)
        self._keyframes, self._settled, self._cleanup = keyframes, settled, cleanup
        self._found: dict[int, dict[str, HeldSlice]] = {}
        self._lent, self._should_stop = _Lent(), None
        self._results: Iterator[SliceResult] | None = None
        self._was_begun = False
        stack.expect(keyframes)

    def step(self, predictor: Predictor, on_progress: OnProgress, should_stop: ShouldStop) -> Visited:
        """The next result of a slice that is no keyframe. Worker.

        After a failure the next step begins the pass anew: its results are the same, and what was encoded is kept.

        Raises:
            InputError: keyframes that nothing can be carried from.
            ModelError: the model fails.
            Cancelled: `should_stop` said so.
        """
        fresh = self._results is None
        restarted, self._was_begun = fresh and self._was_begun, True
        self._lent.predictor, self._should_stop = predictor, should_stop
        self.stack.should_stop = should_stop
        try:
            if self._results is None:
                self._results = self._begin()
            result = next((one for one in self._results if one.origin != KEYFRAME), None)
        except BaseException:
            self._results = None
            raise
        finally:
            self._lent.predictor = None
        if result is None:
            return Visited(None, restarted)
        held = replace(HeldSlice.of(self._cleaned(result), MadeWith.of(predictor)), run=self.number)
        trimmed = self._trimmed(held) if self._cleanup != CleanUp() else ()
        for one in (held, *trimmed):
            self._found.setdefault(one.index, {})[one.segment] = one
        return Visited(held, restarted, trimmed)

    def _begin(self) -> Iterator[SliceResult]:
        self._found.clear()
        return propagate_stack(
            self.stack,
            self._keyframes,
            self._lent,
            self.parameters,
            lambda: self._should_stop(),
            self.around,
            self._settled,
        )

    def _cleaned(self, result: SliceResult) -> SliceResult:
        """A result after clean-up, which adds nothing that other segments have."""
        if self._cleanup == CleanUp() or not result.mask.any():
            return result
        told = result.prompts
        clicks = told.points[told.labels == 1] if told is not None else np.zeros((0, 2))
        mask = clean(result.mask, clicks, self._cleanup, self.stack.grid(result.index).spacing_yx)
        found = {name: one.mask for name, one in self._found.get(result.index, {}).items() if one.final}
        for masks in (self._keyframes.get(result.index, {}), (self._settled or {}).get(result.index, {}), found):
            for segment, other in masks.items():
                if segment != result.segment:
                    mask = mask & (result.mask | ~other)
        return replace(result, mask=mask, final=result.final and bool(mask.any()))

    def _trimmed(self, held: HeldSlice) -> tuple[HeldSlice, ...]:
        """What clean-up gave to segments before it was known that this one is there."""
        if not held.final:
            return ()
        mask, others = held.mask, self._found.get(held.index, {})
        overlapping = [one for name, one in others.items() if name != held.segment and (one.mask & mask).any()]
        return tuple(replace(one, packed=PackedMask.of(one.mask & ~mask)) for one in overlapping)

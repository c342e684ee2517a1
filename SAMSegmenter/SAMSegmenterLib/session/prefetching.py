"""Slices encoded before anybody asks: the one that is shown, then its neighbours."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windows_choice import AUTO, DISPLAYED
from SAMSegmenterLib.session.model_service import PREFETCH
from SAMSegmenterLib.session.previewing import Previewing
from SAMSegmenterLib.session.prompt_book import SlicePrompts
from SAMSegmenterLib.session.slice_prediction import SliceRequest, WindowChoice, encode_slice

REST_SECONDS = 0.15
"""How long a slice must be shown before it is encoded: nobody waits for slices that fly by."""

WINDOW_REST_SECONDS = 0.4
"""How long the displayed window must rest before the slice is encoded with it."""


SLOW_SECONDS = 10.0
"""A model that takes longer for a slice encodes the one that is shown, and leaves the computer to others then."""

_LARGE_BYTES = 32 << 20


class Prefetching(Previewing):
    """Encodes while nothing else is to be done; any other job passes, and stops what is under way."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._encoded: set[tuple] = set()
        self._encoding_failed = False
        self._shown_at = self._window_moved_at = -1e9
        self.prefetch_radius = 1

    def _prefetch_next(self) -> None:
        """Encode the slice that is shown, then its neighbours, once slice and window rest; before, load the model."""
        if self._board.is_running():
            return
        if self._plane is None or self._source is None:
            self._load_model()
            return
        now = self._clock()
        waits_for_window = self._window in (AUTO, DISPLAYED) and now - self._window_moved_at < WINDOW_REST_SECONDS
        if self._encoding_failed or now - self._shown_at < REST_SECONDS or waits_for_window or not self.service.model:
            return
        for plane in self._planes_to_encode():
            window = self._window_of(plane)
            key = self._encoding_key(plane, window)
            if key not in self._encoded:
                self._encode(plane, window, key)
                return

    def _load_model(self) -> None:
        """Have the model ready for the first click; a view need not be used for that."""
        status = self.service.status()
        if status.model and not status.is_loaded and not self._encoding_failed:
            self._board.start(
                "prefetch",
                lambda predictor, on_progress, should_stop: None,
                PREFETCH,
                lambda result: self._changed.add("status"),
                self._loading_failed,
            )

    def _loading_failed(self, error: BaseException) -> None:
        if not isinstance(error, Cancelled):
            self._encoding_failed = True  # until something changes: what fails once fails every 20 ms
            self._tell_error(error)
        self._changed.add("status")

    def _planes_to_encode(self) -> list[SlicePlane]:
        """The slice shown, then its neighbours, unless they are very large or take very long."""
        planes, seconds = [self._plane], self.service.status().encode_seconds
        costly = self._slice_at(self._plane).nbytes > _LARGE_BYTES or (seconds or 0) > SLOW_SECONDS
        if self._plane.axis is not None and not costly:
            count = self._source.volume.shape_kji[self._plane.axis]
            for distance in range(1, self.prefetch_radius + 1):
                for index in (self._plane.index + distance, self._plane.index - distance):
                    if 0 <= index < count:
                        planes.append(SlicePlane.lattice(self._plane.axis, index))
        return planes

    def _encode(self, plane: SlicePlane, window: WindowChoice, key: tuple) -> None:
        request = SliceRequest(self._slice_at(plane), window=window)
        self._board.start(
            "prefetch",
            lambda predictor, on_progress, should_stop: encode_slice(request, predictor, should_stop),
            PREFETCH,
            lambda result: self._note_encoded(key),
            lambda error: self._encode_failed(key, error),
        )

    def _note_encoded(self, key: tuple) -> None:
        self._encoded.add(key)
        self._changed.add("status")

    def _encode_failed(self, key: tuple, error: BaseException) -> None:
        if isinstance(error, InputError) and self.service.status().is_loaded:
            self._encoded.add(key)  # this one slice cannot be shown to a model; a click on it will say so
            return
        self._loading_failed(error)

    def _slice_is_encoded(self, prompts: SlicePrompts) -> bool:
        return self._encoding_key(prompts.plane, self._window_of(prompts.plane)) in self._encoded

    def _encoding_key(self, plane: SlicePlane, window: WindowChoice) -> tuple:
        return plane, window, self._source.token, self.service.generation

    def _forget_encoded(self) -> None:
        """Model or voxels are others now."""
        self._encoded.clear()
        self._prepared.clear()
        self._encoding_failed = False

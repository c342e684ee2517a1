"""What the page is told about a view: plain values that can be sent to a browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import Mark, PriorMark
from SAMSegmenterLib.core.slicing import SliceImage, extract
from SAMSegmenterLib.session.prompt_book import same_plane
from SAMSegmenterLib.session.slice_edits import segment_shown
from SAMSegmenterLib.workspace.carried_voxels import CarriedVoxels
from SAMSegmenterLib.workspace.case import PALETTE, SegmentRow
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.marks_state import marks_state
from SAMSegmenterLib.workspace.orientation import Orientation
from SAMSegmenterLib.workspace.pictures import Heat, Layer, layers_url, slice_url
from SAMSegmenterLib.workspace.views import View, cross_hair

_PREVIEW_COLOUR, _HOVER_COLOUR, _PRIOR_COLOUR = (1.0, 1.0, 0.2), (1.0, 1.0, 1.0), (0.38, 0.69, 1.0)


class ViewDrawer:
    """Draws one view; pictures are made again only when what they show has changed.

    Args:
        controller: of the workspace.
        view: one of its views.
        carried: voxels that are not accepted yet, shared by all views; of its own when None.
    """

    def __init__(self, controller: WorkspaceController, view: View, carried: CarriedVoxels | None = None) -> None:
        self._controller, self._view = controller, view
        self._carried = carried if carried is not None else CarriedVoxels(controller.session)
        self._known: dict[str, tuple[Any, str]] = {}
        self._modified: tuple[int, ...] = ()

    def state(self) -> dict[str, Any]:
        """The view as the page shows it; places are (u, v) on the slice's square pixels, centres at integers.

        Returns:
            `view` are small facts, `image` and `overlay` data URLs, the latter empty when no mask lies on the slice: a
            picture is only sent again when it changed. The image has the voxels as pixels, which the page stretches.
        """
        controller, view = self._controller, self._view
        volume = controller.session.source.volume
        grid = view.grid(volume)
        orientation = Orientation.of(grid, volume.ijk_to_ras)
        return {
            "view": {
                "name": view.name,
                "index": view.index,
                "count": view.count,
                "width": orientation.size[0],
                "height": orientation.size[1],
                "pixel": list(_pixel(grid, orientation)),
                "edges": list(orientation.edges),
                "cross": list(cross_hair(view, volume, controller.views)),
                "active": view.name == controller.active,
                "marks": marks_state(self._marks(), orientation),
            },
            "image": self._image(),
            "overlay": self._overlay(orientation),
        }

    def _image(self) -> str:
        source, plane = self._controller.session.source, self._view.plane

        def make() -> str:
            image = extract(source.volume, plane, square_pixels=False)
            return slice_url(image, source.displayed, Orientation.of(image, source.volume.ijk_to_ras))

        return self._remembered("image", (source.token, source.displayed, plane), make)

    def _overlay(self, orientation: Orientation) -> str:
        session, case, plane = self._controller.session, self._controller.case, self._view.plane
        here = session.plane is not None and same_plane(session.plane, plane)
        preview = session.preview if here else None
        analyses = (session.proposals, session.uncertainty, session.hover_preview) if here else ()
        self._carried.follow()
        rows, state, marks = tuple(case.segments()), case.state(), self._marks()
        priors = tuple(mark for mark in marks if isinstance(mark, PriorMark))
        if not self._controller.writing.is_busy:  # what is being written is drawn when all is
            self._modified = state.modified
        guesses = preview, analyses, priors, self._carried.seen_on(plane)
        key = (plane, rows, self._modified, session.source.token, *guesses)
        return self._remembered(
            "overlay", key, lambda: layers_url([*self._segments(rows), *self._guesses(priors, here)], orientation)
        )

    def _segments(self, rows: Sequence[SegmentRow]) -> Iterator[Layer | Heat]:
        """What is in the segments, and what would come into them from slice to slice."""
        grid = self._view.grid(self._controller.session.source.volume)
        for row in rows:
            if not row.visible:
                continue
            yield Layer(self._mask(row.id), row.colour)
            if row.id in self._carried.segments():
                yield Layer(self._carried.on(row.id, grid), row.colour, 0.35, 1.0, hatched=True)

    def _guesses(self, priors: Sequence[PriorMark], here: bool) -> Iterator[Layer | Heat]:
        """What the model was given and what it says, of the slice that is worked on."""
        yield from (Layer(mark.mask, _PRIOR_COLOUR, 0.2, 0.8) for mark in priors)
        session = self._controller.session
        if not here:
            return
        for number, mask in enumerate(session.proposals.masks if session.proposals is not None else ()):
            yield Layer(mask, PALETTE[number % len(PALETTE)], 0.2, 1.0)
        if session.hover_preview is not None:
            yield Layer(session.hover_preview.mask, _HOVER_COLOUR, 0.15, 0.7)
        if session.preview is not None:
            yield Layer(session.preview.mask, _PREVIEW_COLOUR, 0.25, 1.0)
        if session.uncertainty is not None:
            yield Heat(session.uncertainty.values)

    def _mask(self, segment_id: str) -> Mask:
        controller = self._controller
        source, writer = controller.session.source, controller.case.writers.writer()
        grid = self._view.grid(source.volume)
        try:
            return segment_shown(grid, source, writer, segment_id)
        except InputError:  # removed meanwhile: the next drawing knows
            return np.zeros(grid.shape, bool)

    def _marks(self) -> tuple[Mark, ...]:
        session = self._controller.session
        known = session.book.find(session.segment_id, self._view.plane) if session.segment_id is not None else None
        return tuple(known.marks) if known is not None else ()

    def _remembered(self, name: str, key: Any, make: Any) -> str:
        if name not in self._known or self._known[name][0] != key:
            self._known[name] = (key, make())
        return self._known[name][1]


def _pixel(grid: SliceImage, orientation: Orientation) -> tuple[float, float]:
    """Width and height of a pixel as shown, the smaller one being 1; squares where there is no spacing."""
    if grid.spacing_yx is None:
        return 1.0, 1.0
    across, down = grid.spacing_yx if orientation.transposed else grid.spacing_yx[::-1]
    least = min(across, down)
    return round(across / least, 6), round(down / least, 6)

"""Which slice a view shows, and the marks of the selected segment on it, whether the session works on it or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import MarkSet
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane, slice_grid
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.scene.slice_views import SliceView, plane_shown, to_image_xy, to_view_xy
from SAMSegmenterLib.session.prompt_book import same_plane

_FLAT = 1e-9
"""View pixels that a pixel of the slice covers at least. Slicer tells of a view that is being turned also while half of
it is turned: its slice then stands upright on the view. It tells again when the view is done."""


@dataclass(frozen=True, eq=False)
class ShownSlice:
    """A slice as one view shows it.

    Args:
        view: the view.
        plane: the slice.
        grid: where its pixels lie.
        marks: of the selected segment on it.
        is_current: the session works on this slice.
        ijk_to_world: (4, 4) of the volume.
        to_view: (2, 3), slice image (x, y, 1) to view pixels.
    """

    view: SliceView
    plane: SlicePlane
    grid: SliceImage
    marks: MarkSet
    is_current: bool
    ijk_to_world: np.ndarray
    to_view: np.ndarray

    @classmethod
    def of(cls, owner: EffectSession, slice_node: Any) -> ShownSlice | None:
        """The slice that a `vtkMRMLSliceNode` shows of the source volume now; None for none."""
        session = owner.session
        if session is None or session.source is None or slice_node is None or slice_node.GetScene() is None:
            return None
        volume = session.source.volume
        try:
            view = SliceView.of(slice_node)
            plane = plane_shown(view, volume)
        except InputError:
            return None
        if plane is None:
            return None
        is_current = session.plane is not None and same_plane(plane, session.plane)
        if is_current:
            grid, marks = session.grid, session.marks
        else:
            known = session.book.find(session.segment_id, plane) if session.segment_id is not None else None
            grid, marks = slice_grid(volume, plane), known.marks if known is not None else MarkSet()
        to_view = _to_view(view, grid, volume.ijk_to_ras)
        if abs(np.linalg.det(to_view[:, :2])) < _FLAT:
            return None
        return cls(view, grid.plane, grid, marks, is_current, volume.ijk_to_ras, to_view)

    def xy(self, view_xy: tuple[int, int]) -> tuple[float, float] | None:
        """Where a place in the view lies on the slice; None outside the volume."""
        return to_image_xy(self.view, self.grid, self.ijk_to_world, view_xy)

    def pixels(self, view_pixels: float) -> float:
        """So many view pixels in pixels of the slice."""
        scale = float(np.linalg.norm(self.to_view[:, 0]))
        return view_pixels / scale if scale > 0 else view_pixels

    def mark_near(self, view_xy: tuple[int, int], reach: float) -> str | None:
        """Id of the mark nearest to a place in the view, at most `reach` view pixels away; None for none."""
        xy = self.xy(view_xy) if len(self.marks) else None
        return self.marks.nearest(xy, self.pixels(reach)) if xy is not None else None


def _to_view(view: SliceView, grid: SliceImage, ijk_to_world: np.ndarray) -> np.ndarray:
    ends = to_view_xy(view, grid, ijk_to_world, np.array([(0, 0), (1, 0), (0, 1)]))
    return np.stack([ends[1] - ends[0], ends[2] - ends[0], ends[0]], axis=-1)

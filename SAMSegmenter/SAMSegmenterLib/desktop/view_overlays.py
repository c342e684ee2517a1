"""Draws marks, previews, proposals and uncertainty over the slice view in use."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.mark_shapes import add_drag, add_mark
from SAMSegmenterLib.desktop.overlay_shapes import (
    Cells,
    Shapes,
    distinct_colour,
    heat,
    joined,
    mask_area,
    mask_outline,
)
from SAMSegmenterLib.desktop.view_events import PROPOSAL, ViewEvents
from SAMSegmenterLib.desktop.view_layer import ViewLayer
from SAMSegmenterLib.scene.slice_views import SliceView, to_view_xy

_FILL, _HOVER_FILL = 90, 45
"""Opacity of the chosen mask and of the one under the mouse, 0 to 255."""

_OTHER = (255, 255, 255, 110)
_FALLBACK = (255, 200, 0)


class ViewOverlays:
    """What the effect draws; only the view in use has something.

    Args:
        scripted_effect: the C++ half of the effect.
        effect_session: whose state is drawn.
        events: what is being drawn by the user.
    """

    def __init__(self, scripted_effect: Any, effect_session: EffectSession, events: ViewEvents) -> None:
        self._effect, self._owner, self._events = scripted_effect, effect_session, events
        self._areas: Cells | None = None
        self._outlines: Cells | None = None
        self._layers: tuple[ViewLayer, ...] = ()
        self._widget: Any = None

    def use(self, view_widget: Any) -> None:
        """Draw into this view from now on; None for none."""
        if view_widget is self._widget:
            return
        if self._widget is not None:
            for layer in self._layers:
                self._effect.removeActor2D(self._widget, layer.actor)
            self._effect.scheduleRender(self._widget)
        self._widget = view_widget
        self._layers = ()
        if view_widget is not None:
            self._layers = (ViewLayer(), ViewLayer(2.0), ViewLayer(), ViewLayer(2.0))  # areas, outlines, discs, lines
            for layer in self._layers:
                self._effect.addActor2D(view_widget, layer.actor)
            self.update()

    def update(self) -> None:
        """Draw everything anew: the masks changed."""
        self._areas = self._outlines = None
        self.reposition()

    def reposition(self) -> None:
        """Draw again where things lie now: the view was moved, or the mouse draws something."""
        if self._widget is None:
            return
        to_view = self._to_view()
        if to_view is None:
            for layer in self._layers:
                layer.clear()
        else:
            if self._areas is None:
                self._areas, self._outlines = self._masks()
            areas, outlines = self._areas, self._outlines
            under_mouse = self._proposal_under_mouse()
            if under_mouse is not None:
                areas = joined([areas, under_mouse], 4)
            discs, lines, priors = self._marks()
            self._layers[0].show_cells(areas, to_view)
            self._layers[1].show_cells(joined([outlines, *priors], 2), to_view)
            self._layers[2].show_shapes(discs, to_view)
            self._layers[3].show_shapes(lines, to_view)
        self._effect.scheduleRender(self._widget)

    def _to_view(self) -> np.ndarray | None:
        """(2, 3) slice image to view pixels; None while no slice is shown."""
        grid, session, node = self._owner.grid(), self._owner.session, self._owner.slice_node
        if grid is None or node is None:
            return None
        try:
            view = SliceView.of(node)
        except InputError:
            return None
        ends = to_view_xy(view, grid, session.source.volume.ijk_to_ras, np.array([(0, 0), (1, 0), (0, 1)]))
        return np.stack([ends[1] - ends[0], ends[2] - ends[0], ends[0]], axis=-1)

    def _masks(self) -> tuple[Cells, Cells]:
        """Areas and outlines of previews, proposals and uncertainty."""
        session = self._owner.session
        areas, outlines = [], []
        colour = self._segment_colour()
        if session.proposals is not None:
            for number, mask in enumerate(session.proposals.masks):
                outlines.append(mask_outline(mask, distinct_colour(number)))
        preview = session.preview
        if preview is not None:
            for number, mask in enumerate(preview.masks):
                if number != preview.chosen:
                    outlines.append(mask_outline(mask, _OTHER))
            if session.uncertainty is None:
                areas.append(mask_area(preview.mask, (*colour, _FILL)))
            outlines.append(mask_outline(preview.mask, (*colour, 255)))
        elif session.hover_preview is not None:
            areas.append(mask_area(session.hover_preview.mask, (*colour, _HOVER_FILL)))
        if session.uncertainty is not None:
            areas.append(heat(session.uncertainty.values))
        return joined(areas, 4), joined(outlines, 2)

    def _proposal_under_mouse(self) -> Cells | None:
        session, xy = self._owner.session, self._events.mouse_xy
        if self._events.tool != PROPOSAL or xy is None or session.proposals is None:
            return None
        index = session.proposal_under(xy)
        return None if index is None else mask_area(session.proposals.mask(index), (*distinct_colour(index)[:3], _FILL))

    def _marks(self) -> tuple[Shapes, Shapes, list[Cells]]:
        discs, lines = Shapes(), Shapes()
        drawn = [add_mark(mark, discs, lines) for mark in self._owner.session.marks]
        drag = self._events.drag
        if drag is not None and len(drag.path) > 1:
            add_drag(drag.tool, drag.label, drag.path, lines)
        return discs, lines, [one for one in drawn if one is not None]

    def _segment_colour(self) -> tuple[int, int, int]:
        node = self._effect.parameterSetNode()
        segmentation = node.GetSegmentationNode() if node is not None else None
        segment = segmentation.GetSegmentation().GetSegment(node.GetSelectedSegmentID() or "") if segmentation else None
        if segment is None:
            return _FALLBACK
        red, green, blue = (round(255 * value) for value in segment.GetColor())
        return red, green, blue

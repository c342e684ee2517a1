"""Draws marks, previews, proposals and uncertainty over every slice view that shows their slice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import slicer

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.marks import MarkSet, PriorMark
from SAMSegmenterLib.core.mask_measures import intersection_over_union
from SAMSegmenterLib.desktop.carried_slices import REJECTED, add_carried, carried_to, held_at
from SAMSegmenterLib.desktop.drawn_values import Detail, DrawnValues
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.mark_shapes import PRIOR, add_drag, add_ghost, add_mark
from SAMSegmenterLib.desktop.overlaid_view import OverlaidView
from SAMSegmenterLib.desktop.overlay_shapes import Cells, Shapes, distinct_colour
from SAMSegmenterLib.desktop.propagation_display import PropagationDisplay
from SAMSegmenterLib.desktop.shown_slice import ShownSlice
from SAMSegmenterLib.desktop.stack_display import StackDisplay
from SAMSegmenterLib.desktop.view_events import PROPOSAL, ViewEvents
from SAMSegmenterLib.scene.shown_volumes import is_shown_in

logger = logging.getLogger(__name__)

_FILL, _HOVER_FILL = 90, 45
"""Opacity of the chosen mask and of the one under the mouse, 0 to 255."""

_OTHER = (255, 255, 255, 110)
_ALIKE, _SAMPLED = 0.8, 512
"""Overlap from which a candidate counts as the chosen one, and pixels along each side that it is judged on."""

_FALLBACK = (255, 200, 0)


class ViewOverlays:
    """What the effect draws.

    The slice that the session works on is drawn with all that belongs to it, in every view that shows it. Views at
    other slices show the marks of theirs. Views are compared with what was drawn last, so that `follow` may be called
    at every tick: nothing is drawn, and nothing observed, while nothing changes.

    Args:
        scripted_effect: the C++ half of the effect.
        effect_session: whose state is drawn.
        events: what is being drawn by the user.
    """

    def __init__(self, scripted_effect: Any, effect_session: EffectSession, events: ViewEvents) -> None:
        self._effect, self._owner, self._events = scripted_effect, effect_session, events
        self._views: list[OverlaidView] = []
        self._is_on = False
        self._version = 0
        self._colour = _FALLBACK
        self._held: dict[str, tuple[Any, list[DrawnValues]]] = {}
        self._stack = StackDisplay(scripted_effect, effect_session)
        self._propagation = PropagationDisplay(scripted_effect, effect_session)

    def start(self) -> None:
        """Draw from now on, in all slice views of the layout."""
        self._is_on = True
        self.sync()

    def stop(self) -> None:
        """Leave nothing in any view."""
        self._is_on = False
        for view in self._views:
            view.remove()
        self._views = []
        self._held.clear()
        self._stack.remove()
        self._propagation.remove()

    def sync(self) -> None:
        """The layout changed: views came, went, or were hidden."""
        if not self._is_on:
            return
        known = {id(view.slice_node): view for view in self._views if view.is_alive}
        kept: list[OverlaidView] = []
        for widget in _slice_widgets():
            view = known.pop(id(widget.sliceLogic().GetSliceNode()), None)
            kept.append(view if view is not None and view.widget == widget else OverlaidView(self._effect, widget))
        for view in self._views:
            if view not in kept:
                view.remove()
        self._views = kept
        self.follow()

    def view_beside(self, slice_node: Any) -> Any:
        """`vtkMRMLSliceNode` of another view in the layout that shows the slice worked on; None for none."""
        for view in self._views:
            if view.slice_node is not slice_node and view.is_shown:
                shown = ShownSlice.of(self._owner, view.slice_node)
                if shown is not None and shown.is_current:
                    return view.slice_node
        return None

    def update(self) -> None:
        """Something of what is drawn changed."""
        self._version += 1
        self._propagation.invalidate()
        self.follow()

    def update_propagation(self) -> None:
        """Masks were carried, or accepted, or dropped: draw the views on whose slice that changed something."""
        self._propagation.invalidate()
        session = self._owner.session
        for view in self._views if self._is_on and session is not None else ():
            shown = self._shown_in(view) if view.is_shown else None
            if (held_at(session, shown) if shown is not None else None) is not view.held:
                view.drawn = None
        self.follow()

    def follow(self) -> None:
        """Draw the views whose slice, place, volumes or content are others than those drawn."""
        if not self._is_on:
            return
        colour = self._segment_colour()
        if colour != self._colour:
            self._colour, self._version = colour, self._version + 1
        self._stack.follow(colour)
        self._propagation.follow()
        for view in self._views:
            if not view.is_shown:
                view.remove()
            elif view.drawn != (wanted := (self._version, self._events.tool, *view.state)):
                self._draw_safely(view)
                view.drawn = wanted

    def reposition(self) -> None:
        """The mouse draws something, or points at something."""
        for view in self._views:
            if self._is_on and view.is_shown:
                self._draw_hand(view, self._shown_in(view))

    def _shown_in(self, view: OverlaidView) -> ShownSlice | None:
        """The slice, where the view shows it of the volume that is segmented, or the user works in it."""
        shown = ShownSlice.of(self._owner, view.slice_node)
        if shown is None or view.slice_node is self._owner.slice_node:
            return shown
        editor = self._effect.parameterSetNode()
        volume = editor.GetSourceVolumeNode() if editor is not None else None
        return shown if volume is not None and is_shown_in(volume, view.slice_node) else None

    def _draw_safely(self, view: OverlaidView) -> None:
        """What cannot be drawn must not keep a click from being handled."""
        try:
            self._draw(view)
        except Exception:
            logger.exception("Nothing could be drawn over the slice view '%s'.", view.slice_node.GetLayoutName())
            view.clear()

    def _draw(self, view: OverlaidView) -> None:
        shown = self._shown_in(view)
        if shown is None:
            view.clear()
            return
        discs, lines = Shapes(), Shapes()
        values = self._draw_carried(view, shown, lines)
        for mark in shown.marks:
            add_mark(mark, discs, lines)
        values += [*(self._current() if shown.is_current else ()), *_priors(shown.marks)]
        view.show(values, discs, lines, shown.to_view, shown.view.size)
        self._draw_hand(view, shown)

    def _draw_carried(self, view: OverlaidView, shown: ShownSlice, lines: Shapes) -> list[DrawnValues]:
        """What was carried to the slice, below everything else."""
        carried = carried_to(self._owner.session, shown)
        view.held = carried.held if carried is not None else None
        if carried is None:
            return []
        if carried.prompts is not None:
            add_carried(carried.prompts, lines)
        return [DrawnValues.mask(carried.rejected, line=REJECTED)] if carried.rejected is not None else []

    def _draw_hand(self, view: OverlaidView, shown: ShownSlice | None) -> None:
        if shown is None or not shown.is_current:
            return
        lines = Shapes()
        drag = self._events.drag
        if drag is not None and len(drag.path) > 1:
            moved = self._events.moved_mark()
            if moved is not None:
                add_ghost(moved, lines)
            else:
                add_drag(drag.tool, drag.label, drag.path, lines)
        view.show_hand(self._proposal_under_mouse(shown), lines, shown.to_view)

    def _current(self) -> list[DrawnValues]:
        """Previews, proposals and uncertainty of the slice worked on, the lowest first."""
        session, colour = self._owner.session, self._colour
        found: list[DrawnValues] = []
        proposals, preview, heat = session.proposals, session.preview, session.uncertainty
        hover = session.hover_preview if preview is None else None
        if proposals is not None:
            found += self._kept("proposals", (proposals,), lambda: _outlines(proposals.masks))
        if preview is not None:
            filled = heat is None
            found += self._kept("preview", (preview, colour, filled), lambda: _candidates(preview, colour, filled))
        if hover is not None:
            fill = (*colour, _HOVER_FILL)
            found += self._kept(
                "hover", (hover, colour), lambda: [DrawnValues.mask(hover.mask, fill, box=hover.boxes[hover.chosen])]
            )
        if heat is not None:
            found += self._kept("heat", (heat,), lambda: [DrawnValues.heat(heat.values)])
        return found

    def _kept(self, name: str, made_of: tuple[Any, ...], make: Callable[[], list[DrawnValues]]) -> list[DrawnValues]:
        """What was made of the same objects before, or is made now."""
        before = self._held.get(name)
        if before is None or before[0] != made_of:
            before = self._held[name] = (made_of, make())
        return before[1]

    def _proposal_under_mouse(self, shown: ShownSlice) -> Cells | None:
        session, xy = self._owner.session, self._events.mouse_xy
        if self._events.tool != PROPOSAL or xy is None or session.proposals is None:
            return None
        index = session.proposal_under(xy)
        if index is None:
            return None
        fill = (*distinct_colour(index)[:3], _FILL)
        mask = session.proposals.mask
        drawn = self._kept("under mouse", (session.proposals, index), lambda: [DrawnValues.mask(mask(index), fill)])
        return drawn[0].cells(Detail.of(shown.to_view, shown.view.size))[0]

    def _segment_colour(self) -> tuple[int, int, int]:
        node = self._effect.parameterSetNode()
        segmentation = node.GetSegmentationNode() if node is not None else None
        segment = segmentation.GetSegmentation().GetSegment(node.GetSelectedSegmentID() or "") if segmentation else None
        if segment is None:
            return _FALLBACK
        red, green, blue = (round(255 * value) for value in segment.GetColor())
        return red, green, blue


def _slice_widgets() -> list[Any]:
    """Of all slice views, also those that the layout does not show; none without a window."""
    layout_manager = slicer.app.layoutManager()
    names = layout_manager.sliceViewNames() if layout_manager is not None else ()
    return [layout_manager.sliceWidget(name) for name in names]


def _outlines(masks: Any) -> list[DrawnValues]:
    return [DrawnValues.mask(mask, line=distinct_colour(number)) for number, mask in enumerate(masks)]


def _candidates(preview: Any, colour: tuple[int, int, int], filled: bool) -> list[DrawnValues]:
    """The chosen mask above those that are clearly others: lines a pixel apart only hide the edge below them."""
    chosen = _thinned(preview.mask)
    with_boxes = list(zip(preview.masks, preview.boxes, strict=True))
    others = [
        DrawnValues.mask(mask, line=_OTHER, box=box)
        for mask, box in with_boxes
        if intersection_over_union(_thinned(mask), chosen) < _ALIKE
    ]
    fill = (*colour, _FILL) if filled else None
    return [*others, DrawnValues.mask(preview.mask, fill, (*colour, 255), with_boxes[preview.chosen][1])]


def _thinned(mask: Mask) -> Mask:
    """Every n-th pixel of a large mask."""
    rows, columns = (max(1, size // _SAMPLED) for size in mask.shape)
    return mask[::rows, ::columns]


def _priors(marks: MarkSet) -> list[DrawnValues]:
    return [DrawnValues.mask(mark.mask, line=PRIOR) for mark in marks if isinstance(mark, PriorMark)]

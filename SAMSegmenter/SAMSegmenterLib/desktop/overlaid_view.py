"""What is drawn over one slice view: its actors, and whether they are up to date."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.desktop.drawn_values import Detail, DrawnValues
from SAMSegmenterLib.desktop.overlay_shapes import Cells, Shapes, joined
from SAMSegmenterLib.desktop.view_layer import ViewLayer
from SAMSegmenterLib.desktop.view_scale import view_scale


class OverlaidView:
    """Layers of one slice view, in it only while it is part of the layout.

    Args:
        scripted_effect: the C++ half of the effect.
        widget: `qMRMLSliceWidget`.

    Attributes:
        widget, slice_node: of the view.
        drawn: what the caller remembers of what was drawn last, compared with ==; None for nothing.
        held: what was carried to the slice drawn last, None for nothing.
    """

    def __init__(self, scripted_effect: Any, widget: Any) -> None:
        self._effect, self.widget = scripted_effect, widget
        logic = widget.sliceLogic()
        self.slice_node, self._composite = logic.GetSliceNode(), logic.GetSliceCompositeNode()
        self.drawn: Any = None
        self.held: Any = None
        self._has_hand = False
        self.layers: tuple[ViewLayer, ...] = ()

    @property
    def is_alive(self) -> bool:
        """False once Slicer removed the view."""
        return self.slice_node is not None and self.slice_node.GetScene() is not None

    @property
    def is_shown(self) -> bool:
        """Whether the layout has the view and it may show the segmentation."""
        if not self.is_alive or not self.slice_node.IsMappedInLayout():
            return False
        return bool(self._effect.segmentationDisplayableInView(self.slice_node))

    @property
    def state(self) -> tuple[int, ...]:
        """Differs once the view shows another place or other volumes."""
        layers = self._composite.GetMTime() if self._composite is not None else 0
        return self.slice_node.GetMTime(), layers

    def show(
        self, values: list[DrawnValues], discs: Shapes, lines: Shapes, to_view: np.ndarray, size: tuple[int, int]
    ) -> None:
        """Draw masks and marks.

        Args:
            values: on the slice, the first lowest.
            discs, lines: above them.
            to_view: (2, 3), slice image (x, y, 1) to view pixels.
            size: width and height of the view.
        """
        detail = Detail.of(to_view, size)
        made = [one.cells(detail) for one in values]
        areas, outlines = joined([one[0] for one in made], 4), joined([one[1] for one in made], 2)
        if not self.layers and not (len(areas.corners) or len(outlines.corners) or discs.cells or lines.cells):
            return
        self._prepare()
        self.layers[0].show_cells(areas, to_view)
        self.layers[2].show_cells(outlines, to_view)
        self.layers[3].show_shapes(lines, to_view)
        self.layers[4].show_shapes(discs, to_view)
        self.render()

    def show_hand(self, area: Cells | None, lines: Shapes, to_view: np.ndarray) -> None:
        """Draw what the mouse is about to do."""
        has_hand = area is not None or bool(lines.cells)
        if not has_hand and not self._has_hand:
            return
        self._has_hand = has_hand
        self._prepare()
        self.layers[1].show_cells(area if area is not None else joined([], 4), to_view)
        self.layers[5].show_shapes(lines, to_view)
        self.render()

    def clear(self) -> None:
        """Draw nothing."""
        self.drawn = None
        self._has_hand = False
        if any(layer.count for layer in self.layers):
            for layer in self.layers:
                layer.clear()
            self.render()

    def remove(self) -> None:
        """Leave nothing in the view."""
        layers, self.layers, self.drawn, self._has_hand = self.layers, (), None, False
        if not self.is_alive:  # the actors went with the view
            return
        for layer in layers:
            for actor in layer.actors:
                self._effect.removeActor2D(self.widget, actor)
        if layers:
            self.render()

    def render(self) -> None:
        """Have the view drawn again soon."""
        self._effect.scheduleRender(self.widget)

    def _prepare(self) -> None:
        """Have the actors in the view, as large as its screen needs them."""
        if not self.layers:
            # areas, area under the mouse, outlines, lines, discs with their signs, what is being drawn
            self.layers = (ViewLayer(), ViewLayer(), ViewLayer(2.0), ViewLayer(2.0), ViewLayer(), ViewLayer(2.0))
            for layer in self.layers:
                for actor in layer.actors:
                    self._effect.addActor2D(self.widget, actor)
        scale = view_scale(self.widget)
        for layer in self.layers:
            layer.set_scale(scale)

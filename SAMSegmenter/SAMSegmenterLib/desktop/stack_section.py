"""The part of the effect's panel about several slices at once: a region in space, and the masks of its slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.panel_parts import button, collapsible, row
from SAMSegmenterLib.scene.regions import POINTS_CLASS, REGION_CLASS


class StackSection:
    """Chooses a region of interest or six extreme points, and shows how far the slices are.

    Args:
        on_region: called with the markups node when the user chose another one, None for none.
        does: gives the function of an action by its name.

    Attributes:
        widget: a heading with everything below it.
    """

    def __init__(self, on_region: Callable[[Any], None], does: Callable[..., Callable[[], None]]) -> None:
        self._on_region = on_region
        self.widget, layout = collapsible(_("Several slices at once"), collapsed=True)
        self._add_region(layout)
        self.outline_region = button(
            _("Outline region"),
            _("Put a box on every slice of this view's direction that the region spans, and make the masks."),
            does("outline_region"),
        )
        self.outline_marked = button(
            _("Outline marked slices"),
            _("Make the masks of all slices that have prompts of this segment which are not accepted."),
            does("outline_marked"),
        )
        layout.addRow("", row(self.outline_region, self.outline_marked))
        self.progress = qt.QProgressBar()
        self.progress.setVisible(False)
        layout.addRow(self.progress)
        self.accept = button(
            _("Accept all slices"), _("Write the masks of all these slices, as one undo step."), does("accept_stack")
        )
        self.reject = button(
            _("Reject all slices"), _("Drop these masks and their prompts; the segment stays."), does("reject_stack")
        )
        layout.addRow("", row(self.accept, self.reject))
        self.show_stack(None)

    @property
    def node(self) -> Any:
        """The markups node chosen, None for none."""
        return self.region.currentNode()

    def show_node(self, node: Any) -> None:
        """Show which markups node is chosen."""
        if node is not self.region.currentNode():
            self.region.setCurrentNode(node)

    def show_stack(self, done: tuple[int, int] | None, found: int = 0) -> None:
        """Show how far the masks are.

        Args:
            done: slices that are done, and all of them; None when there are none.
            found: slices that have a mask.
        """
        self.progress.setVisible(done is not None)
        if done is not None:
            self.progress.setRange(0, max(1, done[1]))
            self.progress.setValue(done[0])
            self.progress.setFormat(_("{done} of {total} slices").format(done=done[0], total=done[1]))
        self.accept.setEnabled(found > 0)
        self.reject.setEnabled(done is not None)

    def stop_placing(self) -> None:
        """Leave the mode in which clicks place corners and points."""
        if self.place.placeModeEnabled:
            self.place.setPlaceModeEnabled(False)

    def let_go(self) -> None:
        """Follow the scene no longer."""
        self.region.disconnect("currentNodeChanged(vtkMRMLNode*)", self._region_chosen)
        self.place.setCurrentNode(None)
        self.region.setMRMLScene(None)
        self._on_region = lambda node: None

    def _add_region(self, layout: Any) -> None:
        self.region = slicer.qMRMLNodeComboBox()
        self.region.nodeTypes = [REGION_CLASS, POINTS_CLASS]
        self.region.noneEnabled = True
        self.region.renameEnabled = True
        self.region.setMRMLScene(slicer.mrmlScene)
        self.region.setToolTip(
            _(
                "A region of interest around the structure, or a point list with its six outermost points:"
                " left, right, front, back, top and bottom. Choose Create new, then place it with the button."
            )
        )
        self.place = slicer.qSlicerMarkupsPlaceWidget()
        self.place.setMRMLScene(slicer.mrmlScene)
        self.place.buttonsVisible = False
        self.place.placeButton().show()
        self.place.placeButton().setToolTip(
            _("Place in the slice views: two opposite corners of a region, or one point after the other.")
        )
        layout.addRow(_("Region:"), row(self.region, self.place, wide=self.region))
        self.region.connect("currentNodeChanged(vtkMRMLNode*)", self._region_chosen)

    def _region_chosen(self, node: Any) -> None:
        self.stop_placing()
        self.place.setCurrentNode(node)
        kinds = slicer.qSlicerMarkupsPlaceWidget
        points = node is not None and node.IsA(POINTS_CLASS)
        self.place.placeMultipleMarkups = kinds.ForcePlaceMultipleMarkups if points else kinds.ForcePlaceSingleMarkup
        self._on_region(node)

"""Chooses a region in space: a region of interest, or a list of extreme points, and places it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.panel_parts import row
from SAMSegmenterLib.scene.regions import POINTS_CLASS, REGION_CLASS


class RegionChooser:
    """A box with the regions of the scene, and a button that places the one chosen.

    Args:
        on_region: called with the markups node when the user chose another one, None for none.

    Attributes:
        widget: both beside each other.
    """

    def __init__(self, on_region: Callable[[Any], None]) -> None:
        self._on_region = on_region
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
        self.widget = row(self.region, self.place, wide=self.region)
        self.region.connect("currentNodeChanged(vtkMRMLNode*)", self._region_chosen)

    @property
    def node(self) -> Any:
        """The markups node chosen, None for none."""
        return self.region.currentNode()

    def show_node(self, node: Any) -> None:
        """Show which markups node is chosen."""
        if node is not self.region.currentNode():
            self.region.setCurrentNode(node)

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

    def _region_chosen(self, node: Any) -> None:
        self.stop_placing()
        self.place.setCurrentNode(node)
        kinds = slicer.qSlicerMarkupsPlaceWidget
        points = node is not None and node.IsA(POINTS_CLASS)
        self.place.placeMultipleMarkups = kinds.ForcePlaceMultipleMarkups if points else kinds.ForcePlaceSingleMarkup
        self._on_region(node)

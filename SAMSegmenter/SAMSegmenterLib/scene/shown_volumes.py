"""What a viewer shows of a volume: window, colours, frame of a sequence, and what else lies in the same slice view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.scene.runtime import import_slicer

_HOUNSFIELD_UNIT = "[hnsf'U]"  # UCUM
_VISIBLE = 0.01


@dataclass(frozen=True)
class Frame:
    """The frame of a sequence that a volume node shows.

    Args:
        sequence: name of the sequence.
        number: of the frame, from 0.
        count: frames in all.
        value: what the sequence calls the frame ("12.5 s", say).
        index: index value of the frame ("12.5"), which stays the same when frames are added before it.
    """

    sequence: str
    number: int
    count: int
    value: str
    index: str


def displayed_window(node: Any) -> LevelWidth | None:
    """The window that the viewer shows a volume with; None where it has no such display, and for 8-bit colour.

    A negative width, with which VTK turns black and white, is given as its amount.
    """
    display = _grey_display(node)
    if display is None or _is_colour(node):
        return None
    level, width = display.GetLevel(), abs(display.GetWindow())
    return LevelWidth(level, width) if width > 0 and math.isfinite(level) and math.isfinite(width) else None


def shown_frame(node: Any) -> Frame | None:
    """The frame of a sequence that a node shows now; None for a node of its own."""
    for browser in _browsers(node):
        sequence = browser.GetSequenceNode(node)
        if browser.GetSelectedItemNumber() >= 0:
            selected = browser.GetSelectedItemNumber()
            value = f"{browser.GetFormattedIndexValue(selected)} {sequence.GetIndexUnit() or ''}".strip()
            index = browser.GetMasterSequenceNode().GetNthIndexValue(selected) or ""
            return Frame(sequence.GetName() or "", selected, browser.GetNumberOfItems(), value, index)
    return None


def show_frame(node: Any, index: str, sequences_logic: Any) -> bool:
    """Have a node show the frame of its sequence with an index value; False when there is no such frame.

    Args:
        node: shows a sequence.
        index: see `Frame`.
        sequences_logic: `vtkSlicerSequencesLogic` of the node's scene.
    """
    for browser in _browsers(node):
        master = browser.GetMasterSequenceNode()
        number = master.GetItemNumberFromIndexValue(index, True)
        if number >= 0:
            browser.SetSelectedItemNumber(number)
            sequences_logic.UpdateProxyNodesFromSequences(browser)
            return True
    return False


def _browsers(node: Any) -> list[Any]:
    """The sequence browsers that a node shows a frame of."""
    scene, kind = node.GetScene(), "vtkMRMLSequenceBrowserNode"
    every = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))] if scene else []
    return [browser for browser in every if browser.GetSequenceNode(node) is not None]


def in_hounsfield_units(node: Any) -> bool | None:
    """True for CT numbers, False for another unit, None where the node does not say."""
    units = node.GetVoxelValueUnits() if node.IsA("vtkMRMLScalarVolumeNode") else None
    code = units.GetCodeValue() if units is not None else None
    return code == _HOUNSFIELD_UNIT if code else None


def remarks_on(node: Any, slice_node: Any = None, frame: Frame | None = None) -> tuple[str, ...]:
    """What the user should know where the picture on the screen is not the one that the model gets.

    Args:
        node: the source volume.
        slice_node: `vtkMRMLSliceNode` of the view, or None to tell only what holds in every view.
        frame: that the volume shows, see `shown_frame`.
    """
    found = [*_about_view(node, slice_node), *_about_colours(node)]
    if frame is not None:
        value = f" ({frame.value})" if frame.value else ""
        found.append(f"'{_name(node)}' shows frame {frame.number + 1} of {frame.count}{value} of a sequence.")
    return tuple(found)


def is_shown_in(node: Any, slice_node: Any) -> bool:
    """Whether a slice view shows a volume, alone or fused; True for a view of which that is not known."""
    layers = _layers(slice_node)
    return layers is None or any(layer is node for layer in layers)


def _about_view(node: Any, slice_node: Any) -> list[str]:
    shown = _layers(slice_node)
    if shown is None:
        return []
    if all(volume is not node for volume in shown):
        instead = " and ".join(f"'{_name(volume)}'" for volume in shown) or "no volume"
        return [f"This view shows {instead}; the model gets the source volume '{_name(node)}'."]
    if len(shown) == 2 and shown[0] is not shown[1]:
        over = f"'{_name(shown[1])}' lies over '{_name(shown[0])}'"
        return [f"{over} in this view; the model gets '{_name(node)}' alone."]
    return []


def _layers(slice_node: Any) -> list[Any] | None:
    """Volumes that can be seen in a view, the lowest first; None for no view, or one without layers."""
    composite = import_slicer().vtkMRMLSliceLogic.GetSliceCompositeNode(slice_node) if slice_node is not None else None
    if composite is None:
        return None
    scene = composite.GetScene()
    background = _layer(scene, composite.GetBackgroundVolumeID())
    foreground = _layer(scene, composite.GetForegroundVolumeID())
    if composite.GetForegroundOpacity() < _VISIBLE and background is not None:
        foreground = None
    return [volume for volume in (background, foreground) if volume is not None]


def _about_colours(node: Any) -> list[str]:
    display = _grey_display(node)
    if display is None:
        return []
    found = []
    table = None if _is_colour(node) else _ends(display)
    turned = (display.GetWindow() < 0) != bool(display.GetInvertDisplayScalarRange())
    if table is not None and ((sum(table[0]) > sum(table[1])) != turned):
        found.append(f"'{_name(node)}' is shown inverted; the model gets low intensities dark and high ones bright.")
    elif table is not None and max(max(colour) - min(colour) for colour in table) > 0.02:
        found.append(f"'{_name(node)}' is shown in colours; the model gets it in grey.")
    if display.GetApplyThreshold():
        found.append(f"A display threshold hides a part of '{_name(node)}'; the model gets all of it.")
    return found


def _ends(display: Any) -> tuple[Sequence[float], Sequence[float]] | None:
    """Colours (red, green, blue) of the lowest and highest intensity, before any inversion; None without a table."""
    colours = display.GetColorNode()
    table = colours.GetLookupTable() if colours is not None else None
    if table is None or table.GetNumberOfTableValues() < 2:
        return None
    last = table.GetNumberOfTableValues() - 1
    return table.GetTableValue(0)[:3], table.GetTableValue(last)[:3]


def _grey_display(node: Any) -> Any:
    display = node.GetDisplayNode()
    return display if display is not None and display.IsA("vtkMRMLScalarVolumeDisplayNode") else None


def _is_colour(node: Any) -> bool:
    image = node.GetImageData()
    return image is not None and image.GetNumberOfScalarComponents() == 3


def _layer(scene: Any, node_id: str | None) -> Any:
    return scene.GetNodeByID(node_id) if node_id else None


def _name(node: Any) -> str:
    return node.GetName() or node.GetID() or ""

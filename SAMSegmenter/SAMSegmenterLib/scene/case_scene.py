"""A volume and its segmentation as a scene file that loads in Slicer as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.runtime import private_scene
from SAMSegmenterLib.scene.scene_file import write_scene_file
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.start_views import lay_out, leave_to_the_application, show_slices
from SAMSegmenterLib.scene.volumes import node_from_volume


def write_case_scene(
    path: Path,
    volume: Volume,
    segmentation: Segmentation,
    colours: Mapping[str, tuple[float, float, float]] | None = None,
) -> None:
    """Write an .mrb file with a volume and its segments; opened in Slicer, it shows both.

    Args:
        segmentation: on the volume's lattice.
        colours: (red, green, blue), 0 to 1, by structure name.

    Raises:
        StoreError: the file cannot be written.
        DependencyError: Slicer's package is missing.

    Thread: main of its process.
    """
    handle = private_scene()
    volume_node = node_from_volume(volume, scene=handle.scene)
    node_from_segmentation(segmentation, "Segmentation", volume_node, colours, handle.scene)
    lay_out(handle)
    show_slices(handle, volume_node)
    handle.application_logic.GetSelectionNode().SetActiveVolumeID(volume_node.GetID())
    leave_to_the_application(handle.scene)
    write_scene_file(handle.scene, path)

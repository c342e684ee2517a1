"""Segments of a segmentation node: their names, new ones, and facts kept with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import TAG_PREFIX
from SAMSegmenterLib.scene.segment_voxels import segment_of


def segment_name(node: Any, segment_id: str) -> str | None:
    """Name of a segment, None when there is none of that id."""
    segment = node.GetSegmentation().GetSegment(segment_id) if node is not None else None
    return segment.GetName() if segment is not None else None


def unused_name(node: Any, name: str) -> str:
    """A name that no segment has: this one, or with a number after it."""
    segmentation = node.GetSegmentation()
    taken = {segmentation.GetNthSegment(number).GetName() for number in range(segmentation.GetNumberOfSegments())}
    number, result = 1, name
    while result in taken:
        number += 1
        result = f"{name} {number}"
    return result


def add_segment(node: Any, name: str) -> str:
    """Add an empty segment at the end of the list and return its id.

    Raises:
        InputError: there is no segmentation.
    """
    if node is None:
        raise InputError("There is no segmentation.", "Create or choose one first.")
    return node.GetSegmentation().AddEmptySegment("", name)


def remove_segment(node: Any, segment_id: str) -> None:
    """Remove a segment, if it is there."""
    if node is not None and node.GetSegmentation().GetSegment(segment_id) is not None:
        node.GetSegmentation().RemoveSegment(segment_id)


def tag_segment(node: Any, segment_id: str, tags: Mapping[str, str]) -> None:
    """Keep facts with a segment; those of the same name are replaced.

    Raises:
        InputError: no such segment.
    """
    segment = segment_of(node, segment_id)
    for name, value in tags.items():
        segment.SetTag(TAG_PREFIX + name, str(value))


def tag_of(node: Any, segment_id: str, name: str) -> str | None:
    """A fact kept with a segment by `tag_segment`; None when there is none of that name.

    Raises:
        InputError: no such segment.
    """
    import vtk

    value = vtk.reference("")
    return str(value) if segment_of(node, segment_id).GetTag(TAG_PREFIX + name, value) else None

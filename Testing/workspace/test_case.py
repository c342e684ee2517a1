"""A case holds a volume and its segments in a scene of its own."""

import numpy as np
import pytest

from SAMSegmenterLib.core.windowing import LevelWidth
from support.phantoms import two_boxes_volume

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
from SAMSegmenterLib.workspace.case import WorkspaceCase


def test_a_case_without_labels_begins_with_one_empty_segment():
    case = WorkspaceCase(two_boxes_volume()[0])
    assert [(row.name, row.visible) for row in case.segments()] == [("Segment", True)]
    assert case.name == "two boxes" and not case.segmentation().layers[0].any()


def test_labels_become_segments_of_different_colours():
    volume, labels = two_boxes_volume()
    case = WorkspaceCase(volume, labels)
    rows = case.segments()
    assert [row.name for row in rows] == ["left box", "right box"] and rows[0].colour != rows[1].colour
    kept = case.segmentation()
    assert all(
        np.array_equal(kept.mask(a), labels.mask(b)) for a, b in zip(kept.structures, labels.structures, strict=True)
    )


def test_segments_are_added_renamed_hidden_and_removed():
    case = WorkspaceCase(two_boxes_volume()[0])
    added = case.add_segment()
    case.rename_segment(added, "  liver ")
    case.rename_segment(added, " ")
    case.show_segment(added, False)
    row = case.segments()[1]
    assert (row.id, row.name, row.visible) == (added, "liver", False)
    case.remove_segment(added)
    case.remove_segment(added)
    assert [row.name for row in case.segments()] == ["Segment"]


def test_cases_do_not_know_of_each_other():
    first, second = WorkspaceCase(two_boxes_volume()[0]), WorkspaceCase(two_boxes_volume()[0])
    first.add_segment()
    assert (len(first.segments()), len(second.segments())) == (2, 1)


def test_the_window_is_what_the_session_is_told():
    case = WorkspaceCase(two_boxes_volume()[0])
    case.set_window(40.0, 400.0)
    assert case.sources.source().displayed == LevelWidth(40.0, 400.0)
    case.set_window(40.0, 0.0)
    assert case.sources.source().displayed == LevelWidth(40.0, 400.0)

"""Segments in the headers of .seg.nrrd files."""

import numpy as np

from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.files.slicer_segments import colour_of, has_segments, metadata_of, structures_from


def test_names_values_and_layers_are_read_in_their_order():
    metadata = {
        "Segment10_Name": "late", "Segment10_LabelValue": "3", "Segment10_Layer": "0",
        "Segment2_Name": "early", "Segment2_LabelValue": "5", "Segment2_Layer": "1",
    }  # fmt: skip
    assert has_segments(metadata)
    assert structures_from(metadata, 2) == (Structure(5, "early", 1, 5), Structure(3, "late", 0, 3))


def test_repeated_label_values_are_numbered():
    metadata = {f"Segment{n}_{key}": value for n in (0, 1) for key, value in (("Name", f"s{n}"), ("LabelValue", "1"))}
    metadata |= {"Segment0_Layer": "0", "Segment1_Layer": "1"}
    assert structures_from(metadata, 2) == (Structure(1, "s0", 0, 1), Structure(2, "s1", 1, 1))


def test_old_files_hold_one_segment_per_layer():
    metadata = {"Segment0_ID": "Segment_1", "Segment0_Name": "a", "Segment1_ID": "Segment_2"}
    assert structures_from(metadata, 2) == (Structure(1, "a", 0, 1), Structure(2, "Segment_2", 1, 1))


def test_other_text_fields_are_no_segments():
    assert not has_segments({"Segmentation_MasterRepresentation": "x", "modality": "CT"})


def test_written_fields_are_read_back():
    structures = (Structure(4, "Liver: left", 0, 4), Structure(9, "Tumour", 1, 9))
    segmentation = Segmentation((np.zeros((2, 3, 4), np.uint8),) * 2, np.eye(4), structures)
    fields = metadata_of(segmentation)
    assert structures_from(fields, 2) == structures
    assert fields["Segment0_Extent"] == "0 3 0 2 0 1"


def test_colours_of_neighbours_differ_and_lie_in_range():
    colours = np.array([colour_of(value) for value in range(1, 21)])
    assert colours.min() >= 0 and colours.max() <= 1
    distance = np.linalg.norm(colours[:, None] - colours[None], axis=-1) + np.eye(20)
    assert distance.min() > 0.1


def test_facts_are_written_as_tags_that_slicer_separates_by_bars():
    tags = (("model", "a|b"), ("origin", "propagated"))
    segmentation = Segmentation((np.ones((1, 2, 2), np.uint8),), np.eye(4), (Structure(1, "x", 0, 1, tags),))
    assert metadata_of(segmentation)["Segment0_Tags"] == "SAMSegmenter.model:a/b|SAMSegmenter.origin:propagated|"

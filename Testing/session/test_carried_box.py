"""One box carried through a phantom."""

import numpy as np
import pytest

from SAMBenchmarkLib.session.carried_box import carry_one_box, most_compact
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Structure
from support.fake_predictor import ThresholdPredictor
from support.phantoms import sphere_volume, two_boxes_volume


def test_a_box_on_the_largest_slice_finds_most_of_a_sphere():
    volume, segmentation = sphere_volume(shape_kji=(24, 32, 32), spacing_kji=(1, 1, 1), radius_mm=9)
    structure = segmentation.structures[0]
    carried = carry_one_box(volume, segmentation, structure, 0, ThresholdPredictor())
    truth = segmentation.mask(structure)
    sizes = truth.sum(axis=(1, 2))
    assert sizes[carried.start] == sizes.max()
    assert np.array_equal(carried.mask[carried.start], truth[carried.start])
    assert carried.dice > 0.9
    assert len(carried.ends) == 2 and all(end in carried.sentence() for end in carried.ends)


def test_the_table_lists_every_visited_slice_in_order():
    volume, segmentation = sphere_volume(shape_kji=(24, 32, 32), spacing_kji=(1, 1, 1), radius_mm=9)
    table = carry_one_box(volume, segmentation, segmentation.structures[0], 0, ThresholdPredictor()).table
    assert table.columns["slice"] == sorted(table.columns["slice"])
    assert len(set(table.columns["slice"])) == len(table.columns["slice"])
    assert sum(reason != "" for reason in table.columns["ended_because"]) == 2
    start = table.columns["origin"].index("keyframe")
    assert table.columns["slice_confidence"][start] == 1 and table.columns["dice"][start] == 1
    assert all(0 <= confidence <= 1 for confidence in table.columns["slice_confidence"])


def test_a_structure_without_pixels_is_an_input_error():
    volume, segmentation = sphere_volume()
    with pytest.raises(InputError, match="no pixel"):
        carry_one_box(volume, segmentation, Structure(9, "nothing", 0, 9), 0, ThresholdPredictor())


def test_the_most_compact_structure_is_the_smallest():
    _volume, segmentation = two_boxes_volume()
    chosen = most_compact(segmentation)
    sizes = {s.value: segmentation.mask(s).sum() for s in segmentation.structures}
    assert sizes[chosen.value] == min(sizes.values())

import numpy as np
import pytest

from SAMBenchmarkLib.core.protocols import medlsam
from SAMBenchmarkLib.core.protocols.medlsam import with_margin
from SAMBenchmarkLib.core.protocols.structure_extents import StructureExtents
from SAMSegmenterLib.core.reference import Segmentation, Structure
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

SHAPE = (64, 128)


def staircase(dtype=np.uint8, value=3):
    """Slices 2 to 6 of eight; a square that moves by four columns per slice."""
    labels = np.zeros((8, *SHAPE), dtype)
    for index in range(2, 7):
        labels[index, 10:20, 4 * index : 4 * index + 8] = value
    labels[0, 0, 0] = 1
    structures = (Structure(1, "dot", 0, 1), Structure(value, "stairs", 0, value))
    return Segmentation((labels,), np.eye(4), structures)


@pytest.mark.parametrize(
    ("dtype", "value"), [(np.uint8, 3), (np.int32, 900_000), (np.int16, -4)], ids=["small", "large", "negative"]
)
def test_the_whole_structure_shares_a_box_or_each_slab_has_its_own(dtype, value):
    extents = StructureExtents(staircase(dtype, value), 0)
    assert extents.box_of_slab(value, 4, 0) == (8, 10, 31, 19)
    assert [extents.box_of_slab(value, index, 2) for index in range(2, 7)] == [
        (8, 10, 19, 19), (8, 10, 19, 19),  # slabs begin at the structure's first slice
        (16, 10, 27, 19), (16, 10, 27, 19),
        (24, 10, 31, 19),
    ]  # fmt: skip


def test_boxes_lie_in_the_plane_of_the_slices():
    extents = StructureExtents(staircase(), 2)
    assert extents.box_of_slab(3, 9, 0) == (10, 2, 19, 6)
    assert extents.box_of_slab(3, 9, 2) == (10, 2, 19, 2)


@pytest.mark.parametrize(("shape", "margin"), [((1024, 512), 10), ((512, 512), 5), ((60, 64), 0.625)])
def test_the_margin_is_counted_on_a_slice_of_1024_pixels(shape, margin):
    expected = (20 - margin, 20 - margin, 39 + margin, 29 + margin)
    assert with_margin((20, 20, 39, 29), 10, shape).tolist() == pytest.approx(expected)


def test_the_margin_ends_at_the_slice():
    assert with_margin((0, 2, 59, 39), 100, (40, 60)).tolist() == [0, 0, 59, 39]


def test_both_ways_are_asked_with_the_box_of_the_stack():
    mask = square(SHAPE, 10, 16, 19, 23)
    predictor = ScriptedPredictor(lambda said: [mask] * 3)
    target = target_of(mask)
    target = type(target)(
        0, mask, mask, target.draw_key, lambda n: StructureExtents(staircase(), 0).box_of_slab(3, 4, n)
    )
    found = [a for _t, a in medlsam.evaluate(slice_model(predictor, SHAPE), [target], protocol_options("medlsam"))]
    assert [(a.strategy, a.variant) for a in found] == [("S5", "medlsam:all"), ("S5", "medlsam:2")]
    margin = 10 * 128 / 1024
    assert [a.prompts.box.tolist() for a in found] == [
        [8 - margin, 10 - margin, 31 + margin, 19 + margin], [16 - margin, 10 - margin, 27 + margin, 19 + margin]
    ]  # fmt: skip


def test_without_a_volume_the_slice_is_all_there_is():
    mask = np.ones((12, 14), bool)
    predictor = ScriptedPredictor(lambda said: [mask] * 3)
    found = [
        a
        for _t, a in medlsam.evaluate(
            slice_model(predictor, mask.shape), [target_of(mask)], protocol_options("medlsam")
        )
    ]
    assert [a.prompts.box.tolist() for a in found] == [[0, 0, 13, 11]] * 2

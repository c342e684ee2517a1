"""The chain of boxes, worked by hand."""

import numpy as np
import pytest

from SAMBenchmarkLib.propagation.box_chain import MEDSAM, MEDSAM_LITE, BoxMargin, box_chain, grown
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import rectangle


class Noting:
    """Stands in for the slices: notes the boxes and answers with given masks."""

    shape = (256, 512)

    def __init__(self, answers):
        self.boxes, self._answers = [], answers

    def single_mask(self, index, prompts, previous=None):
        self.boxes.append(tuple(prompts.box.tolist()))
        return self._answers[index]


SEED = rectangle((256, 512), 100, 50, 140, 90)
EMPTY = np.zeros((256, 512), bool)
BOX = Prompts.of(box=(100, 50, 140, 90))


def test_margins_are_5_of_1024_and_3_of_256_pixels():
    masks = {1: rectangle((256, 512), 101, 52, 150, 80), 2: SEED}
    for margin, pixels in ((MEDSAM, 2.5), (MEDSAM_LITE, 6.0)):
        slices = Noting(masks)
        box_chain(slices, 0, SEED, BOX, margin).within(0, 2)
        assert slices.boxes == [
            (100 - pixels, 50 - pixels, 140 + pixels, 90 + pixels),
            (101 - pixels, 52 - pixels, 150 + pixels, 80 + pixels),
        ]


def test_after_an_empty_mask_medsam_goes_back_to_the_seeds_box():
    slices = Noting({1: EMPTY, 2: SEED})
    box_chain(slices, 0, SEED, BOX, MEDSAM).within(0, 2)
    assert slices.boxes[1] == (100, 50, 140, 90)


def test_after_an_empty_mask_the_lite_version_goes_to_the_corner():
    slices = Noting({1: EMPTY, 2: SEED})
    box_chain(slices, 0, SEED, BOX, MEDSAM_LITE).within(0, 2)
    assert slices.boxes[1] == (0, 0, 6, 6)  # (0, 0, 3, 3) at 256 pixels


def test_boxes_stay_within_the_slice():
    assert grown((1, 2, 37, 28), 4, (30, 40)) == (0, 0, 39, 29)


@pytest.mark.parametrize("margin", [MEDSAM, MEDSAM_LITE])
def test_a_column_is_followed_and_overrun_to_the_volumes_ends(some_slices, a_column, margin: BoxMargin):
    seed = a_column()[1].layers[0][8] == 1
    masks = box_chain(some_slices, 8, seed, Prompts.of(box=(8, 10, 19, 21)), margin).within(0, 19)
    assert all(np.array_equal(masks[index], seed) for index in range(4, 16))
    assert masks[3].any() and masks[19].any()

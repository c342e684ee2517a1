"""Everything mode with crops finds the masks of SAM's own generator."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.everything_in_crops import CropParameters
from SAMSegmenterLib.models.registry import load
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

THRESHOLDS = {"points_per_side": 4, "pred_iou_thresh": 0.5, "stability_score_thresh": 0.5}


def a_picture():
    """(150, 200, 3) uint8: bright discs on a dark ground."""
    rows, columns = np.mgrid[:150, :200]
    picture = np.full((150, 200, 3), 40, np.uint8)
    for row, column, radius in ((25, 25, 12), (75, 75, 15), (110, 160, 20), (40, 130, 9), (120, 40, 14)):
        picture[(rows - row) ** 2 + (columns - column) ** 2 < radius**2] = 120 + 5 * radius
    return picture


@pytest.mark.parametrize(("layers", "nms_thresh"), [(0, 1.0), (1, 1.0), (1, 0.7)])
def test_masks_are_those_of_sams_own_generator(layers, nms_thresh):
    predictor, image = load("sam-small", "cpu", "fast"), a_picture()
    generator = load_segment_anything().SamAutomaticMaskGenerator(
        predictor._sam, crop_n_layers=layers, crop_nms_thresh=nms_thresh, **THRESHOLDS
    )
    set_image = generator.predictor.set_image

    def set_rounded(image):
        set_image(np.ascontiguousarray(image))
        generator.predictor.features = generator.predictor.features.half().float()

    generator.predictor.set_image = set_rounded
    records = generator.generate(image)
    crops = CropParameters(layers, nms_thresh=nms_thresh)
    found = predictor.everything_in_crops(image, EverythingParameters(**THRESHOLDS), crops)
    assert len(found) == len(records) >= (3 if layers else 1)
    assert (len({tuple(record["crop_box"]) for record in records}) > 1) == (layers > 0)
    np.testing.assert_allclose(found.scores, [record["predicted_iou"] for record in records], rtol=0, atol=1e-5)
    for mask, record in zip(found.masks, records, strict=True):
        expected = record["segmentation"]
        assert np.count_nonzero(mask & expected) >= 0.99 * np.count_nonzero(mask | expected)


@pytest.mark.parametrize("wrong", [{"layers": -1}, {"overlap": 1.0}, {"points_downscale": 0}])
def test_crops_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError, match="Crops have"):
        CropParameters(**wrong)

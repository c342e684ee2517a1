"""Everything mode with crops finds the masks of SAM's own generator."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.everything_in_crops import CropParameters
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

THRESHOLDS = {
    "points_per_side": 4,
    "pred_iou_thresh": 0.8,
    "stability_score_thresh": 0.3,
    "stability_score_offset": 0.2,
    "box_nms_thresh": 1.0,
}


@pytest.mark.parametrize(("layers", "nms_thresh", "fewest"), [(0, 0.9, 5), (1, 1.0, 20), (1, 0.8, 1)])
def test_masks_are_those_of_sams_own_generator(a_small_network, an_image, layers, nms_thresh, fewest):
    image = an_image(150, 200)
    crops = CropParameters(layers, nms_thresh=nms_thresh, points_downscale=2)
    generator = load_segment_anything().SamAutomaticMaskGenerator(
        a_small_network,
        crop_n_layers=layers,
        crop_nms_thresh=nms_thresh,
        crop_n_points_downscale_factor=2,
        **THRESHOLDS,
    )
    set_image = generator.predictor.set_image

    def set_rounded(image):
        set_image(np.ascontiguousarray(image))
        generator.predictor.features = generator.predictor.features.half().float()

    generator.predictor.set_image = set_rounded
    records = generator.generate(image)
    predictor = TorchPredictor(a_small_network, blank_spec("random", "small"), engine="fast")
    found = predictor.everything_in_crops(image, EverythingParameters(**THRESHOLDS), crops)
    assert len(found) == len(records) >= fewest
    assert (len({tuple(record["crop_box"]) for record in records}) > 1) == (nms_thresh == 1.0)
    np.testing.assert_allclose(found.scores, [record["predicted_iou"] for record in records], rtol=0, atol=1e-5)
    for mask, record in zip(found.masks, records, strict=True):
        expected = record["segmentation"]
        assert np.count_nonzero(mask & expected) >= 0.99 * np.count_nonzero(mask | expected)


@pytest.mark.parametrize("wrong", [{"layers": -1}, {"overlap": 1.0}, {"points_downscale": 0}])
def test_crops_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError, match="Crops have"):
        CropParameters(**wrong)

"""Everything mode from an embedding equals SAM's own generator from the image."""

import numpy as np
import pytest

from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything


def generate_by_reference(network, image, **parameters):
    """SAM's own generator, its features rounded as the cache rounds them."""
    generator = load_segment_anything().SamAutomaticMaskGenerator(network, **parameters)
    set_image = generator.predictor.set_image

    def set_rounded(image):
        set_image(image)
        generator.predictor.features = generator.predictor.features.half().float()

    generator.predictor.set_image = set_rounded
    return generator.generate(image)


@pytest.mark.parametrize(
    ("shape", "box_nms_thresh", "fewest"), [((70, 131), 1.0, 20), ((140, 64), 1.0, 20), ((128, 128), 0.7, 1)]
)
def test_masks_equal_those_of_sams_own_generator(
    a_small_network, a_small_predictor, an_image, shape, box_nms_thresh, fewest
):
    image = an_image(*shape)
    thresholds = {
        "points_per_side": 5,
        "points_per_batch": 16,
        "pred_iou_thresh": 0.8,
        "stability_score_thresh": 0.3,
        "stability_score_offset": 0.2,
        "box_nms_thresh": box_nms_thresh,
    }
    records = generate_by_reference(a_small_network, image, **thresholds)
    (embedding,) = a_small_predictor.encode([image])
    found = a_small_predictor.everything(embedding, EverythingParameters(**thresholds))
    assert fewest <= len(records) < 3 * 25  # the thresholds keep some and drop some
    assert found.masks.shape == (len(records), *shape) and found.masks.dtype == bool and found.low_res is None
    np.testing.assert_array_equal(found.masks, np.array([record["segmentation"] for record in records]))
    np.testing.assert_array_equal(found.scores, np.float32([record["predicted_iou"] for record in records]))
    assert (np.diff(found.scores) <= 0).all()


@pytest.mark.parametrize("parameters", [{"pred_iou_thresh": 99.0}, {"stability_score_thresh": 2.0}])
def test_no_mask_above_the_thresholds_gives_empty_arrays(a_small_predictor, an_image, parameters):
    (embedding,) = a_small_predictor.encode([an_image(33, 20)])
    found = a_small_predictor.everything(embedding, EverythingParameters(points_per_side=3, **parameters))
    assert len(found) == 0 and found.masks.shape == (0, 33, 20) and found.masks.dtype == bool
    assert found.scores.shape == (0,) and found.scores.dtype == np.float32


def test_the_generator_leaves_the_network_as_it_was(a_small_predictor, an_image):
    (embedding,) = a_small_predictor.encode([an_image(40, 60)])
    parameters = EverythingParameters(points_per_side=3, pred_iou_thresh=0.5, stability_score_thresh=0.1)
    first, second = (a_small_predictor.everything(embedding, parameters) for _ in range(2))
    np.testing.assert_array_equal(first.masks, second.masks)
    np.testing.assert_array_equal(first.scores, second.scores)

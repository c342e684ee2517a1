import numpy as np
import pytest

from SAMBenchmarkLib.core.prior_maps import augmented, prior_maps, prior_parameters, thick_boundary
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Candidates, EverythingParameters
from support.masks import disk, edge_cases, rectangle

SHAPE = (20, 30)


def everything(*masks, stability=(0.9, 0.5)):
    stacked = np.array(masks, bool).reshape(-1, *SHAPE)
    chosen = np.array(stability[: len(stacked)], np.float32)
    return Candidates(stacked, np.ones(len(stacked), np.float32), stability=chosen)


def test_a_worked_case_of_two_masks_that_overlap():
    one, other = rectangle(SHAPE, 2, 3, 11, 12), rectangle(SHAPE, 8, 8, 19, 15)
    maps = prior_maps(everything(one, other), SHAPE)
    np.testing.assert_allclose(maps.segmentation, 0.9 * one + 0.5 * other, atol=1e-6)
    assert maps.segmentation[10, 10] == pytest.approx(1.4)
    assert set(np.unique(maps.boundary)) == {0, 1}
    # a thick line lies on both sides: the mask's own outermost pixels and those beyond it
    assert maps.boundary[5, 1] == maps.boundary[5, 2] == 1 and maps.boundary[5, 0] == maps.boundary[5, 3] == 0
    np.testing.assert_array_equal(maps.boundary, thick_boundary(one) | thick_boundary(other))


@pytest.mark.parametrize("name", edge_cases())
def test_outlines_are_the_thick_ones_of_scikit_image(name):
    find_boundaries = pytest.importorskip("skimage.segmentation").find_boundaries
    mask = edge_cases()[name]
    np.testing.assert_array_equal(thick_boundary(mask), find_boundaries(mask.astype(int), mode="thick"))


def test_the_edge_of_the_image_is_no_outline_and_no_mask_gives_empty_maps():
    assert not thick_boundary(np.ones(SHAPE, bool)).any()
    maps = prior_maps(everything(), SHAPE)
    assert not maps.segmentation.any() and not maps.boundary.any()


def test_channels_are_the_image_and_the_image_with_each_map_without_a_limit():
    shown = np.full((*SHAPE, 3), 51, np.uint8)
    mask = disk(SHAPE, (10, 10), 6)
    maps = prior_maps(everything(mask, mask), SHAPE)
    image = augmented(shown, maps)
    assert image.dtype == np.float32
    np.testing.assert_allclose(image[..., 0], 0.2, atol=1e-6)
    np.testing.assert_allclose(image[..., 1], 0.2 + 1.4 * mask, atol=1e-6)
    np.testing.assert_allclose(image[..., 2], 0.2 + maps.boundary, atol=1e-6)
    assert image.max() > 1 and (shown == 51).all()


def test_masks_without_stability_are_refused():
    with pytest.raises(InputError, match="stability"):
        prior_maps(Candidates(np.ones((1, *SHAPE), bool), np.ones(1, np.float32)), SHAPE)


def test_thresholds_are_those_of_the_released_program_and_the_rest_the_models():
    model = EverythingParameters(stability_score_thresh=0.8, pred_iou_thresh=0.88)
    found = prior_parameters(model, 16)
    assert (found.pred_iou_thresh, found.box_nms_thresh, found.points_per_side) == (0.5, 0.5, 16)
    assert found.stability_score_thresh == 0.8

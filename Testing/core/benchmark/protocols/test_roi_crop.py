import numpy as np
import pytest

from SAMBenchmarkLib.core.protocols import roi_crop
from SAMBenchmarkLib.core.protocols.roi_crop import region_of_interest
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts
from support.fake_predictor import ThresholdPredictor
from support.slice_models import protocol_options, slice_model, square, target_of

SHAPE = (40, 60)
OBJECT = square(SHAPE, 10, 20, 19, 39)


@pytest.mark.parametrize(
    ("margin", "expected"),
    [(0, (20, 10, 39, 19)), (0.5, (10, 5, 49, 24)), (0.24, (15, 7, 44, 22)), (9, (0, 0, 59, 39))],
)
def test_the_region_has_a_margin_of_whole_pixels_inside_the_image(margin, expected):
    assert region_of_interest((20, 10, 39, 19), margin, SHAPE) == expected


class Remembering(ThresholdPredictor):
    def __init__(self):
        super().__init__()
        self.images, self.said = [], []

    def encode(self, images):
        self.images += images
        return super().encode(images)

    def decode(self, embedding, prompts, multimask=True, previous=None):
        self.said += prompts
        return super().decode(embedding, prompts, multimask, previous)


def test_the_crop_is_encoded_prompted_in_its_own_grid_and_put_back():
    predictor, image = Remembering(), 50 + 150 * OBJECT
    options = protocol_options("roi-crop", strategies=("S1", "S2", "S4", "S5", "S6"))
    found = [a for _t, a in roi_crop.evaluate(slice_model(predictor, image), [target_of(OBJECT)], options)]
    assert [a.strategy for a in found] == ["S2", "S4", "S5", "S6"] and {a.variant for a in found} == {"roi-crop:0.5"}
    np.testing.assert_array_equal(predictor.images[1][..., 0], image[5:25, 10:50])
    assert predictor.said[2].box.tolist() == [10, 5, 29, 14]
    simulated = ObjectPrompts.of(OBJECT)
    np.testing.assert_array_equal(predictor.said[0].points[0], np.subtract(simulated.single, (10, 5)))
    for answer in found:
        np.testing.assert_array_equal(answer.candidates.masks[0], OBJECT)
        assert answer.prompts.to_json() == simulated.prompts(answer.strategy).to_json()  # in the grid of the slice


def test_points_that_the_crop_does_not_show_are_left_out():
    options = protocol_options("roi-crop", strategies=("S4",), roi_margin=0.0)
    model = slice_model(ThresholdPredictor(), 50 + 150 * OBJECT)
    [(_target, answer)] = roi_crop.evaluate(model, [target_of(OBJECT)], options)
    assert answer.prompts.labels.tolist() == [1] * 5


def test_an_object_that_fills_the_slice_is_not_cropped():
    whole = np.ones((12, 14), bool)
    predictor = Remembering()
    [*_] = roi_crop.evaluate(slice_model(predictor, (12, 14)), [target_of(whole)], protocol_options("roi-crop"))
    assert [image.shape for image in predictor.images] == [(12, 14, 3)] * 2

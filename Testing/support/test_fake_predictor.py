"""The fake predictor answers phantoms exactly, so that tests built on it mean what they say."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.core.windowing import MinMax, to_rgb8
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import two_boxes_volume


@pytest.fixture
def slice_of_two_boxes():
    volume, segmentation = two_boxes_volume()
    plane = SlicePlane.lattice(0, 8)
    image = to_rgb8(extract(volume, plane).pixels, MinMax())
    masks = [segmentation.mask(structure, 0, 8) for structure in segmentation.structures]
    return image, masks


def box_around(mask):
    rows, columns = np.nonzero(mask)
    return [columns.min(), rows.min(), columns.max(), rows.max()]


@pytest.mark.parametrize("which", [0, 1])
def test_a_point_or_a_box_finds_exactly_its_structure(a_fake_predictor, slice_of_two_boxes, which):
    image, masks = slice_of_two_boxes
    (embedding,) = a_fake_predictor.encode([image])
    box = box_around(masks[which])
    prompts = [Prompts.of([box[:2]]), Prompts.of(box=box), Prompts.of([box[2:]], [[0, 0]], box)]
    for candidates in a_fake_predictor.decode(embedding, prompts):
        assert len(candidates) == 3 and candidates.best == 0
        np.testing.assert_array_equal(candidates.masks[0], masks[which])
    assert (a_fake_predictor.encode_calls, a_fake_predictor.decode_calls) == (1, 1)
    assert (a_fake_predictor.encoded_images, a_fake_predictor.decoded_prompts) == (1, 3)


def test_two_positive_points_join_their_components():
    image = np.zeros((12, 20, 3), np.uint8)
    image[2:5, 2:5] = image[7:9, 10:16] = 90
    predictor = ThresholdPredictor()
    (embedding,) = predictor.encode([image])
    (candidates,) = predictor.decode(embedding, [Prompts.of([[3, 3], [12, 8]])], multimask=False)
    np.testing.assert_array_equal(candidates.masks, (image[..., 0] == 90)[None])


def test_a_negative_point_cuts_a_square_out(a_fake_predictor):
    (embedding,) = a_fake_predictor.encode([np.zeros((20, 20, 3), np.uint8)])
    (candidates,) = a_fake_predictor.decode(embedding, [Prompts.of([[1, 1]], [[10, 10]])])
    assert not candidates.masks[0, 8:13, 8:13].any()
    assert candidates.masks[0].sum() == 400 - 25


def test_no_prompt_gives_empty_masks(a_fake_predictor):
    (embedding,) = a_fake_predictor.encode([np.zeros((20, 30, 3), np.uint8)])
    for candidates in a_fake_predictor.decode(embedding, [Prompts.of(), Prompts.of([[99, 99]])]):
        assert candidates.masks.shape == (3, 20, 30) and not candidates.masks.any() and not candidates.scores.any()


def test_a_promptless_model_finds_the_first_structure_and_takes_no_prompt(slice_of_two_boxes):
    image, masks = slice_of_two_boxes
    predictor = PromptlessPredictor()
    (embedding,) = predictor.encode([image])
    for multimask in (True, False):
        (candidates,) = predictor.decode(embedding, [Prompts()], multimask)
        np.testing.assert_array_equal(candidates.masks, masks[0][None])
    with pytest.raises(InputError, match="takes no prompts"):
        predictor.decode(embedding, [Prompts.of([[1, 1]])])


def test_everything_returns_all_components_largest_first(a_fake_predictor, slice_of_two_boxes):
    image, masks = slice_of_two_boxes
    (embedding,) = a_fake_predictor.encode([image])
    candidates = a_fake_predictor.everything(embedding, EverythingParameters())
    assert len(candidates) == 3 and candidates.low_res is None
    np.testing.assert_array_equal(candidates.masks[0], ~(masks[0] | masks[1]))
    np.testing.assert_array_equal(candidates.masks[1], masks[1])
    np.testing.assert_array_equal(candidates.masks[2], masks[0])


def test_low_resolution_logits_repeat_the_mask_in_the_padded_square(a_fake_predictor):
    image = np.zeros((32, 64, 3), np.uint8)
    image[8:16, 16:40] = 70
    (embedding,) = a_fake_predictor.encode([image])
    (candidates,) = a_fake_predictor.decode(embedding, [Prompts.of([[20, 10]])])
    low = candidates.low_res[0] > 0
    assert low.shape == (64, 64) and low.sum() == 8 * 24 and low[8:16, 16:40].all()
    assert embedding.input_size == (128, 256)

import numpy as np
import pytest

from SAMBenchmarkLib.core.protocols import mazurowski_modes
from SAMBenchmarkLib.core.protocols.mazurowski_modes import joined, largest_parts
from SAMSegmenterLib.core.predictor import Candidates
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

SHAPE = (30, 40)
LARGE, MIDDLE = square(SHAPE, 2, 2, 10, 12), square(SHAPE, 14, 2, 20, 8)
SMALL, SMALLEST = square(SHAPE, 2, 20, 4, 24), square(SHAPE, 26, 36, 27, 37)
PARTS = LARGE | MIDDLE | SMALL | SMALLEST


def by_mode(mask, reply=None, **settings):
    predictor = ScriptedPredictor(reply or (lambda said: [np.zeros(mask.shape, bool)] * 3))
    options = protocol_options("mazurowski-modes", **settings)
    found = [a for _t, a in mazurowski_modes.evaluate(slice_model(predictor, mask.shape), [target_of(mask)], options)]
    return {answer.strategy: answer for answer in found}, predictor


def test_parts_are_sorted_by_size_and_of_equal_ones_the_later_comes_first():
    first, second = square(SHAPE, 2, 2, 3, 3), square(SHAPE, 9, 9, 10, 10)
    assert [part.sum() for part in largest_parts(PARTS)] == [99, 49, 15]
    np.testing.assert_array_equal(largest_parts(first | second), [second, first])


def test_pixels_that_touch_at_a_corner_are_one_part():
    assert len(largest_parts(np.eye(5, dtype=bool))) == 1


def test_parts_are_those_of_opencv():
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    mask = np.random.default_rng(4).random((25, 35)) < 0.35
    _count, _labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    expected = sorted(stats[1:, cv2.CC_STAT_AREA].tolist(), reverse=True)[:3]
    assert [int(part.sum()) for part in largest_parts(mask)] == expected


def test_the_five_modes_say_what_the_worked_case_says():
    found, predictor = by_mode(PARTS)
    one, two, three, four, five = (found[f"mode {mode}"].prompts for mode in range(1, 6))
    assert one.points[0, 1] == 6 and one.points[0, 0] in (6, 7, 8) and one.labels.tolist() == [1]
    assert two.labels.tolist() == [1, 1, 1] and two.points[1].tolist() == [5, 17] and two.points[2, 1] == 3
    assert two.points[0].tolist() == one.points[0].tolist()
    assert three.box.tolist() == [2, 2, 12, 10] and not len(three.points)
    boxes = [said.box.tolist() for said in predictor.said[3:6]]
    assert boxes == [[2, 2, 12, 10], [2, 14, 8, 20], [20, 2, 24, 4]]
    assert four.box.tolist() == [2, 2, 24, 20]
    assert five.box.tolist() == [2, 2, 37, 27]


def test_the_masks_of_several_boxes_are_joined_index_by_index():
    def reply(said):
        whole = square(SHAPE, *(int(said.box[n]) for n in (1, 0, 3, 2)))
        return [whole & (np.arange(40) % 2 == 0), whole, np.zeros(SHAPE, bool)]

    found, _ = by_mode(PARTS, reply, modes=(4,))
    masks = found["mode 4"].candidates.masks
    three = LARGE | MIDDLE | SMALL
    np.testing.assert_array_equal(masks, [three & (np.arange(40) % 2 == 0), three, np.zeros(SHAPE, bool)])


def test_one_part_gives_the_same_box_in_modes_three_to_five():
    found, predictor = by_mode(LARGE, modes=(3, 4, 5))
    assert [said.box.tolist() for said in predictor.said] == [[2, 2, 12, 10]] * 3
    assert set(found) == {"mode 3", "mode 4", "mode 5"}


def test_a_single_pixel_row_has_a_point_and_a_box_of_height_nought():
    found, _ = by_mode(square(SHAPE, 5, 3, 5, 9), modes=(1, 5))
    assert found["mode 1"].prompts.points[0, 1] == 5
    assert found["mode 5"].prompts.box.tolist() == [3, 5, 9, 5]


def test_scores_of_joined_answers_are_their_means():
    def one(score):
        return Candidates(np.zeros((1, 2, 2), bool), np.array([score]))

    assert joined([one(0.5), one(1.0)]).scores.tolist() == [0.75]
    assert joined([only := one(0.5)]) is only

import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.protocols import shi_contours
from SAMBenchmarkLib.core.protocols.shi_contours import contour_centroids, shown_window
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

SHAPE = (30, 40)
LEFT, RIGHT = square(SHAPE, 4, 4, 12, 12), square(SHAPE, 4, 20, 12, 28)


def test_centroids_are_those_of_opencv_contours():
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    rng, compared = np.random.default_rng(7), 0
    for _ in range(60):
        mask = ndimage.gaussian_filter(rng.random((25, 35)), rng.uniform(0.5, 2.5)) > 0.51
        labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
        for number, got in zip(range(1, count + 1), contour_centroids(mask), strict=True):
            part = (labels == number).astype(np.uint8)
            [contour], _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            moments = cv2.moments(contour)
            area = moments["m00"]
            exact = (moments["m10"] / area, moments["m01"] / area) if area else np.unique(contour[:, 0], axis=0).mean(0)
            assert np.abs(np.subtract(got, exact)).max() <= 0.5 + 1e-6
            compared += 1
    assert compared > 400


def test_the_worked_case_of_a_square_a_line_and_a_pixel():
    mask = LEFT | square(SHAPE, 20, 5, 20, 11) | square(SHAPE, 25, 30, 25, 30)
    assert contour_centroids(mask) == [(8, 8), (8, 20), (30, 25)]


def test_the_centroid_of_a_ring_or_crescent_may_lie_outside():
    ring = LEFT & ~square(SHAPE, 5, 5, 11, 11)
    assert contour_centroids(ring) == [(8, 8)]
    assert contour_centroids(np.zeros(SHAPE, bool)) == []


def test_pixels_that_touch_at_a_corner_are_one_contour():
    assert contour_centroids(np.eye(5, dtype=bool)) == [(2, 2)]


def answers(mask, reply, **settings):
    predictor = ScriptedPredictor(reply)
    options = protocol_options("shi-contours", **settings)
    found = [a for _t, a in shi_contours.evaluate(slice_model(predictor, SHAPE), [target_of(mask)], options)]
    return found, predictor


def the_part(said):
    """The second mask, of the highest score, is the part that was clicked."""
    x, y = said.points[0].astype(int)
    part = LEFT if LEFT[y, x] else RIGHT
    return [np.ones(SHAPE, bool), part, np.zeros(SHAPE, bool)]


def test_the_masks_of_highest_score_are_joined_and_every_contour_has_a_call_of_its_own():
    [answer], predictor = answers(LEFT | RIGHT, the_part)
    assert [said.points.tolist() for said in predictor.said] == [[[8, 8]], [[24, 8]]]
    assert all(said.labels.tolist() == [1] and said.box is None for said in predictor.said)
    np.testing.assert_array_equal(answer.candidates.masks, [LEFT | RIGHT])
    assert answer.rules == {"predicted_iou": "first"} and answer.candidates.scores == pytest.approx([0.9])
    assert answer.prompts.points.tolist() == [[8, 8], [24, 8]]


def test_the_algorithm_as_printed_keeps_the_last_contour():
    [answer], _ = answers(LEFT | RIGHT, the_part, contour_merge="last")
    np.testing.assert_array_equal(answer.candidates.masks, [RIGHT])


def test_thousands_of_contours_are_asked_in_portions():
    dots = np.zeros(SHAPE, bool)
    dots[::2, ::2] = True
    [answer], predictor = answers(dots, lambda said: [dots] * 3)
    assert len(predictor.said) == dots.sum() == len(answer.prompts.points)
    assert len(predictor.given) == -(-int(dots.sum()) // shi_contours.AT_ONCE)


@pytest.mark.parametrize(
    ("choice", "modality", "expected"),
    [
        ("auto", "CT", "ct"),
        ("auto", " ct", "ct"),
        ("auto", "MR", "minmax"),
        ("auto", "", "minmax"),
        ("ct", "MR", "ct"),
        ("run", "CT", "run"),
    ],
)
def test_the_window_follows_the_modality_unless_it_is_chosen(choice, modality, expected):
    assert shown_window(choice, modality) == expected


def test_the_slice_is_encoded_once_in_the_window_of_the_protocol():
    predictor, looked = ScriptedPredictor(lambda said: [LEFT] * 3), []
    rgb8 = np.zeros((*SHAPE, 3), np.uint8)
    model = slice_model(predictor, SHAPE, look=lambda window: looked.append(window) or rgb8, modality="CT")
    list(shi_contours.evaluate(model, [target_of(LEFT), target_of(RIGHT)], protocol_options("shi-contours")))
    assert (looked, predictor.encode_calls) == (["ct"], 2)

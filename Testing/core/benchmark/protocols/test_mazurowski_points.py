import numpy as np

from SAMBenchmarkLib.core.protocols import mazurowski_points
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

SHAPE = (20, 30)
OBJECT = square(SHAPE, 4, 4, 12, 12)
OTHER = square(SHAPE, 4, 18, 12, 26)
OPTIONS = protocol_options("mazurowski-points")


def answers(reply, options=OPTIONS, mask=OBJECT, labelled=None):
    predictor = ScriptedPredictor(reply)
    model = slice_model(predictor, SHAPE)
    found = [a for _t, a in mazurowski_points.evaluate(model, [target_of(mask, labelled)], options)]
    return found, predictor


def of(found, selection):
    return [answer for answer in found if selection in answer.rules]


def clicks(answer):
    return [(tuple(xy), label) for xy, label in zip(answer.prompts.points.tolist(), answer.prompts.labels, strict=True)]


def test_the_worked_case_clicks_the_middle_then_the_false_positive_then_stops():
    """First the middle of the square; the answer adds a second square, whose middle is then clicked as background."""
    both = OBJECT | OTHER

    def reply(said):
        return [OBJECT if len(said.points) == 2 else both] * 3

    found, _ = answers(reply)
    course = of(found, "first")
    assert [clicks(answer) for answer in course] == [[((8, 8), 1)], [((8, 8), 1), ((22, 8), 0)]]
    assert [answer.round for answer in course] == [1, 2]


def test_a_perfect_first_answer_ends_the_course():
    found, predictor = answers(lambda said: [OBJECT] * 3)
    assert [(answer.round, *answer.rules) for answer in found] == [(1, "oracle"), (1, "predicted_iou"), (1, "first")]
    assert len(predictor.said) == 1  # all courses share the first click


def test_each_selection_corrects_the_mask_that_it_scores():
    """The first candidate misses the right half, the one of highest score is empty, the oracle is perfect."""
    left = square(SHAPE, 4, 4, 12, 8)
    found, _ = answers(lambda said: [left, np.zeros(SHAPE, bool), OBJECT])
    assert len(of(found, "oracle")) == 1
    assert clicks(of(found, "predicted_iou")[1])[1] == ((8, 8), 1)  # the same pixel again: all of it is still wrong
    (x, y), label = clicks(of(found, "first")[1])[1]
    assert (x in (10, 11), y in range(6, 11), label) == (True, True, 1)


def test_there_are_nine_points_at_most_and_all_go_into_one_call():
    found, predictor = answers(lambda said: [np.zeros(SHAPE, bool)] * 3)
    assert [answer.round for answer in of(found, "oracle")] == list(range(1, 10))
    assert max(len(said.points) for said in predictor.said) == 9
    assert all(given is None for given in predictor.given)


def test_a_false_positive_on_another_class_is_positive_in_the_released_program_alone():
    both = OBJECT | OTHER
    for preset, label in (("paper", 0), ("authors_code", 1)):
        found, _ = answers(lambda said: [both] * 3, protocol_options("mazurowski-points", preset=preset), labelled=both)
        assert clicks(of(found, "first")[1])[1] == ((22, 8), label)


def test_an_object_that_fills_the_slice_is_clicked_in_its_middle():
    whole = np.ones((9, 9), bool)
    predictor = ScriptedPredictor(lambda said: [whole] * 3)
    [first, *_] = mazurowski_points.evaluate(slice_model(predictor, (9, 9)), [target_of(whole)], OPTIONS)
    assert clicks(first[1]) == [((4, 4), 1)]


def test_the_points_depend_on_the_object_and_the_seed_and_on_nothing_else():
    row = square(SHAPE, 10, 2, 10, 27)

    def first_point(key):
        model = slice_model(ScriptedPredictor(lambda said: [row] * 3), SHAPE)
        return clicks(next(mazurowski_points.evaluate(model, [target_of(row, key=key)], OPTIONS))[1])

    keys = [(seed, "case", 0, "axial", 3, 1) for seed in range(6)]
    assert [first_point(key) for key in keys] == [first_point(key) for key in keys]
    assert len({str(first_point(key)) for key in keys}) > 1

"""Every object gets a score per prompt, from the model and from the classical methods."""

import sys

import numpy as np
import pytest

from SAMBenchmarkLib.validation.measure import MeasureOptions, measure
from SAMBenchmarkLib.validation.prompting import PROMPTS
from SAMSegmenterLib.core.errors import DependencyError, InputError
from support.fake_predictor import ThresholdPredictor
from support.masks import disk

WITHOUT = MeasureOptions(baseline_objects=0)


def test_a_predictor_that_finds_everything_scores_1(some_slices):
    found = measure(ThresholdPredictor(), some_slices, WITHOUT)
    assert len(found.scores) == 4 * len(PROMPTS) and found.slices == found.planned == 4
    assert {score.prompt for score in found.scores} == set(PROMPTS)
    for score in found.scores:
        assert score.chosen == score.oracle == score.true_iou == 1 and score.predicted_iou == pytest.approx(0.95)
        assert score.about.largest_part == 1 and score.baselines == {}
    assert [score.about.source for score in found.scores[:: len(PROMPTS)]] == ["known", "known", "new", "new"]


def test_the_chosen_candidate_is_the_one_of_highest_predicted_iou(a_slice):
    class Misjudging(ThresholdPredictor):
        def decode(self, embedding, prompts, multimask=True, previous=None):
            found = super().decode(embedding, prompts, multimask, previous)
            for candidates in found:
                candidates.scores[:] = (0.1, 0.2, 0.9)  # the filled bounding box
            return found

    mask = disk((48, 48), (24, 24), 10)
    scores = measure(Misjudging(), {"new sources": [a_slice(mask)]}, WITHOUT).scores
    box = next(score for score in scores if score.prompt == "box")
    assert box.oracle == 1 and box.chosen == pytest.approx(2 * mask.sum() / (mask.sum() + 21 * 21))
    assert box.true_iou == pytest.approx(mask.sum() / 441) and box.predicted_iou == pytest.approx(0.9)


def test_every_slice_is_encoded_once_per_model(some_slices):
    first, second = ThresholdPredictor(), ThresholdPredictor(tolerance=300)
    found = measure(first, some_slices, WITHOUT, against=second)
    assert first.encoded_images == second.encoded_images == 4
    pairs = list(zip(found.scores, found.against, strict=True))
    assert all(one.about == other.about and one.prompt == other.prompt for one, other in pairs)
    assert max(other.chosen for _, other in pairs) < 1


def test_the_classical_methods_get_the_same_prompts(some_slices):
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    found = measure(ThresholdPredictor(), {"new subjects": some_slices["new subjects"][:1]})
    names = {score.prompt: set(score.baselines) for score in found.scores}
    assert names["box"] == {"ellipse", "otsu", "grabcut"}
    assert names["point"] == {"region_growing", "flood_fill"}
    assert names["5 clicks"] == names["10 clicks"] == {"random_walker"}
    assert all(value > 0.8 for score in found.scores for value in score.baselines.values() if score.prompt == "box")


def test_the_classical_methods_are_run_on_so_many_objects_of_a_source(a_slice):
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    slices = [a_slice(disk((40, 40), (20, 20), 8), "s", f"p{k}") for k in range(3)]
    found = measure(ThresholdPredictor(), {"new sources": slices}, MeasureOptions(baseline_objects=2))
    run = [bool(score.baselines) for score in found.scores if score.prompt == "box"]
    assert run == [True, True, False]


def test_a_missing_package_is_said_before_anything_is_measured(monkeypatch, some_slices):
    monkeypatch.setitem(sys.modules, "cv2", None)
    predictor = ThresholdPredictor()
    with pytest.raises(DependencyError, match="OpenCV"):
        measure(predictor, some_slices)
    assert predictor.encoded_images == 0


def test_what_was_measured_when_the_user_stops_is_kept(some_slices):
    events = []
    found = measure(
        ThresholdPredictor(), some_slices, WITHOUT, on_progress=events.append, should_stop=lambda: len(events) == 3
    )
    assert (found.slices, found.planned) == (3, 4) and len(found.scores) == 3 * len(PROMPTS)
    assert [event.done for event in events] == [1, 2, 3] and events[-1].total == 4


def test_two_measurements_are_equal(some_slices):
    first, second = (measure(ThresholdPredictor(), some_slices, WITHOUT).scores for _ in range(2))
    assert [(s.about, s.prompt, s.chosen) for s in first] == [(s.about, s.prompt, s.chosen) for s in second]
    assert all(np.array_equal(a.prompts.points, b.prompts.points) for a, b in zip(first, second, strict=True))


def test_options_that_measure_nothing_are_refused():
    with pytest.raises(InputError):
        MeasureOptions(objects_per_slice=0)
    with pytest.raises(InputError):
        MeasureOptions(baseline_objects=-1)

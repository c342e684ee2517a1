"""One function makes masks of marks, for previews and replays alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.mask_box import box_of
from SAMSegmenterLib.core.prompt_marks import BoxMark, MarkSet, PointMark, ScribbleMark, prompts_of
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.core.windowing import LevelWidth, parse_window
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.slice_prediction import (
    MadeWith,
    SliceRequest,
    WindowChoice,
    encode_slice,
    is_encoded,
    positive_points,
    predict_slice,
)
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.fake_predictor import SCORES, PromptlessPredictor, ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume

PLANE = SlicePlane.lattice(0, 8)
CLICK = MarkSet((PointMark("p1", (8, 8)),))


def a_request(volume=None, marks=CLICK, **options):
    volume = volume if volume is not None else two_boxes_volume()[0]
    return SliceRequest(PreparedSlice.of(VolumeSource(volume), PLANE), marks, WindowChoice("minmax"), **options)


def test_an_answer_holds_masks_scores_window_and_what_it_was_made_with():
    request = a_request()
    answer = predict_slice(request, ThresholdPredictor())
    np.testing.assert_array_equal(answer.masks[0], answer.image.pixels == 200)
    np.testing.assert_allclose(answer.candidates.scores, SCORES)
    assert answer.window == "limits:50.0,200.0" and answer.notices == ()
    assert answer.made_with == MadeWith("threshold", "f" * 64, "threshold", "float32", "cpu", 1)
    np.testing.assert_array_equal(answer.prompts.points, [[8, 8]])
    assert answer.boxes == tuple(box_of(mask) for mask in answer.masks)


def test_the_same_request_gives_the_same_bits_with_and_without_a_cache():
    predictor = CachedEncoder(ThresholdPredictor(), EmbeddingCache())
    answers = [predict_slice(a_request(), predictor) for _ in range(2)] + [
        predict_slice(a_request(), ThresholdPredictor())
    ]
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer.masks, answers[0].masks)
    assert predictor.hits == 1


def test_every_candidate_is_cleaned_and_the_originals_stay():
    volume, _ = two_boxes_volume()
    volume.array[8, 10:13, 9:12] = 50
    answer = predict_slice(a_request(volume, cleanup=CleanUp(fill_holes=True)), ThresholdPredictor())
    assert answer.masks[:2, 11, 10].all() and not answer.candidates.masks[:2, 11, 10].any()


def test_uneven_voxels_are_shown_with_square_pixels():
    volume, _ = two_boxes_volume(ijk_to_ras=matrix((1, 2, 1)))
    request = a_request(volume, MarkSet((PointMark("p1", (8, 16)),)))
    answer = predict_slice(request, ThresholdPredictor())
    assert answer.masks.shape == (3, 79, 48) == (3, *request.prepared.grid.shape)


def test_several_windows_are_tried_and_the_best_kept():
    volume, _ = two_boxes_volume()
    ct = Volume(np.where(volume.array == 50, -900, volume.array).astype(np.int16), volume.ijk_to_ras)
    choice = WindowChoice("auto", LevelWidth(0, 4000), True)
    request = replace(a_request(ct), window=choice)
    predictor = ThresholdPredictor()
    answer = predict_slice(request, predictor)
    tried = choice.texts(request.prepared.image)
    assert len(tried) >= 3 and predictor.encoded_images == len(tried) and answer.window == tried[0]
    assert all(text.startswith("limits:") for text in tried)


@pytest.mark.parametrize("text", ["minmax", "percentile:1,99", "lung", "level-width:40,400", "displayed"])
def test_a_frozen_window_gives_the_same_picture_as_the_choice_it_came_from(text):
    volume = Volume(np.random.default_rng(0).normal(0, 300, (1, 30, 40)).astype(np.float32), matrix())
    prepared = PreparedSlice.of(VolumeSource(volume), SlicePlane.lattice(0, 0))
    displayed = LevelWidth(1 / 3, 1000 / 7)
    (frozen,) = WindowChoice(text, displayed).texts(prepared.image)
    window = displayed if text == "displayed" else parse_window(text)
    assert WindowChoice(frozen).texts(prepared.image) == (frozen,)
    np.testing.assert_array_equal(parse_window(frozen).limits(None), window.limits(volume.array[0]))


def test_encoding_ahead_is_all_that_a_prediction_needs():
    predictor = CachedEncoder(ThresholdPredictor(), EmbeddingCache())
    request = a_request()
    assert not is_encoded(request, predictor)
    encode_slice(request, predictor)
    assert is_encoded(request, predictor)
    predict_slice(request, predictor)
    assert predictor.misses == 1


def test_marks_beside_the_slice_are_refused_and_some_of_them_are_told():
    beside = ScribbleMark("s1", np.array([[-9.0, -9.0], [-8.0, -8.0]]))
    with pytest.raises(InputError, match="None of the prompts"):
        predict_slice(a_request(marks=MarkSet((beside,))), ThresholdPredictor())
    answer = predict_slice(a_request(marks=CLICK.with_(beside)), ThresholdPredictor())
    assert "outside the slice" in answer.notices[0]


def test_no_marks_are_for_models_that_take_none():
    with pytest.raises(InputError, match="without a prompt"):
        predict_slice(a_request(marks=MarkSet()), ThresholdPredictor())
    answer = predict_slice(a_request(marks=MarkSet()), PromptlessPredictor())
    assert answer.masks.shape == (1, 40, 48) and answer.masks.any()
    with pytest.raises(InputError, match="takes no prompts"):
        predict_slice(a_request(), PromptlessPredictor())


def test_stopping_is_noticed_before_the_model_is_asked():
    predictor = ThresholdPredictor()
    with pytest.raises(Cancelled):
        predict_slice(a_request(), predictor, lambda: True)
    with pytest.raises(Cancelled):
        encode_slice(a_request(), predictor, lambda: True)
    assert predictor.encode_calls == 0


def test_positive_points_are_clicks_and_scribbles_inside_alone():
    marks = MarkSet(
        (PointMark("a", (1, 2)), PointMark("b", (3, 4), 0), BoxMark("c", [0, 0, 9, 9]), PointMark("d", (5, 6)))
    )
    np.testing.assert_array_equal(positive_points(prompts_of(marks, (20, 20))), [[1, 2], [5, 6]])
    strokes = MarkSet((ScribbleMark("s", [[2, 7], [12, 7]]), ScribbleMark("t", [[2, 9], [12, 9]], 0)))
    found = positive_points(prompts_of(strokes, (20, 20)))
    assert len(found) > 1 and (found[:, 1] == 7).all()
    assert positive_points(prompts_of(MarkSet(), (20, 20))).shape == (0, 2)


@pytest.mark.parametrize("kind", ["click", "scribble"])
def test_clean_up_keeps_the_part_under_clicks_and_scribbles_alike(kind):
    """Candidate 1 holds all pixels of the value: both structures, which have the same one here."""
    volume, truth = two_boxes_volume()
    volume.array[truth.layers[0] == 2] = volume.array[truth.layers[0] == 1][0]
    mark = PointMark("a", (8, 8)) if kind == "click" else ScribbleMark("a", [[7, 8], [14, 8]])
    request = SliceRequest(
        PreparedSlice.of(VolumeSource(volume), SlicePlane.lattice(0, 8)),
        MarkSet((mark,)),
        WindowChoice("minmax"),
        CleanUp(keep="clicked"),
    )
    answer = predict_slice(request, ThresholdPredictor())
    assert answer.candidates.masks[1].sum() == (truth.layers[0][8] > 0).sum()
    np.testing.assert_array_equal(answer.masks[1], truth.layers[0][8] == 1)


@pytest.mark.parametrize(("side", "warned"), [(12, False), (8, True)])
def test_structures_narrower_than_two_cells_of_the_models_mask_are_warned_about(side, warned):
    volume = Volume(np.full((9, 320, 320), 50, np.int16), matrix())
    volume.array[8, 100 : 100 + side, 100:150] = 200
    answer = predict_slice(a_request(volume, MarkSet((PointMark("p1", (105, 103)),))), ThresholdPredictor())
    assert any("tells apart 10 pixels" in notice for notice in answer.notices) is warned


def test_a_volume_without_finite_values_is_refused():
    volume = Volume(np.full((9, 40, 48), np.nan, np.float32), matrix())
    with pytest.raises(InputError, match="no finite value"):
        predict_slice(a_request(volume), ThresholdPredictor())


def test_a_slice_is_as_it_was_when_it_was_prepared():
    volume, _ = two_boxes_volume()
    request = a_request(volume)
    expected = extract(volume, PLANE).pixels.copy()
    volume.array[:] = 0
    np.testing.assert_array_equal(predict_slice(request, ThresholdPredictor()).image.pixels, expected)

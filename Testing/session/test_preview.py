"""A preview shows one of several masks."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.preview import Preview
from SAMSegmenterLib.session.slice_prediction import SliceRequest, WindowChoice, predict_slice
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume

MARKS = MarkSet((PointMark("p1", (8, 8)),))


@pytest.fixture
def an_answer():
    prepared = PreparedSlice.of(VolumeSource(two_boxes_volume()[0]), SlicePlane.lattice(0, 8))
    return predict_slice(SliceRequest(prepared, MARKS, WindowChoice("minmax")), ThresholdPredictor())


@pytest.mark.parametrize(("wanted", "chosen"), [(None, 0), (0, 0), (2, 2), (3, 0)])
def test_the_candidate_asked_for_is_chosen_else_the_best(an_answer, wanted, chosen):
    preview = Preview.of(an_answer, "one", MARKS, wanted)
    assert preview.chosen == chosen and preview.plane == SlicePlane.lattice(0, 8)
    np.testing.assert_array_equal(preview.mask, an_answer.masks[chosen])
    np.testing.assert_array_equal(preview.scores, an_answer.candidates.scores)


def test_stepping_goes_round(an_answer):
    preview = Preview.of(an_answer, "one", MARKS, None)
    assert [preview.choosing(step).chosen for step in (1, 2, 3, -1)] == [1, 2, 0, 2]

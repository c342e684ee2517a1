"""Everything mode on a slice, with the thresholds of the model unless others are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.slice_prediction import SliceRequest, WindowChoice
from SAMSegmenterLib.session.slice_proposals import propose
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume


@pytest.fixture
def a_request():
    prepared = PreparedSlice.of(VolumeSource(two_boxes_volume()[0]), SlicePlane.lattice(0, 8))
    return SliceRequest(prepared, window=WindowChoice("limits:0,255"))


class Asked(ThresholdPredictor):
    """Remembers what it was asked with."""

    def everything(self, embedding, parameters):
        self.parameters = parameters
        return super().everything(embedding, parameters)


def test_the_models_own_thresholds_are_used_unless_others_are_given(a_request):
    predictor = Asked()
    predictor.spec = replace(predictor.spec, s1_thresholds=EverythingParameters(points_per_side=7))
    found = propose(a_request, predictor)
    assert found.parameters == predictor.parameters == EverythingParameters(points_per_side=7)
    assert len(found.proposals) == 3 and found.window == "limits:0.0,255.0" and found.made_with.model == "threshold"
    given = EverythingParameters(points_per_side=9)
    assert propose(a_request, predictor, given).parameters == predictor.parameters == given


def test_of_several_windows_the_first_is_used(a_request):
    request = replace(a_request, window=WindowChoice("auto"))
    predictor = ThresholdPredictor()
    assert propose(request, predictor).window == request.window.texts(request.prepared.image)[0]
    assert predictor.encoded_images == 1


def test_stopping_is_noticed_before_the_model_is_asked(a_request):
    predictor = ThresholdPredictor()
    with pytest.raises(Cancelled):
        propose(a_request, predictor, None, lambda: True)
    assert predictor.encode_calls == 0

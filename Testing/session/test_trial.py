from __future__ import annotations

import itertools

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, ModelError
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from SAMSegmenterLib.session.trial import try_model
from support.fake_predictor import ThresholdPredictor


def test_a_working_model_finds_the_disc_and_its_times_are_told():
    clock = itertools.count().__next__
    trial = try_model(ThresholdPredictor, ignore_progress, never_stop, clock)
    assert trial.dice == 1.0
    assert (trial.load_seconds, trial.encode_seconds, trial.click_seconds) == (1, 1, 1)


def test_a_model_that_finds_nothing_has_no_overlap(monkeypatch):
    class Blind(ThresholdPredictor):
        def decode(self, *given, **named):
            found = super().decode(*given, **named)
            for candidates in found:
                candidates.masks[:] = np.False_
            return found

    assert try_model(Blind, ignore_progress, never_stop).dice == 0.0


def test_what_goes_wrong_while_loading_is_passed_on():
    def broken():
        raise ModelError("The weights are damaged.")

    with pytest.raises(ModelError, match="damaged"):
        try_model(broken, ignore_progress, never_stop)


def test_it_can_be_stopped_after_loading():
    with pytest.raises(Cancelled):
        try_model(ThresholdPredictor, ignore_progress, lambda: True)

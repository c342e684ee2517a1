"""The project's own propagation, run and metered."""

from SAMBenchmarkLib.propagation.metering import MeteredPredictor
from SAMBenchmarkLib.propagation.own import run_own, told_the_ends
from SAMBenchmarkLib.propagation.scoring import volume_dice
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.windowing import Limits
from support.fake_predictor import ThresholdPredictor

PARAMETERS = PropagationParameters(axis=0, square_pixels=False, window=Limits(0, 255))


def test_masks_are_those_that_count_and_every_direction_has_a_reason(a_column):
    volume, segmentation = a_column()
    reference = segmentation.layers[0] == 1
    run = run_own(volume, {8: reference[8]}, MeteredPredictor(ThresholdPredictor()), PARAMETERS)
    assert set(range(4, 16)) <= set(run.masks) <= set(range(3, 17))
    assert volume_dice(run.masks, reference) > 0.99
    assert len(run.reasons) >= 2 and run.usage.decodes > 0


def test_told_the_ends_it_neither_leaves_the_range_nor_stops_within(a_column):
    volume, segmentation = a_column(0, 19)
    reference = (segmentation.layers[0] == 1).copy()
    volume.array[11, 10:22, 8:20] = volume.array[0, 0, 0] + 130  # a slice of other intensity
    told = told_the_ends(PARAMETERS, 3, 16)
    run = run_own(volume, {8: reference[8]}, MeteredPredictor(ThresholdPredictor()), told)
    assert set(run.results) <= set(range(3, 17)) and {3, 16} <= set(run.results)

"""One structure, measured with all methods."""

import numpy as np
import pytest

from SAMBenchmarkLib.propagation.choosing import ChosenPart
from SAMBenchmarkLib.propagation.measure_part import BOX_CHAIN, BOX_CHAIN_LITE, SAME_PROMPT, measure_part
from SAMBenchmarkLib.propagation.metering import MeteredPredictor
from SAMBenchmarkLib.propagation.projection import PROJECTIONS
from SAMBenchmarkLib.propagation.record import OWN
from SAMBenchmarkLib.propagation.structures import find_parts
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.windowing import Limits
from support.fake_predictor import ThresholdPredictor

PARAMETERS = PropagationParameters(window=Limits(0, 255))


class Blind(ThresholdPredictor):
    """Finds nothing."""

    def decode(self, embedding, prompts, multimask=True, previous=None):
        empty = np.zeros((3 if multimask else 1, *embedding.original_size), bool)
        return [Candidates(empty, np.zeros(len(empty), np.float32))] * len(prompts)


@pytest.fixture
def measured(a_column, a_case):
    """`measured(predictor, ...)`: the column from slice 4 to 15 of 20."""

    def run(predictor=None, **options):
        volume, segmentation = a_column()
        case = a_case(volume, segmentation)
        (part,) = find_parts(segmentation, 0)
        chosen = ChosenPart(case.case, 0, part)
        return measure_part(case, chosen, MeteredPredictor(predictor or ThresholdPredictor()), PARAMETERS, **options)

    return run


def test_propagation_finds_the_column_and_its_ends(measured):
    record = measured(with_baselines=False).record
    own = record.methods[OWN]
    assert own.dice > 0.99 and own.dice_true_ends > 0.99 and record.seed_dice == 1
    assert max(own.overrun_low, own.overrun_high) <= 1 and own.missed == 0
    assert list(record.methods) == [OWN] and record.failure == ""


def test_methods_that_never_stop_run_over_and_win_back_what_they_lost_when_told_the_ends(measured):
    record = measured().record
    for name in (SAME_PROMPT, BOX_CHAIN, BOX_CHAIN_LITE):
        figures = record.methods[name]
        assert (figures.overrun_low, figures.overrun_high, figures.missed) == (4, 4, 0)
        assert figures.dice < 1 and figures.dice_true_ends == 1
    assert set(record.methods) == {OWN, SAME_PROMPT, BOX_CHAIN, BOX_CHAIN_LITE} | {one.name for one in PROJECTIONS}
    assert record.methods["projection box 0.8 0.025"].dice == 1


def test_keyframes_keep_their_voxels_and_lose_nothing(measured):
    figures = measured(with_baselines=False).record.keyframes
    assert len(figures.slices) == 2 and figures.changed_voxels == 0
    assert min(figures.dice_before, figures.dice_after, figures.between) > 0.99
    assert figures.between_interpolated == figures.ends_interpolated == 1
    reached = max(figures.slices) - 3  # of slices 4 to 15, from the start on
    assert figures.interpolated == pytest.approx(2 * reached / (reached + 12))


def test_slices_visited_and_what_was_asked_of_the_model_are_counted(measured):
    cost = measured(with_baselines=False).record.cost
    assert 12 <= cost.visited <= 20 and 11 <= cost.encodes <= cost.visited and cost.decodes >= cost.encodes
    assert cost.seconds >= cost.model_seconds > 0


def test_every_slice_is_encoded_once_for_all_methods(measured):
    predictor = ThresholdPredictor()
    measured(predictor)
    assert predictor.encoded_images <= 20


def test_a_seed_that_finds_nothing_is_a_failure_in_words(measured):
    found = measured(Blind())
    assert "empty" in found.record.failure and not found.record.methods and found.masks is None


def test_slice_confidence_is_held_against_slice_dice(measured):
    trust = measured(with_baselines=False).record.trust
    assert trust.flagged_among_worst in (0, 1) and not abs(trust.spearman) > 1  # undefined where all slices are perfect

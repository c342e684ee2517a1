"""Nobody who is measured is trained on, and every share has at least one."""

from dataclasses import replace

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.splitting import Split, repeated_slices, split_samples
from support.fine_tuning import ring_samples


def split(samples, **options):
    return split_samples(samples, FineTuningOptions.of("huang", **options))


def patients(samples, numbers):
    return {samples[number].patient for number in numbers}


def test_every_sample_is_in_one_part_and_no_patient_in_two():
    samples = ring_samples(10, 3)
    parts = split(samples)
    assert sorted((*parts.training, *parts.validation, *parts.held_back)) == list(range(30))
    groups = [patients(samples, numbers) for numbers in (parts.training, parts.validation, parts.held_back)]
    assert [len(group) for group in groups] == [6, 2, 2]
    assert len(set.union(*groups)) == 10
    assert parts.notes == ()


def test_the_same_seed_gives_the_same_parts_and_another_one_others():
    samples = ring_samples(10, 1)
    assert split(samples) == split(samples)
    assert len({split(samples, seed=seed).held_back for seed in range(6)}) > 1


@pytest.mark.parametrize(("share", "count"), [(0.01, 1), (0.4, 4), (0.99, 9)])
def test_at_least_one_patient_is_held_back_and_one_is_left(share, count):
    samples = ring_samples(10, 2)
    parts = split(samples, holdout=share)
    assert len(patients(samples, parts.held_back)) == count
    assert parts.training


def test_one_patient_only_is_refused_with_the_way_out():
    with pytest.raises(InputError, match="one patient") as error:
        split(ring_samples(1, 8))
    assert "--split slices" in error.value.hint


def test_two_patients_leave_one_to_train_on_and_a_block_of_its_slices_chooses_the_epoch():
    samples = ring_samples(2, 10)
    parts = split(samples)
    assert len(patients(samples, parts.held_back)) == 1 and len(parts.held_back) == 10
    assert patients(samples, parts.training) == patients(samples, parts.validation)
    assert list(parts.validation) == list(range(parts.validation[0], parts.validation[0] + 2))
    assert len(parts.training) == 8 and "one patient was trained on" in parts.notes[0]


def test_two_patients_with_one_slice_each_have_nothing_to_choose_the_epoch_by():
    parts = split(ring_samples(2, 1))
    assert len(parts.training) == len(parts.held_back) == 1 and parts.validation == ()
    assert parts.notes == ("There were too few slices to choose the best epoch; the last one was taken.",)


def test_split_by_slices_holds_back_a_contiguous_block_of_every_patient():
    samples = ring_samples(2, 10)
    parts = split(samples, split="slices")
    assert sorted((*parts.training, *parts.validation, *parts.held_back)) == list(range(20))
    for patient in ("p0", "p1"):
        block = [number for number in parts.held_back if samples[number].patient == patient]
        assert block == list(range(block[0], block[0] + 2))
        assert len([number for number in parts.validation if samples[number].patient == patient]) == 2
    assert "resemble each other" in parts.notes[0]


def test_split_by_slices_holds_other_blocks_back_with_another_seed():
    samples = ring_samples(1, 12)
    assert len({split(samples, split="slices", seed=seed).held_back for seed in range(6)}) > 1


def test_copies_among_the_held_back_slices_are_told():
    samples = ring_samples(4, 2)
    samples[7] = replace(samples[7], image=samples[0].image.copy())
    (note,) = repeated_slices(samples, Split((0, 1), (2, 3), (6, 7)))
    assert "1 of 2 held-back slices are also among the others" in note
    assert repeated_slices(samples, Split((1,), (2, 3), (6, 7))) == []


def test_a_single_slice_cannot_be_split():
    with pytest.raises(InputError, match="single slice"):
        split(ring_samples(1, 1), split="slices")

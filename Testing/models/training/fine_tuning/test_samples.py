"""Samples hold a slice and its objects in little memory, and know what they must not mix."""

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.samples import (
    ObjectMask,
    Sample,
    check_one_structure,
    compact,
    fingerprint,
    patients_of,
    structures_of,
)
from support.fine_tuning import ring_sample, ring_samples


def a_mask(rows=slice(3, 6), columns=slice(10, 14)):
    mask = np.zeros((20, 30), bool)
    mask[rows, columns] = True
    mask[3, 10] = False
    return mask


def test_an_objects_mask_is_what_it_was_made_from():
    mask = a_mask()
    item = ObjectMask.of("a", mask)
    assert np.array_equal(item.mask, mask)
    assert item.block.shape == (3, 4) and item.corner == (3, 10)
    assert item.box.tolist() == [10, 3, 13, 5]


def test_an_object_does_not_change_with_the_mask_it_was_made_from():
    mask = a_mask()
    item = ObjectMask.of("a", mask)
    mask[:] = False
    assert item.mask.sum() == 11


def test_an_empty_mask_is_refused_by_name():
    with pytest.raises(InputError, match="mask of 'liver' is empty"):
        ObjectMask.of("liver", np.zeros((4, 4), bool))


def test_image_and_mask_of_different_shapes_are_refused():
    with pytest.raises(InputError, match=r"\(20, 31\) and \(20, 30\)"):
        Sample(np.zeros((20, 31, 3), np.uint8), (ObjectMask.of("a", a_mask()),), "p")


def test_an_image_without_masks_is_refused():
    with pytest.raises(InputError, match="at least one object"):
        Sample(np.zeros((20, 30, 3), np.uint8), (), "p")


def test_an_image_of_another_type_is_refused():
    with pytest.raises(InputError, match="float32"):
        Sample(np.zeros((20, 30, 3), np.float32), (ObjectMask.of("a", a_mask()),), "p")


def test_a_grey_image_shares_its_channels_and_a_coloured_one_stays():
    grey = np.repeat(np.arange(12, dtype=np.uint8).reshape(3, 4, 1), 3, axis=2)
    assert np.array_equal(compact(grey), grey) and compact(grey).strides[2] == 0
    colour = grey.copy()
    colour[0, 0, 1] = 9
    assert np.array_equal(compact(colour), colour) and compact(colour).strides[2] == 1


def test_structures_and_patients_are_named_once():
    samples = ring_samples(3, 2, ("ring", "core"))
    assert structures_of(samples) == ["core", "ring"]
    assert patients_of(samples) == ["p0", "p1", "p2"]


def test_the_fingerprint_changes_with_image_mask_and_grouping_but_not_with_patients_names():
    samples = ring_samples(2, 2)
    known = fingerprint(samples)
    assert fingerprint(ring_samples(2, 2)) == known
    assert fingerprint([replace(sample, patient=f"other {sample.patient}") for sample in samples]) == known
    assert fingerprint([replace(sample, patient="same") for sample in samples]) != known
    assert fingerprint(samples[::-1]) != known
    image = samples[0].image.copy()
    image[0, 0, 0] ^= 1
    assert fingerprint([replace(samples[0], image=image), *samples[1:]]) != known
    block = samples[0].objects[0].block.copy()
    block[0, 0] = ~block[0, 0]
    changed = replace(samples[0], objects=(replace(samples[0].objects[0], block=block),))
    assert fingerprint([changed, *samples[1:]]) != known


def test_a_model_without_prompts_learns_one_structure_only():
    shi = FineTuningOptions.of("shi")
    check_one_structure(ring_samples(2), shi)
    check_one_structure(ring_samples(2, 1, ("ring", "core")), FineTuningOptions.of("huang"))
    with pytest.raises(InputError, match="2: core, ring") as error:
        check_one_structure(ring_samples(2, 1, ("ring", "core")), shi)
    assert '--structures "core + ring"' in error.value.hint


def test_a_model_without_prompts_learns_one_object_of_a_slice():
    with pytest.raises(InputError, match="more than once"):
        check_one_structure([ring_sample("p", 0, ("ring", "ring"))], FineTuningOptions.of("shi"))

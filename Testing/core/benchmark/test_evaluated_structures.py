"""Which structures are evaluated, and which of them as one."""

from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.evaluated_structures import evaluated_structures, missing_structures
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation, Structure

LABELS = np.zeros((2, 4, 6), np.uint8)
LABELS[:, :2, :2], LABELS[:, 2:, :2], LABELS[:, :2, 3:], LABELS[1, 3, 5] = 3, 1, 2, 5
NAMES = {1: "kidney", 2: "Liver", 3: "kidney", 5: "grey + white"}
REFERENCE = Segmentation.from_labels(LABELS, np.eye(4), NAMES)


def chosen(*structures, strategies=None, references=(REFERENCE,)):
    options = BenchmarkOptions(strategies=strategies, structures=structures)
    found = evaluated_structures(references, options)
    again = evaluated_structures(found, options)
    assert all(one is other for one, other in zip(found, again, strict=True))
    return found


def named(segmentation):
    return {(structure.value, structure.name) for structure in segmentation.structures}


def test_without_names_the_reference_stays_as_it_is():
    assert chosen()[0] is REFERENCE
    assert chosen(strategies=("S5",))[0] is REFERENCE


def test_only_the_structures_named_are_left_each_label_by_itself():
    (found,) = chosen("KIDNEY")
    assert named(found) == {(1, "kidney"), (3, "kidney")}
    for structure in found.structures:
        np.testing.assert_array_equal(found.mask(structure), structure.value == LABELS)
    assert found.layers[0] is LABELS and len(found.layers) == 1


def test_a_plus_sign_joins_structures():
    (found,) = chosen("liver+kidney", "grey + white")
    assert named(found) == {(1, "liver + kidney"), (5, "grey + white")}
    joined = next(structure for structure in found.structures if structure.value == 1)
    np.testing.assert_array_equal(found.mask(joined), np.isin(LABELS, (1, 2, 3)))


def test_for_a_promptless_model_labels_of_one_name_are_one():
    (found,) = chosen(strategies=("S0",))
    assert named(found) == {(1, "kidney"), (2, "Liver"), (5, "grey + white")}
    masks = {structure.name: found.mask(structure) for structure in found.structures}
    np.testing.assert_array_equal(masks["kidney"], np.isin(LABELS, (1, 3)))
    np.testing.assert_array_equal(masks["Liver"], LABELS == 2)
    assert named(chosen("Kidney", strategies=("S0",))[0]) == {(1, "kidney")}


def test_structures_of_overlapping_layers_are_joined():
    wide = np.zeros_like(LABELS)
    wide[:, :, 1:4] = 1
    structures = (Structure(1, "a", 0, 3), Structure(2, "b", 1, 1))
    overlapping = replace(REFERENCE, layers=(LABELS, wide), structures=structures)
    (found,) = chosen("a + b", references=(overlapping,))
    np.testing.assert_array_equal(found.mask(found.structures[0]), (LABELS == 3) | (wide == 1))


def test_a_structure_that_one_frame_lacks_is_no_fault():
    without = Segmentation.from_labels(np.where(LABELS == 2, 0, LABELS), np.eye(4), NAMES)
    first, second = chosen("liver", references=(without, REFERENCE))
    assert (named(first), named(second)) == (set(), {(2, "Liver")})


def test_a_joined_structure_has_its_name_in_every_frame():
    without = Segmentation.from_labels(np.where(LABELS == 2, 0, LABELS), np.eye(4), NAMES)
    first, second = chosen("liver + kidney", references=(without, REFERENCE))
    assert named(first) == named(second) == {(1, "liver + kidney")}


def test_a_case_with_none_of_the_structures_is_an_input_error_that_lists_what_there_is():
    with pytest.raises(InputError, match="no structure 'spleen' and no 'aorta'") as caught:
        chosen("spleen", "aorta")
    assert caught.value.hint == "It has: kidney, Liver, grey + white."


@pytest.mark.parametrize("twice", [("liver", "Liver"), ("liver", "kidney + liver"), ("liver + liver",)])
def test_a_structure_named_twice_is_refused(twice):
    with pytest.raises(InputError, match="'Liver' is named twice"):
        chosen(*twice)


def test_what_is_missing_is_named():
    options = BenchmarkOptions(structures=("spleen + LIVER", "aorta", "grey + white"))
    assert missing_structures([REFERENCE], options) == ["spleen", "aorta"]
    assert missing_structures([REFERENCE], BenchmarkOptions()) == []
    assert named(evaluated_structures([REFERENCE], options)[0]) == {(2, "spleen + LIVER"), (5, "grey + white")}

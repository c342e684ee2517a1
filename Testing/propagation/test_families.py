"""The other tools' ways and the best of them."""

import pytest

from SAMBenchmarkLib.propagation.families import (
    FAMILIES,
    above,
    best_family,
    best_variants,
    family_average,
    family_dice,
)
from SAMBenchmarkLib.propagation.record import OWN, MethodFigures, Record

PROJECTION = FAMILIES[3]
BOX, MASK = "projection box 0.8 0.025", "projection mask 0.8 0.025"


@pytest.fixture
def records(a_record):
    """Dataset a is best found by boxes, b by masks."""

    def with_others(source, box, mask, same):
        record = a_record(source, own=0.9)
        methods = {OWN: record.methods[OWN], BOX: MethodFigures(box, 0.5), MASK: MethodFigures(mask, 0.6)}
        return Record(record.about, methods={**methods, "same prompt": MethodFigures(same, 0.95)})

    return [with_others("a", 0.8, 0.5, 0.1), with_others("a", 0.6, 0.6, 0.1), with_others("b", 0.2, 0.4, 0.1)]


def test_each_dataset_has_its_own_best_variant(records):
    assert best_variants(records, PROJECTION) == {"a": BOX, "b": MASK}
    assert best_variants(records, PROJECTION, told=True) == {"a": MASK, "b": MASK}
    assert [family_dice(records, PROJECTION)(record) for record in records] == [0.8, 0.6, 0.4]


def test_datasets_count_alike_in_the_mean(records):
    assert family_average(records, PROJECTION).mean.value == pytest.approx((0.7 + 0.4) / 2)


def test_the_best_family_depends_on_whether_the_ends_are_told(records):
    assert best_family(records) is PROJECTION
    assert best_family(records, told=True).methods == ("same prompt",)


def test_how_far_propagation_is_above(records):
    assert above(family_dice(records, PROJECTION))(records[2]) == pytest.approx(0.5)


def test_without_other_methods_there_is_no_best(a_record):
    assert best_family([a_record()]) is None and best_variants([a_record()], PROJECTION) == {}

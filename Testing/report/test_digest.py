import math

import numpy as np
import pytest

from SAMBenchmarkLib.core import row_batches
from SAMBenchmarkLib.report import digest_group
from SAMBenchmarkLib.report.digest import Digest, structure_name
from support.outcomes import a_row


def rows():
    for case in ("a", "b"):
        for index in (3, 4):
            for label, name in ((1, "liver"), (2, "")):
                for strategy in ("S2", "S5"):
                    for selection in ("oracle", "predicted_iou"):
                        yield a_row(
                            case_id=case,
                            slice=index,
                            label_value=label,
                            structure=name,
                            strategy=strategy,
                            selection=selection,
                            dice=label / 10,
                            n_gt=100 * label,
                            hd_px=2.0,
                        )


def test_cases_slices_and_objects_are_counted_once():
    digest = Digest.of(rows())
    assert (digest.cases, digest.slices, digest.objects) == (2, 4, 8)


def test_objects_of_a_group_are_in_the_order_of_the_rows():
    group = Digest.of(rows()).group("S5", "oracle", "liver")
    assert len(group) == 4
    assert list(group.slices) == [3, 4, 3, 4]
    assert list(group.stacks) == [0, 0, 1, 1]
    assert [list(rows())[n].strategy for n in group.ordinals] == ["S5"] * 4


def test_a_structure_without_a_name_is_called_by_its_label():
    assert Digest.of(rows()).structures() == ["liver", "label 2"]
    assert structure_name(a_row(structure="", label_value=7)) == "label 7"


def test_strategies_keep_their_order_and_those_without_rows_stay():
    assert Digest.of(rows()).strategies(["S6", "S1", "S5"]) == ["S1", "S2", "S5", "S6"]
    assert Digest.of([a_row(strategy="other"), a_row(strategy="S0")]).strategies(["S1"]) == ["S0", "S1", "other"]


def test_what_a_user_gets_comes_first():
    digest = Digest.of(rows())
    assert digest.selections() == ["predicted_iou", "oracle"]
    assert digest.shown_selection() == "predicted_iou"


def test_nothing_is_shown_of_nothing():
    digest = Digest.of([])
    assert digest.shown_selection() is None
    assert digest.objects == 0
    assert len(digest.pooled("S1", "oracle", "dice")) == 0


def test_pooled_values_are_those_of_all_structures():
    values = Digest.of(rows()).pooled("S2", "oracle", "dice")
    assert sorted(values) == pytest.approx([0.1] * 4 + [0.2] * 4)


def test_undefined_figures_are_told_from_a_missing_pixel_size():
    given = [
        a_row(hd_px=3.0, hd_mm=math.nan),
        a_row(slice=4, undefined_reason="empty prediction"),
        a_row(slice=5, hd_px=3.0, hd_mm=6.0),
    ]
    digest = Digest.of(given)
    group = digest.group("S5", "oracle", "liver")
    assert digest.without_pixel_size() == 1
    assert digest.has_pixel_size()
    assert group.undefined == {"empty prediction": 1}
    np.testing.assert_array_equal(group.defined("hd_px"), [3.0, 3.0])


def test_rows_of_other_protocols_are_left_out():
    digest = Digest.of([a_row(), a_row(round=1), a_row(repeat=2), a_row(variant="jitter")])
    assert len(digest.group("S5", "oracle", "liver")) == 1


def test_the_largest_structures_are_chosen_and_stay_in_the_order_of_their_labels():
    given = [a_row(label_value=n, structure=f"s{n}", n_gt=(n * 7) % 10) for n in range(1, 7)]
    assert Digest.of(given).largest_structures(3) == ["s1", "s4", "s5"]


def test_a_digest_does_not_depend_on_where_batches_end(monkeypatch):
    at_once = Digest.of(rows())
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 5)
    in_parts = Digest.of(rows())
    assert (in_parts.cases, in_parts.slices, in_parts.objects) == (at_once.cases, at_once.slices, at_once.objects)
    assert in_parts.areas == at_once.areas and in_parts.stacks == at_once.stacks == [
        ("a", 0, "axial"),
        ("b", 0, "axial"),
    ]
    for key, group in at_once.groups.items():
        assert in_parts.groups[key].ordinals.tolist() == group.ordinals.tolist()
        assert in_parts.groups[key].moments["dice"].mean == pytest.approx(group.moments["dice"].mean)


def test_a_large_group_keeps_a_sample_and_counts_all(monkeypatch):
    monkeypatch.setattr(digest_group, "MOST_OBJECTS", 50)
    given = [a_row(slice=n, dice=n / 1000) for n in range(1, 1000)]
    group = Digest.of(given).group("S5", "oracle", "liver")
    assert len(group) == 999 and group.sampled and len(group.values("dice")) == 50
    assert group.moments["dice"].mean == pytest.approx(0.5)
    assert 0.3 < group.values("dice").mean() < 0.7 and group.values("dice").min() == 0.001
    assert group.slices.tolist() == sorted(group.slices.tolist())
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 64)
    assert Digest.of(given).group("S5", "oracle", "liver").ordinals.tolist() == group.ordinals.tolist()


def test_places_along_a_stack_are_counted_also_where_batches_end_within_it(monkeypatch):
    given = [a_row(case_id=case, slice=n, dice=n / 20) for case in "ab" for n in range(20)]
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 7)
    group = Digest.of(given).group("S5", "oracle", "liver")
    assert group.position_counts.tolist() == [4] * 10
    assert group.position_sums / group.position_counts == pytest.approx(np.arange(10) / 10 + 0.025)

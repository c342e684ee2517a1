import math

import pytest

from SAMBenchmarkLib.core.protocol_figures import Line, ProtocolFigures
from support.outcomes import a_row
from support.slice_models import protocol_options


def row(variant, number=0, repeat=0, dice=0.5, strategy="clicks", **more):
    return a_row(
        variant=variant, round=number, repeat=repeat, dice=dice, jac=dice / (2 - dice), strategy=strategy, **more
    )


def test_a_course_that_ended_counts_later_with_its_last_mask():
    rows = [row("huang-rounds", n, dice=d) for n, d in ((1, 0.2), (2, 0.4), (3, 0.6), (4, 0.8))]
    rows += [row("huang-rounds", 1, dice=0.9, slice=4), row("huang-rounds", 2, dice=1.0, slice=4)]
    found = ProtocolFigures.of(rows, protocol_options("huang-rounds", click_rounds=4))
    lines = found.groups["huang-rounds", "oracle", "liver"]
    assert [(n, f.objects, f.ended) for n, f in ((line.round, lines[line]) for line in sorted(lines))] == [
        (1, 2, 0), (2, 2, 0), (3, 2, 1), (4, 2, 1)
    ]  # fmt: skip
    assert [lines[line].dice.mean for line in sorted(lines)] == pytest.approx([0.55, 0.7, 0.8, 0.9])


def test_drops_are_measured_from_the_same_object_strategy_and_selection():
    rows = [row("", dice=0.8, strategy="S5"), row("", dice=0.6, strategy="S5", selection="first")]
    rows += [row("huang-shift:0-10", repeat=r, dice=d, strategy="S5") for r, d in ((1, 0.7), (2, 0.5))]
    rows += [row("huang-shift:0-10", repeat=1, dice=0.5, strategy="S5", selection="first")]
    rows += [row("huang-shift:0-10", repeat=1, dice=0.5, strategy="S5", slice=4)]  # nothing to compare with
    found = ProtocolFigures.of(rows, protocol_options("huang-shift"))
    lines = found.groups["huang-shift", "oracle", ""]
    drops = {line.repeat: (figures.drop.mean, figures.drop.undefined) for line, figures in lines.items()}
    assert drops == {0: (pytest.approx(0.2), 1), 1: (pytest.approx(0.1), 1), 2: (pytest.approx(0.3), 0)}
    first = found.groups["huang-shift", "first", ""][Line("S5", "0-10", 0, 1)]
    assert first.drop.mean == pytest.approx(0.1)


def test_settings_stand_by_size_and_the_mean_of_repeats_last():
    rows = [row(f"huang-grid:{m}", strategy="S1") for m in (128, 16, 8, 256)]
    rows += [row("huang-shift:0-10", repeat=r, strategy="S5") for r in (2, 1)]
    found = ProtocolFigures.of(rows, protocol_options("huang-grid", "huang-shift"))
    assert [line.setting for line in found.lines("huang-grid", "oracle")] == ["8", "16", "128", "256"]
    assert [line.repeat for line in found.lines("huang-shift", "oracle")] == [1, 2, 0]


def test_rows_of_a_slice_may_come_in_any_order():
    rows = [row("huang-rounds", n, dice=d) for n, d in ((1, 0.2), (2, 0.4), (3, 0.6))] + [row("", strategy="S5")]
    options = protocol_options("huang-rounds", click_rounds=5)
    one, other = ProtocolFigures.of(rows, options), ProtocolFigures.of(rows[::-1], options)
    assert {k: {ln: f.dice.mean for ln, f in v.items()} for k, v in one.groups.items()} == {
        k: {ln: f.dice.mean for ln, f in v.items()} for k, v in other.groups.items()
    }


def test_rows_without_a_protocol_give_nothing():
    found = ProtocolFigures.of([row("", strategy="S5")], protocol_options("huang-rounds"))
    assert (found.groups, found.protocols()) == ({}, [])
    assert math.isnan(ProtocolFigures.of([row("roi-crop:0.5", strategy="S5")], protocol_options("roi-crop"))
                      .groups["roi-crop", "oracle", ""][Line("S5", "0.5")].drop.mean)  # fmt: skip

"""What propagation must reach."""

from SAMBenchmarkLib.propagation.criteria import verdicts
from SAMBenchmarkLib.propagation.record import CostFigures, KeyframeFigures, TrustFigures


def by_name(records):
    return {one.name: one for one in verdicts(records)}


def test_a_propagation_that_reaches_everything_meets_all(a_record):
    records = [a_record(source, subject, 0.9, same_prompt=0.5, box_chain=0.8) for source in "ab" for subject in "st"]
    found = verdicts(records)
    assert len(found) == 15 and {one.answer for one in found} == {"met"}


def test_dice_is_held_against_the_best_baseline_and_the_lowest_dataset_is_named(a_record):
    records = [a_record("a", own=0.9, box_chain=0.7), a_record("b", own=0.75, box_chain=0.8, same_prompt=0.1)]
    found = by_name(records)
    mean = found["Dice: above the best baseline (box chain (MedSAM))"]
    assert mean.value == (0.2 - 0.05) / 2 or abs(mean.value - 0.075) < 1e-9
    assert mean.answer == "met"
    assert found["Dice: every dataset against it (lowest: b)"].answer == "missed"


def test_each_dataset_is_also_held_against_its_own_best(a_record):
    records = [
        a_record("a", own=0.9, box_chain=0.85, same_prompt=0.2),
        a_record("b", own=0.6, box_chain=0.5, same_prompt=0.7),
    ]
    found = by_name(records)
    assert found["Dice: every dataset against it (lowest: a)"].answer == "met"
    assert found["Dice: every dataset against its own best baseline (lowest: b)"].answer == "missed"


def test_one_structure_that_falls_too_far_or_a_changed_keyframe_is_found(a_record):
    fallen = a_record(keyframes=KeyframeFigures((1, 2), 0.9, 0.88, 1, 0.9, 0.9, 0.5, 0.5))
    found = by_name([a_record(), a_record(), fallen])
    assert found["two keyframes more: gain of every dataset (lowest: a)"].answer == "met"
    assert found["two keyframes more: largest fall of a structure"].answer == "missed"
    assert found["two keyframes more: voxels of keyframes changed"].answer == "missed"


def test_ends_confidence_and_cost_have_their_limits(a_record):
    poor = a_record(low=2.0, high=4.0, missed=1.0, trust=TrustFigures(0.5, 0.0), cost=CostFigures(10, 11, 30, 2.0, 1.0))
    answers = {name: one.answer for name, one in by_name([poor]).items()}
    for start in ("slices beyond", "slices missed", "slice confidence", "cost"):
        assert {answer for name, answer in answers.items() if name.startswith(start)} == {"missed"}


def test_what_was_not_run_is_not_measured(a_record):
    answers = {one.name: one.answer for one in verdicts([a_record()])}
    assert answers["Dice: above the best baseline"] == "not measured"
    assert answers["slices missed within: median"] == "met"
    assert {one.answer for one in verdicts([a_record(failure="empty")])} == {"not measured"}

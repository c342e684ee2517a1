"""Each criterion against scores for which the answer is known."""

import math

import pytest

from SAMBenchmarkLib.validation.comparison import compare
from SAMBenchmarkLib.validation.criteria import verdicts


def good_scores(a_score, **changes):
    """Two sources, two subjects each, that meet every criterion; `changes` replaces figures of a prompt."""
    figures = {
        "box": {"chosen": 0.9, "ellipse": 0.7, "otsu": 0.8, "grabcut": 0.6},
        "point": {"chosen": 0.7, "oracle": 0.74, "region_growing": 0.5, "flood_fill": 0.4},
        "5 clicks": {"chosen": 0.8, "random_walker": 0.6},
        "10 clicks": {"chosen": 0.88, "random_walker": 0.6},
    } | changes
    trust = ((0.2, 0.2), (0.4, 0.4), (0.6, 0.6), (0.8, 0.8))
    people = (("a", "p"), ("a", "q"), ("b", "p"), ("b", "q"))
    return [
        a_score(source, prompt=prompt, subject=subject, predicted=predicted, true=true, **values)
        for prompt, values in figures.items()
        for (source, subject), (predicted, true) in zip(people, trust, strict=True)
    ]


def by_name(found, start):
    (verdict,) = (verdict for verdict in found if verdict.name.startswith(start))
    return verdict


def test_a_good_model_meets_all_but_what_was_not_measured(a_score):
    found = verdicts(good_scores(a_score))
    assert [verdict.answer for verdict in found[:-1]] == ["met"] * (len(found) - 1)
    assert found[-1].name.startswith("generalisation") and found[-1].met is None and math.isnan(found[-1].value)


def test_the_model_is_held_against_the_best_baseline(a_score):
    verdict = by_name(verdicts(good_scores(a_score)), "box: above the best baseline")
    assert "(Otsu)" in verdict.name and verdict.value == pytest.approx(0.1) and verdict.floor == "0.08 or more"
    verdict = by_name(verdicts(good_scores(a_score)), "point: above the best baseline")
    assert "(region growing)" in verdict.name and verdict.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("start", "changes", "value"),
    [
        ("box: above", {"box": {"chosen": 0.9, "ellipse": 0.83}}, 0.07),
        ("box: compact", {"box": {"chosen": 0.84, "ellipse": 0.5}}, 0.84),
        ("box: every source", {"box": {"chosen": 0.9, "ellipse": 0.92}}, -0.02),
        ("point: above", {"point": {"chosen": 0.7, "region_growing": 0.61}}, 0.09),
        ("point: lost", {"point": {"chosen": 0.7, "oracle": 0.76}}, 0.06),
        ("5 clicks: above one point", {"5 clicks": {"chosen": 0.69}}, -0.01),
        ("10 clicks: above 5", {"10 clicks": {"chosen": 0.8}}, 0.0),
        ("5 clicks: above the random", {"5 clicks": {"chosen": 0.8, "random_walker": 0.85}}, -0.05),
        ("10 clicks: above the random", {"10 clicks": {"chosen": 0.88, "random_walker": 0.9}}, -0.02),
        ("10 clicks: against the box", {"10 clicks": {"chosen": 0.86}}, -0.04),
    ],
)
def test_each_criterion_can_be_missed(a_score, start, changes, value):
    verdict = by_name(verdicts(good_scores(a_score, **changes)), start)
    assert verdict.value == pytest.approx(value) and verdict.met is False and verdict.answer == "missed"


def test_the_source_that_is_lowest_against_the_ellipse_is_named(a_score):
    scores = [a_score("a", 0.9, ellipse=0.8), a_score("b", 0.6, ellipse=0.7)]
    verdict = by_name(verdicts(scores), "box: every source")
    assert "(lowest: b)" in verdict.name and verdict.value == pytest.approx(-0.1) and verdict.met is False


def test_only_compact_objects_count_as_such(a_score):
    scores = [a_score(chosen=0.9), a_score(chosen=0.1, part=0.5, label=2), a_score(chosen=0.1, pixels=60, label=3)]
    assert by_name(verdicts(scores), "box: compact").value == pytest.approx(0.9)


def test_trust_is_missed_by_wrong_and_by_unordered_predictions(a_score):
    overconfident = [a_score(predicted=0.9, true=0.5 + k / 100) for k in range(5)]
    assert by_name(verdicts(overconfident), "predicted IoU: expected").met is False
    turned = [a_score(predicted=k / 10, true=1 - k / 10) for k in range(5)]
    verdict = by_name(verdicts(turned), "predicted IoU: Spearman")
    assert verdict.value == pytest.approx(-1) and verdict.met is False


def test_without_baselines_nothing_is_said_about_them(a_score):
    found = verdicts([a_score(chosen=0.9), a_score(prompt="point", chosen=0.5)])
    for start in ("box: above", "point: above", "box: every source", "5 clicks: above the random"):
        assert by_name(found, start).answer == "not measured"


@pytest.mark.parametrize(("without", "met"), [(0.83, True), (0.81, False)])
def test_generalisation_is_measured_where_one_model_knew_the_source(a_score, without, met):
    scores, against = good_scores(a_score), good_scores(a_score, box={"chosen": without})
    comparison = compare(scores, against, {"a", "b"}, {"b"})
    found = [verdict for verdict in verdicts(scores, comparison) if verdict.name.startswith("generalisation")]
    assert len(found) == 4
    assert found[0].name.startswith("generalisation, box") and found[0].value == pytest.approx(0.9 - without)
    assert found[0].met is met and found[1].met is True

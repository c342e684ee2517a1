"""The difference between two models, and what of it is due to a source."""

import pytest

from SAMBenchmarkLib.validation.comparison import compare


def pair(a_score, source, first, second, prompt="box"):
    return a_score(source, first, prompt=prompt), a_score(source, second, prompt=prompt)


def compared(pairs, trained=None, against_trained=None):
    scores, against = zip(*pairs, strict=True)
    return compare(scores, against[::-1], trained, against_trained)


def test_differences_are_taken_object_by_object(a_score):
    found = compared(
        [pair(a_score, "a", 0.9, 0.5), pair(a_score, "b", 0.2, 0.3), pair(a_score, "a", 0.1, 0.2, "point")]
    )
    assert found.differences["box"].sources["a"].value == pytest.approx(0.4)
    assert found.differences["box"].mean.value == pytest.approx(0.15)
    assert found.differences["point"].mean.value == pytest.approx(-0.1)


def test_generalisation_is_trained_with_a_source_less_without_it(a_score):
    pairs = [
        pair(a_score, "first", 0.9, 0.7),
        pair(a_score, "second", 0.5, 0.6),
        pair(a_score, "both", 0.9, 0.1),
        pair(a_score, "neither", 0.1, 0.8),
    ]
    found = compared(pairs, {"first", "both"}, {"second", "both"})
    assert {name: found.trained_on(name) for name in ("first", "second", "both", "neither")} == {
        "first": "first",
        "second": "second",
        "both": "both",
        "neither": "neither",
    }
    assert found.generalisation("box").value == pytest.approx((0.2 + 0.1) / 2)
    assert found.generalisation("point") is None


def test_without_knowledge_of_the_training_nothing_is_said_about_generalisation(a_score):
    found = compared([pair(a_score, "a", 0.9, 0.7)], None, {"a"})
    assert found.trained_on("a") == "unknown" and found.generalisation("box") is None
    assert compared([pair(a_score, "a", 0.9, 0.7)], {"a"}, {"a"}).generalisation("box") is None

"""Objects are averaged per source, sources count alike."""

import math

import pytest

from SAMBenchmarkLib.validation.averages import above_baseline, average, best_baseline, chosen, of_baseline, oracle


def test_sources_count_equally_whatever_their_number_of_objects(a_score):
    found = average([a_score("b", 0.8), *(a_score("a", value) for value in (0.2, 0.4, 0.6))], chosen)
    assert list(found.sources) == ["a", "b"]
    assert found.sources["a"].value == pytest.approx(0.4) and found.sources["a"].objects == 3
    assert found.mean.value == pytest.approx(0.6) and found.mean.objects == 4


def test_columns_read_what_they_say(a_score):
    score = a_score(chosen=0.5, oracle=0.75, ellipse=0.375)
    assert (chosen(score), oracle(score), of_baseline("ellipse")(score)) == (0.5, 0.75, 0.375)
    assert above_baseline("ellipse")(score) == 0.125
    assert math.isnan(above_baseline("otsu")(score))


def test_differences_are_taken_on_objects_that_both_saw(a_score):
    scores = [a_score("a", 0.9, ellipse=0.8), a_score("a", 0.1, label=2)]
    assert average(scores, above_baseline("ellipse")).mean.value == pytest.approx(0.1)
    assert average(scores, chosen).mean.value == pytest.approx(0.5)


def test_sources_without_a_value_are_left_out(a_score):
    found = average([a_score("a", ellipse=0.3), a_score("b")], of_baseline("ellipse"))
    assert list(found.sources) == ["a"] and found.mean.value == pytest.approx(0.3)
    assert math.isnan(average([], chosen).mean.value)


def test_the_best_baseline_has_the_highest_mean_of_sources(a_score):
    scores = [a_score("a", ellipse=0.9, otsu=0.5) for _ in range(9)] + [a_score("b", ellipse=0.1, otsu=0.6)]
    assert best_baseline(scores, "box") == "otsu"
    assert best_baseline(scores, "point") is None
    assert best_baseline([a_score()], "box") is None

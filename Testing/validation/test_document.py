"""The account says how it was done and holds all tables."""

from SAMBenchmarkLib.validation.comparison import compare
from SAMBenchmarkLib.validation.document import Facts, document
from SAMBenchmarkLib.validation.measure import Measurement
from SAMBenchmarkLib.validation.prompting import PROMPTS

FACTS = Facts("my model", "other", ("x", "y"), 6, 3)


def all_prompts(a_score, group="new subjects", label=1, **baselines):
    return [a_score(prompt=prompt, group=group, label=label, **baselines) for prompt in PROMPTS]


def test_it_names_the_weights_and_what_was_measured(a_score):
    text = document(Measurement(all_prompts(a_score), [], 5, 5), None, FACTS)
    assert text.startswith("# Validation of my model\n")
    assert "5 slices (at most 6 of a source), 1 objects; seed 3; sources kept out of training by name: x, y." in text
    assert "## New subjects" in text and "## New sources" not in text and "## Compared" not in text
    assert "## Criteria" in text and "Stopped" not in text


def test_a_stopped_measurement_says_so(a_score):
    text = document(Measurement(all_prompts(a_score), [], 5, 9), None, FACTS)
    assert "Stopped after 5 of 9 slices: the figures are partial." in text


def test_it_says_where_the_classical_methods_saw_fewer_objects(a_score):
    scores = all_prompts(a_score, ellipse=0.5) + all_prompts(a_score, label=2)
    assert "run on 1 objects fewer" in document(Measurement(scores, [], 1, 1), None, FACTS)
    assert "fewer" not in document(Measurement(all_prompts(a_score), [], 1, 1), None, FACTS)


def test_a_second_model_is_compared(a_score):
    scores = all_prompts(a_score, group="new sources")
    text = document(Measurement(scores, scores, 1, 1), compare(scores, scores), FACTS)
    assert "## Compared with other" in text and "## New sources" in text

"""The account of a measurement."""

from SAMBenchmarkLib.propagation.document import Facts, document, notes
from SAMBenchmarkLib.propagation.measure import Measurement

FACTS = Facts("sam-small", "2", 3, 12, 50, ("margin=4",), 7)


def test_the_account_says_what_was_run(a_record):
    text = document(Measurement([a_record()], 1), FACTS)
    assert text.startswith("# Propagation with sam-small\n\n1 structure (at most 12 of a dataset")
    assert "slice axis: 2; seed 7. Every 3th slice was kept. Parameters: margin=4." in text
    assert "## Criteria\n\n| criterion | asked for | measured |  |" in text and "partial" not in text


def test_a_stop_failures_and_automatic_references_are_told(a_record):
    found = notes(Measurement([a_record(), a_record("b", failure="The mask is empty.")], 5), FACTS)
    assert "**Stopped after 2 of 5 structures" in found[1]
    assert found[2].startswith("Not measured, and in no figure: 1 structure, as in b/s, organ: The mask is empty.")

import re

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.store import CASES_ASKED_FOR
from SAMBenchmarkLib.report.run_facts import RunFacts
from SAMBenchmarkLib.report.section_options import options_section
from support.outcomes import HASH


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_every_option_stands_with_its_meaning():
    options = BenchmarkOptions(seed=31, stride=4).to_json()
    text = text_of(options_section(RunFacts(HASH, options)))
    assert HASH in text
    assert all(f" {name} " in text for name in options)
    assert "seed 31 Start of everything random" in text
    assert "strategies S1, S2, S3, S4, S5, S6 Which prompts" in text


def test_the_model_has_a_table_of_its_own():
    facts = RunFacts(
        HASH, {"model": "tiny", "model_sha256": "cd" * 32}, {"model_licence": "MIT", "torch": "2.5", CASES_ASKED_FOR: 7}
    )
    text = text_of(options_section(facts))
    assert "Name tiny" in text
    assert "SHA-256 of the weights " + "cd" * 32 in text
    assert "Licence of the weights MIT" in text
    assert "torch 2.5" in text and "cases asked" not in text.replace("_", " ")
    assert "To know before use" not in text
    assert text.count("MIT") == 1


def test_what_is_not_recorded_is_said():
    text = text_of(options_section(RunFacts(HASH)))
    assert "not recorded" in text
    assert "No versions were recorded." in text


@pytest.mark.parametrize("preset", ["paper", "authors_code"])
def test_defects_are_named_for_the_preset_that_has_them(preset):
    text = text_of(options_section(RunFacts(HASH, BenchmarkOptions(preset=preset).to_json())))
    assert ("six foreground points" in text) == (preset == "authors_code")
    assert ("Distances of empty predictions are 0" in text) == (preset == "authors_code")

"""What was learnt about engines is kept, read with care, and never stands in the way."""

import json
import logging

import pytest

from SAMSegmenterLib.models.engine_records import (
    EngineCheck,
    choice_key,
    forget_choices,
    read_records,
    records_path,
    remember_check,
    remember_choice,
    remembered_choice,
)

CHECK = EngineCheck(2e-6, 1e-6, 3e-5, True)


def written(text):
    records_path().parent.mkdir(parents=True)
    records_path().write_text(text, encoding="utf-8")


def test_checks_and_choices_are_kept_beside_each_other(models_folder):
    remember_check("fast|abc", CHECK)
    remember_choice("vit_b", "cpu", "openvino")
    assert read_records().checks == {"fast|abc": CHECK}
    assert remembered_choice("vit_b", "cpu") == "openvino" and remembered_choice("vit_h", "cpu") is None
    assert list(models_folder.glob("*.json")) == []


def test_a_choice_holds_for_all_cards_of_a_kind():
    assert choice_key("vit_b", "cuda:1") == choice_key("vit_b", "cuda") != choice_key("vit_b", "cpu")


def test_choices_are_forgotten_and_checks_stay(models_folder):
    remember_check("fast|abc", CHECK)
    remember_choice("vit_b", "cpu", "openvino")
    assert (forget_choices(), forget_choices()) == (1, 0)
    assert remembered_choice("vit_b", "cpu") is None and read_records().checks == {"fast|abc": CHECK}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"schema": "sam-engines/2", "checks": {}, "choices": {}}',
        '{"schema": "sam-engines/1", "checks": {}, "choices": {"vit_b|cpu": "abacus"}}',
        '{"schema": "sam-engines/1", "checks": {"k": {"largest": 0}}, "choices": {}}',
        '{"schema": "sam-engines/1", "checks": {"k": {"largest": "0", "relative": 0, "logits": 0, "passed": true}},'
        ' "choices": {}}',
        '{"schema": "sam-engines/1", "checks": {"k": {"largest": NaN, "relative": 0, "logits": 0, "passed": true}},'
        ' "choices": {}}',
    ],
)
def test_a_bad_file_is_passed_over_and_written_anew(models_folder, caplog, text):
    written(text)
    with caplog.at_level(logging.WARNING):
        records = read_records()
    assert (records.checks, records.choices) == ({}, {}) and "cannot be read" in caplog.text
    remember_choice("vit_b", "cpu", "fast")
    assert remembered_choice("vit_b", "cpu") == "fast"


def test_without_a_file_there_is_nothing_and_no_warning(models_folder, caplog):
    assert read_records().choices == {} and caplog.text == ""


def test_a_folder_that_cannot_be_written_ends_nothing(models_folder):
    models_folder.write_text("a file", encoding="utf-8")
    remember_check("fast|abc", CHECK)
    assert read_records().checks == {}


def test_the_file_is_plain_json(models_folder):
    remember_check("fast|abc", CHECK)
    data = json.loads(records_path().read_text(encoding="utf-8"))
    assert data["checks"]["fast|abc"] == {"largest": 2e-6, "relative": 1e-6, "logits": 3e-5, "passed": True}

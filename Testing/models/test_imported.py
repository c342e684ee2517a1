"""Descriptions beside imported weights are written, read, and passed over when they are of no use."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.imported import checked_name, name_from_file, read_imported, remove_files, write_sidecar
from SAMSegmenterLib.models.known_models import blank_spec


@pytest.fixture
def a_spec(tmp_path):
    path = tmp_path / "mine.pth"
    path.write_bytes(b"weights")
    thresholds = EverythingParameters(pred_iou_thresh=0.5)
    return replace(blank_spec("mine", "small", "ab" * 32), path=path, bytes=7, s1_thresholds=thresholds, card="Words.")


def test_a_description_comes_back_as_it_was(tmp_path, a_spec):
    write_sidecar(a_spec)
    assert list(read_imported(tmp_path)) == [a_spec]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.json", "mine.pth"]
    assert str(tmp_path) not in (tmp_path / "mine.json").read_text(encoding="utf-8")


def test_a_promptless_model_stays_one(tmp_path, a_spec):
    write_sidecar(replace(a_spec, promptless=True))
    assert [spec.promptless for spec in read_imported(tmp_path)] == [True]


def test_a_description_of_before_there_were_promptless_models_is_read(tmp_path, a_spec):
    write_sidecar(a_spec)
    sidecar = tmp_path / "mine.json"
    described = json.loads(sidecar.read_text(encoding="utf-8"))
    del described["promptless"]
    sidecar.write_text(json.dumps(described), encoding="utf-8")
    assert list(read_imported(tmp_path)) == [a_spec] and not a_spec.promptless


def test_weights_that_are_gone_or_of_another_size_are_not_installed(tmp_path, a_spec):
    write_sidecar(a_spec)
    a_spec.path.write_bytes(b"weigh")
    assert list(read_imported(tmp_path)) == [replace(a_spec, path=None)]
    a_spec.path.unlink()
    assert list(read_imported(tmp_path)) == [replace(a_spec, path=None)]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "sam-model/9"},
        {"path": "../../elsewhere.pth"},
        {"name": "other"},
        {"unheard_of": 1},
        {"normalisation": 3},
        {"s1_thresholds": {"unheard_of": 1}},
        {"promptless": "true"},
        None,
    ],
)
def test_a_description_of_another_form_is_passed_over_with_a_warning(tmp_path, a_spec, change, caplog):
    write_sidecar(a_spec)
    sidecar = tmp_path / "mine.json"
    text = json.dumps(json.loads(sidecar.read_text(encoding="utf-8")) | change) if change else "{"
    sidecar.write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert list(read_imported(tmp_path)) == []
    assert "mine.json" in caplog.text


def test_a_folder_that_does_not_exist_holds_nothing(tmp_path):
    assert list(read_imported(tmp_path / "absent")) == []


def test_removing_deletes_weights_and_description(tmp_path, a_spec):
    write_sidecar(a_spec)
    remove_files(a_spec)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../x", "a b", "a/b", ".hidden", "x" * 65, "é"])
def test_a_name_that_is_no_file_name_is_refused(name):
    with pytest.raises(InputError, match="cannot be a model's name"):
        checked_name(name)


@pytest.mark.parametrize(
    ("file", "name"), [("My Model (1).pth", "My-Model-1"), ("medsam_vit_b.pth", "medsam_vit_b"), ("Ä.pth", "model")]
)
def test_a_name_is_made_from_the_file(file, name):
    assert name_from_file(Path(file)) == name

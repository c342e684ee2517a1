from __future__ import annotations

from dataclasses import replace

import pytest

from SAMSegmenterLib.core.predictor import ModelSpec


@pytest.fixture
def texts(a_desktop):
    from SAMSegmenterLib.desktop import model_texts

    return model_texts


def test_a_line_says_name_place_size_and_licence(texts):
    spec = ModelSpec("vit_b", "vit_b", "", bytes=375_000_000, licence="Apache-2.0")
    assert texts.model_line(spec) == ["vit_b", "no", "375 MB", "Apache-2.0"]
    assert texts.model_line(replace(spec, bytes=0, path="m.pth")) == ["vit_b", "yes", "", "Apache-2.0"]


def test_an_import_says_what_it_was(texts):
    spec = ModelSpec("mine", "vit_b", "", licence="own", card="Segments livers.")
    assert texts.imported_text(spec) == "'mine' is installed (vit_b). Licence: own."
    assert "Segments livers." in texts.imported_text(replace(spec, promptless=True))


def test_licences_come_with_the_address_of_their_text(texts):
    assert texts.licence_text(ModelSpec("m", "vit_b", "", licence="Apache-2.0")).endswith("LICENSE-2.0)")
    assert "by-sa/4.0" in texts.licence_text(ModelSpec("m", "small", "", licence="CC BY-SA 4.0"))
    assert "ask the model's authors" in texts.licence_text(ModelSpec("m", "vit_b", "", licence="unknown"))
    assert texts.licence_text(ModelSpec("m", "vit_b", "", licence="own")) == "own"


def test_a_card_beside_the_weights_is_the_one_to_read(texts, tmp_path):
    spec = ModelSpec("m", "vit_b", "", card="Short.", licence="own", path=tmp_path / "m.pth")
    assert texts.card_text(spec) == "Short.\n\nLicence: own"
    (tmp_path / "m.md").write_text("Long.", encoding="utf-8")
    assert texts.card_text(spec) == "Long.\n\nLicence: own"
    (tmp_path / "m.md").write_bytes(b"\xff\xfe")
    assert texts.card_text(spec) == "Short.\n\nLicence: own"
    assert texts.card_text(ModelSpec("m", "vit_b", "")).startswith("There is no card.")

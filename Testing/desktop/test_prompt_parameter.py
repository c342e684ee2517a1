"""Prompts that a script gives as a parameter."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import PromptFile, VolumeIdentity, write_prompt_file
from SAMSegmenterLib.desktop.prompt_parameter import PARAMETER, prompts_from, take_prompt_text
from support.phantoms import two_boxes_volume

TEXT = write_prompt_file(PromptFile(VolumeIdentity((2, 3, 4), np.eye(4)), "sam-small"))


def test_a_text_is_read_as_it_is():
    assert prompts_from(TEXT).volume.shape_kji == (2, 3, 4)


def test_a_path_is_read_with_or_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "prompts \u00e4.json"
    path.write_text("\ufeff" + TEXT, encoding="utf-8")
    assert prompts_from(str(path)).model == "sam-small"


@pytest.mark.parametrize(
    ("name", "words"), [("none.json", "There is no prompt file"), ("\0", "prompt file"), ("x" * 5000, "prompt file")]
)
def test_a_file_that_is_not_there_is_refused(name, words):
    with pytest.raises(InputError, match=words) as raised:
        prompts_from(name)
    assert len(str(raised.value)) < 600


def test_files_of_another_kind_are_refused(tmp_path):
    picture = tmp_path / "scan.nrrd"
    picture.write_bytes(b"NRRD0004\n\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        prompts_from(str(picture))
    with pytest.raises(InputError, match="no prompt file"):
        prompts_from(str(tmp_path))
    with pytest.raises(InputError):
        prompts_from('{"schema": "sam-prompts/1"}')


def test_a_parameter_is_taken_once(start_effect):
    effect = start_effect(two_boxes_volume()[0]).effect
    assert take_prompt_text(effect) == ""
    effect.setParameter(PARAMETER, f"  {TEXT}\n")
    assert take_prompt_text(effect) == TEXT
    assert take_prompt_text(effect) == ""

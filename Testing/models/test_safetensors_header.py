"""The header of a safetensors file is read without torch, and a damaged file is noticed."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.safetensors_header import read_header, read_metadata


@pytest.fixture
def a_file(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file({"a": np.zeros((2, 3), np.float16), "b": np.ones(4, np.int64)}, path, {"licence": "Apache-2.0"})
    return path


def test_names_shapes_and_metadata_are_read(a_file):
    header = read_header(a_file)
    assert header["a"]["shape"] == [2, 3] and header["b"]["dtype"] == "I64"
    assert read_metadata(a_file) == {"licence": "Apache-2.0"}


def test_a_file_without_metadata_has_none(tmp_path):
    save_file({"a": np.zeros(1)}, tmp_path / "x.safetensors")
    assert read_metadata(tmp_path / "x.safetensors") == {}


@pytest.mark.parametrize("length", [0, 5, 40, -1])
def test_a_truncated_file_is_refused(a_file, length):
    a_file.write_bytes(a_file.read_bytes()[:length])
    with pytest.raises(ModelError, match="not a complete safetensors file") as caught:
        read_header(a_file)
    assert "Copy or download" in caught.value.hint


def test_bytes_after_the_end_are_refused(a_file):
    a_file.write_bytes(a_file.read_bytes() + b"x")
    with pytest.raises(ModelError, match="not a complete"):
        read_header(a_file)


@pytest.mark.parametrize("header", [[1, 2], {"a": {}}, {"a": {"data_offsets": "xy"}}, {"a": 3}])
def test_a_header_of_another_form_is_refused(tmp_path, header):
    text = json.dumps(header).encode()
    path = tmp_path / "odd.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    with pytest.raises(ModelError, match="not a complete"):
        read_header(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"absent\.safetensors"):
        read_header(tmp_path / "absent.safetensors")

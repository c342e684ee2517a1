"""A state comes back whole, is never half written, and a damaged one is named."""

import errno

import pytest
import torch

from SAMSegmenterLib.core.errors import ModelError, StoreError
from SAMSegmenterLib.models.training.state_file import STATE_FILE, read_state, write_state


def write(folder, value):
    write_state(folder, "test/1", {"step": value}, {"w": torch.full((3,), float(value))})


def read(folder):
    return read_state(folder, "test/1", lambda described, content: (described["step"], content["w"].tolist()), "test")


def test_what_is_written_comes_back_and_nothing_else_is_left(tmp_path):
    write(tmp_path, 1)
    write(tmp_path, 2)
    assert read(tmp_path) == (2, [2.0, 2.0, 2.0])
    assert [path.name for path in tmp_path.iterdir()] == [STATE_FILE]


def test_an_empty_folder_has_no_state(tmp_path):
    assert read(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"not a state", b"PK\x03\x04 not whole"])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / STATE_FILE).write_bytes(content)
    with pytest.raises(ModelError, match="not the state of a test") as error:
        read(tmp_path)
    assert "empty output folder" in error.value.hint


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    write(tmp_path, 1)
    path = tmp_path / STATE_FILE
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ModelError, match="not the state of a test"):
        read(tmp_path)


@pytest.mark.parametrize("content", [{}, {"described": "{}"}, {"described": '{"schema": "test/1", "step": 1}'}])
def test_a_file_that_misses_something_is_refused(tmp_path, content):
    torch.save(content, tmp_path / STATE_FILE)
    with pytest.raises(ModelError, match="not the state of a test"):
        read(tmp_path)


def test_a_full_disk_leaves_the_earlier_state_and_no_half_file(tmp_path, monkeypatch):
    write(tmp_path, 1)

    def full(self, content):
        self.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(StoreError, match="No space left") as error:
        write(tmp_path, 2)
    assert "disk is full" in error.value.hint
    monkeypatch.undo()
    assert read(tmp_path)[0] == 1
    assert [path.name for path in tmp_path.iterdir()] == [STATE_FILE]

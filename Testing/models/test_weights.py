"""Weights are read from the usual containers; what is not weights is refused, and its code never runs."""

import hashlib
import pickle

import pytest
import torch
from safetensors.torch import save_file

from SAMSegmenterLib.core.errors import Cancelled, ModelError
from SAMSegmenterLib.models.weights import file_sha256, read_state_dict

TENSORS = {"layer.weight": torch.arange(6.0).reshape(2, 3), "layer.bias": torch.tensor([1.5, -2.0])}


class Malicious:
    """Unpickling it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def assert_are_tensors(found):
    assert set(found) == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert torch.equal(found[name], tensor)


@pytest.mark.parametrize(
    "content",
    [
        TENSORS,
        {"model": TENSORS, "optimizer": {"lr": 0.1}, "epoch": 3},
        {"state_dict": TENSORS},
        {"model": {"state_dict": TENSORS}},
        {f"module.{name}": tensor for name, tensor in TENSORS.items()},
        {"model": {f"module.{name}": tensor for name, tensor in TENSORS.items()}},
        {**TENSORS, "epoch": 3},
    ],
)
def test_checkpoints_are_unwrapped(tmp_path, content):
    torch.save(content, tmp_path / "checkpoint.pth")
    assert_are_tensors(read_state_dict(tmp_path / "checkpoint.pth"))


def test_safetensors_are_read_whatever_their_suffix(tmp_path):
    save_file({f"module.{name}": tensor for name, tensor in TENSORS.items()}, tmp_path / "weights.bin")
    assert_are_tensors(read_state_dict(tmp_path / "weights.bin"))


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_checkpoint_never_runs(tmp_path, zipped):
    trace, path = tmp_path / "trace", tmp_path / "evil.pth"
    torch.save({"model": TENSORS, "extra": Malicious(trace)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ModelError, match="code") as caught:
        read_state_dict(path)
    assert caught.value.hint and not trace.exists()
    torch.load(path, weights_only=False)["extra"].close()  # the file does carry code: opened carelessly, it runs
    assert trace.exists()


def test_a_bare_pickle_never_runs(tmp_path):
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps(Malicious(tmp_path / "trace")))
    with pytest.raises(ModelError, match="program code"):
        read_state_dict(tmp_path / "evil.pkl")
    assert not (tmp_path / "trace").exists()


def test_an_old_pytorch_format_is_refused_with_a_way_out(tmp_path):
    torch.save(TENSORS, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    with pytest.raises(ModelError, match="old format") as caught:
        read_state_dict(tmp_path / "old.pth")
    assert "safetensors" in caught.value.hint


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_a_truncated_file_is_refused(tmp_path, kind, part):
    path = tmp_path / f"weights.{kind}"
    tensors = {"a": torch.zeros(1000)}
    if kind == "pth":
        torch.save(tensors, path)
    else:
        save_file(tensors, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(ModelError) as caught:
        read_state_dict(path)
    assert caught.value.hint == "Copy or download the file again."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<html>404</html>", "is not a checkpoint"),
        (b"x", "is not a checkpoint"),
        (b"PK\x03\x04 no archive", "is damaged"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words):
    (tmp_path / "file.pth").write_bytes(content)
    with pytest.raises(ModelError, match=words) as caught:
        read_state_dict(tmp_path / "file.pth")
    assert caught.value.hint


@pytest.mark.parametrize("content", [{}, {"epoch": 3}, [torch.zeros(1)], torch.zeros(2), {"model": {}}])
def test_a_checkpoint_without_named_tensors_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "file.pth")
    with pytest.raises(ModelError, match="holds no weights"):
        read_state_dict(tmp_path / "file.pth")


def test_a_folder_and_a_missing_file_are_called_so(tmp_path):
    with pytest.raises(ModelError, match="is a folder"):
        read_state_dict(tmp_path)
    with pytest.raises(ModelError, match="There is no file"):
        read_state_dict(tmp_path / "absent.pth")


def test_the_hash_is_that_of_the_content_and_progress_counts_bytes(tmp_path):
    content = bytes(range(256)) * 40_000
    (tmp_path / "file").write_bytes(content)
    events = []
    assert file_sha256(tmp_path / "file", events.append) == hashlib.sha256(content).hexdigest()
    assert [event.done for event in events] == [4 << 20, 8 << 20, len(content)]
    assert {event.total for event in events} == {len(content)}


def test_hashing_can_be_stopped(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    with pytest.raises(Cancelled):
        file_sha256(tmp_path / "file", should_stop=lambda: True)
    with pytest.raises(ModelError, match="cannot be read"):
        file_sha256(tmp_path / "absent")

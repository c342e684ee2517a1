"""Files of samples are drawn once, alike whenever they are drawn, and those of another run are refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.models.training.refining import shards
from SAMSegmenterLib.models.training.refining.samples import NAMES
from SAMSegmenterLib.models.training.refining.shards import FOLDER, Shards
from support.refining_samples import disk_window

IDENTITY = {"seed": 3, "model_sha256": "a", "data": "d", "sources": ["disks"]}


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """Files of four samples, three of which a picture gives."""
    monkeypatch.setattr(shards, "SHARD_SIZE", 4)
    pictures = []

    def answered(sam, drawn, rng):
        pictures.append(drawn)
        return [disk_window(int(rng.integers(1000))) for _ in range(3)]

    monkeypatch.setattr(shards, "answered", answered)
    monkeypatch.setattr(shards, "PICTURE_SIDE", 64)
    return pictures


def drawn(folder, count=9, identity=IDENTITY, **callbacks):
    folder.mkdir(exist_ok=True)
    made = Shards(folder, count, identity)
    made.draw(None, [], **callbacks)
    return made


def files(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / FOLDER).iterdir())}


def test_samples_come_back_as_they_were_drawn_without_pickles(tmp_path):
    samples = drawn(tmp_path / "run").read()
    assert len(samples) == 9
    assert list(files(tmp_path / "run")) == ["samples-000.npz", "samples-001.npz", "samples-002.npz"]
    with np.load(tmp_path / "run" / FOLDER / "samples-001.npz", allow_pickle=False) as content:
        assert set(content) == {*NAMES, "identity"}
        for name in NAMES:
            assert np.array_equal(content[name], samples.arrays[name][4:8], equal_nan=content[name].dtype.kind == "f")
    truths = {samples.arrays["truth"][row].tobytes() + samples.arrays["colours"][row].tobytes() for row in range(9)}
    assert len(truths) == 9


def test_stopped_drawing_goes_on_to_the_same_files(tmp_path, small_files):
    drawn(tmp_path / "whole")
    asked = iter([False] * 3 + [True])
    with pytest.raises(Cancelled):
        drawn(tmp_path / "parts", should_stop=lambda: next(asked))
    assert list(files(tmp_path / "parts")) == ["samples-000.npz"]
    small_files.clear()
    events = []
    drawn(tmp_path / "parts", on_progress=events.append)
    assert files(tmp_path / "parts") == files(tmp_path / "whole")
    assert len(small_files) == 3  # two pictures for the second file, one for the third
    assert [(event.done, event.total) for event in events] == [(7, 9), (8, 9), (9, 9)]
    small_files.clear()
    drawn(tmp_path / "parts")
    assert small_files == []


def test_another_seed_gives_other_samples(tmp_path):
    drawn(tmp_path / "one", 4)
    drawn(tmp_path / "two", 4, {**IDENTITY, "seed": 4})
    one, two = (Shards(tmp_path / name, 4, {}).read().arrays["colours"] for name in ("one", "two"))
    assert not np.array_equal(one, two)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"model_sha256": "b"}, "other base model"),
        ({"data": "e"}, "other images and labels"),
        ({"seed": 4}, "seed 3, now 4"),
    ],
)
def test_files_of_another_run_are_refused_by_name_and_stay(tmp_path, changed, message):
    drawn(tmp_path / "run")
    before = files(tmp_path / "run")
    (tmp_path / "run" / FOLDER / "samples-002.npz").unlink()
    with pytest.raises(InputError, match=message) as caught:
        drawn(tmp_path / "run", identity={**IDENTITY, **changed})
    assert "another output folder" in caught.value.hint
    assert files(tmp_path / "run") == {name: before[name] for name in ("samples-000.npz", "samples-001.npz")}


def test_files_drawn_by_another_version_of_the_program_are_refused(tmp_path, monkeypatch):
    drawn(tmp_path / "run")
    with monkeypatch.context() as patch, pytest.raises(InputError, match="pictures"):
        patch.setattr(shards, "PICTURES", replace(shards.PICTURES, synthetic_fraction=0.9))
        drawn(tmp_path / "run")
    monkeypatch.setattr(shards, "SCHEMA", "sam-refining-samples/0")
    with pytest.raises(InputError, match="schema sam-refining-samples/1, now sam-refining-samples/0"):
        drawn(tmp_path / "run")


def test_another_number_of_samples_in_a_file_is_refused(tmp_path):
    drawn(tmp_path / "run", 6)
    with pytest.raises(InputError, match="holds 2 samples in place of 4"):
        drawn(tmp_path / "run", 9)


def test_a_damaged_file_and_a_pickle_are_named(tmp_path):
    made = drawn(tmp_path / "run")
    path = tmp_path / "run" / FOLDER / "samples-001.npz"
    whole = path.read_bytes()
    for content in (b"", whole[:1000], whole[: len(whole) // 2]):
        path.write_bytes(content)
        for act in (lambda: drawn(tmp_path / "run"), made.read):
            with pytest.raises(ModelError, match=r"samples-001\.npz holds no samples") as caught:
                act()
            assert "Delete the file" in caught.value.hint
    with path.open("wb") as file:
        np.savez(file, identity=np.array(json.dumps({})), best=np.array([print], dtype=object))
    with pytest.raises(ModelError, match="holds no samples"):
        drawn(tmp_path / "run")


def test_what_a_killed_run_left_half_written_is_removed(tmp_path):
    (tmp_path / "run" / FOLDER).mkdir(parents=True)
    (tmp_path / "run" / FOLDER / ".0123456789ab.npz").write_bytes(b"half")
    drawn(tmp_path / "run", 2)
    assert list(files(tmp_path / "run")) == ["samples-000.npz"]


def test_pictures_that_give_nothing_end_with_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "answered", lambda sam, drawn, rng: [])
    monkeypatch.setattr(shards, "MOST_TRIES", 3)
    with pytest.raises(InputError, match="None of 3 pictures"):
        drawn(tmp_path / "run")
    assert files(tmp_path / "run") == {}


def test_too_little_memory_for_all_samples_says_what_to_do(tmp_path, monkeypatch):
    made = drawn(tmp_path / "run", 2)

    def full(count):
        raise MemoryError

    monkeypatch.setattr(shards, "Samples", full)
    with pytest.raises(ModelError, match="does not suffice for 2 samples") as caught:
        made.read()
    assert "--samples" in caught.value.hint

"""Downloads survive servers that break off, and never leave a file that is not the right one."""

import errno
import hashlib
import shutil
import socket

import pytest

from SAMSegmenterLib.core.errors import Cancelled, ModelError, StoreError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models import download as module
from SAMSegmenterLib.models.download import download
from support.weights_server import serving

CONTENT = bytes(range(256)) * 4000  # four chunks


@pytest.fixture
def a_server():
    with serving(CONTENT) as server:
        yield server


def spec_of(server, **changes) -> ModelSpec:
    fields = {"sha256": hashlib.sha256(CONTENT).hexdigest(), "bytes": len(CONTENT), "url": server.url} | changes
    return ModelSpec("model", "vit_b", **fields)


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_with_progress_in_bytes(a_server, tmp_path):
    events = []
    path = download(spec_of(a_server), tmp_path, events.append)
    assert path == tmp_path / "weights.pth" and path.read_bytes() == CONTENT
    assert names(tmp_path) == ["weights.pth"]
    assert events[-1].done == events[-1].total == len(CONTENT)
    assert [event.done for event in events] == sorted(event.done for event in events)
    assert a_server.requests == [None]


def test_a_file_that_is_there_is_not_fetched_again(a_server, tmp_path):
    (tmp_path / "weights.pth").write_bytes(CONTENT)
    download(spec_of(a_server), tmp_path)
    assert a_server.requests == []


def test_a_damaged_file_is_replaced(a_server, tmp_path):
    (tmp_path / "weights.pth").write_bytes(b"x" * len(CONTENT))
    download(spec_of(a_server), tmp_path)
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


def test_a_connection_that_breaks_off_is_continued(a_server, tmp_path):
    a_server.break_after = 300_000
    download(spec_of(a_server), tmp_path, pause_s=0)
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT
    assert a_server.requests == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_part_of_an_earlier_run_is_continued(a_server, tmp_path):
    (tmp_path / "weights.pth.part").write_bytes(CONTENT[:1000])
    events = []
    download(spec_of(a_server), tmp_path, events.append)
    assert a_server.requests == ["bytes=1000-"] and names(tmp_path) == ["weights.pth"]
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT
    assert events[0].done > 1000 and events[-1].done == len(CONTENT)


def test_a_whole_part_only_needs_its_name(a_server, tmp_path):
    (tmp_path / "weights.pth.part").write_bytes(CONTENT)
    download(spec_of(a_server), tmp_path)
    assert a_server.requests == [] and names(tmp_path) == ["weights.pth"]


@pytest.mark.parametrize("length", [len(CONTENT), 5000])
def test_a_part_of_another_file_is_noticed_and_deleted(a_server, tmp_path, length):
    (tmp_path / "weights.pth.part").write_bytes(b"?" * length)
    with pytest.raises(ModelError, match="another SHA-256"):
        download(spec_of(a_server), tmp_path)
    assert names(tmp_path) == []
    download(spec_of(a_server), tmp_path)
    assert names(tmp_path) == ["weights.pth"]


def test_a_part_that_is_too_long_is_begun_anew(a_server, tmp_path):
    (tmp_path / "weights.pth.part").write_bytes(CONTENT + b"?")
    download(spec_of(a_server), tmp_path)
    assert a_server.requests == [None] and (tmp_path / "weights.pth").read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_begins_anew(a_server, tmp_path):
    a_server.ranges = False
    (tmp_path / "weights.pth.part").write_bytes(CONTENT[:1000])
    events = []
    download(spec_of(a_server), tmp_path, events.append)
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT
    assert events[-1].done == len(CONTENT)


def test_a_server_that_continues_elsewhere_is_not_believed(a_server, tmp_path):
    a_server.range_start = 7
    (tmp_path / "weights.pth.part").write_bytes(CONTENT[:1000])
    download(spec_of(a_server), tmp_path, pause_s=0)
    assert a_server.requests == ["bytes=1000-", None]
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


def test_a_server_that_never_gets_further_is_given_up_and_the_part_kept(a_server, tmp_path):
    a_server.break_after = 0
    (tmp_path / "weights.pth.part").write_bytes(CONTENT[:1000])
    with pytest.raises(ModelError, match=f"broke off 4 times: 1000 of {len(CONTENT)}") as caught:
        download(spec_of(a_server), tmp_path, pause_s=0)
    assert "continues where it stopped" in caught.value.hint
    assert names(tmp_path) == ["weights.pth.part"]


@pytest.mark.parametrize("announced", [10, len(CONTENT) + 10])
def test_a_server_that_announces_another_size_is_refused_at_once(a_server, tmp_path, announced):
    a_server.announced = announced
    with pytest.raises(ModelError, match=f"announces a file of {announced} bytes"):
        download(spec_of(a_server), tmp_path)
    assert names(tmp_path) == []


def test_a_server_that_lies_about_the_size_and_ends_early_is_a_broken_connection(a_server, tmp_path):
    a_server.content, a_server.announced = CONTENT[:5000], len(CONTENT)
    a_server.ranges = False
    with pytest.raises(ModelError, match="broke off"):
        download(spec_of(a_server), tmp_path, pause_s=0)
    assert names(tmp_path) == ["weights.pth.part"]


def test_wrong_bytes_are_deleted(a_server, tmp_path):
    a_server.content = CONTENT[:-1] + b"?"
    with pytest.raises(ModelError, match="is not the weights of 'model'") as caught:
        download(spec_of(a_server), tmp_path)
    assert caught.value.hint and names(tmp_path) == []


def test_a_missing_file_is_called_so(a_server, tmp_path):
    a_server.status = 404
    with pytest.raises(ModelError, match="answered 404") as caught:
        download(spec_of(a_server), tmp_path)
    assert "sam-models import" in caught.value.hint and len(a_server.requests) == 1
    assert names(tmp_path) == []


def test_a_server_that_is_busy_is_asked_again(a_server, tmp_path):
    a_server.status, a_server.failures = 503, 2
    download(spec_of(a_server), tmp_path, pause_s=0)
    assert len(a_server.requests) == 3 and names(tmp_path) == ["weights.pth"]


def test_no_network_is_called_so(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/weights.pth"
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        download(ModelSpec("model", "vit_b", "0" * 64, url=url, bytes=10), tmp_path)
    assert "Check the network" in caught.value.hint and names(tmp_path) == []


def test_a_full_disk_is_noticed_before_the_download(a_server, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(StoreError, match="could not be written") as caught:
        download(spec_of(a_server), tmp_path)
    assert "disk is full" in caught.value.hint and a_server.requests == [] and names(tmp_path) == []


def test_a_disk_that_fills_up_meanwhile_is_no_traceback(a_server, tmp_path, monkeypatch):
    def append(chunk, file, digest):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_append", append)
    with pytest.raises(StoreError) as caught:
        download(spec_of(a_server), tmp_path)
    assert "disk is full" in caught.value.hint
    assert "weights.pth" not in names(tmp_path)


def test_a_missing_folder_is_named(a_server, tmp_path):
    with pytest.raises(StoreError, match="absent"):
        download(spec_of(a_server), tmp_path / "absent")


def test_stopping_keeps_the_part(a_server, tmp_path):
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        download(spec_of(a_server), tmp_path, should_stop=lambda: next(answers))
    assert names(tmp_path) == ["weights.pth.part"]
    part = (tmp_path / "weights.pth.part").read_bytes()
    assert 0 < len(part) < len(CONTENT) and CONTENT.startswith(part)


def test_a_model_without_an_address_cannot_be_downloaded(tmp_path):
    for url in ("", "file:///etc/passwd"):
        with pytest.raises(ModelError, match="no web address"):
            download(ModelSpec("model", "vit_b", "", url=url), tmp_path)

"""Ctrl+C in a real process: what is finished is kept, nothing is half-written."""

from __future__ import annotations

import signal
import subprocess
import sys

import numpy as np
import pytest

from SAMSegmenterLib.files.labels import read_labels
from support.segment_command import Bench, boxes_around

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl+C to whole consoles alone")

FILES = {"volume": "volume.nrrd", "boxes": "boxes.json", "output": "out.seg.nrrd"}

COMMAND = """
import sys, time
sys.path[:0] = {paths!r}
from SAMSegmenterLib.cli import segment_run
from SAMSegmenterLib.cli.sam_segment import main
from support.fake_predictor import ThresholdPredictor

class Slow(ThresholdPredictor):
    def encode(self, images):
        print("encoding", flush=True)
        time.sleep({seconds})
        return super().encode(images)

write = segment_run.write_labels
def slow_write(*arguments):
    print("writing", flush=True)
    time.sleep({seconds})
    write(*arguments)

segment_run.write_labels = slow_write
sys.exit(main(sys.argv[1:], lambda choice: Slow()))
"""


@pytest.fixture
def bench(tmp_path):
    bench = Bench.of(tmp_path)
    bench.json("boxes.json", {"schema": "sam-boxes/1", "axis": "k", "structures": boxes_around(bench.truth)})
    return bench


def started(bench, seconds=0.3):
    """The command in a process of its own."""
    code = COMMAND.format(paths=sys.path, seconds=seconds)
    arguments = [f"--{name}={bench.folder / file}" for name, file in FILES.items()]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], **pipes)


def wait_for(process, line, times=1):
    for _ in range(times):
        while (read := process.stdout.readline()) != f"{line}\n":
            assert read, process.stderr.read()


def test_once_ends_after_the_slice_at_hand_and_keeps_what_is_finished(bench):
    with started(bench) as process:
        wait_for(process, "encoding", 3)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopping after the slice at hand" in told and "stopped; what was finished is kept" in told
    assert "Traceback" not in told and "masks are finished" in told
    assert bench.files == {"boxes.json", "out.partial.seg.nrrd"}
    (layer,) = read_labels(bench.folder / "out.partial.seg.nrrd").layers
    truth = bench.truth.layers[0]
    assert np.array_equal(layer[4], truth[4]) and not layer[7:].any()
    assert np.array_equal(layer[layer > 0], truth[layer > 0])


def test_twice_ends_at_once(bench):
    with started(bench, seconds=3.0) as process:
        wait_for(process, "encoding", 1)
        process.send_signal(signal.SIGINT)
        assert "stopping after" in _read_until(process.stderr, "stopping after")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in told
    assert bench.files == {"boxes.json"}


def test_in_the_last_moment_the_whole_result_is_written(bench):
    with started(bench, seconds=0.2) as process:
        wait_for(process, "writing")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert bench.files == {"boxes.json", "out.seg.nrrd"}
    assert np.array_equal(bench.labels(), bench.truth.layers[0])


def test_the_scheduler_s_request_to_end_keeps_what_is_finished_too(bench):
    with started(bench) as process:
        wait_for(process, "encoding", 2)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 130 and bench.files == {"boxes.json", "out.partial.seg.nrrd"}


def _read_until(stream, words):
    read = ""
    while words not in read:
        line = stream.readline()
        if not line:
            return read
        read += line
    return read

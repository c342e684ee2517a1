"""An evaluation in a process of its own tells how far it is and how it ended, whatever happens to it."""

import time

import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.workspace.benchmark_job import BenchmarkJob, Ended
from SAMBenchmarkLib.workspace.case_files import evaluated_names, write_case
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume


@pytest.fixture
def request_of(tmp_path):
    """Makes requests on two boxes."""
    volume, labels = two_boxes_volume()
    paths = write_case(tmp_path, volume, labels)

    def make(load=ThresholdPredictor):
        options = BenchmarkOptions(strategies=("S5",), timing_repeats=0, max_slices=3)
        return RunRequest([Case("case", *paths)], options, tmp_path / "out", load, report=False, scene=False)

    return make


def fail():
    raise InputError("no such model", "choose another")


def told_by(job):
    told = []
    while not (told and isinstance(told[-1], Ended)):
        told += job.poll()
        time.sleep(0.01)
    return told


def test_it_tells_its_result_once(request_of):
    job = BenchmarkJob(request_of())
    told = told_by(job)
    assert told[-1].result.finished == ("case",) and told[-1].message == "" and job.poll() == []
    job.close()


def test_what_is_wrong_is_told_and_a_process_that_dies_too(request_of):
    job = BenchmarkJob(request_of(fail))
    assert "no such model" in told_by(job)[-1].message
    job.close()
    job = BenchmarkJob(request_of())
    job._process.kill()
    assert "ended unexpectedly" in told_by(job)[-1].message
    job.close()


def test_structures_without_voxels_and_colour_are_left_out(tmp_path):
    volume, labels = two_boxes_volume()
    labels.layers[0][labels.mask(labels.structures[0])] = 0
    assert evaluated_names(labels) == ["right box"]
    colour = Volume(volume.array[..., None].repeat(3, axis=-1).astype("uint8"), volume.ijk_to_ras)
    with pytest.raises(InputError, match="in colour"):
        write_case(tmp_path, colour, labels)

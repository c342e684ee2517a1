"""What trainings share on the command line."""

import pytest
import torch

from SAMBenchmarkLib.cli.train_common import create_folder, data_in_words, plotter, set_threads, training_slices
from SAMBenchmarkLib.cli.train_data import read_array
from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from SAMSegmenterLib.models.training.sources import read_catalogue, split_cases
from support.catalogue_folder import write_disks


@pytest.fixture(autouse=True)
def _threads_as_before():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_threads_are_those_asked_for_then_those_of_the_environment(monkeypatch):
    monkeypatch.setenv("SAM_THREADS", "2")
    set_threads(1)
    assert torch.get_num_threads() == 1
    set_threads(None)
    assert torch.get_num_threads() == 2
    with pytest.raises(InputError, match="at least 1 thread"):
        set_threads(0)


def test_slices_are_read_or_it_is_said_that_none_can_be_used(tmp_path):
    split = split_cases(read_catalogue(write_disks(tmp_path / "data")), ["elsewhere"])
    slices = training_slices(split, ignore_progress, never_stop)
    assert [item.case.source for item in slices] == ["disks"] * len(split.training)
    assert slices[0].pixels.shape == read_array(split.training[0].image)[0].shape
    for case in split.training:
        case.label.unlink()
    with pytest.raises(InputError, match=f"None of the {len(split.training)} training cases can be used"):
        training_slices(split, ignore_progress, never_stop)


def test_the_output_folder_is_marked_by_its_log_and_a_file_in_its_place_is_refused(tmp_path):
    create_folder(tmp_path / "new" / "out")
    assert [path.name for path in (tmp_path / "new" / "out").iterdir()] == ["log.jsonl"]
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError):
        create_folder(tmp_path / "file" / "out")


def test_a_log_without_steps_is_not_drawn_and_one_with_steps_is(tmp_path):
    plotter(tmp_path)()
    assert list(tmp_path.iterdir()) == []
    record = '{"step": 1, "size": 112, "rate": 0.1, "seconds": 1.0, "box_mask": 0.5, "point_mask": null}\n'
    (tmp_path / "log.jsonl").write_text(record, encoding="utf-8")
    plotter(tmp_path)()
    assert (tmp_path / "training.png").read_bytes()[:4] == b"\x89PNG"


def test_one_source_and_several_are_counted_in_words():
    assert data_in_words({"number_of_slices": 5, "sources": ["a"]}) == "5 slices of 1 source"
    assert data_in_words({"number_of_slices": 5, "sources": ["a", "b"]}) == "5 slices of 2 sources"

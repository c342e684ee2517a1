from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.case_sources import FileSource, MemorySource
from SAMSegmenterLib.core.errors import InputError
from support.case_files import SLICES, write_case
from support.phantoms import two_boxes_volume

OPTIONS = BenchmarkOptions(strategies=("S5",)).resolved()


def _source(name="one", **more):
    return MemorySource(Case(name, Path(), Path(), **more), *two_boxes_volume())


def test_a_case_in_memory_is_planned_and_tells_its_notes():
    source = replace(_source(), notes=("moved",))
    loaded = source.load(OPTIONS)
    assert (loaded.case.name, loaded.notes) == ("one", ("moved",))
    assert [task.index for _frame, task in loaded.slices] == sorted(task.index for _frame, task in loaded.slices)
    assert loaded.segmentations[0].structures == source.segmentation.structures


def test_the_fingerprint_is_of_what_is_in_it_and_not_of_its_name():
    source = _source()
    assert source.fingerprint() == _source("another name").fingerprint()
    changed = source.volume.array.copy()
    changed[0, 0, 0] += 1
    shifted = source.volume.ijk_to_ras + np.eye(4)
    others = [
        replace(source, volume=replace(source.volume, array=changed)),
        replace(source, volume=replace(source.volume, ijk_to_ras=shifted)),
        replace(source, segmentation=replace(source.segmentation, layers=(source.segmentation.layers[0] * 2,))),
        replace(source, case=replace(source.case, modality="CT")),
    ]
    assert len({one.fingerprint() for one in (source, *others)}) == 5


def test_nothing_large_enough_is_an_error():
    with pytest.raises(InputError, match="No label"):
        _source().load(replace(OPTIONS, min_object_pixels=10**6))


def test_files_are_read_when_the_case_is_loaded(tmp_path):
    source = FileSource(write_case(tmp_path, "two"))
    assert len(source.load(OPTIONS).slices) == SLICES
    before = source.fingerprint()
    (tmp_path / "two.nrrd").write_bytes(b"")
    assert source.fingerprint() != before

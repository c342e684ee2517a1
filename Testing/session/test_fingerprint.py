from __future__ import annotations

import os
from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.session.fingerprint import fingerprint


@pytest.fixture
def a_case(tmp_path) -> Case:
    for name in ("ct.nrrd", "labels.nrrd"):
        (tmp_path / name).write_bytes(b"12345")
    return Case("a", tmp_path / "ct.nrrd", tmp_path / "labels.nrrd")


def set_date(path, seconds: int) -> None:
    os.utime(path, (seconds, seconds))


def test_unchanged_files_have_the_same_fingerprint(a_case):
    assert fingerprint(a_case) == fingerprint(replace(a_case, name="b", patient="p", modality="MR"))


def test_another_size_or_date_changes_it(a_case):
    set_date(a_case.volume, 1000)
    seen = {fingerprint(a_case)}
    set_date(a_case.volume, 2000)
    seen.add(fingerprint(a_case))
    a_case.labels.write_bytes(b"123456")
    set_date(a_case.labels, 1000)
    seen.add(fingerprint(a_case))
    assert len(seen) == 3


def test_volume_and_labels_do_not_stand_in_for_each_other(a_case):
    set_date(a_case.volume, 1000)
    set_date(a_case.labels, 2000)
    assert fingerprint(a_case) != fingerprint(replace(a_case, volume=a_case.labels, labels=a_case.volume))


def test_another_way_to_read_the_files_changes_it(a_case):
    seen = {fingerprint(a_case), fingerprint(replace(a_case, series="2"))}
    seen.add(fingerprint(replace(a_case, label_names=((1, "liver"),))))
    assert len(seen) == 3


def test_every_file_of_a_dicom_folder_counts(a_case, tmp_path):
    folder = tmp_path / "dicom" / "series"
    folder.mkdir(parents=True)
    (folder / "1.dcm").write_bytes(b"1")
    case = replace(a_case, volume=tmp_path / "dicom")
    before = fingerprint(case)
    (folder / "2.dcm").write_bytes(b"2")
    assert fingerprint(case) != before


@pytest.mark.parametrize(("header", "pixels"), [("ct.mhd", "ct.zraw"), ("ct.nhdr", "ct.raw.gz"), ("ct.hdr", "ct.img")])
def test_pixels_in_a_file_beside_the_header_count(a_case, tmp_path, header, pixels):
    for name in (header, pixels):
        (tmp_path / name).write_bytes(b"1")
    case = replace(a_case, volume=tmp_path / header)
    before = fingerprint(case)
    (tmp_path / pixels).write_bytes(b"22")
    assert fingerprint(case) != before


def test_a_missing_file_has_a_fingerprint_too(a_case, tmp_path):
    assert fingerprint(replace(a_case, volume=tmp_path / "gone.nrrd")) != fingerprint(a_case)

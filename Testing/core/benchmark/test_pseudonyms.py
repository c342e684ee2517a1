from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.pseudonyms import pseudonymised, without_paths
from SAMSegmenterLib.core.errors import InputError

ANNA = Case(
    "Anna Müller", Path("/data/mueller_anna.nrrd"), Path("/data/mueller_anna.seg.nrrd"), "CT", "Müller", "north"
)
AGAIN = replace(ANNA, name="Anna, follow-up")
BERT = Case("Bert", Path("/data/bert"), Path("/data/bert.nii.gz"), patient="Bert B")
NOBODY = Case("x", Path("/data/x.nrrd"), Path("/data/y.nrrd"))


@pytest.fixture
def numbered(tmp_path):
    def number(*cases, key=tmp_path / "key.csv", **more):
        return pseudonymised(cases, key, tmp_path / "out", **more)

    return number


def test_cases_and_patients_are_numbered_and_nothing_else_changes(numbered):
    found = numbered(ANNA, AGAIN, BERT, NOBODY)
    assert [(case.name, case.patient) for case in found] == [
        ("case-0001", "patient-0001"), ("case-0002", "patient-0001"), ("case-0003", "patient-0002"), ("case-0004", ""),
    ]  # fmt: skip
    assert replace(found[0], name=ANNA.name, patient=ANNA.patient) == ANNA


def test_the_key_tells_who_is_who_and_numbers_stay_when_cases_come(numbered, tmp_path):
    numbered(ANNA, BERT)
    assert [(case.name, case.patient) for case in numbered(NOBODY, BERT, AGAIN)] == [
        ("case-0003", ""), ("case-0002", "patient-0002"), ("case-0004", "patient-0001"),
    ]  # fmt: skip
    lines = (tmp_path / "key.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "case,patient,name,name of patient,volume,labels" and len(lines) == 5
    assert lines[1] == f"case-0001,patient-0001,Anna Müller,Müller,{ANNA.volume},{ANNA.labels}"
    assert numbered(ANNA)[0].name == "case-0001"


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_the_key_is_for_its_owner_alone(numbered, tmp_path):
    numbered(ANNA)
    assert stat.S_IMODE((tmp_path / "key.csv").stat().st_mode) == 0o600


def test_a_trial_leaves_no_key(numbered, tmp_path):
    assert numbered(ANNA, write=False)[0].name == "case-0001" and not (tmp_path / "key.csv").exists()


def test_a_key_among_the_results_is_refused(numbered, tmp_path):
    with pytest.raises(InputError, match="go along with the results"):
        numbered(ANNA, key=tmp_path / "out" / "key.csv")


@pytest.mark.parametrize("content", [b"name,volume,labels\na,b,c\n", b"\xff\xfe", b"", b"case,patient\n1,2\n"])
def test_another_file_is_never_overwritten(numbered, tmp_path, content):
    (tmp_path / "key.csv").write_bytes(content)
    with pytest.raises(InputError):
        numbered(ANNA)
    assert (tmp_path / "key.csv").read_bytes() == content


def test_a_sentence_is_told_without_paths():
    said = f"{ANNA.volume} could not be read; mueller_anna.seg.nrrd was not tried. {BERT.volume}/IM1 is none of it."
    told = "<volume> could not be read; <labels> was not tried. /data/bert/IM1 is none of it."
    assert without_paths(said, ANNA) == told.replace("/data/bert", str(BERT.volume))
    assert without_paths(f"{BERT.volume / 'IM1'} is no image.", BERT).endswith("IM1 is no image.")
    assert "bert" not in without_paths(f"{BERT.volume / 'IM1'} is no image.", BERT)

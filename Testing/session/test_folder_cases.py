from __future__ import annotations

import pytest

from SAMBenchmarkLib.session.folder_cases import cases_in_folder
from SAMSegmenterLib.core.errors import InputError


def _touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def _found(folder):
    found = cases_in_folder(folder)
    pairs = [
        (case.name, *(str(path.relative_to(folder).as_posix()) for path in (case.volume, case.labels)))
        for case in found.cases
    ]
    return pairs, found.alone


@pytest.mark.parametrize(
    ("image", "reference"),
    [
        ("ct1.nrrd", "ct1_labels.nrrd"),
        ("ct1.nrrd", "ct1.seg.nrrd"),
        ("ct1.nii.gz", "ct1-mask.nii.gz"),
        ("ct1_image.mha", "ct1_gt.mha"),
        ("images/ct1.nii.gz", "labels/ct1.nii.gz"),
        ("imagesTr/ct1_0000.nii.gz", "labelsTr/ct1.nii.gz"),
        ("ct1/image.nrrd", "ct1/segmentation.nrrd"),
        ("a/ct1.nrrd", "a/truth.nrrd"),
    ],
)
def test_files_that_are_called_alike_are_a_pair(tmp_path, image, reference):
    _touch(tmp_path, image, reference)
    pairs, alone = _found(tmp_path)
    assert [pair[1:] for pair in pairs] == [(image, reference)]
    assert alone == ()


def test_several_cases_keep_apart_and_files_without_partner_are_named(tmp_path):
    _touch(tmp_path, "ct1.nrrd", "ct1_seg.nrrd", "ct2.nrrd", "ct2_seg.nrrd", "ct3.nrrd", "notes.txt")
    pairs, alone = _found(tmp_path)
    assert [pair[0] for pair in pairs] == ["ct1", "ct2"]
    assert alone == ("ct3.nrrd",)


def test_cases_of_the_same_name_in_two_folders_have_different_names(tmp_path):
    _touch(tmp_path, "a/ct.nrrd", "a/ct_seg.nrrd", "b/ct.nrrd", "b/ct_seg.nrrd")
    pairs, _alone = _found(tmp_path)
    assert [pair[0] for pair in pairs] == ["ct", "b/ct"]


def test_a_manifest_decides(tmp_path):
    _touch(tmp_path, "ct1.nrrd", "ct1_seg.nrrd", "other.nrrd")
    (tmp_path / "cases.csv").write_text("name,volume,labels\nfirst,other.nrrd,ct1_seg.nrrd\n", encoding="utf-8")
    assert _found(tmp_path) == ([("first", "other.nrrd", "ct1_seg.nrrd")], ())


def test_a_folder_without_a_pair_says_how_to_call_files(tmp_path):
    _touch(tmp_path, "ct1.nrrd", "ct2.nrrd")
    with pytest.raises(InputError, match="no image has a reference") as caught:
        cases_in_folder(tmp_path)
    assert "case1_labels.nrrd" in caught.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="There is no folder"):
        cases_in_folder(tmp_path / "nowhere")

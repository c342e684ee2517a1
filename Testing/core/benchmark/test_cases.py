from __future__ import annotations

from pathlib import Path

import pytest

from SAMBenchmarkLib.core.cases import parse_label_names, read_manifest
from SAMSegmenterLib.core.errors import InputError


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("ct.nrrd", "ct-labels.nrrd", "mr.nrrd", "mr-labels.nrrd"):
        (tmp_path / name).touch()
    (tmp_path / "dicom").mkdir()
    return tmp_path


def manifest(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "cases.csv"
    path.write_bytes(text.encode(encoding))
    return path


def complaint(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_manifest(path)
    assert caught.value.hint
    return caught.value.message


def test_required_columns_are_enough_and_paths_start_at_the_manifest(folder):
    (case,) = read_manifest(manifest(folder, "name,volume,labels\nA,ct.nrrd,ct-labels.nrrd\n"))
    assert (case.name, case.volume, case.labels) == ("A", folder / "ct.nrrd", folder / "ct-labels.nrrd")
    assert (case.modality, case.patient, case.site, case.label_names) == ("", "", "", ())


def test_all_columns_in_any_order_and_case(folder):
    header = "Labels,Label_Names,NAME,volume,Site,patient,Modality,comment"
    text = header + '\nct-labels.nrrd,"1=liver; 2 = spleen",A,dicom,Bern,p7,CT,x\n'
    (case,) = read_manifest(manifest(folder, text))
    assert case.volume == folder / "dicom"
    assert (case.site, case.patient, case.modality) == ("Bern", "p7", "CT")
    assert case.label_names == ((1, "liver"), (2, "spleen"))


def test_absolute_paths_stay_as_they_are(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    path = manifest(elsewhere, f"name,volume,labels\nA,{folder / 'ct.nrrd'},{folder / 'ct-labels.nrrd'}\n")
    assert read_manifest(path)[0].volume == folder / "ct.nrrd"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_tables_as_spreadsheets_of_all_countries_write_them(folder, encoding, delimiter, line_end):
    lines = ["name,volume,labels,site,label names", 'Müller,ct.nrrd,ct-labels.nrrd,肝,"1=Leber;2=Milz"', ",,,,"]
    text = line_end.join(line.replace(",", delimiter) for line in lines) + line_end
    (case,) = read_manifest(manifest(folder, text, encoding))
    assert (case.name, case.site, case.label_names) == ("Müller", "肝", ((1, "Leber"), (2, "Milz")))


def test_all_problems_are_listed_at_once_each_with_its_row(folder):
    text = (
        "name,volume,labels,label names\n"
        "A,ct.nrrd,ct-labels.nrrd,\n"
        ",ct.nrrd,ct-labels.nrrd,\n"
        "A,mr.nrrd,nowhere.nrrd,\n"
        "\n"
        "B,gone.nrrd,,liver\n"
    )
    message = complaint(manifest(folder, text))
    for expected in (
        "row 3: no name is given",
        f"row 4: the labels {folder / 'nowhere.nrrd'} does not exist",
        "row 4: the name 'A' is already that of row 2",
        "row 6: no labels is given",
        f"row 6: the volume {folder / 'gone.nrrd'} does not exist",
        "row 6: 'liver' is not a label name",
    ):
        assert expected in message
    assert "6 problem(s)" in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("\n\n  \n", "is empty"),
        ("name,volume,labels\n", "lists no case"),
        ("name,volume\nA,ct.nrrd\n", "row 1: the column 'labels' is missing"),
        ("case,image,mask\nA,ct.nrrd,ct-labels.nrrd\n", "'name' is missing; the column 'volume' is missing"),
        ("name,name,volume,labels\nA,A,ct.nrrd,ct-labels.nrrd\n", "'name' is there twice"),
        ("name,volume,labels\nA,ct.nrrd,ct-labels.nrrd,left,over\n", "row 2: more values than columns"),
        ('name,volume,labels\n"A,ct.nrrd,ct-labels.nrrd\n', "row 2"),
        ("name,volume,labels\nA,ct.nrrd\n", "row 2: no labels is given"),
    ],
)
def test_what_is_wrong_is_said(folder, text, expected):
    assert expected in complaint(manifest(folder, text))


def test_another_encoding_is_named_with_its_row(folder):
    path = manifest(folder, "name,volume,labels\nA,ct.nrrd,ct-labels.nrrd\nMüller,mr.nrrd,mr-labels.nrrd\n", "latin-1")
    assert "row 3: the text is not in UTF-8" in complaint(path)


def test_utf_16_is_refused(folder):
    assert "UTF-8" in complaint(manifest(folder, "name,volume,labels\n", "utf-16"))


def test_a_spreadsheet_file_is_refused(folder):
    path = folder / "cases.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00\x00\x00name")
    assert "not a CSV file" in complaint(path)


def test_a_missing_manifest_and_a_folder_are_refused(folder):
    assert "There is no file" in complaint(folder / "gone.csv")
    assert "could not be read" in complaint(folder / "dicom")


def test_label_names_are_read():
    assert parse_label_names("1=left lung; 20 = a=b;") == ((1, "left lung"), (20, "a=b"))
    assert parse_label_names("") == ()


@pytest.mark.parametrize("text", ["liver", "1=", "=liver", "x=liver", "-1=liver", "1=a;1=b", "0=background", "1.5=a"])
def test_other_label_names_are_refused(text):
    with pytest.raises(InputError, match="not a label name"):
        parse_label_names(text)

"""`sam-benchmark agreement` from files to report."""

from __future__ import annotations

import re

import pytest

from SAMBenchmarkLib.cli.sam_benchmark import main
from support.reader_files import renamed, write_readers


@pytest.fixture
def readers(tmp_path):
    return write_readers(tmp_path)


@pytest.fixture
def agree(readers, tmp_path):
    first, second, _ = readers

    def command(*further: str) -> int:
        return main(
            ["agreement", "--first", str(first), "--second", str(second), "--output", str(tmp_path / "out"), *further]
        )

    return command


def table(tmp_path, name):
    lines = (tmp_path / "out" / "tables" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [dict(zip(lines[0].split("\t"), line.split("\t"), strict=True)) for line in lines[1:]]


def test_tables_report_and_summary_are_of_all_cases(agree, readers, tmp_path, capsys):
    assert agree("--volumes", str(readers[2])) == 0
    rows = table(tmp_path, "reader_volumes")
    assert [(row["case"], row["structure"]) for row in rows[:2]] == [("case 1", "left box"), ("case 1", "right box")]
    # boxes of 8 columns moved by 1, 2 and 3
    assert [float(row["dice_percent"]) for row in rows if row["structure"] == "left box"] == [87.5, 75.0, 62.5]
    printed = capsys.readouterr().out
    assert re.search(r"left box +slice +12 +75\.0", printed) and str(tmp_path / "out" / "report.html") in printed
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert text.count("<img ") == 2 * 4 and "not for diagnosis" in text and "anna" not in text
    assert {path.stem for path in (tmp_path / "out" / "csv").iterdir()} >= {"readers", "reader_slices", "options"}


def test_pictures_need_no_image(agree, tmp_path):
    assert agree() == 0
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8").count("<img ") == 2 * 4


def test_the_same_comparison_gives_the_same_bytes(agree, tmp_path):
    assert agree() == 0
    first = (tmp_path / "out" / "report.html").read_bytes()
    assert agree() == 0
    assert (tmp_path / "out" / "report.html").read_bytes() == first


def test_other_names_are_an_error_that_lists_them_and_nothing_is_written(agree, readers, tmp_path, capsys):
    for path in readers[1].iterdir():
        renamed(path, {1: "kidney", 2: "spleen"})
    assert agree() == 2
    error = capsys.readouterr().err
    assert "left box, right box against kidney, spleen" in error and "--label-names" in error
    assert not (tmp_path / "out").exists()


def test_a_name_that_one_reader_uses_alone_is_left_out_unless_asked_for(agree, readers, tmp_path, capsys):
    for path in readers[1].iterdir():
        renamed(path, {1: "left box", 2: "spleen"})
    assert agree() == 0
    assert "only the second reader uses the name: spleen" in capsys.readouterr().out
    assert {row["structure"] for row in table(tmp_path, "reader_volumes")} == {"left box"}
    assert agree("--structures", "Left Box;spleen") == 0
    by_name = {row["structure"]: row for row in table(tmp_path, "reader_volumes")}
    assert float(by_name["spleen"]["dice_percent"]) == 0
    assert by_name["spleen"]["note"] == "outlined by the second reader only"


def test_a_structure_is_one_whatever_its_capital_letters_in_this_or_that_case(agree, readers, tmp_path):
    for reader in readers[:2]:
        renamed(reader / "bert.seg.nrrd", {1: "Left Box", 2: "right box"})
    assert agree() == 0
    assert [(row["structure"], row["of_each"], row["n"]) for row in table(tmp_path, "readers")] == [
        ("left box", "slice", "12"), ("left box", "volume", "3"),
        ("right box", "slice", "12"), ("right box", "volume", "3"),
    ]  # fmt: skip


def test_segmentations_on_other_grids_are_refused_with_what_helps(agree, readers, tmp_path, capsys):
    from SAMSegmenterLib.core.reference import Segmentation
    from SAMSegmenterLib.files.labels import read_labels
    from SAMSegmenterLib.files.writing import write_labels

    path = readers[1] / "bert.seg.nrrd"
    old = read_labels(path)
    write_labels(path, Segmentation.from_labels(old.layers[0][:6], old.ijk_to_ras, {1: "left box", 2: "right box"}))
    assert agree() == 2
    error = capsys.readouterr().err
    assert "bert: The two readers' segmentations lie on different grids" in error and "--volumes" in error
    assert not (tmp_path / "out").exists()
    assert agree("--volumes", str(readers[2])) == 0


@pytest.mark.parametrize(("wrong", "said"), [(["--plane", "round"], "plane"), (["--tolerance", "-1"], "0 mm or more")])
def test_wrong_options_are_refused(agree, capsys, wrong, said):
    assert agree(*wrong) == 2
    assert said in capsys.readouterr().err


def test_the_report_says_what_was_left_out_without_naming_files(agree, readers, tmp_path, capsys):
    (readers[1] / "carl.seg.nrrd").unlink()
    assert agree() == 2
    assert agree("--only-common") == 0
    said = "Left out, without a partner: 1 of 3 files of --first."
    assert f"note: {said}" in capsys.readouterr().out
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert said in text and "carl" not in text
    assert agree("--only-common", "--file-names") == 0
    assert "--first: carl" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_folder_of_other_things_is_left_alone(agree, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear", encoding="utf-8")
    assert agree() == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_the_correction_effort_is_counted_where_it_is_asked_for(agree, tmp_path):
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    assert agree() == 0
    assert "hce" not in table(tmp_path, "reader_slices")[0]
    assert agree("--correction-effort") == 0
    assert all(float(row["hce"]) >= 0 for row in table(tmp_path, "reader_slices"))
    assert "hce_mean" in table(tmp_path, "readers")[0]
    assert "HCE" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")

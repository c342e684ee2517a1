"""Logs of a study become timed objects; what is half-finished or damaged is said."""

from __future__ import annotations

import json
import zipfile

import pytest

from SAMBenchmarkLib.session.stopwatch_logs import read_logs
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.timed_task import WITH, WITHOUT
from support.stopwatch_files import record, write_study


def log(folder, *records, name="SAM stopwatch.txt"):
    path = folder / name
    path.write_text("\n".join(line for lines in records for line in lines) + "\n", encoding="utf-8")
    return path


def test_a_record_tells_time_prompts_and_corrections(tmp_path):
    [one], notes = read_logs([log(tmp_path, record(WITH, "a", "liver", 90, edits=2, marks=3))])
    assert (one.condition, one.case, one.name, one.seconds) == (WITH, "a", "liver", 90)
    assert (one.prompts, one.previews, one.acceptances, one.edits) == (3, 3, 1, 2)
    assert one.corrections == 2 + 2  # marks after the first, and edits by hand
    assert one.longest_pause == 85 and notes == []


def test_without_sam_the_first_edit_draws_and_the_others_correct(tmp_path):
    [one], _ = read_logs([log(tmp_path, record(WITHOUT, "a", "liver", 90, edits=5))])
    assert (one.edits, one.corrections) == (5, 4)


def test_a_first_mark_on_another_slice_is_no_correction(tmp_path):
    lines = record(WITH, "a", "liver", 90, marks=2)
    shown = json.dumps({"seconds": 1.5, "kind": "shown", "plane": {"axis": 0, "index": 4}})
    second = next(n for n, line in enumerate(lines) if '"marked"' in line and '"seconds": 2.0' in line)
    [one], _ = read_logs([log(tmp_path, [*lines[:second], shown, *lines[second:]])])
    assert (one.prompts, one.corrections) == (2, 0)


@pytest.mark.parametrize("kind", ["assigned", "prompts run"])
def test_proposals_and_prompts_of_a_file_are_written_by_the_model_not_by_hand(tmp_path, kind):
    *lines, end = record(WITH, "a", "liver", 90, edits=1)
    written = json.dumps({"seconds": 1.0, "kind": kind, "changed": 40})
    [one], _ = read_logs([log(tmp_path, [*lines, written, end])])
    assert (one.acceptances, one.edits, one.corrections) == (1, 0, 0)


def test_several_folders_are_several_readers(tmp_path):
    paths = write_study(tmp_path)
    objects, _ = read_logs([tmp_path])
    assert {one.reader for one in objects} == {"anna", "bert"} and len(objects) == 32
    assert {one.reader for one in read_logs(paths[:1])[0]} == {"reader"}
    assert read_logs([*paths, tmp_path])[0] == objects  # a file that is named twice counts once


def test_a_record_without_end_is_left_out_with_a_note(tmp_path):
    half = record(WITHOUT, "a", "liver", 90, edits=5)[:-1]
    objects, notes = read_logs([log(tmp_path, half, record(WITH, "a", "liver", 30))])
    assert len(objects) == 1
    assert notes == ["SAM stopwatch.txt: 'liver' without SAM was not timed to its end and was left out."]


def test_a_line_cut_off_at_the_end_costs_its_record_alone(tmp_path):
    path = log(tmp_path, record(WITH, "a", "liver", 30), record(WITHOUT, "a", "liver", 90))
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    objects, notes = read_logs([path])
    assert [one.condition for one in objects] == [WITH] and "not timed to its end" in notes[0]


def test_a_clock_that_ran_backwards_gives_no_time(tmp_path):
    lines = record(WITHOUT, "a", "liver", 90, edits=2)
    lines[3] = lines[3].replace('"seconds": 2.0', '"seconds": -50.0')
    objects, notes = read_logs([log(tmp_path, lines, record(WITH, "a", "liver", 30))])
    assert len(objects) == 1 and "its clock ran backwards" in notes[0]


def test_records_in_a_scene_are_found(tmp_path):
    path = tmp_path / "study.mrb"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("study/study.mrml", "<MRML></MRML>")
        bundle.writestr("study/Data/notes.txt", "nothing of ours")
        bundle.writestr("study/Data/SAM stopwatch.txt", "\n".join(record(WITH, "a", "liver", 30)))
    [one], _ = read_logs([path])
    assert one.seconds == 30


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.txt", b"hello\nworld\n", "not a log of a study"),
        ("x.txt", b"\xff\xfe\x00", "not a text in UTF-8"),
        ("x.mrb", b"no zip", "cannot be read as a scene"),
        ("x.txt", b"", "no object that was timed"),
    ],
)
def test_other_files_are_refused_in_words(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_logs([tmp_path / name])


def test_missing_files_and_empty_folders_are_named(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_logs([tmp_path / "nowhere.txt"])
    with pytest.raises(InputError, match="holds no logs"):
        read_logs([tmp_path])


def test_readers_whose_folders_have_one_name_are_told_apart(tmp_path):
    for reader, condition in (("anna", WITH), ("bert", WITHOUT)):
        (tmp_path / reader / "logs").mkdir(parents=True)
        log(tmp_path / reader / "logs", record(condition, "a", "liver", 30))
    objects, _ = read_logs([tmp_path / "anna" / "logs", tmp_path / "bert" / "logs"])
    assert [(one.reader, one.condition) for one in objects] == [("anna/logs", WITH), ("bert/logs", WITHOUT)]


def test_letters_beside_a_log_in_a_folder_are_passed_over(tmp_path):
    (tmp_path / "letter.txt").write_text("dear reader\nplease outline\n", encoding="utf-8")
    (tmp_path / "picture.json").write_bytes(b"\xff\xfe\x00")
    [one], notes = read_logs([log(tmp_path, record(WITH, "a", "liver", 30)).parent])
    assert one.seconds == 30 and notes == []


def test_a_damaged_scene_is_refused_in_words(tmp_path):
    path = tmp_path / "study.mrb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("Data/SAM stopwatch.txt", "\n".join(record(WITH, "a", "liver", 300, edits=200)))
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(value ^ 0x5A for value in content[60:90])
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"study\.mrb cannot be read as a scene"):
        read_logs([path])

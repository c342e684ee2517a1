from __future__ import annotations

import sqlite3

import pytest

from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.output_folder import OutputFolder, check_output_folder, discard_if_empty
from SAMSegmenterLib.core.errors import InputError, StoreError
from support.outcomes import HASH, an_outcome


def test_a_new_folder_is_accepted_and_not_yet_created(tmp_path):
    folder = check_output_folder(tmp_path / "a" / "b")
    assert folder.results == tmp_path / "a" / "b" / "results.sqlite"
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_accepted_also_with_what_the_system_leaves_there(tmp_path):
    (tmp_path / ".DS_Store").touch()
    assert check_output_folder(tmp_path).path == tmp_path


def test_a_folder_with_results_of_ours_is_accepted_whatever_else_is_in_it(tmp_path):
    ResultStore(tmp_path / "results.sqlite").close()
    (tmp_path / "my notes.txt").touch()
    assert check_output_folder(tmp_path).path == tmp_path


def test_somebody_elses_folder_is_refused_and_untouched(tmp_path):
    (tmp_path / "thesis.tex").write_text("text", encoding="utf-8")
    with pytest.raises(InputError, match="holds no results") as caught:
        check_output_folder(tmp_path)
    assert "new or empty folder" in caught.value.hint
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_its_place_is_refused(tmp_path, name):
    (tmp_path / "file").write_text("text", encoding="utf-8")
    with pytest.raises(InputError, match="is a file, not a folder"):
        check_output_folder(tmp_path / name)


def test_results_of_another_program_are_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "results.sqlite")
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(StoreError, match="not a results file"):
        check_output_folder(tmp_path)


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch, exists):
    def refuse(dir: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(InputError, match="cannot be written: Permission denied"):
        check_output_folder(tmp_path if exists else tmp_path / "new")


def test_creating_says_which_folders_are_new(tmp_path):
    folder = OutputFolder(tmp_path / "a" / "b")
    assert folder.create() == [tmp_path / "a" / "b", tmp_path / "a"]
    assert folder.path.is_dir()
    assert folder.create() == []


def test_a_store_without_slices_is_discarded_with_the_folders_made_for_it(tmp_path):
    folder = OutputFolder(tmp_path / "a" / "b")
    created = folder.create()
    with ResultStore(folder.results) as store:
        store.register_run(HASH, {}, {})
    discard_if_empty(folder, created)
    assert list(tmp_path.iterdir()) == []


def test_finished_slices_are_never_discarded(tmp_path):
    folder = OutputFolder(tmp_path / "out")
    created = folder.create()
    with ResultStore(folder.results) as store:
        store.register_run(HASH, {}, {})
        store.save(an_outcome())
    discard_if_empty(folder, created)
    with ResultStore(folder.results) as store:
        assert store.count_finished_slices(HASH) == {"case a": 1}


def test_files_of_others_keep_their_folder(tmp_path):
    folder = OutputFolder(tmp_path / "out")
    created = folder.create()
    (folder.path / "thesis.tex").touch()
    discard_if_empty(folder, created)
    assert (folder.path / "thesis.tex").exists()


def test_a_store_that_was_never_filled_is_discarded(tmp_path):
    folder = OutputFolder(tmp_path / "out")
    created = folder.create()
    folder.results.touch()
    discard_if_empty(folder, created)
    assert list(tmp_path.iterdir()) == []

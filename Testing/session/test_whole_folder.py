import pytest

from SAMBenchmarkLib.session.whole_folder import whole_folder
from SAMSegmenterLib.core.errors import InputError

MARK = "about.json"


def fill(target, text):
    with whole_folder(target, MARK) as stage:
        (stage / MARK).write_text("{}", encoding="utf-8")
        (stage / "sub").mkdir()
        (stage / "sub" / f"{text}.txt").write_text(text, encoding="utf-8")


def test_a_new_folder_appears_with_all_that_was_written(tmp_path):
    fill(tmp_path / "deep" / "out", "one")
    assert (tmp_path / "deep" / "out" / "sub" / "one.txt").read_text(encoding="utf-8") == "one"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_earlier_results_of_the_same_kind_are_replaced_as_a_whole(tmp_path):
    fill(tmp_path / "out", "one")
    fill(tmp_path / "out", "two")
    assert [path.name for path in (tmp_path / "out" / "sub").iterdir()] == ["two.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path):
    fill(tmp_path / "out", "one")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "out", MARK) as stage:
        (stage / MARK).write_text("half", encoding="utf-8")
        raise RuntimeError
    assert (tmp_path / "out" / MARK).read_text(encoding="utf-8") == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_things_is_not_touched(tmp_path):
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        fill(tmp_path, "one")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_what_the_user_put_beside_earlier_results_is_kept(tmp_path):
    fill(tmp_path / "out", "one")
    (tmp_path / "out" / "logs").mkdir()
    (tmp_path / "out" / "logs" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "out" / "letter.txt").write_text("dear", encoding="utf-8")
    fill(tmp_path / "out", "two")
    assert (tmp_path / "out" / "logs" / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {MARK, "sub", "logs", "letter.txt"}
    assert [path.name for path in (tmp_path / "out" / "sub").iterdir()] == ["two.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_results_go_to_where_a_link_points(tmp_path):
    (tmp_path / "disk").mkdir()
    try:
        (tmp_path / "out").symlink_to(tmp_path / "disk", target_is_directory=True)
    except OSError:
        pytest.skip("links need a right that this account has not")
    fill(tmp_path / "out", "one")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "disk" / "sub" / "one.txt").read_text(encoding="utf-8") == "one"
    assert {path.name for path in tmp_path.iterdir()} == {"out", "disk"}

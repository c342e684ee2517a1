"""Errors come out in words, with the agreed exit code and no traceback."""

import errno
import io

import pytest

from SAMSegmenterLib.cli.common import CommandParser, run_command
from SAMSegmenterLib.core.errors import Cancelled, DependencyError, InputError, ModelError, StoreError


def raiser(error: BaseException):
    def func() -> int:
        raise error

    return func


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("No such file: a.nrrd", "Check the path."), 2),
        (StoreError("The results cannot be written.", "Check the path."), 2),
        (ModelError("The weights are damaged.", "Check the path."), 3),
        (DependencyError("The package 'x' is missing.", "Check the path."), 3),
    ],
)
def test_an_error_is_printed_in_words_and_sets_the_exit_code(capsys, error, code):
    assert run_command(raiser(error)) == code
    captured = capsys.readouterr()
    assert captured.err == f"error: {error.message}\nhint: Check the path.\n"
    assert captured.out == ""


def test_an_error_without_a_hint_prints_one_line(capsys):
    assert run_command(raiser(InputError("No slices."))) == 2
    assert capsys.readouterr().err == "error: No slices.\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Cancelled()])
def test_being_stopped_is_130_and_no_error(capsys, error):
    assert run_command(raiser(error)) == 130
    assert capsys.readouterr().err == "stopped; what was finished is kept\n"


def test_a_full_disk_is_called_by_its_name(capsys):
    assert run_command(raiser(OSError(errno.ENOSPC, "No space left on device", "x.sqlite"))) == 2
    assert "disk is full" in capsys.readouterr().err


def test_too_little_memory_is_no_traceback(capsys):
    assert run_command(raiser(MemoryError())) == 3
    assert "not enough memory" in capsys.readouterr().err


def test_a_fault_of_the_program_says_so_and_verbose_shows_where(capsys):
    assert run_command(raiser(TypeError("bad operand"))) == 70
    quiet = capsys.readouterr().err
    assert "TypeError: bad operand" in quiet and "Traceback" not in quiet
    assert run_command(raiser(TypeError("bad operand")), verbose=True) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (1, 1)])
def test_the_works_own_exit_code_is_passed_on(result, code):
    assert run_command(lambda: result) == code


def test_wrong_options_are_one_line_and_a_hint_instead_of_a_screenful(capsys):
    parser = CommandParser("sam-anything")
    parser.add_argument("--stride", type=int)
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["--stride", "a"])
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        "error: argument --stride: invalid int value: 'a'\nhint: 'sam-anything --help' explains the options.\n"
    )


def test_names_that_the_terminal_cannot_show_do_not_end_a_command(monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    monkeypatch.setattr("sys.stdout", terminal)
    assert run_command(lambda: print("M\u00e4usebussard")) == 0
    assert terminal.buffer.getvalue() == b"M?usebussard\n"

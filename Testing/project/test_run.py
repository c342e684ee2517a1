"""The script that makes the environment: clear causes, hints and exit codes, without installing anything."""

import ast
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
import run

SCRIPT = Path(run.__file__)


def imported_names(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def test_it_imports_the_standard_library_alone():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    assert imported_names(tree) - {"support", "__future__"} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("output", "cause", "hint"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full", "Free"),
        ("ERROR: Could not find a version that satisfies the requirement torch", "not available", "64-bit Python"),
        ("Failed to establish a new connection: [Errno -2]", "cannot be reached", "HTTPS_PROXY"),
        ("SSLError(SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "not trusted", "PIP_CERT"),
    ],
)
def test_a_failed_installation_names_its_cause_and_a_hint(output, cause, hint):
    text = str(run._explained("PyTorch", output))
    assert cause in text and hint in text and text.startswith("error: ") and "\nhint: " in text


def test_an_unknown_failure_shows_the_installers_last_lines():
    text = str(run._explained("PyTorch", "line\n" * 5000 + "the last words"))
    assert "the last words" in text and len(text) < 2500


def test_a_python_that_is_too_old_or_too_new_is_refused(monkeypatch):
    version = namedtuple("version", "major minor micro")
    for minor in (10, 14):
        monkeypatch.setattr(run.sys, "version_info", version(3, minor, 0))
        with pytest.raises(run.SetupError, match=r"64-bit Python from 3\.11 to 3\.13"):
            run._check_python()


def test_too_little_disk_space_is_refused_before_anything_is_made(monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(run.shutil, "disk_usage", lambda _path: usage(1, 1, 1e9))
    monkeypatch.setattr(run, "ENVIRONMENT", tmp_path / "environment")
    with pytest.raises(run.SetupError, match=r"only 1\.0 GB are free"):
        run.ensure_environment()
    assert not (tmp_path / "environment").exists()


def test_a_finished_environment_is_reused_without_the_installer(monkeypatch, tmp_path):
    python = run._python_of(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / ".sam-requirements").write_text(run._fingerprint(), encoding="utf-8")
    monkeypatch.setattr(run, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(run, "_install", lambda _python: pytest.fail("installed again"))
    assert run.ensure_environment() == python


def test_an_interrupted_installation_is_done_again(monkeypatch, tmp_path):
    python = run._python_of(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    installed = []
    monkeypatch.setattr(run, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(run, "_install", installed.append)
    run.ensure_environment()
    run.ensure_environment()
    assert installed == [python]


def test_a_setup_error_ends_with_exit_code_3_and_no_traceback(monkeypatch, capsys):
    def refuse() -> Path:
        raise run.SetupError("cause", "hint")

    monkeypatch.setattr(run, "ensure_environment", refuse)
    assert run.main(["demo"]) == 3
    assert capsys.readouterr().err == "error: cause\nhint: hint\n"


def test_help_names_the_commands():
    shown = subprocess.run([sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, check=True).stdout
    assert all(command in shown for command in ("demo", "tests", "benchmarks", "lists"))


def test_benchmarks_pass_their_arguments_on(monkeypatch):
    commands = []
    monkeypatch.setattr(run, "_in_environment", lambda command: commands.append(command) or 0)
    assert run.main(["benchmarks", "click_latency", "--quick"]) == 0
    assert commands[0][1:] == ["click_latency", "--quick"] and Path(commands[0][0]).is_file()
    assert run._working_folder(commands[0]) == run._working_folder(commands[0][:1]) == Path.cwd()


def test_the_workflow_runs_the_same_command_and_the_same_torch():
    workflow = (SCRIPT.parents[1] / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    assert "run: python Testing/run.py tests" in workflow
    assert f" {run.TORCH}\n" in workflow

"""The README tells the truth: its commands parse, its options, files, imports and quoted messages exist."""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import io
import re
import shlex
from pathlib import Path

import pytest
import run
from benchmarks import run_all

from SAMBenchmarkLib.cli import demo, sam_benchmark, sam_train
from SAMBenchmarkLib.cli.run_arguments import options_from
from SAMSegmenterLib.cli import sam_models, sam_segment, sam_workspace

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PARSERS = {
    "sam-benchmark": sam_benchmark.build_parser,
    "sam-models": sam_models._parser,
    "sam-segment": sam_segment.build_parser,
    "sam-train": sam_train.build_parser,
    "sam-workspace": sam_workspace.build_parser,
    "run.py": run._parser,
    "demo": demo._parser,
    "benchmarks": run_all.build_parser,
}
MADE_BY_A_RUN = {"report.html", "scene.mrb", "results.sqlite", "tables/*.tsv", ".venv", "cases.csv"}
FINE_TUNE = ["fine-tune", "--cases", "C", "--output", "O"]
RUN = ["run", "--volume", "V", "--labels", "L", "--output", "O"]


def code_lines() -> list[str]:
    """Indented lines outside lists, those that end in a backslash joined with the next."""
    text = README.replace("\\\n", " ")
    lines = text.splitlines()
    found = [line for n, line in enumerate(lines) if line.startswith("    ") and not _continues_a_list(lines, n)]
    return [re.sub(r"\s+", " ", line.partition("  #")[0]).strip() for line in found]


def _continues_a_list(lines: list[str], number: int) -> bool:
    before = next((line for line in reversed(lines[:number]) if not line.startswith("    ")), "")
    return before.startswith(("- ", "  "))


def inline_code() -> list[str]:
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?m)^    .*$", "", README))


COMMANDS = [line for line in code_lines() if re.search(r"(^|/)(sam-\w+|run\.py|slicer_batch\.py)\b", line)]


def words_after(command: str, program: str) -> list[str]:
    words = shlex.split(command)
    start = next(n for n, word in enumerate(words) if word.rpartition("/")[2] == program)
    return words[start + 1 :]


def parsed(command: str) -> argparse.Namespace:
    """What the real parser makes of a command line; SystemExit when it refuses."""
    if "run.py" in command:
        given, rest = run._parser().parse_known_args(words_after(command, "run.py"))
        own = {"demo": demo._parser, "benchmarks": run_all.build_parser}.get(given.command)
        return own().parse_args(rest) if own is not None else given
    if "slicer_batch.py" in command:
        return sam_benchmark.build_parser().parse_args(words_after(command, "slicer_batch.py"))
    program = re.search(r"sam-\w+", command)[0]
    return PARSERS[program]().parse_args(words_after(command, program))


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """All options of a parser and of its commands."""
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= set().union(*(options_of(command) for command in action.choices.values()))
    return found


def test_the_readme_has_commands_of_every_program():
    programs = {re.search(r"sam-\w+|run\.py|slicer_batch\.py", command)[0] for command in COMMANDS}
    assert programs >= {"run.py", "sam-benchmark", "sam-models", "slicer_batch.py"} and len(COMMANDS) >= 7


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_a_code_block_is_understood_by_the_real_parser(command):
    given = parsed(command)
    if getattr(given, "command", "") == "run":
        options_from(given)


@pytest.mark.parametrize("wrong", ["sam-benchmark run --colour red", "sam-models paint", "python3 Testing/run.py jump"])
def test_a_command_that_does_not_exist_would_be_noticed(wrong):
    with contextlib.redirect_stderr(io.StringIO()), pytest.raises(SystemExit):
        parsed(wrong)


def test_commands_within_the_text_exist():
    named = [code for code in inline_code() if code.startswith(tuple(name + " " for name in PARSERS))]
    assert len(named) >= 2
    for code in named:
        program, command = code.split()[:2]
        if program == "run.py":
            assert parsed(code), code  # what follows its commands is told by their own parsers
            continue
        with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.suppress(SystemExit):
            PARSERS[program]().parse_args([command, "--help"])
        assert command in shown.getvalue(), code


def test_every_option_named_exists():
    known = set().union(*(options_of(make()) for make in PARSERS.values()))
    named = {option for code in inline_code() for option in re.findall(r"(?<!\S)--[a-z-]+", code)}
    assert len(named) > 10 and named <= known


def test_options_named_with_a_value_are_options_of_the_run_or_of_fine_tuning_and_take_it():
    with_value = [code.split() for code in inline_code() if re.fullmatch(r"--[a-z-]+ \S+", code)]
    assert len(with_value) >= 5
    of_the_run = options_of(sam_benchmark.build_parser())
    for option in with_value:
        if option[0] in of_the_run:
            options_from(sam_benchmark.build_parser().parse_args([*RUN, *option]))
        else:
            sam_train.build_parser().parse_args([*FINE_TUNE, *option])


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_every_link_into_the_repository_leads_somewhere(target):
    assert (ROOT / target).exists()


def test_every_file_and_folder_named_exists():
    paths = {code for code in inline_code() if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)+/?", code)} - MADE_BY_A_RUN
    paths |= {code for code in inline_code() if code in {"LICENSE", "SAMSegmenter", "SAMBenchmark", "Testing"}}
    paths |= {word for command in COMMANDS for word in command.split() if word.endswith(".py")}
    assert len(paths) >= 5
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("line", [line for line in code_lines() if re.match(r"from \w+\.?\S* import ", line)])
def test_imports_of_the_examples_exist(line):
    module, names = re.fullmatch(r"from (\S+) import (.+)", line).groups()
    for name in names.split(", "):
        assert hasattr(importlib.import_module(module), name)


def messages_in(path: Path) -> list[str]:
    """Texts in a file's code, comments and docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone]
    return [node.value for node in texts if isinstance(node.value, str)]


def test_messages_quoted_in_the_help_are_those_of_the_program():
    source = "\n".join(text for path in (*ROOT.glob("SAM*/**/*.py"), Path(run.__file__)) for text in messages_in(path))
    table = README.partition("| you see |")[2].partition("\n\n")[0]
    quoted = re.findall(r"(?m)^\| `([^`]+)`", table)
    assert len(quoted) >= 3
    for message in quoted:
        for part in re.split(r"\.\.\.|\b\d+\b", message):
            assert part.strip() in source, message


def test_presets_and_exit_codes_are_complete():
    from SAMBenchmarkLib.core.options import PRESETS
    from SAMSegmenterLib.core import errors

    assert all(f"--preset {name}" in README for name in PRESETS)
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    listed = re.search(r"Exit codes: (.*?)\n- ", README, re.DOTALL)[1]
    assert {int(code) for code in re.findall(r"\b\d+\b", listed)} == codes


def test_nothing_is_left_to_fill_in():
    words = set(re.findall(r"\b[A-Z]+_[A-Z]+\b", README))
    assert {word for word in words if not word.startswith("SAM_")} == set()

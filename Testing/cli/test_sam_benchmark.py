from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import SimpleITK

from SAMBenchmarkLib.cli.sam_benchmark import build_parser, main
from SAMBenchmarkLib.core.store import ResultStore
from SAMSegmenterLib.core.errors import SAMError
from support.case_files import SLICES, write_case, write_manifest
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.faulty_predictors import no_predictor

QUICK = [
    "--strategies",
    "S2,S5",
    "--min-object-pixels",
    "20",
    "--timing-repeats",
    "0",
    "--no-scene",
    "--no-report",
    "--no-cache",
]


@pytest.fixture
def a_case(tmp_path):
    return write_case(tmp_path)


@pytest.fixture
def run(tmp_path, a_case):
    """Runs the command with the fake predictor on the case; returns the exit code."""

    def command(
        *further: str, output: Path = tmp_path / "out", loader=ThresholdPredictor, named: bool = True, quick=QUICK
    ) -> int:
        files = ["--volume", str(a_case.volume), "--labels", str(a_case.labels), "--name", "boxes"] if named else []
        return main(["run", *files, "--output", str(output), *quick, *further], lambda given: loader)

    return command


def test_a_promptless_model_is_evaluated_by_its_own_strategy(run, tmp_path, capsys):
    assert run(loader=PromptlessPredictor, quick=QUICK[2:]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if line.strip().startswith(("DICE", "left box", "right box"))][:3] == [
        ["DICE", "[%]", "S0"],
        ["left", "box", "87.5±0.0"],
        ["right", "box", "0.0±0.0"],
    ]
    header = (tmp_path / "out" / "tables" / "dice_predicted_iou.tsv").read_text(encoding="utf-8").splitlines()[0]
    assert header.split("\t") == ["structure", "n", "S0"]


def test_structures_that_are_named_are_the_only_ones(run, capsys):
    assert run("--structures", "Left Box;spleen") == 0
    printed = capsys.readouterr().out
    assert "left box" in printed and "right box" not in printed
    assert "The reference has no structure 'spleen'." in printed


@pytest.mark.parametrize(
    ("loader", "strategies", "hint"),
    [(ThresholdPredictor, "S0,S5", "Choose from S1, S2"), (PromptlessPredictor, "S5", "Choose from S0")],
)
def test_strategies_that_do_not_suit_the_model_give_exit_code_2_and_leave_nothing(
    run, tmp_path, capsys, loader, strategies, hint
):
    assert run("--strategies", strategies, loader=loader) == 2
    error = capsys.readouterr().err
    assert "error: Model '" in error and f"hint: {hint}" in error
    assert not (tmp_path / "out").exists()


def test_a_run_prints_the_summary_and_where_to_look(run, tmp_path, capsys):
    assert run() == 0
    printed = capsys.readouterr().out
    assert "DICE [%]" in printed
    assert next(line.split() for line in printed.splitlines() if line.strip().startswith("left box")) == [
        "left", "box", "87.5±0.0", "93.3±0.0",
    ]  # fmt: skip
    where = printed.partition("Where to look:")[2].split()
    assert where == [str(tmp_path / "out" / "tables"), str(tmp_path / "out" / "results.sqlite")]


def test_nan_voxels_are_refused_unless_they_are_said_to_be_background(run, tmp_path, a_case, capsys):
    image = SimpleITK.ReadImage(str(a_case.volume), SimpleITK.sitkFloat32)
    image[0, 0, 0] = float("nan")
    SimpleITK.WriteImage(image, str(a_case.volume))
    assert run() == 2
    assert "--nan-as-background" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert run("--nan-as-background") == 0
    assert "1 of 6144 voxels" in capsys.readouterr().out


def test_the_same_command_again_ends_well_and_changes_nothing(run, tmp_path):
    assert run() == 0
    tables = {path.name: path.read_bytes() for path in (tmp_path / "out" / "tables").iterdir()}
    assert run() == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out" / "tables").iterdir()} == tables


def test_some_failed_cases_give_exit_code_1_and_their_reasons(run, tmp_path, a_case, capsys):
    broken = write_case(tmp_path, "broken")
    broken.volume.write_bytes(b"nonsense")
    manifest = write_manifest(tmp_path, [broken, a_case])
    assert run("--manifest", str(manifest), named=False) == 1
    captured = capsys.readouterr()
    assert "failed: broken: " in captured.err
    assert "left box" in captured.out


def test_pseudonyms_leave_no_name_of_a_patient_or_a_file_in_any_result(run, tmp_path, capsys):
    anna, broken = (write_case(tmp_path, name) for name in ("mueller_anna", "schmidt_carl"))
    broken.volume.write_bytes(b"nonsense")
    manifest = write_manifest(tmp_path, [anna, broken])
    lines = manifest.read_text(encoding="utf-8").splitlines()
    manifest.write_text(
        "\n".join(f"{line},{end}" for line, end in zip(lines, ("patient", "Anna M", "Carl S"), strict=True))
    )
    options = ["--manifest", str(manifest), "--pseudonyms", str(tmp_path / "key.csv")]
    quick = [option for option in QUICK if option != "--no-report"]
    assert run(*options, named=False, quick=quick) == 1
    assert "failed: case-0002: " in capsys.readouterr().err
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        found = path.read_bytes().lower()
        assert not any(word in found for word in (b"mueller", b"anna", b"schmidt", b"carl")), path
    assert "mueller_anna" in (tmp_path / "key.csv").read_text(encoding="utf-8")
    assert run(*options, named=False, quick=quick) == 1  # numbers are those of the key: nothing is computed again
    with ResultStore(tmp_path / "out" / "results.sqlite", read_only=True) as store:
        assert store.count_finished_slices(store.runs()[0].option_hash) == {"case-0001": SLICES}


def test_a_batch_with_workers_ends_well(run, tmp_path, a_case):
    manifest = write_manifest(tmp_path, [write_case(tmp_path, "second"), a_case])
    assert run("--manifest", str(manifest), "--workers", "2", named=False) == 0
    with ResultStore(tmp_path / "out" / "results.sqlite", read_only=True) as store:
        assert store.count_finished_slices(store.runs()[0].option_hash) == {"boxes": SLICES, "second": SLICES}


def truncated(case) -> None:
    case.volume.write_bytes(case.volume.read_bytes()[:200])


def no_image(case) -> None:
    case.volume.write_text("this is no image", encoding="utf-8")


def no_such_labels(case) -> None:
    case.labels.unlink()


@pytest.mark.parametrize("spoil", [truncated, no_image, no_such_labels])
def test_bad_files_give_exit_code_2_a_hint_and_leave_nothing(run, tmp_path, a_case, capsys, spoil):
    spoil(a_case)
    assert run() == 2
    error = capsys.readouterr().err
    assert "error: " in error and "hint: " in error and "Traceback" not in error
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "further",
    [
        ["--strategies", "S9"],
        ["--plane", "sideways"],
        ["--window", "liver"],
        ["--min-object-pixels", "5000"],
        ["--label-names", "liver"],
        ["--structures", "spleen"],
        ["--workers", "0"],
        ["--manifest", "cases.csv"],
    ],
)
def test_bad_options_give_exit_code_2_and_leave_nothing(run, tmp_path, capsys, further):
    assert run(*further) == 2
    error = capsys.readouterr().err
    assert "error: " in error and "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_a_bad_manifest_gives_exit_code_2_and_leaves_nothing(run, tmp_path, capsys):
    manifest = tmp_path / "cases.csv"
    manifest.write_text("name,volume,labels\nA,x.nrrd,y.nrrd\nA,boxes.nrrd,boxes.seg.nrrd\n", encoding="utf-8")
    assert run("--manifest", str(manifest), named=False) == 2
    assert "row 2" in (error := capsys.readouterr().err) and "row 3" in error
    assert not (tmp_path / "out").exists()


def test_somebody_elses_folder_gives_exit_code_2_and_stays_as_it_is(run, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("text", encoding="utf-8")
    assert run() == 2
    assert "holds no results" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_a_results_file_of_another_version_gives_exit_code_2_and_stays_as_it_is(run, tmp_path, capsys):
    assert run() == 0
    with ResultStore(tmp_path / "out" / "results.sqlite") as store:
        store._connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / "out" / "results.sqlite").read_bytes()
    assert run() == 2
    assert "version 99" in capsys.readouterr().err
    assert (tmp_path / "out" / "results.sqlite").read_bytes() == before


def test_a_model_that_is_not_here_gives_exit_code_3_and_leaves_nothing(run, tmp_path, capsys):
    assert run(loader=no_predictor) == 3
    assert "sam-models download vit_x" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_unknown_model_gives_exit_code_2(tmp_path, a_case, capsys):
    files = ["--volume", str(a_case.volume), "--labels", str(a_case.labels), "--output", str(tmp_path / "out")]
    assert main(["run", *files, "--model", "vit_xxl"]) == 2
    assert "no model 'vit_xxl'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_tables_and_report_are_written_again_from_the_store_alone(run, tmp_path, a_case, capsys):
    assert run() == 0
    output = tmp_path / "out"
    tables = {path.name: path.read_bytes() for path in (output / "tables").iterdir()}
    for path in (a_case.volume, a_case.labels, *(output / "tables").iterdir()):
        path.unlink()
    capsys.readouterr()
    assert main(["report", "--output", str(output)]) == 0
    assert {path.name: path.read_bytes() for path in (output / "tables").iterdir()} == tables
    assert (output / "report.html").is_file()
    assert "left box" in capsys.readouterr().out


def test_a_report_of_chosen_options(run, tmp_path, capsys):
    assert run() == 0
    assert run("--strategies", "S5") == 0
    with ResultStore(tmp_path / "out" / "results.sqlite", read_only=True) as store:
        first, second = (record.option_hash for record in store.runs())
    capsys.readouterr()
    assert main(["report", "--output", str(tmp_path / "out")]) == 0
    assert "S2" not in capsys.readouterr().out
    assert main(["report", "--output", str(tmp_path / "out"), "--run", first[:6]]) == 0
    assert "S2" in capsys.readouterr().out
    assert main(["report", "--output", str(tmp_path / "out"), "--run", "nothing"]) == 2
    error = capsys.readouterr().err
    assert first in error and second in error


def test_a_report_where_nothing_was_run_gives_exit_code_2(tmp_path, capsys):
    assert main(["report", "--output", str(tmp_path)]) == 2
    assert "no results" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_help_shows_defaults_and_exit_codes(capsys):
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["run", "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "(default: S1,S2,S3,S4,S5,S6)" in text and "S0 is for models that were trained without prompts" in text
    assert "(default: None)" not in text
    assert "exit codes: 0 all went well" in text


PROGRAM = """
import sys
from SAMBenchmarkLib.cli.sam_benchmark import main
from support.faulty_predictors import BlockingPredictor
import time
time.sleep = lambda seconds, wait=time.sleep: [wait(0.02) for _ in range(int(seconds * 50)) if not stopping()]
import SAMBenchmarkLib.cli.sam_benchmark as command
class Switch(command.StopSwitch):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        global stopping
        stopping = self
command.StopSwitch = Switch
sys.exit(main(sys.argv[1:], lambda given: BlockingPredictor))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals on Windows")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_stopping_finishes_the_slice_at_hand_gives_exit_code_130_and_the_next_run_goes_on(tmp_path, a_case, run, name):
    output = tmp_path / "out"
    files = ["--volume", str(a_case.volume), "--labels", str(a_case.labels), "--name", "boxes"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "SAM_TEST_SLICES": "3"}
    command = [sys.executable, "-c", PROGRAM, "run", *files, "--output", str(output), *QUICK]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while stored(output) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    _, error = process.communicate(timeout=120)
    assert process.returncode == 130, error
    assert "what was finished is kept" in error
    assert "The same command again goes on" in error
    assert 2 <= stored(output) < SLICES  # one call was the estimate's; the third slice may be encoded ahead
    assert run() == 0
    assert stored(output) == SLICES


def stored(output: Path) -> int:
    try:
        with ResultStore(output / "results.sqlite", read_only=True) as store:
            return sum(sum(store.count_finished_slices(run.option_hash).values()) for run in store.runs())
    except SAMError:  # not there yet
        return 0

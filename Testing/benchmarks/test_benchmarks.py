"""The speed measurements run and give all their figures; how fast anything is, is not looked at here."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import propagation_ablation, run_all
from benchmarks.comparisons import Comparison
from benchmarks.harness import Timings, computer, table
from benchmarks.results_page import page, write_results
from benchmarks.side_by_side import in_turns, peak_megabytes

from SAMBenchmarkLib.propagation.parameter_texts import parameters_from

FOLDER = Path(__file__).resolve().parent
MEASUREMENTS = {
    "click_latency": {"timings", "median_more_than_decoder_ms", "ratio_of_medians", "longest_handler_ms", "aim_ms"},
    "workspace_latency": {"actions", "plain_slice_view", "longest_wait_ms", "aim_ms"},
    "worker_speed": {"timings", "share_of_undisturbed_speed", "aim"},
    "large_images": {"cases"},
    "propagation_ablation": {"structures", "measured_on", "runs"},
    "encoder_speed": {"sizes"},
    "decoder_speed": {"cases"},
    "everything_speed": {"cases"},
    "metrics_speed": {"cases"},
    "cache_speed": {"cases"},
    "whole_run_speed": {"seconds", "reference_seconds", "largest_difference_in_the_table", "table"},
    "linear_cost": {"series"},
    "store_scale": {"rows", "rows_per_second", "report", "megabytes"},
}


def run(name: str, *arguments: str, timeout: int = 600) -> str:
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def numbers(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from numbers(one)
    elif isinstance(value, float):
        yield value


@pytest.fixture(scope="module")
def a_quick_run(tmp_path_factory):
    """What all measurements print, and the folder that they were recorded in; made once, as it takes a while."""
    if any(importlib.util.find_spec(needed) is None for needed in ("PySide6", "slicer")):
        pytest.skip("the desktop stand-in needs PySide6 and Slicer's Python package")
    folder = tmp_path_factory.mktemp("recorded")
    options = ("--quick", "--record", str(folder), "--json", str(folder / "figures.json"))
    return run("run_all", *options, timeout=1800), folder


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_a_quick_run_gives_all_figures(name, a_quick_run):
    figures = json.loads((a_quick_run[1] / "figures.json").read_text(encoding="utf-8"))[name]
    assert MEASUREMENTS[name] <= set(figures) and figures["quick"] is True
    found = list(numbers(figures))
    assert found and all(math.isfinite(number) for number in found)
    assert f"\n{name}\n" in "\n" + a_quick_run[0]


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_figure_has_a_reference_of_the_same_run(name, a_quick_run):
    figures = json.loads((a_quick_run[1] / "results.json").read_text(encoding="utf-8"))[name]
    assert len(figures["comparisons"]) >= 2
    for one in figures["comparisons"]:
        assert one["what"] != one["reference"] and one["reference_value"] > 0 and one["result"] != "-"


def test_the_page_names_processor_versions_and_date_but_not_whose_computer_it_is(a_quick_run):
    text = (a_quick_run[1] / "RESULTS.md").read_text(encoding="utf-8")
    facts = computer()
    for told in (facts["processor"], f"{facts['cores']} cores", facts["python"], facts["versions"]["torch"]):
        assert told in text
    assert text.count("\n## ") == len(MEASUREMENTS) and "quick run" in text
    assert set(facts) == {"date", "system", "processor", "cores", "memory_gb", "threads", "python", "versions"}
    assert str(Path.home()) not in text and str(FOLDER) not in text


PAGE_FROM_OPENING_TO_END = """
from benchmarks.effect_at_work import a_volume
from benchmarks.page_at_work import page_at_work
from benchmarks.workspace_latency import _plain_seconds

volume = a_volume((12, 96, 96))
assert _plain_seconds(volume, 1).median > 0
with page_at_work(volume) as page:
    page.run(page.settle)
    assert page.told["image_axial"]
"""


def test_vtk_has_nothing_to_complain_of_when_a_page_and_a_plain_view_open_and_end():
    for needed in ("slicer", "trame_slicer"):
        pytest.importorskip(needed)
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(FOLDER.parent)}
    command = [sys.executable, "-c", PAGE_FROM_OPENING_TO_END]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    assert "ERROR: In vtk" not in ran.stderr and "LookupTable" not in ran.stderr


def test_every_ingredient_of_propagation_is_left_out_once():
    changed = [text.partition("=")[0] for text in propagation_ablation.changes()]
    switches = {"box", "point", "negative", "logits", "multimask"}
    weights = {"model_weight", "shape_weight", "intensity_weight", "texture_weight"}
    others = {"zoom", "motion", "keyframe_share", "learning", "min_evidence", "patience"}
    assert len(changed) == len(set(changed)) and set(changed) == switches | weights | others
    runs = [parameters_from([text] if text else []) for text in ("", *propagation_ablation.changes())]
    assert len({repr(one) for one in runs}) == 1 + len(changed)


def test_quick_figures_do_not_take_the_place_of_recorded_ones():
    with pytest.raises(SystemExit) as refused:
        run_all.main(["--quick", "--record"])
    assert refused.value.code == 2 and run_all.build_parser().parse_args(["--record"]).record == FOLDER


def test_all_measurements_are_known_and_others_are_refused(capsys):
    assert set(run_all.NAMES) == set(MEASUREMENTS)
    with pytest.raises(SystemExit):
        run_all.main(["jump"])
    assert "no measurement 'jump'" in capsys.readouterr().err


def test_what_failed_is_said_and_nothing_is_recorded(monkeypatch, tmp_path, capsys):
    figures = {"click_latency": {"title": "clicks", "comparisons": []}}
    monkeypatch.setattr(run_all, "_figures", lambda name, quick: figures.get(name))
    assert run_all.main(["click_latency", "worker_speed", "--record", str(tmp_path)]) == 1
    assert "worker_speed" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_comparisons_are_ratios_differences_or_shares_of_speed():
    relations = ("ratio", "difference", "share", "faster")
    results = [Comparison("a", 30, "b", 20, "ms", relation).result for relation in relations]
    assert results == ["1.50 x", "+10.0 ms", "67 %", "0.67 x faster"]
    assert Comparison("a", 30, "b", 0, "ms").result == "-"
    with pytest.raises(ValueError, match="sum"):
        Comparison("a", 1, "b", 1, "ms", "sum")


def test_a_page_has_a_row_per_comparison(tmp_path):
    comparison = Comparison("click", 30, "decoder", 0.12345, "ms", "difference", "at most +30 ms", "1e-9").to_json()
    results = {"one": {"title": "Clicks", "quick": False, "comparisons": [comparison], "computer": computer()}}
    assert "| click | 30.0 ms | decoder | 0.12 ms | +29.9 ms | at most +30 ms | 1e-9 |\n" in page(results)
    assert "quick run" not in page(results)
    assert sorted(path.name for path in write_results(results, tmp_path)) == sorted(os.listdir(tmp_path))


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_measurement_says_what_it_measures(name):
    shown = run(name, "--help")
    assert "--quick" in shown and "--json FILE" in shown and f"Testing/benchmarks/{name}.py" in shown


def test_timings_tell_median_percentile_and_least():
    timings = Timings(tuple(number / 1000 for number in range(1, 102)))
    assert timings.to_json() == {"median_ms": 51.0, "p95_ms": 96.0, "least_ms": 1.0, "count": 101}
    with pytest.raises(ValueError, match="nothing"):
        Timings(())


def test_what_takes_turns_is_measured_as_often_and_a_first_round_is_left_out():
    calls = []
    works = {name: lambda name=name: calls.append(name) for name in ("one", "other")}
    assert [len(one.seconds) for one in in_turns(works, 3).values()] == [3, 3] and calls == 4 * ["one", "other"]
    assert [len(one.seconds) for one in in_turns(works, 1).values()] == [1, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell")
def test_memory_is_this_process_own():
    before = peak_megabytes()
    held = bytearray(int(before + 50) << 20)
    assert peak_megabytes() >= before + 50 > 60 and len(held) > before


def test_a_table_has_columns():
    assert table(("", "ms"), [("click", "7.0"), ("a longer name", "12.5")]).splitlines() == [
        "                 ms",
        "-------------  ----",
        "click           7.0",
        "a longer name  12.5",
    ]

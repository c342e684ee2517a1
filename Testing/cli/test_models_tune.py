"""`sam-models tune` as a user sees it: a table, figures in JSON, and what "auto" is afterwards."""

import json
from dataclasses import replace

import pytest

from SAMSegmenterLib.cli.sam_models import main
from SAMSegmenterLib.models import engine_tuning
from SAMSegmenterLib.models.engine_records import EngineCheck, remembered_choice
from SAMSegmenterLib.models.engine_tuning import EngineMeasurement


def one(engine, encode, check, memory=500.0):
    return EngineMeasurement(engine, encode, 0.02, check, 0.9987, memory)


RIGHT = EngineCheck(9.1e-6, 2e-6, 1e-6, True)
MEASURED = [
    one("torch", 1.0, RIGHT),
    one("openvino", 0.4, RIGHT),
    one("fast", 0.1, EngineCheck(0.5, 0.2, 0.1, False), memory=None),
]


@pytest.fixture(autouse=True)
def measuring(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path / "models"))
    calls = []

    def measure(spec, device, threads, on_progress):
        calls.append((spec.name, device, threads))
        return MEASURED

    monkeypatch.setattr(engine_tuning, "measure_engines", measure)
    return calls


def test_the_table_shows_speed_accuracy_and_what_is_chosen(measuring, capsys):
    assert main(["tune", "--threads", "2"]) == 0
    out = capsys.readouterr().out
    lines = {line.split()[0]: line for line in out.splitlines() if line}
    assert lines["openvino"].split()[1:] == ["400.0", "20.0", "9.1e-06", "2.0e-06", "0.9987", "500", "chosen"]
    assert lines["fast"].endswith("-  too far off")
    assert "'auto' is now 'openvino' for small on this computer" in out
    assert measuring == [("sam-small", "cpu", 2)]
    assert remembered_choice("small", "cpu") == "openvino"


def test_figures_as_json_on_standard_output_are_nothing_but_json(capsys):
    assert main(["tune", "--model", "sam-small", "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "sam-tune/1" and data["models"][0]["chosen"] == "openvino"
    assert data["models"][0]["engines"][2]["check"]["passed"] is False


def test_figures_go_to_a_file(tmp_path, capsys):
    path = tmp_path / "tune.json"
    assert main(["tune", "--json", str(path)]) == 0
    assert json.loads(path.read_text(encoding="utf-8"))["device"] == "cpu"
    assert "chosen" in capsys.readouterr().out


def test_engines_that_round_are_chosen_only_when_that_is_allowed(monkeypatch):
    near = replace(MEASURED[1], engine="openvino-int8", encode_seconds=0.1)
    monkeypatch.setattr(engine_tuning, "measure_engines", lambda *given: [*MEASURED, near])
    main(["tune"])
    assert remembered_choice("small", "cpu") == "openvino"
    main(["tune", "--approximate"])
    assert remembered_choice("small", "cpu") == "openvino-int8"


def test_choices_are_forgotten(measuring, capsys):
    main(["tune"])
    assert main(["tune", "--reset"]) == 0
    assert capsys.readouterr().out.endswith("1 choice was forgotten\n")
    assert remembered_choice("small", "cpu") is None and len(measuring) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--model", "nonsense"], 2), (["--model", "vit_b"], 3), (["--device", "abacus"], 2), (["--threads", "0"], 2)],
)
def test_what_cannot_be_measured_is_said(arguments, code, capsys):
    assert main(["tune", *arguments]) == code
    assert "error: " in capsys.readouterr().err

"""Fixtures of the panel of the module SAM Benchmark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from SAMSegmenterLib.models.imported import write_sidecar
from SAMSegmenterLib.models.known_models import blank_spec
from support.benchmark_panel import HeldPredictor, load_pair
from support.case_files import write_case

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def a_module(a_desktop):
    from support.desktop import load_module_file

    return load_module_file(ROOT / "SAMBenchmark" / "SAMBenchmark.py")


@pytest.fixture
def a_widget(a_module):
    widget = a_module.SAMBenchmarkWidget()
    yield widget
    widget.cleanup()


@pytest.fixture
def a_predictor(monkeypatch):
    import SAMSegmenterLib.models.registry as registry

    predictor = HeldPredictor()
    monkeypatch.setattr(registry, "load", lambda *_: predictor)
    yield predictor
    predictor.go_on.set()


@pytest.fixture
def chosen(a_widget, a_predictor):
    """Nodes of a phantom, paired in the panel; four slices of S5."""
    nodes = load_pair("phantom", "boxes")
    a_widget.panel.refresh()
    a_widget.ui.strideSpinBox.setValue(2)
    for name in ("S1", "S2", "S3", "S4", "S6"):
        getattr(a_widget.ui, f"strategy{name}CheckBox").setChecked(False)
    return nodes


@pytest.fixture
def a_promptless_model(a_widget, monkeypatch, tmp_path):
    """A promptless model among the installed ones; its weights are not read."""
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path))
    (tmp_path / "vessels.safetensors").write_bytes(b"weights")
    spec = replace(blank_spec("vessels", "small"), promptless=True, card="Promptless: finds vessels.", bytes=7)
    write_sidecar(replace(spec, path=tmp_path / "vessels.safetensors"))
    a_widget.panel.refresh()
    return spec


@pytest.fixture
def a_folder(tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in ("one", "two"):
        write_case(folder, name)
    return folder

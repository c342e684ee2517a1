"""What the effect needs is imported bit by bit, and nothing that takes long."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TESTING = Path(__file__).resolve().parents[1]

PART_BY_PART = """
import importlib, json, sys
import numpy, vtk, slicer
sys.path.insert(0, TESTING)
from support.desktop import install
install()
import ctk, qt
from SAMSegmenterLib.desktop import warm_up

def new_ones(name):
    before = set(sys.modules)
    importlib.import_module("SAMSegmenterLib." + name)
    return sorted(set(sys.modules) - before)

print(json.dumps([new_ones(name) for name in (*warm_up.PARTS, "desktop.effect_controller")]))
"""

IN_THE_BACKGROUND = """
import sys, time
import numpy, vtk, slicer
sys.path.insert(0, TESTING)
from support.desktop import install
app = install()
from SAMSegmenterLib.desktop import warm_up
warm_up.DELAY_MS = warm_up.PAUSE_MS = 0
warm_up.warm_up()
end = time.monotonic() + 120
while "SAMSegmenterLib.desktop.effect_controller" not in sys.modules and time.monotonic() < end:
    app.processEvents()
print("SAMSegmenterLib.desktop.effect_controller" in sys.modules)
"""

SLOW = ("torch", "segment_anything", "scipy", "SimpleITK", "pydicom", "safetensors", "PIL", "matplotlib")


def in_a_process(code):
    code = f"TESTING = {str(TESTING)!r}\n{code}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def imported(request):
    """Names of the modules that came with each part, and last with the effect itself."""
    pytest.importorskip("slicer")
    pytest.importorskip("PySide6")
    return json.loads(in_a_process(PART_BY_PART))


def test_nothing_that_takes_long_is_imported_on_the_main_thread(imported):
    assert not [name for part in imported for name in part if name.split(".")[0] in SLOW]


def test_each_part_is_a_small_one(imported):
    assert all(0 < len(part) <= 40 for part in imported[:-1]), [len(part) for part in imported]


def test_nothing_is_left_to_import_when_the_effect_is_opened(imported):
    assert imported[-1] == []


def test_the_parts_are_imported_while_the_application_idles(a_stand_in):
    assert in_a_process(IN_THE_BACKGROUND).strip() == "True"


def test_a_part_that_cannot_be_imported_ends_it_without_a_traceback(a_stand_in, monkeypatch, caplog):
    from SAMSegmenterLib.desktop import warm_up

    begun = []
    monkeypatch.setattr(warm_up.qt.QTimer, "singleShot", lambda *arguments: begun.append(arguments))
    monkeypatch.setattr(warm_up, "PARTS", ("core.nowhere", "core.errors"))
    warm_up.import_part(0)
    assert not begun
    warm_up.import_part(1)
    assert not begun  # it was the last one
    monkeypatch.setattr(warm_up, "PARTS", ("core.errors", "core.errors"))
    warm_up.import_part(0)
    assert [delay for delay, _function in begun] == [warm_up.PAUSE_MS]

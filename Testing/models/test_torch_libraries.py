"""PyTorch's libraries are opened while other threads run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from SAMSegmenterLib.models.torch_libraries import open_torch_libraries

OPENS = """
import sys
from SAMSegmenterLib.models.torch_libraries import open_torch_libraries
print(open_torch_libraries(), "torch" in sys.modules)
import torch
print(torch.ones(3).sum().item())
"""


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="PyTorch does this itself here")
def test_torch_works_after_its_libraries_were_opened():
    ran = subprocess.run([sys.executable, "-c", OPENS], capture_output=True, text=True, timeout=300, check=True)
    assert ran.stdout.split() == ["True", "False", "3.0"]


def test_nothing_is_opened_once_torch_is_there():
    import torch

    assert torch.__version__ and not open_torch_libraries()


def test_where_torch_is_missing_the_import_shall_say_so(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not open_torch_libraries()
    monkeypatch.setitem(sys.modules, "torch", None)  # as a test that blocks it does
    assert not open_torch_libraries()

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest


class Packaging(ModuleType):
    """Stands for `slicer.packaging`."""

    def __init__(self, code=0, busy=False):
        super().__init__("slicer.packaging")
        self.calls, self._code, self._busy = [], code, busy

    def isPipInstallInProgress(self):
        return self._busy

    def pip_install(self, requirements, blocking, requester, logCallback, completedCallback):
        self.calls.append((requirements, blocking, requester))
        logCallback("ERROR: no network")
        completedCallback(self._code)


@pytest.fixture
def installer(a_desktop):
    from SAMSegmenterLib.desktop.slicer_installer import SlicerInstaller

    return SlicerInstaller()


def install(installer):
    ends = []
    installer.install_packages(("a==1", "b>=2"), ends.append)
    return ends


def test_from_slicer_5_12_on_it_installs_in_the_background_without_dependencies(installer, monkeypatch):
    packaging = Packaging()
    monkeypatch.setitem(sys.modules, "slicer.packaging", packaging)
    assert install(installer) == [None]
    assert packaging.calls == [("--no-deps a==1 b>=2", False, "SAM Segmenter")]


def test_what_pip_said_last_is_the_reason(installer, monkeypatch):
    monkeypatch.setitem(sys.modules, "slicer.packaging", Packaging(code=1))
    (error,) = install(installer)
    assert str(error) == "ERROR: no network"


def test_in_testing_mode_slicer_waits_for_pip_and_calls_nobody_back(installer, monkeypatch):
    packaging = Packaging()
    packaging.pip_install = lambda requirements, **_others: packaging.calls.append(requirements)
    monkeypatch.setitem(sys.modules, "slicer.packaging", packaging)
    assert install(installer) == [None] and len(packaging.calls) == 1


def test_another_installation_is_not_disturbed(installer, monkeypatch):
    packaging = Packaging(busy=True)
    monkeypatch.setitem(sys.modules, "slicer.packaging", packaging)
    with pytest.raises(RuntimeError, match="under way"):
        install(installer)
    assert packaging.calls == []


def test_before_slicer_5_12_it_uses_pip_install(installer, monkeypatch):
    import slicer

    asked = []
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    monkeypatch.setattr(slicer.util, "pip_install", asked.append)
    assert install(installer) == [None]
    assert asked == ["--no-deps a==1 b>=2"]


def test_pytorch_is_installed_by_its_extension(installer, monkeypatch):
    asked = []

    class Logic:
        def installTorch(self, askConfirmation, torchVersionRequirement, torchvisionVersionRequirement):
            asked.append((askConfirmation, torchVersionRequirement, torchvisionVersionRequirement))
            return SimpleNamespace()

    module = ModuleType("PyTorchUtils")
    module.PyTorchUtilsLogic = Logic
    monkeypatch.setitem(sys.modules, "PyTorchUtils", module)
    assert installer.install_torch(">=2.4", ">=0.19") is True
    assert asked == [(False, ">=2.4", ">=0.19")]


def test_the_extension_is_noticed_whether_or_not_it_says_where_it_comes_from(installer, monkeypatch):
    assert installer.has_pytorch_extension() is False
    module = ModuleType("PyTorchUtils")
    assert module.__spec__ is None
    monkeypatch.setitem(sys.modules, "PyTorchUtils", module)
    assert installer.has_pytorch_extension() is True

"""Installs packages into Slicer's Python with Slicer's own means."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import slicer

REQUESTER = "SAM Segmenter"


class SlicerInstaller:
    """PyTorch by the extension PyTorch, the rest by `slicer.packaging`, or by `slicer.util` in Slicer before 5.12.

    Everything is called on the main thread.
    """

    def has_pytorch_extension(self) -> bool:
        """Whether the extension PyTorch is installed; its module is not run."""
        if "PyTorchUtils" in sys.modules:  # as Slicer loads modules they may not say where they come from
            return True
        return importlib.util.find_spec("PyTorchUtils") is not None

    def install_torch(self, torch: str, torchvision: str) -> bool:
        """Blocks until PyTorch is installed; the user has consented before."""
        logic = importlib.import_module("PyTorchUtils").PyTorchUtilsLogic()
        installed = logic.installTorch(
            askConfirmation=False, torchVersionRequirement=torch, torchvisionVersionRequirement=torchvision
        )
        return installed is not None

    def install_packages(self, requirements: tuple[str, ...], on_done: Callable[[BaseException | None], None]) -> None:
        """Without dependencies, so that nothing else is touched; Slicer 5.12 and newer do it in the background."""
        arguments = "--no-deps " + " ".join(requirements)
        packaging = _packaging()
        if packaging is None:
            slicer.util.pip_install(arguments)  # raises when it fails
            on_done(None)
            return
        if packaging.isPipInstallInProgress():
            raise RuntimeError("another installation is under way")
        last: list[str] = []
        ends: list[int] = []

        def log(line: str) -> None:
            last[:] = [*last[-2:], str(line).strip()]

        def completed(code: int, *_others: Any) -> None:
            ends.append(code)
            on_done(None if code == 0 else RuntimeError(" ".join(last) or f"pip ended with {code}"))

        packaging.pip_install(
            arguments, blocking=False, requester=REQUESTER, logCallback=log, completedCallback=completed
        )
        if slicer.app.testingEnabled() and not ends:
            on_done(None)  # in testing mode Slicer waits for pip, raises when it fails, and calls nobody


def _packaging() -> ModuleType | None:
    """`slicer.packaging`, or None where Slicer has none yet."""
    try:
        return importlib.import_module("slicer.packaging")
    except ImportError:
        return None

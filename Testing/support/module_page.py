"""What stands around the page of the module in tests: a user who answers, and an installer that only notes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

UI_FILE = Path(__file__).resolve().parents[2] / "SAMSegmenter" / "Resources" / "UI" / "SAMSegmenter.ui"


class AnsweringUser:
    """Stands for `Dialogs`.

    Attributes:
        agrees: the answer to every question.
        file, folder: what is chosen; empty is "Cancel".
        asked: (title, text, details, label of the button) of each question.
        read: (title, text) of each text shown.
    """

    def __init__(self, agrees: bool = True, file: str = "", folder: str = "") -> None:
        self.agrees, self.file, self.folder = agrees, file, folder
        self.asked: list[tuple[str, str, str, str]] = []
        self.read: list[tuple[str, str]] = []

    def confirm(self, title: str, text: str, details: str, accept: str) -> bool:
        self.asked.append((title, text, details, accept))
        return self.agrees

    def show_text(self, title: str, text: str) -> None:
        self.read.append((title, text))

    def choose_file(self, title: str, pattern: str) -> str:
        return self.file

    def choose_folder(self, title: str, start: str) -> str:
        return self.folder


class NotingInstaller:
    """Stands for `SlicerInstaller`; what it "installs" appears in `versions`.

    Args:
        versions: distribution -> version, of everything installed.
        extension: whether the extension PyTorch is there.
        failure: raised instead of installing packages.
        declines_torch: whether the user declines in PyTorch's own dialog.
        damage: what installing PyTorch changes besides, distribution -> version.
    """

    def __init__(
        self,
        versions: dict[str, str],
        extension: bool = True,
        failure: BaseException | None = None,
        declines_torch: bool = False,
        damage: dict[str, str] | None = None,
    ) -> None:
        self.versions, self.extension, self.failure = versions, extension, failure
        self.declines_torch, self.damage = declines_torch, damage or {}
        self.calls: list[Any] = []

    def version_of(self, needed: Any) -> str:
        return self.versions.get(needed.distribution, "")

    def has_pytorch_extension(self) -> bool:
        return self.extension

    def install_torch(self, torch: str, torchvision: str) -> bool:
        self.calls.append(("torch", torch, torchvision))
        if self.declines_torch:
            return False
        self.versions["torch"] = "2.8.0"
        self.versions.update(self.damage)
        return True

    def install_packages(self, requirements: tuple[str, ...], on_done: Callable[[BaseException | None], None]) -> None:
        self.calls.append(requirements)
        if self.failure is None:
            self.versions.update({"segment-anything": "1.0", "safetensors": "0.6.2"})
        on_done(self.failure)


def load_page(parent: Any = None) -> Any:
    """The page's widgets: (widget, widgets by name)."""
    import slicer

    widget = slicer.util.loadUI(str(UI_FILE))
    return widget, slicer.util.childWidgetVariables(widget)

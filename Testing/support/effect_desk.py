"""The SAM effect at work in the desktop stand-in, with a model whose answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import slicer

from SAMSegmenterLib.core.geometry import Volume
from support.desktop.editing import Editing, start_editing
from support.editing import StepWorker
from support.effect_service import a_service as a_service

EFFECT = Path(__file__).resolve().parents[2] / "SAMSegmenter" / "SAMSegmenterEffect" / "SegmentEditorSAMEffect.py"


@dataclass
class EffectDesk:
    """An editor with the effect active.

    Attributes:
        editing: editor, nodes and views.
        worker: its jobs run in `settle`.
    """

    editing: Editing
    worker: StepWorker

    @property
    def effect(self) -> Any:
        """The C++ half."""
        return self.editing.editor.effectByName("SAM")

    @property
    def controller(self) -> Any:
        """`EffectController`."""
        return self.effect.self().controller

    @property
    def session(self) -> Any:
        """`EditingSession`, or None."""
        return self.controller.owner.session

    @property
    def messages(self) -> str:
        """All notices."""
        return "\n".join(str(notice) for notice in self.session.notices)

    def settle(self, rounds: int = 200) -> None:
        """Run jobs and ticks until nothing is left to do."""
        for _ in range(rounds):
            ran = self.worker.run_next()
            self.controller._tick()
            if not ran and not self.worker.waiting:
                return
        raise AssertionError("the effect does not come to rest")

    def click(self, view: str, ras: Sequence[float], modifiers: Sequence[str] = ()) -> None:
        """Click in a view at the slice through a place, and wait for the mask."""
        hand = self.editing.views[view]
        hand.show(ras)
        hand.click(ras, modifiers=modifiers)
        self.settle()

    def mask(self, segment: str = "one") -> np.ndarray:
        """A segment's voxels on the volume's lattice."""
        return self.editing.mask(segment)


def display_all(volume_node: Any) -> None:
    """Show grey values 0 to 255 as they are, so that nothing is cut off."""
    volume_node.CreateDefaultDisplayNodes()
    display = volume_node.GetDisplayNode()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(255.0, 127.5)


def start_effect(volume: Volume, worker: StepWorker, segments: Sequence[str] = ("one", "two")) -> EffectDesk:
    """Open views and an editor on a volume, and activate the effect."""
    editing = start_editing(volume, segments)
    display_all(editing.volume_node)
    desk = EffectDesk(editing, worker)
    editing.activate("SAM")
    desk.settle()
    assert slicer.mrmlScene is not None
    return desk

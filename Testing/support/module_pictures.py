"""Makes the pictures of the module's page and of the effect for the README, on the stand-in for Slicer's desktop:

    python Testing/support/module_pictures.py [folder]

The page is shown as it is on this computer. The effect has a synthetic CT, and the bundled model answers.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "SAMSegmenter" / "Resources" / "Screenshots"
PAGE, EFFECT, PROPAGATION = "SAMSegmenterPage.png", "SAMSegmenterEffect.png", "SAMSegmenterPropagation.png"
VIEW_PIXELS = (600, 480)
PANEL_PIXELS, GAP_PIXELS = 420, 10
PATIENCE_SECONDS = 1200

LIVER, KIDNEY = (92.0, 28.0, -2.0), (-62.0, -62.0, -2.0)
"""Places in the synthetic CT, RAS in mm."""

CARRIED_SLICES = 6
"""Slices that the kidney's mask is carried to, in either direction."""


def picture_of_page(path: Path) -> None:
    """The module's page with all its sections open."""
    import qt
    import slicer

    from support.desktop import load_module_file

    module = load_module_file(ROOT / "SAMSegmenter" / "SAMSegmenter.py")
    page = module.SAMSegmenterWidget()
    page.enter()
    for name in ("startSection", "installationSection", "modelsSection", "settingsSection"):
        getattr(page.ui, name).collapsed = False
    wait_until(lambda: not page.page.settings.cache.is_busy)
    page.parent.resize(620, 10)
    slicer.app.processEvents()
    page.parent.resize(620, page.parent.sizeHint.height())
    slicer.app.processEvents()
    save(page.parent.grab(), path, qt)
    page.cleanup()


def open_effect() -> tuple[Any, Any]:
    """The effect at work on the synthetic CT, with one accepted slice of the liver: the editor's desk, the effect."""
    from SAMSegmenterLib.core.sample_volume import sample_volume
    from support.desktop.editing import start_editing

    editing = start_editing(sample_volume()[0], segments=("liver", "kidney"))
    display = editing.volume_node.GetDisplayNode()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(400.0, 40.0)
    segmentation = editing.segmentation_node.GetSegmentation()
    segmentation.GetSegment("liver").SetColor(0.87, 0.51, 0.4)
    segmentation.GetSegment("kidney").SetColor(0.3, 0.75, 0.3)
    effect = editing.activate("SAM")
    hand = editing.views["Red"]
    session = _Session(effect)
    hand.show(LIVER)
    hand.widget.mrmlSliceNode().SetFieldOfView(400.0, 320.0, 1.0)
    hand.click(LIVER)
    session.wait_for_mask()
    effect.self().onApply()
    return editing, effect


def picture_of_effect(path: Path, editing: Any, effect: Any) -> None:
    """A slice with marks and the mask that is not yet accepted, beside the effect's panel."""
    import qt

    hand, session = editing.views["Red"], _Session(effect)
    editing.select("kidney")
    hand.click(KIDNEY)
    session.wait_for_mask()
    hand.click((KIDNEY[0] + 40.0, KIDNEY[1] + 30.0, KIDNEY[2]), modifiers=["alt"])
    session.wait_for_mask()
    hand.leave()
    save(beside(hand.picture(), grabbed(effect.self().controller.panel.widget), qt), path, qt)


def picture_of_propagation(path: Path, editing: Any, effect: Any) -> None:
    """The kidney after `picture_of_effect`: a carried mask and its prompts, beside the panel's strip of slices."""
    import qt

    hand, session = editing.views["Red"], _Session(effect)
    effect.self().onApply()
    section = effect.self().controller.panel.propagation
    wait_until(lambda: section.propagate.enabled and section.strip.content.shown is not None)
    middle = section.strip.content.shown
    section.range.show("slices")
    section.range.widget.activated.emit(1)
    section.first.setValue(middle - CARRIED_SLICES)
    section.last.setValue(middle + CARRIED_SLICES)
    section.propagate.click()
    wait_until(lambda: not section.cancel.enabled and len(section.strip.content.slices) > 1)
    section.worst.click()
    session.wait(1.0)
    hand.leave()
    section.strip.choose((middle - 3, middle + 3))
    save(beside(hand.picture(), grabbed(section.widget), qt), path, qt)


def grabbed(widget: Any) -> Any:
    """A picture of a part of the panel, as wide as the panel and as high as it needs to be."""
    import slicer

    widget.setParent(None)
    widget.resize(PANEL_PIXELS, 10)
    widget.show()
    slicer.app.processEvents()
    widget.resize(PANEL_PIXELS, widget.sizeHint.height())
    slicer.app.processEvents()
    return widget.grab()


class _Session:
    """What the effect is doing."""

    def __init__(self, effect: Any) -> None:
        self._owner = effect.self().controller.owner

    def wait_for_mask(self) -> None:
        """Until the mask of all marks is shown."""
        wait_until(lambda: self._owner.session is not None and self._owner.session.preview is not None)
        self.wait(1.0)

    def wait(self, seconds: float) -> None:
        """Let the window work for a while."""
        end = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() > end)


def beside(view: Any, panel: Any, qt: Any) -> Any:
    """One picture of a view, (height, width, 3) uint8, and of a panel."""
    height, width, _ = view.shape
    image = qt.QImage(view.tobytes(), width, height, 3 * width, qt.QImage.Format_RGB888)
    whole = qt.QPixmap(width + 2 * GAP_PIXELS + panel.width(), max(height, panel.height() + 2 * GAP_PIXELS))
    whole.fill(panel.toImage().pixelColor(panel.width() - 1, panel.height() - 1))
    painter = qt.QPainter(whole)
    painter.drawImage(0, 0, image)
    painter.drawPixmap(width + GAP_PIXELS, GAP_PIXELS, panel)
    painter.end()
    return whole


def save(pixmap: Any, path: Path, qt: Any) -> None:
    """Write a picture in 256 colours, which is enough for it and small."""
    buffer = qt.QBuffer()
    buffer.open(qt.QIODevice.ReadWrite)
    pixmap.save(buffer, "PNG")
    with Image.open(io.BytesIO(bytes(buffer.data()))) as image:
        image.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the window work until a condition holds."""
    import slicer

    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        slicer.app.processEvents()
        time.sleep(0.005)
        if time.monotonic() > end:
            raise TimeoutError("the window does not get there")


def main(folder: Path) -> None:
    """Make all pictures."""
    from support.desktop import close_windows, install

    install()
    import slicer

    from support.desktop import layout_manager, subject_hierarchy
    from support.desktop.probe_effect import register

    folder.mkdir(parents=True, exist_ok=True)
    picture_of_page(folder / PAGE)
    subject_hierarchy.follow(slicer.mrmlScene)
    register((ROOT / "SAMSegmenter" / "SAMSegmenterEffect" / "SegmentEditorSAMEffect.py").as_posix())
    layout_manager.VIEWS["Red"] = ("Axial", VIEW_PIXELS)
    editing, effect = open_effect()
    picture_of_effect(folder / EFFECT, editing, effect)
    picture_of_propagation(folder / PROPAGATION, editing, effect)
    editing.activate("")
    close_windows()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "Testing"))
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["SAM_MODELS_DIR"] = str(Path(scratch) / "models")
        os.environ["SAM_CACHE_DIR"] = str(Path(tempfile.gettempdir()) / "prepared-slices")
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

"""Fixtures of the tests that need a window: Slicer's own, or the stand-in."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def a_desktop(a_scene: Any) -> Iterator[Any]:
    """`slicer.app`, with `qt`, `ctk` and the module base classes ready to import."""
    import slicer

    if not hasattr(slicer, "app") and importlib.util.find_spec("PySide6") is None:  # `install` must import it first
        pytest.skip("PySide6, which stands in for Slicer's Qt, is not installed")
    from support.desktop import close_windows, install

    yield install()
    close_windows()


@pytest.fixture
def wait_until(a_desktop: Any) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """`wait_until(condition)`: lets the window work until a condition holds; fails when it never does."""
    import time

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            a_desktop.processEvents()
            assert time.monotonic() < end, "waited in vain"

    yield wait
    a_desktop.processEvents()


@pytest.fixture
def a_stand_in(a_desktop: Any) -> Any:
    """As `a_desktop`, but only the stand-in: skipped inside Slicer."""
    import qt

    if not hasattr(qt.QObject, "_behaves_like_pythonqt"):
        pytest.skip("this is Slicer's own desktop")
    return a_desktop


@pytest.fixture
def complaints(a_stand_in: Any) -> Iterator[Any]:
    """What Slicer would write into its log; `take()` what is expected, what is left at the end fails the test."""
    from support.desktop.closing import close_editing
    from support.desktop.complaints import watched

    with watched() as log:
        yield log
        close_editing()
        left = log.take()
    assert left == []


@pytest.fixture
def start_editing(complaints: Any) -> Callable[..., Any]:
    """`start_editing(volume, segments=..., views=...)`: views, a segmentation and an editor at work."""
    from support.desktop.editing import start_editing

    return start_editing


@pytest.fixture
def register_probe(complaints: Any, tmp_path: Path) -> Callable[..., Any]:
    """`register_probe(hooks, name=...)`: an effect with these methods; register it before editing starts."""
    from support.desktop.probe_effect import register, write_probe

    def make(hooks: str = "", **properties: Any) -> Any:
        return register(write_probe(tmp_path, hooks, **properties))

    return make


@pytest.fixture
def drawing(a_stand_in: Any) -> None:
    """Skips where nothing can be drawn offscreen."""
    from support.desktop.slice_rendering import can_draw

    if not can_draw():
        pytest.skip("neither EGL nor OSMesa is installed, which draw views offscreen")


@pytest.fixture
def register_effect(complaints: Any) -> Callable[[Path], Any]:
    """`register_effect(file)`: register an effect as modules do; before editing starts."""
    from support.desktop.probe_effect import register

    return lambda file: register(Path(file).as_posix())


@pytest.fixture
def start_effect(
    register_effect: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    """`start_effect(volume, predictor=None, segments=...)`: an editor with the SAM effect active, see `EffectDesk`."""
    from SAMSegmenterLib.desktop.shared_service import replace_service
    from support.editing import StepWorker
    from support.effect_desk import EFFECT, a_service, start_effect

    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path / "cache"))
    worker = StepWorker()

    def start(volume: Any, predictor: Any = None, segments: Any = ("one", "two")) -> Any:
        replace_service(a_service(predictor, worker))
        register_effect(EFFECT)
        return start_effect(volume, worker, segments)

    yield start
    while worker.run_next():
        pass
    replace_service(None)


@pytest.fixture
def desk(start_effect: Callable[..., Any]) -> Any:
    """The effect at work on the volume with two boxes."""
    from support.phantoms import two_boxes_volume

    return start_effect(two_boxes_volume()[0])


@pytest.fixture
def labels() -> Any:
    """The label array of the volume with two boxes."""
    from support.phantoms import two_boxes_volume

    return two_boxes_volume()[1].layers[0]

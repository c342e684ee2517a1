"""The browser workspace without a browser: its actions, timer and pictures on one event loop, which is watched."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation

TICK_SECONDS, LOOK_SECONDS = 0.02, 0.004


class Page:
    """What a browser would get of a workspace, on a loop that ticks as the server's does.

    Args:
        keeper: `CaseKeeper` of the case at hand.

    Attributes:
        told: variables of the page as they were sent last.
        longest: seconds for which the loop answered nobody, at most, since it was set to 0.
    """

    def __init__(self, keeper: Any) -> None:
        from SAMSegmenterLib.workspace.actions import PageActions
        from SAMSegmenterLib.workspace.page_state import PageState

        self.keeper, self.controller = keeper, keeper.controller
        self._state = PageState(self.controller)
        self.told: dict[str, Any] = {}
        self.actions = PageActions(self.controller, self.push).by_name()
        self.longest = 0.0
        self.push()

    def push(self) -> None:
        """Send what has changed; the bytes are made as they would be for a browser."""
        news = self._state.news()
        if news:
            json.dumps(news)
            self.told.update(news)

    def run(self, work: Callable[[], Any]) -> None:
        """Run a coroutine beside the timer and the watch."""

        async def main() -> None:
            others = [asyncio.create_task(one()) for one in (self._tick, self._watch)]
            await work()
            for one in others:
                one.cancel()

        asyncio.run(main())

    async def until(self, is_so: Callable[[], bool], seconds: float = 600.0) -> None:
        """Wait for something."""
        end = time.perf_counter() + seconds
        while not is_so():
            if time.perf_counter() > end:
                raise TimeoutError("the workspace does not get there")
            await asyncio.sleep(LOOK_SECONDS)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self.until(lambda: not any((self.told["busy"], self.told["writing"], self.told["carrying"]["running"])))
        await asyncio.sleep(0.1)  # what is prepared ahead is begun one after the other
        await self.until(lambda: not self.told["busy"] and not self._state.is_behind)

    async def _tick(self) -> None:
        while True:
            if self.keeper.tick() or self._state.is_behind:
                self.push()
            await asyncio.sleep(TICK_SECONDS)

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(LOOK_SECONDS)
            self.longest = max(self.longest, time.perf_counter() - before - LOOK_SECONDS)


@contextmanager
def page_at_work(volume: Volume, labels: Segmentation | None = None) -> Iterator[Page]:
    """A workspace on a volume with the bundled model on the CPU, and a worker thread of its own."""
    from SAMSegmenterLib.models.known_models import BUNDLED
    from SAMSegmenterLib.session.model_service import ModelService
    from SAMSegmenterLib.workspace.case_keeper import CaseKeeper
    from SAMSegmenterLib.workspace.opening import Opened

    service = ModelService()
    service.choose(BUNDLED, "cpu")
    with tempfile.TemporaryDirectory(prefix="sam-benchmark-") as folder:
        keeper = CaseKeeper(service, Path(folder), Opened(volume, labels))
        yield Page(keeper)
        keeper.end()


@contextmanager
def encoding_all_the_time(shape: tuple[int, int]) -> Iterator[None]:
    """Meanwhile a thread encodes one slice after the other with a model of its own."""
    from SAMSegmenterLib.models.known_models import BUNDLED
    from SAMSegmenterLib.models.registry import load

    predictor, ended = load(BUNDLED, "cpu"), threading.Event()
    picture = np.random.default_rng(5).integers(0, 255, (*shape, 3), np.uint8)

    def work() -> None:
        while not ended.is_set():
            predictor.encode([picture])

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class PlainView:
    """The same volume in a slice view of trame-slicer, as an application without this project would show it."""

    def __init__(self, volume: Volume) -> None:
        from trame_slicer.core import SlicerApp
        from trame_slicer.views import DirectViewFactory, ViewLayoutDefinition

        from SAMSegmenterLib.scene.volumes import node_from_volume

        self._app = SlicerApp()
        self._app.view_manager.register_factory(DirectViewFactory(True))
        self._view = self._app.view_manager.create_view(ViewLayoutDefinition.axial_view())
        node = node_from_volume(volume, "volume", self._app.scene)
        node.GetDisplayNode().SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
        self._app.display_manager.show_volume(node)
        self._view.render_window().SetSize(*volume.shape_kji[:0:-1])
        self._view.fit_view_to_content()
        self._from, self._to = self._view.get_slice_range()

    def show(self, share: float) -> int:
        """Render the slice at so much of the way through the volume, and pack its picture; returns the bytes."""
        from PIL import Image
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

        self._view.set_slice_value(self._from + share * (self._to - self._from))
        self._view.render_window().Render()
        grab = vtkWindowToImageFilter()
        grab.SetInput(self._view.render_window())
        grab.ReadFrontBufferOff()
        grab.Update()
        image = grab.GetOutput()
        width, height, _ = image.GetDimensions()
        pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)[::-1]
        file = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=92)
        return len(file.getvalue())

    def close(self) -> None:
        """Draw nothing any more: a scene that ends loses its colour tables before the volumes that they are for."""
        self._view.set_render_blocked(True)

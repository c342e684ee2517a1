"""The page is answered while the model works: nothing that it asks for waits for a slice."""

import asyncio
import threading

import pytest

from SAMSegmenterLib.workspace.actions import PageActions
from SAMSegmenterLib.workspace.page_state import PageState
from support.effect_service import a_service
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume
from support.workspace_desk import IN_FIRST

REQUESTS, TICK_SECONDS = 40, 0.02

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")


class HeldPredictor(ThresholdPredictor):
    """Begins to encode, and goes on when it is told to."""

    def __init__(self):
        super().__init__()
        self.began, self.may_go_on = threading.Event(), threading.Event()

    def encode(self, images):
        self.began.set()
        assert self.may_go_on.wait(60)
        return super().encode(images)


class Page:
    """What a browser would get, on a loop that ticks like the server's."""

    def __init__(self, predictor, volume=None):
        from SAMSegmenterLib.session.worker import Worker
        from SAMSegmenterLib.workspace.case import WorkspaceCase
        from SAMSegmenterLib.workspace.controller import WorkspaceController

        self.worker = Worker("worker of a test")
        service = a_service(predictor, worker=self.worker)
        service.choose("threshold", "cpu")
        volume = volume if volume is not None else two_boxes_volume(ijk_to_ras=matrix(lps=True))[0]
        self.controller = WorkspaceController(WorkspaceCase(volume), service)
        self.state, self.told = PageState(self.controller), {}
        self.actions = PageActions(self.controller, self.push).by_name()

    def push(self):
        self.told.update(self.state.news())

    async def tick(self):
        while True:
            if self.controller.tick() or self.state.is_behind:
                self.push()
            await asyncio.sleep(TICK_SECONDS)

    async def until(self, is_so):
        while not is_so():
            await asyncio.sleep(TICK_SECONDS)

    def run(self, work):
        async def main():
            ticking = asyncio.get_running_loop().create_task(self.tick())
            await asyncio.wait_for(work(), 120)
            ticking.cancel()

        try:
            asyncio.run(main())
        finally:
            self.controller.close()
            self.worker.close(10)


def scroll_all_views(page):
    """Ask for other slices in all views, and return how many pictures came."""
    pictures = set()
    for number in range(REQUESTS):
        name = ("axial", "coronal", "sagittal")[number % 3]
        page.actions["act"]({"kind": "scroll", "view": name, "index": number % 16})
        assert page.told[f"view_{name}"]["index"] == number % 16
        pictures.add((name, page.told[f"image_{name}"]))
    return len(pictures)


def test_views_and_buttons_answer_while_a_slice_is_encoded():
    predictor = HeldPredictor()
    page = Page(predictor)

    async def work():
        page.actions["act"]({"kind": "click", "view": "axial", "uv": list(IN_FIRST), "label": 1})
        await page.until(predictor.began.is_set)
        assert page.told["view_axial"]["marks"], "the mark is there at once"
        assert scroll_all_views(page) > 3
        page.actions["rename"](page.told["segment_id"], "liver")
        assert page.told["segments"][0]["name"] == "liver"
        assert not predictor.may_go_on.is_set() and predictor.encode_calls == 0 and page.told["busy"]
        page.actions["act"]({"kind": "scroll", "view": "axial", "index": 8})
        predictor.may_go_on.set()
        await page.until(lambda: page.told["can_accept"])

    page.run(work)


def test_views_answer_while_masks_are_carried_and_cancelling_does_not_wait():
    predictor = HeldPredictor()
    page = Page(predictor)
    predictor.may_go_on.set()

    async def work():
        page.actions["act"]({"kind": "click", "view": "axial", "uv": list(IN_FIRST), "label": 1})
        await page.until(lambda: page.told["can_accept"])
        page.actions["key"]("accept")
        predictor.may_go_on.clear()
        predictor.began.clear()
        page.actions["key"]("propagate")
        await page.until(predictor.began.is_set)
        encoded = predictor.encode_calls
        assert page.told["carrying"]["running"] and scroll_all_views(page) > 3
        page.actions["key"]("cancel")
        assert not page.told["carrying"]["running"] and predictor.encode_calls == encoded
        predictor.may_go_on.set()

    page.run(work)

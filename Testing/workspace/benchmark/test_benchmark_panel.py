"""The benchmark's panel evaluates the case at hand, tells how far it is, and shows tables, plots and slices."""

import asyncio
import contextlib

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMBenchmarkLib.workspace.benchmark_job import Ended
from SAMBenchmarkLib.workspace.benchmark_panel import BenchmarkPanel
from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.workspace.extension import Host
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")

from support.workspace_desk import a_workspace_desk


class State(dict):
    """Stands in for the variables of the page."""

    @contextlib.contextmanager
    def flushed(self):
        yield self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Job:
    """Evaluates at once, in this process, when it is polled; tells one step before."""

    def __init__(self, request):
        self.request, self.stopped, self.closed, self.polls = request, False, False, 0

    def poll(self):
        self.polls += 1
        if self.polls == 1:
            return [ProgressEvent("evaluating", 3, 12, 65.0)]
        if self.stopped:
            return [Ended()]
        try:
            values = {**self.request.__dict__, "load_predictor": ThresholdPredictor}
            return [Ended(run_benchmark(RunRequest(**values)))]
        except SAMError as error:
            return [Ended(message=str(error))]

    def stop(self):
        self.stopped = True

    def close(self):
        self.closed = True


class Desk:
    """A panel beside a workspace on two boxes, and the jobs that it began."""

    def __init__(self, labels=True):
        volume, segmentation = two_boxes_volume(ijk_to_ras=matrix(lps=True))
        self.desk = a_workspace_desk(volume, segmentation if labels else None)
        self.state, self.jobs, self.told = State(), [], []
        self.desk.controller.session.service.choose("sam-small", "cpu")
        host = Host(self.state, lambda: self.desk.controller, self.told.append, lambda: None)
        self.panel = BenchmarkPanel(host, self.begin)

    def begin(self, request):
        self.jobs.append(Job(request))
        return self.jobs[-1]

    async def settle(self):
        for _ in range(20_000):
            await asyncio.sleep(0.001)
            if not self.panel._tasks and not self.state["benchmark_busy"]:
                return
            if not self.panel._tasks:
                self.panel.tick()
        raise AssertionError("the panel does not come to rest")


def with_desk(work, **options):
    """Run something on a desk, in an event loop as the page has one."""

    async def run():
        desk = Desk(**options)
        try:
            await work(desk)
        finally:
            desk.panel.close()
            desk.desk.controller.close()

    asyncio.run(run())


def test_structures_and_strategies_are_offered():
    async def work(desk):
        desk.desk.controller.case.copy = lambda: pytest.fail("all voxels were copied to list names")
        desk.desk.controller.case.add_segment("empty")
        desk.panel.refresh()
        assert desk.state["benchmark_structures"] == ["left box", "right box"]
        assert desk.state["benchmark_strategy_choices"][1] == {"value": "S2", "title": "S2 1 point"}

    with_desk(work)


def test_what_was_chosen_is_evaluated_and_shown():
    async def work(desk):
        desk.panel.run(["left box"], ["S5", "S2"], "4")
        while not desk.jobs:
            await asyncio.sleep(0.001)
        desk.panel.tick()
        assert (
            desk.state["benchmark_progress"] == "evaluating 3 of 12, 65 s left" and desk.state["benchmark_part"] == 25
        )
        await desk.settle()
        options = desk.jobs[0].request.options
        assert (options.strategies, options.structures, options.max_slices) == (("S2", "S5"), ("left box",), 4)
        rows = desk.state["benchmark_rows"]
        assert {row["structure"] for row in rows} == {"left box"} and {row["plane"] for row in rows} == {"axial"}
        assert {row["strategy"] for row in rows} == {"S2 1 point", "S5 box"}
        dice = [float(row["dice"]) for row in rows]
        assert dice == sorted(dice) and dice[-1] == 100.0
        assert {"summary_oracle", "options"} <= {table["name"] for table in desk.state["benchmark_tables"]}
        assert all(len(cells) == len(t["header"]) for t in desk.state["benchmark_tables"] for cells in t["rows"])
        assert desk.state["benchmark_error"] == "" and not desk.state["benchmark_busy"]

    with_desk(work)


def test_a_row_shows_its_slice_in_a_picture_and_in_the_views():
    async def work(desk):
        desk.panel.run([], ["S5"], 0)
        await desk.settle()
        number = len(desk.state["benchmark_rows"]) - 1
        desk.panel.show_row(number)
        await desk.settle()
        assert desk.state["benchmark_row"] == number
        assert desk.state["benchmark_picture"].startswith("data:image/png;base64,") and desk.told == []
        assert desk.desk.controller.views["axial"].index == desk.state["benchmark_rows"][number]["slice"]
        for wrong in (-1, 10_000, "0", None):
            desk.panel.show_row(wrong)
        assert desk.state["benchmark_row"] == number

    with_desk(work)


def test_plots_are_those_of_the_report():
    pytest.importorskip("matplotlib", reason="matplotlib, which draws the plots, is not installed")

    async def work(desk):
        desk.panel.run([], ["S5"], 2)
        await desk.settle()
        assert "<svg" in desk.state["benchmark_plots"] and "left box" in desk.state["benchmark_plots"]

    with_desk(work)


def test_a_stop_is_told():
    async def work(desk):
        desk.panel.run([], ["S5"], 0)
        while not desk.jobs:
            await asyncio.sleep(0.001)
        desk.panel.stop()
        await desk.settle()
        assert desk.jobs[0].stopped and desk.state["benchmark_note"] == "Stopped."
        assert desk.state["benchmark_rows"] == []

    with_desk(work)


@pytest.mark.parametrize(
    ("labels", "chosen", "said"),
    [
        (False, ([], ["S5"], 0), "No segment has a voxel"),
        (True, ([], [], 0), "No strategy is chosen"),
        (True, ([], ["S9"], 0), "no strategy 'S9'"),
        (True, ([], ["S5"], "many"), "not a number of slices"),
        (True, (["spleen"], ["S5"], 0), "spleen"),
    ],
)
def test_what_cannot_be_evaluated_is_told(labels, chosen, said):
    async def work(desk):
        desk.panel.run(*chosen)
        await desk.settle()
        assert said in desk.state["benchmark_error"] and not desk.state["benchmark_busy"]

    with_desk(work, labels=labels)


def test_another_volume_puts_everything_away():
    async def work(desk):
        desk.panel.run([], ["S5"], 2)
        await desk.settle()
        folder = desk.jobs[0].request.output.parent
        assert folder.is_dir()
        desk.panel.case_changed()
        assert desk.state["benchmark_rows"] == [] and not folder.exists()
        desk.panel.run([], ["S5"], 2)
        while len(desk.jobs) < 2:
            await asyncio.sleep(0.001)
        desk.panel.case_changed()
        assert desk.jobs[1].closed

    with_desk(work)


def test_options_of_the_page_are_those_of_the_command():
    assert BenchmarkOptions(strategies=("S5",), timing_repeats=0).resolved().preset == "paper"

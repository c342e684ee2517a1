"""The benchmark's panel: choose structures and strategies, watch progress, look at tables, plots and single slices."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import STRATEGIES, BenchmarkOptions, suiting_strategies
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.session.predictor_loader import PredictorLoader
from SAMBenchmarkLib.session.run_request import RunRequest, RunResult
from SAMBenchmarkLib.workspace.benchmark_job import BenchmarkJob, Ended
from SAMBenchmarkLib.workspace.case_files import case_paths, evaluated_names, write_case
from SAMBenchmarkLib.workspace.panel_layout import build_panel
from SAMBenchmarkLib.workspace.panel_texts import progress_state, strategy_choices
from SAMBenchmarkLib.workspace.shown_results import ShownResults, shown_tables
from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.extents import is_empty
from SAMSegmenterLib.models.registry import resolve
from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.workspace.extension import Host

NOTHING: dict[str, Any] = {
    "benchmark_busy": False,
    "benchmark_progress": "",
    "benchmark_part": 0.0,
    "benchmark_error": "",
    "benchmark_tables": [],
    "benchmark_table": "",
    "benchmark_plots": "",
    "benchmark_rows": [],
    "benchmark_row": -1,
    "benchmark_picture": "",
    "benchmark_note": "",
}
"""The variables of the page as long as nothing was evaluated."""


def benchmark_panel(host: Host) -> BenchmarkPanel:
    """Make the panel; what the workspace is told to add, see `WorkerOptions.extensions`."""
    return BenchmarkPanel(host)


class BenchmarkPanel:
    """Evaluates the model at hand on the volume at hand, against the segments as reference.

    Args:
        host: what may be used of the workspace.
        start: begins an evaluation.

    Thread: the event loop's, which is the main one; evaluations run in a process of their own.
    """

    name, title, icon = "benchmark", "Benchmark", "mdi-chart-box-outline"

    def __init__(self, host: Host, start: Callable[[RunRequest], Any] = BenchmarkJob) -> None:
        self._host, self._start_job = host, start
        self._job: Any = None
        self._folder: Path | None = None
        self._results: ShownResults | None = None
        self._rows: list[ResultRow] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._preparing = False
        host.state.update({**NOTHING, "benchmark_chosen": [], "benchmark_strategies": ["S2", "S5", "S6"]})
        host.state.update({"benchmark_max_slices": 20, "benchmark_structures": [], **self._choices()})

    def build(self, v3: Any, html: Any) -> None:
        """Lay out the panel."""
        actions = {"run": self.run, "stop": self.stop, "row": self.show_row, "refresh": self.refresh}
        build_panel(v3, html, actions)

    def case_changed(self) -> None:
        """Another volume was opened: what was measured on the last one is put away."""
        self._put_away()
        self._tell(**NOTHING, benchmark_chosen=[], **self._choices())
        self.refresh()

    def refresh(self, **_: Any) -> None:
        """Offer the segments that have voxels now."""
        case = self._host.controller().case
        try:
            writer = case.writers.writer()
            names = [row.name for row in case.segments() if not is_empty(writer.extent_of(row.id))]
        except SAMError:
            names = []
        self._tell(benchmark_structures=names, **self._choices())

    def run(self, structures: Any = (), strategies: Any = (), max_slices: Any = 0, **_: Any) -> None:
        """Begin an evaluation with what was chosen on the page."""
        if self._preparing or self._job is not None:
            return
        self._preparing = True
        self._spawn(self._run([str(one) for one in structures], [str(one) for one in strategies], max_slices))

    def stop(self, **_: Any) -> None:
        """Ask the evaluation to stop; finished slices are kept until another one begins."""
        if self._job is not None:
            self._job.stop()
            self._tell(benchmark_progress="Stopping ...")

    def show_row(self, index: Any = -1, **_: Any) -> None:
        """Show the slice of a row, in the slice views as well."""
        if isinstance(index, int) and 0 <= index < len(self._rows) and self._results is not None:
            controller, row = self._host.controller(), self._rows[index]
            if row.plane in controller.views:
                controller.do(lambda: controller.scroll(row.plane, row.slice))
                self._host.refresh()
            self._tell(benchmark_row=index, benchmark_picture="")
            self._spawn(self._show(self._results, index))

    def tick(self) -> None:
        """Take in what the evaluation told."""
        for told in self._job.poll() if self._job is not None else ():
            if isinstance(told, Ended):
                self._job = None
                self._spawn(self._ended(told))
            else:
                self._tell(**progress_state(told))

    def close(self) -> None:
        """The workspace ends."""
        self._put_away()

    async def _run(self, structures: list[str], strategies: list[str], max_slices: Any) -> None:
        try:
            self._put_away()
            self._tell(**{**NOTHING, "benchmark_busy": True, "benchmark_progress": "Preparing ..."})
            self._job = self._start_job(await self._request(structures, strategies, max_slices))
        except (SAMError, OSError) as error:
            self._tell(benchmark_busy=False, benchmark_progress="", benchmark_error=str(error))
        finally:
            self._preparing = False

    async def _request(self, structures: list[str], strategies: list[str], max_slices: Any) -> RunRequest:
        controller = self._host.controller()
        copy, volume = controller.case.copy(), controller.case.volume
        if not strategies:
            raise InputError("No strategy is chosen.", "Choose at least one.")
        segmentation = await asyncio.to_thread(copy.segmentation)
        if not await asyncio.to_thread(evaluated_names, segmentation):
            raise InputError("No segment has a voxel.", "Open the reference structures first, or segment some.")
        options = BenchmarkOptions(
            strategies=tuple(name for name in STRATEGIES if name in strategies) or tuple(strategies),
            structures=tuple(structures),
            max_slices=_whole_number(max_slices),
            timing_repeats=0,
        )
        self._folder = Path(tempfile.mkdtemp(prefix="sam-workspace-benchmark-"))
        paths = await asyncio.to_thread(write_case, self._folder, volume, segmentation)
        if self._host.controller() is not controller:
            raise InputError("Another volume was opened meanwhile.", "Run again.")
        service = controller.session.service
        return RunRequest(
            cases=[Case("case", *paths)],
            options=options,
            output=self._folder / "results",
            load_predictor=PredictorLoader(service.model, service.device_asked),
            keep_going=False,
            scene=False,
            report=False,
        )

    async def _ended(self, ended: Ended) -> None:
        try:
            if ended.result is not None:
                self._tell(benchmark_progress="Drawing ...")
                await self._show_results(ended.result)
            else:
                self._tell(benchmark_error=ended.message, benchmark_note="" if ended.message else "Stopped.")
        except SAMError as error:
            self._tell(benchmark_error=str(error))
        finally:
            self._tell(benchmark_busy=False, benchmark_progress="")

    async def _show_results(self, result: RunResult) -> None:
        folder = self._folder
        results = ShownResults(result.paths[0], result.option_hash, Case("case", *case_paths(folder)))
        listed, rows = await asyncio.to_thread(results.rows)
        plots = await asyncio.to_thread(results.plots)
        if self._folder is not folder:  # another volume was opened meanwhile
            return
        self._results, self._rows = results, rows
        tables = shown_tables(result.tables)
        self._tell(
            benchmark_tables=tables,
            benchmark_table=tables[0]["name"] if tables else "",
            benchmark_plots=plots,
            benchmark_rows=listed,
            benchmark_note=" ".join(result.notices),
        )

    async def _show(self, results: ShownResults, index: int) -> None:
        try:
            picture = await asyncio.to_thread(results.picture, self._rows[index])
        except (SAMError, IndexError) as error:
            self._host.tell(Notice.of(error))
            return
        if self._results is results:
            self._tell(benchmark_picture=picture, benchmark_row=index)

    def _choices(self) -> dict[str, Any]:
        suiting = suiting_strategies(resolve(self._host.controller().session.service.model))
        return {"benchmark_strategy_choices": strategy_choices(suiting)}

    def _put_away(self) -> None:
        """End what runs, and remove its files."""
        if self._job is not None:
            self._job.close()
            self._job = None
        self._results, self._rows = None, []
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop alone would let it be collected
        task.add_done_callback(self._tasks.discard)

    def _tell(self, **values: Any) -> None:
        with self._host.state as state:
            state.update(values)


def _whole_number(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError) as error:
        raise InputError(f"'{value}' is not a number of slices.", "Give a whole number, 0 for all.") from error

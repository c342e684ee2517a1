"""What a run is asked to do, and what it leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.session.case_loading import LoadedCase
from SAMBenchmarkLib.session.outputs import Extras
from SAMBenchmarkLib.session.predictor_loader import LoadPredictor
from SAMBenchmarkLib.session.stores import STORES
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Predictor


@dataclass(frozen=True)
class RunRequest:
    """What to evaluate, how, and where to.

    Args:
        cases: with different names.
        output: folder; new, empty, or with results of an earlier run.
        load_predictor: loads the model; with several workers it must be possible to pickle it.
        workers: processes that evaluate cases at the same time.
        scheduler: address of a Dask scheduler whose workers evaluate the cases instead; empty for none.
        store: kind of a new store, "sqlite" or "parquet"; empty for the one that is there, or SQLite.
        cache_directory: of embeddings; None for no cache.
        keep_going: record a case that fails and go on with the others; False lets its error end the run.
        report, scene: whether to write them; a scene is written when there is one case.
        notes: sentences at the head of the report.
        extend: adds to the outputs of a single case; called with the case in memory and the model.
    """

    cases: Sequence[Case]
    options: BenchmarkOptions
    output: Path
    load_predictor: LoadPredictor
    workers: int = 1
    scheduler: str = ""
    store: str = ""
    cache_directory: Path | None = None
    keep_going: bool = True
    report: bool = True
    scene: bool = True
    notes: tuple[str, ...] = ()
    extend: Callable[[LoadedCase, Predictor], Extras] | None = None

    def __post_init__(self) -> None:
        twice = [name for name, count in Counter(case.name for case in self.cases).items() if count > 1]
        if not self.cases or twice:
            raise InputError(f"Two cases are called '{twice[0]}'." if twice else "There is no case to evaluate.")
        if self.workers < 1:
            raise InputError(f"The number of workers is 1 or more; got {self.workers}.")
        if self.scheduler and self.workers > 1:
            raise InputError("The scheduler knows its workers: --workers does not go with --scheduler.")
        if self.store not in ("", *STORES):
            raise InputError(f"There is no store '{self.store}'.", f"Choose {' or '.join(STORES)}.")


@dataclass(frozen=True)
class RunResult:
    """What a run left.

    Args:
        finished: names of cases that are complete.
        failed: reason by name of those that are not.
        tables: what was written as `.tsv`.
        paths: all files, the store first.
        notices: what the user should know.
    """

    option_hash: str
    finished: tuple[str, ...]
    failed: dict[str, str]
    tables: tuple[Table, ...]
    paths: tuple[Path, ...]
    notices: tuple[str, ...]

"""What `sam-benchmark run` says before it starts: how much there is to do, and how long it will take."""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Callable

from SAMBenchmarkLib.core.run_cost import STEP_TITLES
from SAMBenchmarkLib.core.summary_text import aligned
from SAMBenchmarkLib.session.output_folder import OutputFolder
from SAMBenchmarkLib.session.predictor_loader import LoadPredictor, with_cache
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.time_estimate import (
    NOT_COUNTED,
    CaseSize,
    TimeEstimate,
    case_sizes,
    duration,
    estimate,
)
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.core.errors import EXIT_OK, EXIT_SOME_CASES_FAILED, SAMError
from SAMSegmenterLib.core.predictor import Predictor

logger = logging.getLogger(__name__)

MOST_LISTED = 40


class HandedOn:
    """Loads a model when it is first asked for, and hands that one on to whoever asks next.

    A copy in another process loads its own.
    """

    def __init__(self, load: LoadPredictor) -> None:
        self._load = load
        self._kept: Predictor | None = None

    def __call__(self) -> Predictor:
        """The model that `look` loaded, or a new one."""
        kept, self._kept = self._kept, None
        return kept if kept is not None else self._load()

    def look(self) -> Predictor:
        """The model, which is kept for the next one who asks."""
        if self._kept is None:
            self._kept = self._load()
        return self._kept

    def __getstate__(self) -> dict[str, object]:
        return {"_load": self._load, "_kept": None}


def say_estimate(request: RunRequest) -> None:
    """Print how long a new run will take, from its first case; nothing where that cannot be said.

    What is wrong with a case, the folder or the model is for the run itself to say.
    """
    folder = OutputFolder(request.output.expanduser().absolute())
    if folder.results.exists() or not isinstance(request.load_predictor, HandedOn):
        return
    try:
        predictor = with_cache(request.load_predictor.look(), request.cache_directory)
        options = request.options.for_model(predictor.spec)
        first = itertools.islice(case_sizes(request.cases, options), 1)
        _, found = estimate(first, len(request.cases), predictor, options, request.workers)
    except SAMError:
        return
    except Exception:  # a fault that the run meets again, and records
        logger.debug("the time could not be estimated", exc_info=True)
        return
    print(f"Estimate: {_sentence(found, request)}.", file=sys.stderr)


def say_seconds(measure: Callable[[], float], about: str) -> None:
    """Print how long a command will take; nothing where that cannot be said, as what is wrong is for it to say.

    Args:
        measure: tells the seconds; 0 says nothing.
        about: what they are for.
    """
    try:
        seconds = measure()
    except Exception:  # a fault that the command meets again
        logger.debug("the time could not be estimated", exc_info=True)
        return
    if seconds:
        print(f"Estimate: {duration(seconds)} for {about}.", file=sys.stderr)


def dry_run(request: RunRequest) -> int:
    """Read all cases, print what there is to evaluate and how long it will take; nothing is written.

    Returns:
        The exit code: as of a run in which the same cases fail.

    Raises:
        SAMError: the model cannot be loaded, or no case can be used.
    """
    assert isinstance(request.load_predictor, HandedOn)
    predictor = request.load_predictor.look()
    options = request.options.for_model(predictor.spec)
    with TerminalProgress() as progress:
        sizes = case_sizes(request.cases, options, progress)
        known, found = estimate(sizes, len(request.cases), predictor, options, request.workers)
    print(_listing(known))
    for size in known:
        if size.problem:
            print(f"cannot be evaluated: {size.name}: {size.problem}", file=sys.stderr)
    print(f"{_sentence(found, request)}, with {predictor.spec.name} on {predictor.device}.")
    steps = [(title, getattr(found.work, name), getattr(found.speed, name)) for name, title in STEP_TITLES.items()]
    print(aligned([(title, f"{count:,}", f"{seconds:.2g} s each") for title, count, seconds in steps if count]))
    print(f"  {NOT_COUNTED}")
    return EXIT_SOME_CASES_FAILED if any(size.problem for size in known) else EXIT_OK


def _sentence(found: TimeEstimate, request: RunRequest) -> str:
    more = "" if found.read == found.cases else ", the others taken to be as large as the first"
    counts = f"{counted(found.cases, 'case')}, {counted(found.slices, 'slice')}, {counted(found.objects, 'object')}"
    where = " on one worker of the scheduler" if request.scheduler else ""
    return f"{duration(found.seconds)}{where} for {counts}{more}"


def _listing(known: list[CaseSize]) -> str:
    usable = [size for size in known if not size.problem]
    rows = [("case", "slices", "objects"), *((size.name, f"{size.slices:,}", f"{size.objects:,}") for size in usable)]
    text = aligned(rows[: MOST_LISTED + 1])
    return text if len(rows) <= MOST_LISTED + 1 else f"{text}\n  ({len(rows) - 1 - MOST_LISTED} more)"


def counted(number: int, noun: str) -> str:
    """A number and its noun: "1 case", "2 cases"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

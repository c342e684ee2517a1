"""Evaluates one case into the store; a case that fails is recorded with its reason."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.evaluated_structures import evaluated_structures
from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.pseudonyms import without_paths
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME, SliceOutcome
from SAMBenchmarkLib.core.store import FAILED, FINISHED, CaseRecord, ResultStore
from SAMBenchmarkLib.core.volume_figures import VolumeMeasurer
from SAMBenchmarkLib.session.adapters import adapters_for
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case
from SAMSegmenterLib.core.errors import Cancelled, SAMError, StoreError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import ShouldStop

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A case that is to be evaluated.

    Args:
        fingerprint: of its files as they are now.
        changed: the store holds results of other files under its name.
    """

    case: Case
    fingerprint: str
    changed: bool = False


@dataclass(frozen=True, eq=False)
class CaseRunner:
    """Evaluates cases with one model into one store.

    Args:
        on_planned: called with a case's name and number of slices once it was read.
        on_slice: called with every outcome once it is stored.
        on_step: called within a slice, with what is being done.
    """

    store: ResultStore
    predictor: Predictor
    options: BenchmarkOptions
    option_hash: str
    should_stop: ShouldStop
    on_planned: Callable[[str, int], None] = lambda name, slices: None
    on_slice: Callable[[SliceOutcome], None] = lambda outcome: None
    on_step: Callable[[str], None] = lambda message: None

    def run(self, job: Job, loaded: LoadedCase | None = None) -> CaseRecord:
        """As `steps`, to the end."""
        steps = self.steps(job, loaded)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return end.value

    def steps(self, job: Job, loaded: LoadedCase | None = None) -> Generator[SliceOutcome, None, CaseRecord]:
        """Evaluate what is not finished yet of a case, slice by slice.

        Args:
            loaded: the case, when it was read before.

        Yields:
            Each slice once it is stored.

        Returns:
            The case as it is recorded at its end.

        Raises:
            InputError, ModelError, DependencyError: the case cannot be evaluated.
            StoreError: results cannot be stored.
            Cancelled: the user stopped; finished slices are kept.
        """
        if self.should_stop():
            raise Cancelled
        known = self.store.recent_case(self.option_hash, job.case.name)
        if known is not None and known.status == FINISHED and known.fingerprint == job.fingerprint:
            return known  # by a worker that was taken for dead
        record = self._begin(job)
        loaded = loaded or load_case(job.case, self.options)
        record = replace(record, slices=len(loaded.slices), notes=loaded.notes)
        self.store.begin_case(record)
        self.on_planned(job.case.name, len(loaded.slices))
        for outcome in evaluate_case(
            job.case.name,
            loaded.frames,
            loaded.segmentations,
            self.predictor,
            self.options,
            self.option_hash,
            self.store.finished_slices(self.option_hash, job.case.name),
            should_stop=self.should_stop,
            modality=job.case.modality,
            on_step=lambda protocol, task: self.on_step(f"{job.case.name}, slice {task.index}: {protocol}"),
            adapters=adapters_for(self.options),
        ):
            self.store.save(outcome)
            self.on_slice(outcome)
            yield outcome
        self._measure_volumes(job.case.name, loaded)
        record = replace(record, status=FINISHED)
        self.store.finish_case(record)
        return record

    def _measure_volumes(self, case_id: str, loaded: LoadedCase) -> None:
        """Whole structures of every frame of several slices, from the masks that are stored; flat images have none."""
        finished = self.store.finished_slices(self.option_hash, case_id)
        segmentations = evaluated_structures(loaded.segmentations, self.options)
        axis, plane = loaded.slices[0][1].axis, loaded.slices[0][1].plane
        for frame in sorted({number for number, _task in loaded.slices}):
            volume = loaded.frames[frame]
            if volume.shape_kji[axis] < 2 or (frame, plane, WHOLE_VOLUME) in finished:
                continue
            measurer = VolumeMeasurer(volume, segmentations[frame], axis, self.store.mask, self.options)
            rows = []
            for row in measurer.rows(self.store.rows(self.option_hash, case_id=case_id, frame=frame, variant="")):
                rows.append(row)
                if self.should_stop():
                    raise Cancelled
            if rows:
                self.store.save(SliceOutcome(case_id, frame, plane, WHOLE_VOLUME, (), (), tuple(rows)))

    def run_and_record(self, job: Job) -> CaseRecord:
        """As `run`, but a case that cannot be evaluated is recorded as failed, and no error raised.

        Raises:
            StoreError: results cannot be stored.
            Cancelled: the user stopped.
        """
        try:
            return self.run(job)
        except (Cancelled, StoreError):
            raise  # a full disk would meet every other case, too
        except SAMError as error:
            return self._fail(job, str(error))
        except MemoryError:
            return self._fail(job, "There is not enough memory for this case. Use fewer workers, or a smaller model.")
        except Exception as error:  # one case's fault must not end a batch of a hundred
            logger.warning("%s: a fault of the program", job.case.name, exc_info=True)
            return self._fail(job, f"A fault of the program: {type(error).__name__}: {error}")

    def _begin(self, job: Job) -> CaseRecord:
        if job.changed:
            self.store.forget_case(self.option_hash, job.case.name)
        record = new_record(job, self.option_hash)
        self.store.begin_case(record)
        return record

    def _fail(self, job: Job, reason: str) -> CaseRecord:
        known = self.store.case(self.option_hash, job.case.name) or new_record(job, self.option_hash)
        record = replace(known, status=FAILED, reason=without_paths(reason, job.case))
        self.store.finish_case(record)
        return record


def new_record(job: Job, option_hash: str) -> CaseRecord:
    """A case as it is noted at its start."""
    case = job.case
    return CaseRecord(option_hash, case.name, case.patient, case.site, case.modality, fingerprint=job.fingerprint)

"""Makes the masks of a job and writes them; what is finished when something stops it is kept in a file of its own."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.segment_job import ModelChoice, SegmentJob
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import (
    EXIT_OK,
    EXIT_SOME_CASES_FAILED,
    Cancelled,
    InputError,
    ModelError,
    SAMError,
    StoreError,
)
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.files.formats import ending_of
from SAMSegmenterLib.files.writing import check_label_format, write_labels
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.label_writer import LabelWriter
from SAMSegmenterLib.session.replay import ReplayedSlice, carry_out

logger = logging.getLogger(__name__)

LoadModel = Callable[[ModelChoice], Predictor]
_MANY_REMARKS = 10
_CACHE_BYTES = 1 << 28  # several structures of a slice follow each other; slices do not come back


@dataclass
class Tally:
    """What became of the steps."""

    done: int = 0
    empty: int = 0
    differing: int = 0
    remarks: dict[str, list[str]] = field(default_factory=dict)

    def count(self, step: ReplayedSlice, structure: str) -> None:
        """Note a finished step."""
        self.done += 1
        self.empty += not step.mask.any()
        self.differing += step.same is False
        place = f"'{structure}' on {_in_words(step.plane)}"
        for remark in (*step.notices, *([step.remark] if step.remark else [])):
            self.remarks.setdefault(remark, []).append(place)
            logger.info("%s: %s", place, remark)


def load_registered(choice: ModelChoice) -> Predictor:
    """A model of the registry with a small cache in front.

    Raises:
        InputError: no such model or device.
        ModelError: its weights are missing or damaged, or the device cannot be used.
        DependencyError: a package is missing.
    """
    from SAMSegmenterLib.models.cached_encoder import CachedEncoder
    from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
    from SAMSegmenterLib.models.registry import BUNDLED, load, resolve

    spec = resolve(choice.name or BUNDLED)
    try:
        predictor = load(spec, choice.device, threads=choice.threads, precision=choice.precision)
    except ModelError:
        if not choice.device_may_differ or choice.device in ("auto", "cpu"):
            raise
        predictor = load(spec, "auto", threads=choice.threads)
    return CachedEncoder(predictor, EmbeddingCache(None, _CACHE_BYTES))


def check_output(output: Path, inputs: list[Path], overwrite: bool, overlap: bool) -> None:
    """Find out before the work whether its result can be written.

    Raises:
        InputError: another ending, no such folder, a file that is there already, or one of the inputs.
    """
    check_label_format(output, overlapping=overlap)
    check_place(output, inputs, overwrite)


def check_place(output: Path, others: Sequence[Path], overwrite: bool) -> None:
    """Find out before the work whether a file can be written.

    Args:
        others: files that it must not be.

    Raises:
        InputError: no such folder, a file that is there already, or one of the others.
    """
    if not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent}.", "Create it, or choose another one.")
    if output.is_dir():
        raise InputError(f"{output} is a folder.", "Name a file in it.")
    if any(path.exists() and output.exists() and path.samefile(output) for path in others):
        raise InputError(f"{output} is one of the inputs.", "Choose another name for the result.")
    if output.exists() and not overwrite:
        raise InputError(f"{output} is there already.", "Choose another name, or add --overwrite to replace it.")


def run_job(job: SegmentJob, output: Path, overlap: bool, load: LoadModel = load_registered) -> int:
    """Make the masks with progress on the terminal and write them.

    Returns:
        The exit code: 1 when a replay gave other masks than those kept.

    Raises:
        SAMError: something went wrong on the way; what was finished is in the partial file.
        Cancelled: the user stopped; likewise.
    """
    check_label_format(output, job.ijk_to_world, overlap)
    for note in job.notes:
        print(f"note: {note}", file=sys.stderr)
    predictor = load(job.model)
    writer = _writer(job, overlap)
    tally, stop, names = Tally(), StopSwitch(), {one.segment_id: one.name for one in job.targets}
    with stop.watching():  # to the end, so that Ctrl+C in the last moment does not lose the result
        try:
            with TerminalProgress() as progress:
                for step in answers_of(job, predictor, writer, load, stop, progress):
                    tally.count(step, names[step.segment_id])
        except (Cancelled, KeyboardInterrupt, SAMError, MemoryError):
            if tally.done:
                _keep_partial(job, writer, output, tally)
            raise
        write_labels(output, segmentation_of(job, writer))
    return _summary(job, output, tally)


def partial_path(output: Path) -> Path:
    """Where finished slices are kept when the rest is missing: "liver.partial.seg.nrrd" for "liver.seg.nrrd"."""
    ending = ending_of(output)
    stem = output.name[: len(output.name) - len(ending)]
    if stem.lower().endswith(".seg"):
        stem, ending = stem[:-4], stem[-4:] + ending
    return output.with_name(f"{stem}.partial{ending}")


def answers_of(
    job: SegmentJob,
    predictor: Predictor,
    writer: LabelWriter | ArraySegmentWriter,
    load: LoadModel,
    stop: StopSwitch,
    on_progress: OnProgress,
) -> Iterator[ReplayedSlice]:
    """Make and write the masks of a job's steps, one after the other.

    Raises:
        InputError: prompts that the model cannot take.
        ModelError: the model fails.
        Cancelled: the user stopped.
    """
    others: dict[str, Predictor] = {}

    def of_slice(name: str) -> Predictor:
        if name not in others:
            choice = job.model
            others[name] = load(
                ModelChoice(name, choice.device, choice.threads, choice.precision, True, choice.device_may_differ)
            )
        return others[name]

    meter = ProgressMeter(job.stage, job.total, on_progress)
    models = of_slice if job.model.of_slices else None
    for one in job.stretches:
        yield from carry_out(one.prompt_file, one.steps, meter, one.source, predictor, writer, stop, models)


def _writer(job: SegmentJob, overlap: bool) -> LabelWriter | ArraySegmentWriter:
    if overlap:
        return ArraySegmentWriter(job.lattice, {one.segment_id: one.name for one in job.targets})
    return LabelWriter(job.lattice, {one.segment_id: one.value for one in job.targets})


def segmentation_of(
    job: SegmentJob,
    writer: LabelWriter | ArraySegmentWriter,
    tags: Mapping[str, tuple[tuple[str, str], ...]] | None = None,
) -> Segmentation:
    """The masks as they are to be written.

    Args:
        tags: facts about structures, by id; of a `LabelWriter` alone.
    """
    spacing = job.stretches[0].source.volume.has_spacing
    if isinstance(writer, LabelWriter):
        facts = tags or {}
        structures = tuple(
            Structure(one.value, one.name, 0, one.value, facts.get(one.segment_id, ())) for one in job.targets
        )
        return Segmentation((writer.labels,), job.ijk_to_world, structures, spacing)
    layers: list[np.ndarray] = []
    structures = []
    for one in job.targets:  # each in the first layer where nothing else is
        mask = writer.mask(one.segment_id) != 0
        number = next((n for n, layer in enumerate(layers) if not layer[mask].any()), len(layers))
        if number == len(layers):
            layers.append(np.zeros(mask.shape, np.uint16))
        layers[number][mask] = one.value
        structures.append(Structure(one.value, one.name, number, one.value))
    return Segmentation(tuple(layers), job.ijk_to_world, tuple(structures), spacing)


def _keep_partial(job: SegmentJob, writer: LabelWriter | ArraySegmentWriter, output: Path, tally: Tally) -> None:
    keep_partial(segmentation_of(job, writer), output, f"{tally.done} of {job.total} masks are finished")


def keep_partial(segmentation: Segmentation, output: Path, finished: str) -> None:
    """Write what is finished under a name that says so.

    Args:
        output: the file that was asked for, which is not touched.
        finished: how far the work came, in words.
    """
    path = partial_path(output)
    try:
        write_labels(path, segmentation)
    except StoreError as error:
        print(f"note: what was finished could not be kept: {error}", file=sys.stderr)
        return
    print(f"{finished}; they are in {path}", file=sys.stderr)


def _in_words(plane: SlicePlane) -> str:
    return "a tilted slice" if plane.axis is None else f"slice {'kji'[plane.axis]} {plane.index}"


def tell_remarks(tally: Tally) -> None:
    """Print what there is to say about masks, the same remark once."""
    for remark, places in list(tally.remarks.items())[:_MANY_REMARKS]:
        more = f", and {len(places) - 1} more" if len(places) > 1 else ""
        print(f"note: {remark} ({places[0]}{more})", file=sys.stderr)
    if len(tally.remarks) > _MANY_REMARKS:
        print(f"note: {len(tally.remarks) - _MANY_REMARKS} more notes; --verbose shows them all", file=sys.stderr)


def _summary(job: SegmentJob, output: Path, tally: Tally) -> int:
    tell_remarks(tally)
    if tally.empty:
        print(f"note: the model found nothing for {tally.empty} of {tally.done} prompts", file=sys.stderr)
    print(f"{output}: {tally.done} masks of {len(job.targets)} structure(s)")
    if not job.is_replay:
        return EXIT_OK
    if tally.differing:
        print(f"{tally.differing} of {tally.done} masks differ from those that were accepted", file=sys.stderr)
        return EXIT_SOME_CASES_FAILED
    print("all masks are those that were accepted, bit for bit")
    return EXIT_OK

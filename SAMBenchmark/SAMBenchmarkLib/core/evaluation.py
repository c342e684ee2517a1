"""The S0-S6 protocol on volumes in memory: slices are planned, encoded once, prompted, matched and measured.

Embedding and prompts are made once per slice and shared by all strategies.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.attributes import aspect_ratio, fourier_order, intensity_difference
from SAMBenchmarkLib.core.classical import CLASSICAL, Adapters
from SAMBenchmarkLib.core.evaluated_structures import evaluated_structures
from SAMBenchmarkLib.core.object_metrics import measure
from SAMBenchmarkLib.core.options import PROMPTLESS, BenchmarkOptions
from SAMBenchmarkLib.core.overlap import InOrder, encodes_beside, one_ahead
from SAMBenchmarkLib.core.protocols.contract import RUN_RULES, Answer, Target
from SAMBenchmarkLib.core.protocols.registry import protocol_answers
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.protocols.structure_extents import StructureExtents
from SAMBenchmarkLib.core.rows import PredictedMask, ResultRow, SliceOutcome, TimingRow
from SAMBenchmarkLib.core.selection import select
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts, prompt_rules
from SAMBenchmarkLib.core.stability import with_stability
from SAMBenchmarkLib.core.targets import SliceObject, every, fair_shares, object_counts, slice_objects
from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume, plane_axis, plane_name
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters, Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.promptless import segment_slice
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane, extract
from SAMSegmenterLib.core.windowing import paper_clip, parse_window, to_rgb8


@dataclass(frozen=True)
class SliceTask:
    """One slice to evaluate: `index` along array axis `axis`, which is the plane called `plane`."""

    axis: int
    index: int
    plane: str


OnStep = Callable[[str, SliceTask], None]


def ignore_step(protocol: str, task: SliceTask) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, eq=False)
class SliceObjects:
    """The objects of one slice with the structures they belong to."""

    task: SliceTask
    objects: tuple[tuple[Structure, SliceObject], ...]


def plan_slices(volume: Volume, segmentation: Segmentation, options: BenchmarkOptions) -> list[SliceTask]:
    """Slices that show at least one object large enough, thinned out by stride and number.

    Args:
        segmentation: on the volume's lattice.

    Returns:
        Tasks by rising index; empty when nothing is large enough.
    """
    axis = plane_axis(volume, options.plane)
    plane = plane_name(volume, axis)
    slices_of = _slices_by_object(segmentation, axis, options)
    chosen = every(sorted(set().union(*slices_of.values())), options.stride)
    if options.max_slices:
        kept = set(chosen)
        shares = {key: [index for index in slices if index in kept] for key, slices in slices_of.items()}
        chosen = fair_shares(shares, options.max_slices)
    return [SliceTask(axis, index, plane) for index in chosen]


def plan_case(
    frames: Sequence[Volume], segmentations: Sequence[Segmentation], options: BenchmarkOptions
) -> list[tuple[int, SliceTask]]:
    """All slices of a case to evaluate, with the number of the frame that each belongs to.

    Raises:
        InputError: the image is constant, or no object is large enough.
    """
    values = {value for volume in frames for value in (float(volume.array.min()), float(volume.array.max()))}
    if len(values) == 1:
        raise InputError(
            f"The volume is constant: all voxels are {values.pop():g}.",
            "There is nothing to see in it: export the image again, or choose another file.",
        )
    plans = [plan_slices(v, s, options) for v, s in zip(frames, segmentations, strict=True)]
    if not any(plans):
        raise InputError(
            f"No label has more than {options.min_object_pixels} pixels in any slice.",
            "Lower --min-object-pixels, or check that the labels belong to this volume.",
        )
    return [(number, task) for number, plan in enumerate(plans) for task in plan]


def _slices_by_object(
    segmentation: Segmentation, axis: int, options: BenchmarkOptions
) -> dict[tuple[int, int], list[int]]:
    """(layer, label value) of each structure -> indices of the slices that show enough of it.

    Values that no structure names, as editors leave behind, are not evaluated and so plan no slice.
    """
    known = {(s.layer, s.layer_value) for s in segmentation.structures}
    slices_of: dict[tuple[int, int], list[int]] = {}
    for number, layer in enumerate(segmentation.layers):
        for index in range(layer.shape[axis]):
            counts = object_counts(np.take(layer, index, axis=axis), options.min_object_pixels, options.slice_filter)
            for value in counts:
                if (number, value) in known:
                    slices_of.setdefault((number, value), []).append(index)
    return slices_of


def evaluate_case(
    case_id: str,
    frames: Sequence[Volume],
    segmentations: Sequence[Segmentation],
    predictor: Predictor,
    options: BenchmarkOptions,
    option_hash: str,
    finished: Set[tuple[int, str, int]] = frozenset(),
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    modality: str = "",
    on_step: OnStep = ignore_step,
    adapters: Adapters = Adapters(),  # noqa: B008 - frozen
) -> Iterator[SliceOutcome]:
    """Evaluate every planned slice of a case that is not finished yet.

    Args:
        frames: the volumes of the case; more than one for a 4D file.
        segmentations: one per frame, on its lattice.
        finished: (frame, plane, slice) that an earlier run completed.
        modality: such as CT; some protocols choose the window by it.
        on_step: called with a protocol's name, and the slice, before each of its calls of the model: protocols may take
            minutes for a slice.
        adapters: the classical methods and the correction effort that the options ask for.

    Yields:
        One outcome per slice, in order; the caller stores it before asking for the next.

    Raises:
        InputError: no object is large enough, the reference has none of the structures named, or a strategy does not
            suit the model.
        Cancelled: `should_stop` answered True; everything yielded before is complete.
    """
    options = options.for_model(predictor.spec)
    segmentations = evaluated_structures(segmentations, options)
    slices = plan_case(frames, segmentations, options)
    waiting = [(n, task) for n, task in slices if (n, task.plane, task.index) not in finished]
    meter = ProgressMeter("evaluating slices", len(slices), on_progress, skipped=len(slices) - len(waiting))
    more = {"modality": modality, "should_stop": should_stop, "on_step": on_step, "adapters": adapters}
    evaluators: dict[int, SliceEvaluator] = {}

    def looked_at(pair: tuple[int, SliceTask]) -> tuple[SliceEvaluator, SeenSlice]:
        n, task = pair
        if n not in evaluators:
            evaluators.clear()
            evaluator = SliceEvaluator(case_id, n, frames[n], segmentations[n], predictor, options, option_hash)
            evaluators[n] = replace(evaluator, extents=StructureExtents(segmentations[n], task.axis), **more)
        # protocols encode, too, and two threads must not use the encoder at a time
        return evaluators[n], evaluators[n].see(task, encode=not options.protocols and encodes_beside(predictor))

    if waiting and should_stop():
        raise Cancelled
    for number, ((_n, task), (evaluator, seen)) in enumerate(one_ahead(looked_at, waiting)):
        if number and should_stop():
            raise Cancelled
        yield evaluator.answer(seen)
        meter.advance(f"{case_id}, {task.plane} slice {task.index}")


@dataclass(frozen=True, eq=False)
class SeenSlice:
    """A slice as read for the model, before anything is asked about it.

    Args:
        image: with its values.
        shown: (H, W, 3) in the window of the options.
        embedding: where it was already made, else None.
        seconds: of what was done, by stage.
    """

    task: SliceTask
    image: SliceImage
    shown: Rgb8
    embedding: Embedding | None
    seconds: dict[str, float]


@dataclass(frozen=True, eq=False)
class SliceEvaluator:
    """Evaluates slices of one frame with options resolved for the model; what they have in common is here."""

    case_id: str
    frame: int
    volume: Volume
    segmentation: Segmentation
    predictor: Predictor
    options: BenchmarkOptions
    option_hash: str
    clock: Callable[[], float] = time.perf_counter
    modality: str = ""
    should_stop: ShouldStop = never_stop
    on_step: OnStep = ignore_step
    adapters: Adapters = field(default_factory=Adapters)
    extents: StructureExtents | None = None

    def see(self, task: SliceTask, encode: bool) -> SeenSlice:
        """A slice in its window, and its embedding where that is wanted beforehand; may run beside `answer`."""
        image = extract(self.volume, SlicePlane.lattice(task.axis, task.index), square_pixels=False)
        seen = SeenSlice(task, image, windowed_image(self.volume, image, self.options), None, {})
        return replace(seen, embedding=self._encode(seen)) if encode else seen

    def _encode(self, seen: SeenSlice) -> Embedding:
        rgb8 = _as_encoded(seen.shown, self.options)
        return self._timed("embedding", seen.seconds, lambda: self.predictor.encode([rgb8])[0])

    def answer(self, seen: SeenSlice) -> SliceOutcome:
        """All strategies and protocols on all objects of one slice; answers are measured while others are sought.

        Raises:
            Cancelled: the user stopped during a protocol.
        """
        task, image, grey, seconds = seen.task, seen.image, seen.shown, seen.seconds
        rgb8 = _as_encoded(grey, self.options)
        embedding = seen.embedding if seen.embedding is not None else self._encode(seen)
        unprompted = self._unprompted_answers(embedding, seconds)
        objects = slice_targets(self.segmentation, task, self.options)
        bases = [self._object_row(task, structure, target, grey) for structure, target in objects]
        targets = self._targets(bases, [target for _structure, target in objects], task)
        model = self._slice_model(embedding, rgb8, image)
        with InOrder[list[PredictedMask]]() as measured:
            for base, (_structure, target) in zip(bases, objects, strict=True):
                for answer in self._answers(embedding, rgb8, target, unprompted, seconds):
                    measured.add(self._score, base, answer, target.mask, image)
            for asked, answer in protocol_answers(model, targets, self.options, self._timer(task, seconds)):
                measured.add(self._score, bases[asked.number], answer, asked.mask, image)
            predictions = tuple(itertools.chain.from_iterable(measured.results()))
        timings = tuple(self._timing(task, stage, value) for stage, value in seconds.items())
        return SliceOutcome(self.case_id, self.frame, task.plane, task.index, predictions, timings)

    def _unprompted_answers(self, embedding: Embedding, seconds: dict[str, float]) -> dict[str, Candidates]:
        """What the strategies answer that say nothing of an object: asked once, the same for all objects of a slice."""
        ask = {
            PROMPTLESS: lambda: segment_slice(self.predictor, embedding),
            "S1": lambda: self.predictor.everything(embedding, self._s1_parameters()),
        }
        return {name: self._timed(name, seconds, ask[name]) for name in self.options.strategies if name in ask}

    def _answers(
        self,
        embedding: Embedding,
        shown: Rgb8,
        target: SliceObject,
        unprompted: dict[str, Candidates],
        seconds: dict[str, float],
    ) -> Iterator[Answer]:
        rules = prompt_rules(self.options.preset, self.options.com_must_be_inside, self.options.s2_outside)
        simulated = ObjectPrompts.of(target.mask, rules)
        for strategy in self.options.strategies:
            if strategy in unprompted:
                yield Answer(strategy, None, unprompted[strategy])
                continue
            prompts = simulated.prompts(strategy)
            decode = lambda said=prompts: self.predictor.decode(embedding, [said])[0]  # noqa: E731 - timed below
            found = self._timed(strategy, seconds, decode)
            threshold = self.predictor.spec.mask_threshold
            yield Answer(strategy, prompts, with_stability(found, embedding.original_size, threshold))
        for name, method in self.adapters.methods.items():
            prompts = simulated.prompts(CLASSICAL[name])
            mask = self._timed(name, seconds, lambda said=prompts, method=method: method(shown, said))
            yield Answer(name, prompts, Candidates(mask[None], np.full(1, np.nan, np.float32)))

    def _targets(self, bases: Sequence[ResultRow], objects: Sequence[SliceObject], task: SliceTask) -> list[Target]:
        """The objects as protocols see them; what is labelled is looked up only where there is a protocol."""
        if not self.options.protocols or not objects:
            return []
        layers = [np.take(layer, task.index, axis=task.axis) != 0 for layer in self.segmentation.layers]
        labelled = np.logical_or.reduce(layers)
        key = (self.options.seed, self.case_id, self.frame, task.plane, task.index)
        return [
            Target(
                number, target.mask, labelled, (*key, base.label_value), self._slab_box(base.label_value, task.index)
            )
            for number, (base, target) in enumerate(zip(bases, objects, strict=True))
        ]

    def _slab_box(self, value: int, index: int) -> Callable[[int], tuple[int, int, int, int]] | None:
        extents = self.extents
        return None if extents is None else lambda thickness: extents.box_of_slab(value, index, thickness)

    def _slice_model(self, embedding: Embedding, rgb8: Rgb8, image: SliceImage) -> SliceModel:
        def look(window: str) -> Rgb8:
            other = {"ct": {"window": "amos"}, "minmax": {"window": "minmax", "minmax_scope": "volume"}}[window]
            return windowed_image(self.volume, image, replace(self.options, **other))

        shape = (rgb8.shape[0], rgb8.shape[1])
        more = {"should_stop": self.should_stop, "modality": self.modality}
        return SliceModel(self.predictor, embedding, rgb8, look, shape, **more)  # type: ignore[arg-type]

    def _timer(self, task: SliceTask, seconds: dict[str, float]) -> Callable[[str, Callable[[], Any]], Any]:
        def timed(stage: str, work: Callable[[], Any]) -> Any:
            self.on_step(stage, task)
            return self._timed(stage, seconds, work)

        return timed

    def _score(self, base: ResultRow, answer: Answer, reference: Mask, image: SliceImage) -> list[PredictedMask]:
        candidates = answer.candidates
        measured: dict[int | None, dict[str, Any]] = {}  # two rules often choose the same candidate
        predictions = []
        said = json.dumps(answer.prompts.to_json(), separators=(",", ":")) if answer.prompts else ""
        rules = answer.rules or {selection: RUN_RULES[selection] for selection in self.options.selections}
        for selection, rule in rules.items():
            chosen = select(candidates.masks, candidates.scores, reference, rule)
            mask = np.zeros_like(reference) if chosen is None else candidates.masks[chosen]
            if chosen not in measured:
                measured[chosen] = self._measure(None if chosen is None else mask, reference, image)
            row = replace(
                base,
                strategy=answer.strategy,
                variant=answer.variant,
                round=answer.round,
                repeat=answer.repeat,
                selection=selection,
                prompts_json=said,
                n_candidates=len(candidates),
                matched_index=-1 if chosen is None else chosen,
                predicted_iou=_of_chosen(candidates.scores, chosen),
                stability=_of_chosen(candidates.stability, chosen),
                **measured[chosen],
                **answer.figures,
            )
            predictions.append(PredictedMask(row, mask))
        return predictions

    def _measure(self, mask: Mask | None, reference: Mask, image: SliceImage) -> dict[str, Any]:
        tolerance = self.options.surface_tolerance_mm
        found = measure(mask, reference, image.spacing_yx, self.options.hd_empty, tolerance)  # type: ignore[arg-type]
        effort = self.adapters.correction_effort
        predicted = np.zeros_like(reference) if mask is None else mask
        return {**asdict(found), "hce": float("nan") if effort is None else effort(predicted, reference)}

    def _object_row(self, task: SliceTask, structure: Structure, target: SliceObject, shown: Rgb8) -> ResultRow:
        outline = fourier_order(target.mask, self.options.fourier_patience)
        return ResultRow(
            option_hash=self.option_hash,
            case_id=self.case_id,
            frame=self.frame,
            plane=task.plane,
            slice=task.index,
            label_value=structure.value,
            strategy="",
            selection="",
            structure=structure.name,
            size=target.pixel_count,
            aspect_ratio=aspect_ratio(target.mask),
            intensity_difference=intensity_difference(shown.mean(axis=2), target.mask),
            fourier_order=outline.final,
            fourier_harmonics=outline.order,
            fragmented=int(target.fragmented),
        )

    def _s1_parameters(self) -> EverythingParameters:
        return replace(self.predictor.spec.s1_thresholds, points_per_side=self.options.points_per_side)

    def _timed(self, stage: str, seconds: dict[str, float], work: Callable[[], Any]) -> Any:
        start = self.clock()
        answer = work()
        self.predictor.synchronise()
        seconds[stage] = seconds.get(stage, 0.0) + self.clock() - start
        return answer

    def _timing(self, task: SliceTask, stage: str, seconds: float) -> TimingRow:
        return TimingRow(self.option_hash, self.case_id, self.frame, task.plane, task.index, stage, 1, seconds)


def _of_chosen(values: np.ndarray | None, chosen: int | None) -> float:
    return float("nan") if values is None or chosen is None else float(values[chosen])


def slice_targets(
    segmentation: Segmentation, task: SliceTask, options: BenchmarkOptions
) -> list[tuple[Structure, SliceObject]]:
    """Objects of a slice that are large enough, with their structures, by rising structure value."""
    known = {(s.layer, s.layer_value): s for s in segmentation.structures}
    found = [
        (known[number, target.label_value], target)
        for number, layer in enumerate(segmentation.layers)
        for target in slice_objects(
            np.take(layer, task.index, axis=task.axis), options.min_object_pixels, options.slice_filter
        )
        if (number, target.label_value) in known
    ]
    return sorted(found, key=lambda pair: pair[0].value)


def model_image(volume: Volume, image: SliceImage, options: BenchmarkOptions) -> Rgb8:
    """The 8-bit RGB image that the model sees of a slice, (H, W, 3)."""
    return _as_encoded(windowed_image(volume, image, options), options)


def windowed_image(volume: Volume, image: SliceImage, options: BenchmarkOptions) -> Rgb8:
    """A slice in the window of the options, (H, W, 3), before the clip of the released code."""
    window = parse_window(options.window)
    limits = window.limits(volume.array) if options.minmax_scope == "volume" else None
    return to_rgb8(image.pixels, window, limits)


def _as_encoded(rgb8: Rgb8, options: BenchmarkOptions) -> Rgb8:
    return paper_clip(rgb8) if options.resolved().encode_clip else rgb8

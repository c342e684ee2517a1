"""S0-S6 on nodes of a scene: read them, work on arrays, write tables.

The three phases may lie on two threads. *prepare* (main thread) copies the nodes into arrays, *run* (any thread) works
on arrays alone, *publish* (main thread) writes table nodes if the nodes are still what was read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions, option_hash
from SAMBenchmarkLib.core.protocol_tables import protocol_tables
from SAMBenchmarkLib.core.rows import ResultRow, TimingRow
from SAMBenchmarkLib.core.summary import summary_tables
from SAMBenchmarkLib.scene.tables import node_from_table
from SAMBenchmarkLib.session.predictor_loader import PredictorLoader, arithmetic_of
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.scene.segmentations import segmentation_on_volume
from SAMSegmenterLib.scene.volumes import volume_from_node

logger = logging.getLogger(__name__)

DEFAULT_MODEL = "sam-small"


@dataclass(frozen=True, eq=False)
class EvaluationWork:
    """Everything that the work needs: arrays, no nodes.

    Args:
        resampled: True when the reference had to be resampled onto the volume.
    """

    case_id: str
    volume: Volume
    segmentation: Segmentation
    options: BenchmarkOptions
    model: str
    resampled: bool


@dataclass(frozen=True, eq=False)
class EvaluationRequest:
    """The work, and the nodes it was read from as they were then. Stays on the main thread; only `work` leaves it."""

    work: EvaluationWork
    sources: tuple[NodeState, ...]


@dataclass(frozen=True, eq=False)
class EvaluationOutcome:
    """What was measured.

    Args:
        options: with which it was measured, those that the model decides included.
        slices: number of slices that were finished.
        stopped: True when the user stopped before the last one.
    """

    option_hash: str
    options: BenchmarkOptions
    rows: tuple[ResultRow, ...]
    timings: tuple[TimingRow, ...]
    slices: int
    stopped: bool


def evaluate(
    volume_node: Any,
    segmentation_node: Any,
    options: BenchmarkOptions | None = None,
    model: str = DEFAULT_MODEL,
    predictor: Predictor | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> list[Any]:
    """Evaluate a model on a loaded volume against a loaded reference.

    Args:
        volume_node: `vtkMRMLScalarVolumeNode` or `vtkMRMLVectorVolumeNode`.
        segmentation_node: `vtkMRMLSegmentationNode` or `vtkMRMLLabelMapVolumeNode`.
        options: what to evaluate; the defaults when None.
        model: a name of the registry; not used when a predictor is given.
        predictor: a loaded model.

    Returns:
        New `vtkMRMLTableNode`s, see `publish`.

    Raises:
        InputError: the nodes cannot be used, or no object is large enough.
        ModelError, DependencyError: the model cannot be loaded.

    Thread: main; it is busy until the end.
    """
    request = prepare(volume_node, segmentation_node, options or BenchmarkOptions(), model)
    return publish(request, run(request.work, predictor, on_progress, should_stop))


def prepare(
    volume_node: Any, segmentation_node: Any, options: BenchmarkOptions, model: str = DEFAULT_MODEL
) -> EvaluationRequest:
    """Copy what is to be evaluated out of the scene.

    Raises:
        InputError: the nodes cannot be used.

    Thread: main.
    """
    volume = volume_from_node(volume_node)
    segmentation, resampled = segmentation_on_volume(segmentation_node, volume_node)
    sources = NodeState.of(volume_node), NodeState.of(segmentation_node)
    work = EvaluationWork(volume_node.GetName(), volume, segmentation, options, model, resampled)
    return EvaluationRequest(work, sources)


def run(
    work: EvaluationWork,
    predictor: Predictor | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    load: Callable[[str], Predictor] | None = None,
) -> EvaluationOutcome:
    """Evaluate arrays; what is finished when the user stops is returned.

    Args:
        predictor: a loaded model; else `load` gives the one that `work.model` names, by default from the registry.

    Raises:
        InputError: no object is large enough, or a strategy does not suit the model.
        ModelError, DependencyError: the model cannot be loaded.

    Thread: any.
    """
    if predictor is None:
        on_progress(ProgressEvent("loading the model", 0, None, message=work.model))
        predictor = load(work.model) if load is not None else PredictorLoader(work.model)()
    options = work.options.for_model(predictor.spec)
    key = option_hash(options, arithmetic_of(predictor))
    rows: list[ResultRow] = []
    timings: list[TimingRow] = []
    slices, stopped = 0, False
    try:
        case = evaluate_case(
            work.case_id,
            [work.volume],
            [work.segmentation],
            predictor,
            options,
            key,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        for outcome in case:
            rows += outcome.rows
            timings += outcome.timings
            slices += 1
    except Cancelled:
        stopped = True
    logger.info("Evaluated %d slices of %s with %s.", slices, work.case_id, predictor.spec.name)
    return EvaluationOutcome(key, options, tuple(rows), tuple(timings), slices, stopped)


def publish(request: EvaluationRequest, outcome: EvaluationOutcome, scene: Any = None) -> list[Any]:
    """Write what was measured into table nodes.

    Args:
        scene: where the tables are added; the open scene when None.

    Returns:
        For each mask selection the long table and one table per figure, then the timings and the protocols' tables;
        nothing when no slice was finished. Their attributes SAMBenchmark.Case, .Model, .OptionHash and .Options say
        what they belong to.

    Raises:
        InputError: the volume or the segmentation was changed or removed since it was read; nothing is written.

    Thread: main.
    """
    for source in request.sources:
        source.check_unchanged()
    work = request.work
    attributes = {
        "SAMBenchmark.Case": work.case_id,
        "SAMBenchmark.Model": work.model,
        "SAMBenchmark.OptionHash": outcome.option_hash,
        "SAMBenchmark.Options": json.dumps(outcome.options.to_json(), sort_keys=True),
    }
    tables = summary_tables(outcome.rows, outcome.timings) + protocol_tables(outcome.rows, outcome.options)
    nodes = [node_from_table(table, scene) for table in tables]
    for node in nodes:
        for name, value in attributes.items():
            node.SetAttribute(name, value)
    return nodes

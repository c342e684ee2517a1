"""Fine-tuning from cases on disk to a model file, a report and tables."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.fine_tuning_samples import LoadedSamples, SlicePlace, describe_images, load_samples
from SAMBenchmarkLib.session.fine_tuning_scores import evaluate_samples
from SAMBenchmarkLib.session.fine_tuning_tables import comparison_table, epoch_table
from SAMBenchmarkLib.session.output_folder import check_folder
from SAMBenchmarkLib.session.versions import run_versions
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.imported import checked_name
from SAMSegmenterLib.models.training.fine_tuning.card import summary
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.run import (
    FineTuningRequest,
    FineTuningResult,
    check_resumable,
    fine_tune,
)
from SAMSegmenterLib.models.training.state_file import STATE_FILE

logger = logging.getLogger(__name__)

REPORT, CURVES = "report.html", "curves.svg"


@dataclass(frozen=True)
class AdaptRequest:
    """What to fine-tune, on what, and where to.

    Args:
        cases: with different names.
        base: the model to start from.
        options: of the training.
        images: how slices are cut and shown: plane, window, structures, least size of objects.
        output: folder; new, empty, or with the state of an earlier run.
        name: of the finished model.
        device, threads: see `registry.load`.
        cache_directory: of embeddings; None keeps them in memory only.
        skip_unusable: leave out cases that cannot be used.
        finish: train no further, and write the best epoch so far.
    """

    cases: Sequence[Case]
    base: ModelSpec
    options: FineTuningOptions
    images: BenchmarkOptions
    output: Path
    name: str
    device: str = "auto"
    threads: int | None = None
    cache_directory: Path | None = None
    skip_unusable: bool = False
    finish: bool = False


@dataclass(frozen=True, eq=False)
class AdaptResult:
    """What was made.

    Args:
        paths: all files, the model first.
        messages: what the user should know, with the names of cases.
    """

    trained: FineTuningResult
    paths: tuple[Path, ...]
    messages: tuple[str, ...]


def adapt(
    request: AdaptRequest, on_progress: OnProgress = ignore_progress, should_stop: ShouldStop = never_stop
) -> AdaptResult:
    """Fine-tune, or go on from where an earlier run stopped, and write model, card, report and tables.

    Raises:
        InputError: a folder, a case or an option cannot be used; nothing is left behind.
        ModelError: weights or state are damaged, the loss is no longer a number, or memory does not suffice.
        StoreError: something cannot be written.
        Cancelled: `should_stop` said so; the state is saved.
    """
    checked_name(request.name)
    check_folder(request.output, STATE_FILE)
    images = describe_images(request.images)
    check_resumable(request.output, request.base, request.options, images)
    promptless = request.options.rules.promptless
    loaded = load_samples(request.cases, request.images, promptless, request.skip_unusable, on_progress, should_stop)
    trained = fine_tune(_training_request(request, loaded, images), evaluate_samples, on_progress, should_stop)
    on_progress(ProgressEvent("writing the report", 0))
    return AdaptResult(trained, _write(request, trained, loaded.places), loaded.messages)


def _training_request(request: AdaptRequest, loaded: LoadedSamples, images: str) -> FineTuningRequest:
    return FineTuningRequest(
        base=request.base,
        samples=loaded.samples,
        options=request.options,
        folder=request.output,
        name=request.name,
        images=images,
        device=request.device,
        threads=request.threads,
        cache_directory=request.cache_directory,
        finish=request.finish,
        notes=loaded.notes,
    )


def _write(request: AdaptRequest, trained: FineTuningResult, places: Sequence[SlicePlace]) -> tuple[Path, ...]:
    """Card, tables and report; the report comes last, as it needs the most."""
    promptless = request.options.rules.promptless
    tables = [comparison_table(trained.facts.comparisons, promptless), epoch_table(trained.history)]
    texts = {f"{request.name}.md": trained.card, **{f"{table.name}.tsv": table.to_tsv() for table in tables}}
    texts |= _report_texts(request, trained, places)
    for name, text in texts.items():
        with atomic_path(request.output / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    return (trained.weights, *(request.output / name for name in texts))


def _report_texts(request: AdaptRequest, trained: FineTuningResult, places: Sequence[SlicePlace]) -> dict[str, str]:
    """Report and curves by file name; nothing where the packages for them are missing, as inside Slicer."""
    try:
        from SAMBenchmarkLib.report.fine_tuning_curve import curves_svg
        from SAMBenchmarkLib.report.fine_tuning_facts import FineTuningFacts
        from SAMBenchmarkLib.report.fine_tuning_page import fine_tuning_html
        from SAMBenchmarkLib.session.fine_tuning_pictures import compared_pictures
    except ImportError as error:
        logger.warning("No report was written: the package %s is missing.", error.name)
        return {}
    facts, base = trained.facts, request.base
    options = {name.replace("_", " "): str(value) for name, value in request.options.to_json().items()}
    shown = FineTuningFacts(
        name=request.name,
        summary=summary(facts),
        promptless=request.options.rules.promptless,
        recipe=request.options.rules.source,
        base={
            "name": base.name,
            "architecture": base.architecture,
            "SHA-256": base.sha256,
            "licence": base.licence or "unknown",
        },
        options={**options, "images": facts.images},
        comparisons=facts.comparisons,
        totals=facts.counts.totals,
        by_structure=facts.counts.by_structure,
        history=trained.history,
        epoch=facts.epoch,
        base_validation=trained.base_validation,
        notes=facts.notes,
        versions={name: v for name, v in run_versions(base).items() if not name.startswith("model_")},
        pictures=compared_pictures(trained, places, request.device, request.cache_directory),
    )
    curves = curves_svg(trained.history, facts.epoch, trained.base_validation)
    return {CURVES: curves, REPORT: fine_tuning_html(shown)}

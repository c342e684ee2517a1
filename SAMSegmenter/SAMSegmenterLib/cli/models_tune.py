"""`sam-models tune`: measure the engines on this computer and remember the best."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import EXIT_OK
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models import registry
from SAMSegmenterLib.models.engine_records import forget_choices, remember_choice

if TYPE_CHECKING:
    from SAMSegmenterLib.models.engine_tuning import EngineMeasurement

SCHEMA = "sam-tune/1"
_HEAD = ("engine", "encode ms", "prompt ms", "largest difference", "of its size", "masks alike", "memory MB", "")


def add_tune_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sam-models tune`."""
    add = parser.add_argument
    add("--model", metavar="NAME", action="append", help="measure this one; an installed one of each size by default")
    add("--device", default="cpu", help="where it runs: auto, cpu, cuda or mps (default: %(default)s)")
    add("--threads", type=int, metavar="N", help="processor threads (default: SAM_THREADS, or as many as cores)")
    add("--approximate", action="store_true", help="may also choose engines that round to 8 or 16 bit")
    add("--json", metavar="FILE", type=Path, help="write the figures to a file; - for standard output")
    add("--reset", action="store_true", help="forget what was chosen, and measure nothing")


def tune(options: argparse.Namespace) -> int:
    """Measure, print, remember; returns the exit code."""
    if options.reset:
        count = forget_choices()
        print(f"{count} choices were forgotten" if count != 1 else "1 choice was forgotten")
        return EXIT_OK
    specs = _specs(options.model)
    from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

    load_segment_anything()  # says which package is missing before torch is imported plainly
    from SAMSegmenterLib.models.loading import chosen_device, chosen_threads

    device, threads = chosen_device(options.device), chosen_threads(options.threads)
    on_screen = options.json is None or str(options.json) != "-"
    tuned = [_tune(spec, device, threads, options.approximate, on_screen) for spec in specs]
    if options.json is not None:
        _write({"schema": SCHEMA, "device": device, "threads": _threads(), "models": tuned}, options.json)
    return EXIT_OK


def _specs(names: list[str] | None) -> list[ModelSpec]:
    if names:
        return [registry.resolve(name) for name in names]
    by_size: dict[str, ModelSpec] = {}
    for spec in registry.registry().values():
        if spec.path is not None:
            by_size.setdefault(spec.architecture, spec)
    return list(by_size.values())


def _tune(spec: ModelSpec, device: str, threads: int | None, approximate: bool, on_screen: bool) -> dict[str, Any]:
    from SAMSegmenterLib.models.engine_tuning import best_engine, measure_engines

    with TerminalProgress() as progress:
        measured = measure_engines(spec, device, threads, progress)
    best = best_engine(measured, spec.architecture, device, approximate)
    remember_choice(spec.architecture, device, best.engine)
    if on_screen:
        print(f"{spec.name} ({spec.architecture}) on {device}, {_threads()} threads")
        print(_table(measured, best))
        print(f"'auto' is now '{best.engine}' for {spec.architecture} on this computer\n")
    engines = [asdict(one) for one in measured]
    return {"model": spec.name, "architecture": spec.architecture, "engines": engines, "chosen": best.engine}


def _table(measured: list[EngineMeasurement], best: EngineMeasurement) -> str:
    rows = [_HEAD, *(_row(one, one is best) for one in measured)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    )


def _row(one: EngineMeasurement, chosen: bool) -> tuple[str, ...]:
    return (
        one.engine,
        f"{1000 * one.encode_seconds:.1f}",
        f"{1000 * one.decode_seconds:.1f}",
        f"{one.check.largest:.1e}",
        f"{one.check.relative:.1e}",
        f"{one.masks_alike:.4f}",
        "-" if one.memory_mb is None else f"{one.memory_mb:.0f}",
        "chosen" if chosen else "" if one.check.passed else "too far off",
    )


def _threads() -> int:
    import torch

    return torch.get_num_threads()


def _write(data: dict[str, Any], target: Path) -> None:
    text = json.dumps(data, indent=1) + "\n"
    if str(target) == "-":
        sys.stdout.write(text)
        return
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")

"""`sam-segment --replay`: the prompts that were saved with a Slicer scene, done again bit for bit."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from SAMSegmenterLib.cli.segment_arguments import cleanup_from
from SAMSegmenterLib.cli.segment_inputs import path_of
from SAMSegmenterLib.cli.segment_job import ModelChoice, SegmentJob, targets_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import PromptFile, SlicePromptRecord
from SAMSegmenterLib.session.replay import VolumeSource, steps_of


def replay_job(given: argparse.Namespace) -> SegmentJob:
    """The masks that were accepted in a scene.

    Raises:
        InputError: the scene cannot be read, or lacks prompts or their volume; options that would change the masks.
        DependencyError: Slicer's package is missing.
    """
    if given.window is not None or cleanup_from(given) is not None:
        raise InputError(
            "A replay repeats what was accepted, with its own window and clean-up.",
            "Leave out --window and the clean-up, or save the prompts to a file and use --prompts.",
        )
    path = path_of(given.replay, "--replay")
    from SAMSegmenterLib.scene.kept_prompts import kept_prompts

    kept = kept_prompts(path, given.segmentation)
    steps, node = steps_of(kept.prompt_file), kept.source
    source = VolumeSource(
        node.volume,
        node.volume_id,
        displayed=node.displayed,
        hounsfield=node.hounsfield,
        segmentation_to_volume=node.segmentation_to_volume,
        volume_to_segmentation=node.volume_to_segmentation,
    )
    return SegmentJob(
        kept.prompt_file,
        steps,
        len(steps),
        "replaying",
        source,
        kept.lattice,
        targets_of(kept.prompt_file),
        _model(given, kept.prompt_file, steps),
        lattice_to_world=kept.to_world,
        is_replay=True,
        kept=kept,
    )


def _model(
    given: argparse.Namespace, prompt_file: PromptFile, steps: list[tuple[str, SlicePromptRecord]]
) -> ModelChoice:
    """Model and arithmetic of the acceptances, where the user does not want others."""
    recorded: Mapping[str, Any] = {**prompt_file.parameters, **steps[0][1].parameters}
    threads, device = recorded.get("threads"), recorded.get("device")
    precision = recorded.get("precision")
    return ModelChoice(
        given.model or str(recorded.get("model", "")) or prompt_file.model,
        given.device or (device if isinstance(device, str) and device else "auto"),
        given.threads or (threads if type(threads) is int and threads > 0 else None),
        precision if precision in ("float32", "float16") else "float32",
        of_slices=not given.model,
        device_may_differ=given.device is None,
    )

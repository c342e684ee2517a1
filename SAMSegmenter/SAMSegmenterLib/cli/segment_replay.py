"""`sam-segment --replay`: the prompts that were saved with a Slicer scene, done again bit for bit."""

from __future__ import annotations

import argparse

from SAMSegmenterLib.cli.segment_arguments import cleanup_from
from SAMSegmenterLib.cli.segment_inputs import path_of
from SAMSegmenterLib.cli.segment_job import SegmentJob, recorded_model, targets_of
from SAMSegmenterLib.core.errors import InputError
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
        recorded_model(given, kept.prompt_file, steps),
        lattice_to_world=kept.to_world,
        is_replay=True,
        kept=kept,
    )

"""`sam-segment --replay`: the prompts that were saved with a Slicer scene, done again bit for bit."""

from __future__ import annotations

import argparse
import itertools
from typing import TYPE_CHECKING

from SAMSegmenterLib.cli.segment_arguments import cleanup_from
from SAMSegmenterLib.cli.segment_inputs import path_of
from SAMSegmenterLib.cli.segment_job import SegmentJob, Stretch, recorded_model, targets_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.session.replay import order_of, steps_of
from SAMSegmenterLib.session.volume_source import VolumeSource

if TYPE_CHECKING:  # scenes need a package that other modes do without
    from SAMSegmenterLib.scene.editing_nodes import NodeSource
    from SAMSegmenterLib.scene.kept_prompts import KeptPrompts


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
    stretches = _stretches(kept)
    files, steps = [part.prompt_file for part in kept.parts], [step for one in stretches for step in one.steps]
    return SegmentJob(
        stretches,
        len(steps),
        "replaying",
        kept.lattice,
        targets_of(*files),
        recorded_model(given, stretches[0].prompt_file, steps),
        lattice_to_world=kept.to_world,
        is_replay=True,
        kept=kept,
    )


def _stretches(kept: KeptPrompts) -> tuple[Stretch, ...]:
    """What was accepted, in its order, whichever volume or frame it was accepted on."""
    found = [(part, step) for part in kept.parts for step in steps_of(part.prompt_file)]
    accepted = [one for one in found if one[1][1].accepted] or found
    accepted.sort(key=lambda one: order_of(one[1][1]))
    sources = {id(part): _source(part.source) for part in kept.parts}
    return tuple(
        Stretch(part.prompt_file, [step for _, step in steps], sources[id(part)])
        for part, steps in itertools.groupby(accepted, key=lambda one: one[0])
    )


def _source(node: NodeSource) -> VolumeSource:
    return VolumeSource(
        node.volume,
        node.volume_id,
        displayed=node.displayed,
        hounsfield=node.hounsfield,
        segmentation_to_volume=node.segmentation_to_volume,
        volume_to_segmentation=node.volume_to_segmentation,
    )

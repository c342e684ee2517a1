"""`sam-segment --prompts`: the prompts of a file, on the volume they were made on."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from typing import Any

from SAMSegmenterLib.cli.segment_arguments import cleanup_from
from SAMSegmenterLib.cli.segment_inputs import path_of, read_text, read_volume
from SAMSegmenterLib.cli.segment_job import SegmentJob, Stretch, lattice_of, recorded_model, targets_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import PromptFile, SlicePromptRecord, read_prompt_file
from SAMSegmenterLib.session.replay import check_belongs, steps_of
from SAMSegmenterLib.session.slice_prediction import MadeWith
from SAMSegmenterLib.session.volume_source import VolumeSource


def prompts_job(given: argparse.Namespace) -> SegmentJob:
    """The masks that a prompt file asks for.

    Raises:
        InputError: file or volume cannot be read, or they do not belong together.
    """
    path = path_of(given.prompts, "--prompts")
    prompt_file = changed(read_prompt_file(read_text(path)), given)
    steps = steps_of(prompt_file)
    if not steps:
        raise InputError(f"{path.name} holds no prompts.", "Choose another file.")
    volume, notes = read_volume(given)
    check_belongs(without_checksum(prompt_file) if given.any_values else prompt_file, volume)
    return SegmentJob(
        (Stretch(prompt_file, steps, VolumeSource(volume)),),
        len(steps),
        "segmenting",
        lattice_of(volume),
        targets_of(prompt_file),
        recorded_model(given, prompt_file, steps),
        notes=notes,
    )


def without_checksum(prompt_file: PromptFile) -> PromptFile:
    """The prompts for any voxels at the same place."""
    return replace(prompt_file, volume=replace(prompt_file.volume, sha256=""))


def changed(prompt_file: PromptFile, given: argparse.Namespace) -> PromptFile:
    """The prompts with what the command line says instead of window, clean-up and model; masks kept then do not count.

    Raises:
        InputError: no such window or clean-up.
    """
    cleanup = cleanup_from(given)
    if given.window is None and cleanup is None and not given.model:
        return prompt_file
    window = given.window if given.window is not None else prompt_file.window

    def of_slice(record: SlicePromptRecord) -> SlicePromptRecord:
        parameters = _parameters(record.parameters, cleanup, given.model)
        own = record.window if given.window is None else None
        return replace(record, window=own, parameters=parameters, mask=None)

    segments = tuple(replace(one, slices=tuple(map(of_slice, one.slices))) for one in prompt_file.segments)
    parameters = _parameters(prompt_file.parameters, cleanup, given.model)
    if cleanup is not None:
        parameters["cleanup"] = cleanup.to_json()
    return replace(prompt_file, window=window, parameters=parameters, segments=segments)


def _parameters(parameters: Any, cleanup: Any, model: str | None) -> dict[str, Any]:
    """Without what is decided elsewhere now."""
    made_with = tuple(one.name for one in fields(MadeWith)) if model else ()
    dropped = {*made_with, *(("cleanup",) if cleanup is not None else ())}
    return {name: value for name, value in parameters.items() if name not in dropped}

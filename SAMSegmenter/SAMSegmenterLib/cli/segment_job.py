"""What a mode of `sam-segment` hands over: which masks are to be made, and where they go."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.cli.segment_arguments import cleanup_from
from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.extents import extent_of_shape
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.prompt_file import PromptFile, SlicePromptRecord, VolumeIdentity
from SAMSegmenterLib.session.volume_source import VolumeSource


@dataclass(frozen=True, eq=False)
class Target:
    """A structure of the output.

    Args:
        segment_id: unique.
        name: shown to the user.
        value: its label value, from 1 up.
    """

    segment_id: str
    name: str
    value: int


@dataclass(frozen=True, eq=False)
class ModelChoice:
    """Which model, and how it computes.

    Args:
        name: of the registry; "" for the bundled one.
        device: "auto", "cpu", "cuda", "mps".
        threads: CPU threads, None for the usual number.
        precision: "float32" or "float16".
        of_slices: whether slices that name a model of their own get that one.
        device_may_differ: whether another device serves when this computer does not have that one.
    """

    name: str = ""
    device: str = "auto"
    threads: int | None = None
    precision: str = "float32"
    of_slices: bool = False
    device_may_differ: bool = False


@dataclass(frozen=True, eq=False)
class Stretch:
    """Masks to be made of one volume, one after the other.

    Args:
        prompt_file: its window and parameters hold where a step has none of its own.
        steps: structure (`Target.segment_id`) and prompts of a slice; may be made one by one.
        source: the volume.
    """

    prompt_file: PromptFile
    steps: Iterable[tuple[str, SlicePromptRecord]]
    source: VolumeSource


@dataclass(frozen=True, eq=False)
class SegmentJob:
    """Masks to be made.

    Args:
        stretches: in their order; one, unless several volumes were segmented into the same structures.
        total: number of steps of all of them.
        stage: what is done, in words.
        lattice: the voxels of the output.
        lattice_to_world: (4, 4), RAS of the lattice to the world's.
        targets: structures of the output.
        model: which one.
        is_replay: whether masks are compared with those kept.
        notes: what the user should know.
        kept: what must stay alive meanwhile.
    """

    stretches: tuple[Stretch, ...]
    total: int
    stage: str
    lattice: Lattice
    targets: tuple[Target, ...]
    model: ModelChoice
    lattice_to_world: Matrix4 | None = None
    is_replay: bool = False
    notes: tuple[str, ...] = ()
    kept: Any = None

    @property
    def ijk_to_world(self) -> Matrix4:
        """(4, 4) of the output's first voxel."""
        start = np.eye(4)
        start[:3, 3] = self.lattice.extent[::2]
        to_world = np.eye(4) if self.lattice_to_world is None else self.lattice_to_world
        return to_world @ self.lattice.ijk_to_ras @ start


def lattice_of(volume: Volume) -> Lattice:
    """A volume's own voxels."""
    return Lattice(volume.ijk_to_ras, extent_of_shape(volume.shape_kji))


def prompts_for(volume: Volume, given: argparse.Namespace) -> PromptFile:
    """A prompt file without slices, for prompts that are made here and now: window and clean-up of the command line.

    Raises:
        InputError: no such window or clean-up.
    """
    parameters = {"cleanup": (cleanup_from(given) or CleanUp()).to_json()}
    place = VolumeIdentity(volume.shape_kji, volume.ijk_to_ras)
    return PromptFile(place, given.model or "", given.window or "minmax", parameters)


def targets_of(*prompt_files: PromptFile) -> tuple[Target, ...]:
    """Structures of prompt files, numbered from 1; the same ids mean the same structures."""
    names = {segment.id: segment.name for prompt_file in prompt_files for segment in prompt_file.segments}
    return tuple(Target(segment_id, name, n) for n, (segment_id, name) in enumerate(names.items(), start=1))


def recorded_model(
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

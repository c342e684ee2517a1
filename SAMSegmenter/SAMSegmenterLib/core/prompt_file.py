"""Marks of a whole segmentation as text, schema `sam-prompts/1`: saved with a scene, replayed without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from SAMSegmenterLib.core.arrays import Mask, Matrix4
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.slicing import SlicePlane

SCHEMA = "sam-prompts/1"
MODES = ("set", "add", "remove")


@dataclass(frozen=True, eq=False)
class VolumeIdentity:
    """Which volume the marks belong to.

    Args:
        shape_kji: (K, J, I).
        ijk_to_ras: (4, 4).
        sha256: of the voxels, lower-case hexadecimal, see `identity_of`; empty when unknown.
    """

    shape_kji: tuple[int, int, int]
    ijk_to_ras: Matrix4
    sha256: str = ""


@dataclass(frozen=True, eq=False)
class SlicePromptRecord:
    """Marks of one segment on one slice, and what was made of them.

    Args:
        plane: the slice.
        marks: on its pixel grid (square pixels).
        candidate: index of the candidate chosen, None for the best-scored one.
        mode: "set" replaces the segment on the slice, "add" and "remove" change it.
        keyframe: propagation starts from this slice.
        accepted: written into the segment.
        window: text of the window frozen with the first mark (`core.windows_choice.window_text`); None for the file's.
        parameters: what differs from the file's parameters, plain JSON values.
        mask: (H, W) bool, the mask that was accepted, or None.
    """

    plane: SlicePlane
    marks: MarkSet = field(default_factory=MarkSet)
    candidate: int | None = None
    mode: str = "set"
    keyframe: bool = False
    accepted: bool = False
    window: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    mask: Mask | None = None


@dataclass(frozen=True)
class SegmentPrompts:
    """All slices of one segment.

    Args:
        id: the segment's id in its segmentation, unique in the file.
        name: shown to the user.
        slices: in the order worked on.
    """

    id: str
    name: str
    slices: tuple[SlicePromptRecord, ...] = ()


@dataclass(frozen=True)
class PromptFile:
    """Everything needed to make the same masks again.

    Args:
        volume: what was segmented.
        model: name of the model.
        window: text of the window chosen, see `core.windows_choice`.
        parameters: options that change a mask (clean-up, engine, threads), plain JSON values.
        seed: of every random choice.
        segments: in the order of the segmentation.
    """

    volume: VolumeIdentity
    model: str
    window: str = "minmax"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    segments: tuple[SegmentPrompts, ...] = ()


def read_prompt_file(text: str) -> PromptFile:
    """Prompt file from its text.

    Raises:
        InputError: not JSON, another schema, or a value that is missing, unknown or wrong; the message names the place.
    """
    raise NotImplementedError


def write_prompt_file(prompt_file: PromptFile) -> str:
    """Text of a prompt file; `read_prompt_file` gives the same contents back, numbers to the last bit."""
    raise NotImplementedError

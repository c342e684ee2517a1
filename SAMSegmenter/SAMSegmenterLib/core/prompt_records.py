"""Everything that was prompted in a segmentation: per segment and slice the marks, and what was made of them.

`core.prompt_file` reads and writes it as text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4, as_mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.marks import MarkSet
from SAMSegmenterLib.core.resampling import same_lattice
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import parse_window
from SAMSegmenterLib.core.windows_choice import AUTO, DISPLAYED

MODES = ("set", "add", "remove")

_PROBED_PER_AXIS = 48


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

    def __post_init__(self) -> None:
        matrix = np.array(self.ijk_to_ras, np.float64)
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:3, :3])) < 1e-12:
            raise InputError("The volume's position and directions are not usable (singular or not finite).")
        if len(self.shape_kji) != 3 or min(self.shape_kji) < 1:
            raise InputError(f"A volume has three sizes from 1 up; got {tuple(self.shape_kji)}.")
        if self.sha256 and (len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef")):
            raise InputError("The volume's checksum is not 64 hexadecimal digits.")
        object.__setattr__(self, "shape_kji", tuple(int(n) for n in self.shape_kji))
        object.__setattr__(self, "ijk_to_ras", matrix)

    def difference(self, other: VolumeIdentity) -> str | None:
        """What tells another volume from this one, in words; None when they are the same, as far as is known."""
        if self.shape_kji != other.shape_kji:
            sizes = (" x ".join(map(str, identity.shape_kji[::-1])) for identity in (self, other))
            return "It has {} voxels, not {}.".format(*reversed(list(sizes)))
        if not same_lattice(self.shape_kji, self.ijk_to_ras, other.shape_kji, other.ijk_to_ras):
            return "It lies elsewhere, or its voxels have another size or direction."
        if self.sha256 and other.sha256 and self.sha256 != other.sha256:
            return "Its voxels have other values."
        return None


def identity_of(volume: Volume) -> VolumeIdentity:
    """Identity of a volume, its voxels included (a second or so for a large one)."""
    array = np.ascontiguousarray(volume.array)
    digest = hashlib.sha256(f"{array.dtype.name}|{array.shape}|".encode())
    digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).view(np.uint8).reshape(-1))
    return VolumeIdentity(volume.shape_kji, volume.ijk_to_ras, digest.hexdigest())


def voxel_probe(volume: Volume) -> str:
    """Short checksum of voxels spread over a volume, at once even for a large one.

    Returns:
        16 hexadecimal digits. Equal voxels have equal ones; frames of a sequence, or scans that share their place, have
        others unless they hardly differ.
    """
    steps = (max(1, -(-n // _PROBED_PER_AXIS)) for n in volume.array.shape[:3])
    sample = np.ascontiguousarray(volume.array[tuple(slice(None, None, step) for step in steps)])
    digest = hashlib.blake2b(f"{sample.dtype.name}|{volume.array.shape}|".encode(), digest_size=8)
    digest.update(sample.astype(sample.dtype.newbyteorder("<"), copy=False).view(np.uint8).reshape(-1))
    return digest.hexdigest()


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

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"There is no mode '{self.mode}'.", f"Choose one of: {', '.join(MODES)}.")
        if self.candidate is not None and self.candidate < 0:
            raise InputError(f"Candidates are counted from 0; got {self.candidate}.")
        if self.window is not None:
            check_window(self.window)
        if self.mask is not None:
            object.__setattr__(self, "mask", as_mask(self.mask))
        _check_plain(self.parameters)


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

    def __post_init__(self) -> None:
        if not self.id:
            raise InputError("A segment needs an id.")
        object.__setattr__(self, "slices", tuple(self.slices))


@dataclass(frozen=True)
class PromptFile:
    """Everything needed to make the same masks again.

    Args:
        volume: what was segmented.
        model: name of the model; empty for the default one.
        window: text of the window chosen, see `core.windows_choice`.
        parameters: options that change a mask (clean-up, engine, threads), plain JSON values.
        seed: of every random choice.
        segments: in the order of the segmentation.
    """

    volume: VolumeIdentity
    model: str = ""
    window: str = "minmax"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    segments: tuple[SegmentPrompts, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.segments))
        ids = [segment.id for segment in self.segments]
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            raise InputError(f"Two segments have the id '{repeated[0]}'.")
        if self.seed < 0:
            raise InputError(f"A seed is a whole number from 0 up; got {self.seed}.")
        check_window(self.window)
        _check_plain(self.parameters)


def check_window(text: str) -> None:
    """Check that a text names a window or a way to choose one.

    Raises:
        InputError: it does not.
    """
    if text not in (AUTO, DISPLAYED):
        parse_window(text)


def _check_plain(parameters: Mapping[str, Any]) -> None:
    try:
        json.dumps(dict(parameters), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"Parameters of a prompt file are plain values: {error}.") from error

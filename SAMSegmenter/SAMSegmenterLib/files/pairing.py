"""A volume and its reference labels, brought together on the volume's lattice."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.core.resampling import labelled_outside, on_same_voxels
from SAMSegmenterLib.files.images import read_image
from SAMSegmenterLib.files.labels import read_label_frames


@dataclass(frozen=True, eq=False)
class LoadedPair:
    """A case: volumes, and for each its reference on the same lattice.

    Args:
        frames: the volumes of the image file.
        segmentations: one per frame.
        notes: what the user should know, one sentence each; they hold no patient data.
    """

    frames: tuple[Volume, ...]
    segmentations: tuple[Segmentation, ...]
    notes: tuple[str, ...] = ()


def load_pair(
    volume_path: str | os.PathLike[str],
    labels_path: str | os.PathLike[str],
    series: str | int | None = None,
    names: dict[int, str] | None = None,
    nan_as_background: bool = False,
) -> LoadedPair:
    """Read an image and its labels.

    A 3D label file serves every frame of a 4D image; a 4D label file must hold one volume per frame.

    Args:
        series: which series of a DICOM folder.
        names: names of label values; they go before those in the label file.
        nan_as_background: see `read_image`.

    Raises:
        InputError: one of the two is not usable, or they are no pair: no overlap in space, another size without
            positions, another number of volumes.
    """
    image = read_image(volume_path, series, nan_as_background)
    labels = read_label_frames(labels_path, names)
    if len(labels) not in (1, len(image.frames)):
        raise InputError(
            f"The image holds {len(image.frames)} volumes, the label file {len(labels)}.",
            "Give one label volume for all, or one for each.",
        )
    notes = [*image.notes, *_unused_names(names or {}, labels)]
    segmentations: list[Segmentation] = []
    for index, volume in enumerate(image.frames):
        if len(labels) == 1 and segmentations:  # all frames share one lattice
            segmentations.append(segmentations[0])
            continue
        brought, pair_notes = _bring(labels[index if len(labels) > 1 else 0], volume)
        segmentations.append(brought)
        notes += pair_notes
    return LoadedPair(image.frames, tuple(segmentations), tuple(dict.fromkeys(notes)))


def _bring(labels: Segmentation, volume: Volume) -> tuple[Segmentation, list[str]]:
    """Labels on the volume's lattice, and notes on what that changed."""
    if not any(layer.any() for layer in labels.layers):
        return _empty(labels, volume), []  # a time point without labels
    brought, resampled = labels.onto(volume)
    if not resampled:
        return brought, []
    lattices = (labels.ijk_to_ras, volume.shape_kji, volume.ijk_to_ras)
    lost = sum(labelled_outside(layer, *lattices) for layer in labels.layers)
    if on_same_voxels(labels.ijk_to_ras, volume.ijk_to_ras, labels.shape_kji):
        notes = ["The labels cover another part of the volume's lattice; they were copied voxel by voxel."]
    else:
        own, wanted = _described(labels), _described(volume)
        how = f"{own} is not that of the volume {wanted}" if own != wanted else f"{own} is shifted against the volume's"
        notes = [f"The labels were resampled by nearest neighbour: their lattice {how}."]
    if lost:
        notes.append(f"{lost} labelled voxels lie outside the volume and were lost.")
    vanished = [s.name for s in labels.structures if labels.mask(s).any() and not brought.mask(s).any()]
    if vanished:
        notes.append(f"Nothing is left on the volume's lattice of: {', '.join(vanished)}.")
    return brought, notes


def _empty(labels: Segmentation, volume: Volume) -> Segmentation:
    layers = tuple(np.zeros(volume.shape_kji, layer.dtype) for layer in labels.layers)
    return replace(labels, layers=layers, ijk_to_ras=volume.ijk_to_ras)


def _described(grid: Segmentation | Volume) -> str:
    k, j, i = np.linalg.norm(grid.ijk_to_ras[:3, :3], axis=0)[::-1]
    slices, rows, columns = grid.shape_kji
    return f"({columns} x {rows} x {slices}, {i:.3g} x {j:.3g} x {k:.3g} mm)"


def _unused_names(names: dict[int, str], labels: tuple[Segmentation, ...]) -> list[str]:
    present = {structure.value for segmentation in labels for structure in segmentation.structures}
    missing = sorted(set(names) - present)
    return [f"The labels hold no voxels of value {value} ({names[value]})." for value in missing]

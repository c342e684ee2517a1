"""The synthetic samples in Slicer's module Sample Data; their files come with the extension, nothing is downloaded."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import slicer

from SAMSegmenterLib.core.sample_volume import sample_volume
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume

CATEGORY = "SAM Segmenter"
NAME = "SyntheticAbdomenCT"
NAME_WITH_REFERENCE = "SyntheticAbdomenCTWithReference"
VOLUME = ("SyntheticAbdomenCT.nrrd", "0e902b0be9ea316827fb7f70358fa98bb794c00d74ed14a1b30630902691d9f8")
REFERENCE = ("SyntheticAbdomenCTReference.seg.nrrd", "e0d854b0eeddb9f9f9f56c6a9e7213e7a1209419c7de7f37805afd3773d6539f")
"""File names and SHA-256; the files hold what `sample_volume` makes."""


def load_sample() -> list[Any]:
    """Put the volume into the scene and show it; returns its node in a list."""
    node = node_from_volume(sample_volume()[0], NAME)
    _show(node)
    return [node]


def load_sample_with_reference() -> list[Any]:
    """Put volume and true segmentation into the scene, for SAM Benchmark; returns their nodes."""
    volume, segmentation = sample_volume()
    node = node_from_volume(volume, NAME)
    reference = node_from_segmentation(segmentation, f"{NAME} reference", node)
    _show(node)
    return [node, reference]


def register_samples(sample_data: Any, resources: Path) -> None:
    """Offer the samples in the module Sample Data, on its page and to `SampleData.downloadSample`; again does nothing.

    Args:
        sample_data: the module `SampleData`.
        resources: folder with Icons and SampleData.
    """
    folder, icon = resources / "SampleData", resources / "Icons" / "SAMSegmenter.png"
    register = sample_data.SampleDataLogic.registerCustomSampleDataSource
    types = "loadFileTypes" if "loadFileTypes" in inspect.signature(register).parameters else "loadFileType"
    volume = (*VOLUME, NAME, "VolumeFile")
    reference = (*REFERENCE, f"{NAME} reference", "SegmentationFile")
    for name, files in ((NAME, [volume]), (NAME_WITH_REFERENCE, [volume, reference])):
        register(
            category=CATEGORY,
            sampleName=name,
            thumbnailFileName=str(icon),
            uris=[(folder / file).resolve().as_uri() for file, *_others in files],
            fileNames=[file for file, *_others in files],
            checksums=[f"SHA256:{sha256}" for _file, sha256, *_others in files],
            nodeNames=[node_name for *_others, node_name, _type in files],
            **{types: [file_type for *_others, file_type in files]},
        )


def _show(node: Any) -> None:
    if slicer.app.layoutManager() is not None:
        slicer.util.setSliceViewerLayers(background=node, fit=True)

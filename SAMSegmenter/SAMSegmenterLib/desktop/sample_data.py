"""The synthetic samples in Slicer's module Sample Data; made on this computer, nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

from SAMSegmenterLib.core.sample_volume import sample_volume
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume

CATEGORY = "SAM Segmenter"
NAME = "SyntheticAbdomenCT"
NAME_WITH_REFERENCE = "SyntheticAbdomenCTWithReference"


def load_sample(_source: Any = None) -> list[Any]:
    """Put the volume into the scene and show it; returns its node in a list."""
    node = node_from_volume(sample_volume()[0], NAME)
    _show(node)
    return [node]


def load_sample_with_reference(_source: Any = None) -> list[Any]:
    """Put volume and true segmentation into the scene, for SAM Benchmark; returns their nodes."""
    volume, segmentation = sample_volume()
    node = node_from_volume(volume, NAME)
    reference = node_from_segmentation(segmentation, f"{NAME} reference", node)
    _show(node)
    return [node, reference]


def register_samples(sample_data: Any, icon: Path | None = None) -> None:
    """Offer the samples in the module Sample Data; again does nothing.

    Args:
        sample_data: the module `SampleData`.
        icon: their picture there.
    """
    for name, load in ((NAME, load_sample), (NAME_WITH_REFERENCE, load_sample_with_reference)):
        sample_data.SampleDataLogic.registerCustomSampleDataSource(
            category=CATEGORY,
            sampleName=name,
            uris="",  # nothing to download
            nodeNames=name,
            thumbnailFileName=str(icon) if icon is not None else None,
            customDownloader=load,
        )


def _show(node: Any) -> None:
    if slicer.app.layoutManager() is not None:
        slicer.util.setSliceViewerLayers(background=node, fit=True)

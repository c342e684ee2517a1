"""What the commands of `sam-train` share: the folder of images, and reading arrays and weights."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from SAMSegmenterLib.core.errors import InputError, ModelError

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

logger = logging.getLogger(__name__)


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the images are and what is held back."""
    given = os.environ.get("SAM_TEST_DATA")
    parser.add_argument(
        "--data",
        type=Path,
        default=given,
        required=not given,
        help="folder with catalog.json; the environment variable SAM_TEST_DATA by default",
    )
    parser.add_argument("--hold-back", nargs="*", default=[], metavar="SOURCE", help="sources kept out of training")


def read_array(path: Path, as_labels: bool = False) -> np.ndarray:
    """Read an image or a label file.

    Args:
        as_labels: read whole numbers; colours become labels, and files that look like images are refused.

    Returns:
        (K, J, I), or (K, J, I, 3) for colour; a picture has one slice. Voxels of an image that are NaN or infinite
        become the smallest finite value, with a warning.

    Raises:
        InputError: the file is missing, damaged, holds several volumes, no finite value or no labels.
    """
    return _labels(path) if as_labels else _image(path)


def _image(path: Path) -> np.ndarray:
    from SAMSegmenterLib.files.images import read_image

    frames = read_image(path, nan_as_background=True)
    if len(frames.frames) > 1:
        raise InputError(f"{path.name} holds {len(frames.frames)} volumes.", "Save the volumes one by one.")
    for note in frames.notes:
        if "NaN" in note:
            logger.warning("%s: %s", path.name, note)
    return frames.frames[0].array


def _labels(path: Path) -> np.ndarray:
    """Labels as one array; where structures overlap, the later one counts."""
    from SAMSegmenterLib.files.labels import read_labels

    segmentation = read_labels(path)
    if len(segmentation.layers) == 1:
        return segmentation.layers[0]
    labels = np.zeros(segmentation.shape_kji, dtype=np.int32)
    for structure in segmentation.structures:
        labels[segmentation.mask(structure)] = structure.value
    return labels


def load_network(path: Path) -> Sam:
    """Read weights of any SAM architecture as a network.

    Raises:
        ModelError: the file cannot be read, is of no known architecture, or lacks a part of its weights.
    """
    from SAMSegmenterLib.models.architectures import build, recognise
    from SAMSegmenterLib.models.weights import read_state_dict

    state = read_state_dict(path)
    sam = build(recognise(state))
    try:
        sam.load_state_dict(state)
    except RuntimeError as error:
        raise ModelError(
            f"{path} does not hold all weights of its network, or some of another size.",
            "Copy or download the file again.",
        ) from error
    return sam

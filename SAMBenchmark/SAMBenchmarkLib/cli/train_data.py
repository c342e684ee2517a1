"""What the commands of `sam-train` share: the folder of images, and reading arrays and weights."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from SAMSegmenterLib.core.errors import InputError

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


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


def read_array(path: Path) -> np.ndarray:
    """Read an image or label file as (H, W), (H, W, 3) or (K, J, I).

    Raises:
        InputError: the file is missing or cannot be read.
    """
    import SimpleITK

    try:
        return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    except RuntimeError as error:
        raise InputError(f"{path} cannot be read.", hint="Check that the file exists and is whole.") from error


def load_network(path: Path) -> Sam:
    """Read weights of any SAM architecture as a network.

    Raises:
        ModelError: the file cannot be read or is of no known architecture.
    """
    from SAMSegmenterLib.models.architectures import build, recognise
    from SAMSegmenterLib.models.weights import read_state_dict

    state = read_state_dict(path)
    sam = build(recognise(state))
    sam.load_state_dict(state)
    return sam

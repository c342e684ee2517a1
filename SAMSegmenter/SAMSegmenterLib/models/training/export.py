"""Write trained weights as 16-bit safetensors with the model's specification in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.architectures import SMALL_IMAGE_SIZE, SMALL_PIXEL_MEAN, SMALL_PIXEL_STD, SMALL_WIDTH
from SAMSegmenterLib.models.small_encoder import STRIDE


@dataclass(frozen=True)
class EverythingThresholds:
    """What the everything mode keeps: grid points per side, predicted IoU, stability at an offset, overlap of boxes."""

    points_per_side: int = 16
    pred_iou_thresh: float = 0.7
    stability_score_thresh: float = 0.8
    stability_score_offset: float = 1.0
    box_nms_thresh: float = 0.7


@dataclass(frozen=True)
class WeightsDescription:
    """The specification that goes into the metadata; every value is stored as JSON text."""

    architecture: str = "small"
    image_size: int = SMALL_IMAGE_SIZE
    stride: int = STRIDE
    width: int = SMALL_WIDTH
    mask_size: int = SMALL_IMAGE_SIZE // STRIDE * 4
    pixel_mean: tuple[float, ...] = SMALL_PIXEL_MEAN
    pixel_std: tuple[float, ...] = SMALL_PIXEL_STD
    mask_threshold: float = 0.0
    s1_thresholds: EverythingThresholds = field(default_factory=EverythingThresholds)
    licence: str = ""
    training: dict = field(default_factory=dict)


def save_weights(state_dict: Mapping[str, torch.Tensor], description: WeightsDescription, target: Path) -> None:
    """Write weights in 16 bit.

    Args:
        state_dict: by name; whole numbers keep their type.
        description: goes into the metadata, one JSON text per field.
        target: file to write; it appears only when it is complete.

    Raises:
        ModelError: a value is infinite, no number, or too large for 16 bit.
        StoreError: the file cannot be written.
    """
    half = {name: _halved(name, value) for name, value in state_dict.items()}
    metadata = {name: json.dumps(value) for name, value in asdict(description).items()}
    with atomic_path(target) as temporary:
        save_file(half, temporary, metadata=metadata)


def read_description(path: Path) -> dict:
    """Read the metadata of a weights file as plain values; empty when it has none.

    Raises:
        ModelError: the file is not a safetensors file.
    """
    try:
        with safe_open(path, framework="pt") as opened:
            metadata = opened.metadata() or {}
    except Exception as error:  # noqa: BLE001 - safetensors raises types of its own for every kind of damage
        raise ModelError(
            f"{path} is not a safetensors file: {error}", hint="Name a file written by sam-train."
        ) from error
    return {name: json.loads(text) for name, text in metadata.items()}


def _halved(name: str, value: torch.Tensor) -> torch.Tensor:
    if not value.is_floating_point():
        return value.contiguous().clone()
    half = value.detach().to(torch.float16).contiguous()
    if not torch.isfinite(half).all():
        raise ModelError(f"The weights '{name}' do not fit into 16 bit.", hint="Train with a lower learning rate.")
    return half.clone()

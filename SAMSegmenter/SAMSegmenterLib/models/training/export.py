"""Write trained weights as 16-bit safetensors with the model's specification in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import ModelError, StoreError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.architectures import SMALL_IMAGE_SIZE, SMALL_PIXEL_MEAN, SMALL_PIXEL_STD, SMALL_WIDTH
from SAMSegmenterLib.models.safetensors_header import read_header, read_metadata
from SAMSegmenterLib.models.small_encoder import STRIDE


@dataclass(frozen=True)
class WeightsDescription:
    """What a weights file of the small architecture says about itself."""

    licence: str = ""
    card: str = ""
    mask_threshold: float = 0.0
    s1_thresholds: EverythingParameters = field(default_factory=EverythingParameters)
    training: Mapping[str, object] = field(default_factory=dict)

    def metadata(self) -> dict[str, str]:
        """Name every entry as the model registry reads it: texts as they are, other values as JSON."""
        values = {
            "architecture": "small",
            "image_size": SMALL_IMAGE_SIZE,
            "stride": STRIDE,
            "width": SMALL_WIDTH,
            "mask_size": SMALL_IMAGE_SIZE // STRIDE * 4,
            "normalisation": [SMALL_PIXEL_MEAN, SMALL_PIXEL_STD],
            "mask_threshold": self.mask_threshold,
            "s1_thresholds": asdict(self.s1_thresholds),
            "licence": self.licence,
            "card": self.card,
            "training": dict(self.training),
        }
        return as_metadata(values)


class Described(Protocol):
    """What a weights file says about itself."""

    def metadata(self) -> dict[str, str]:
        """Entries of the file."""


def as_metadata(values: Mapping[str, object]) -> dict[str, str]:
    """Entries of a safetensors file: texts as they are, other values as JSON."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


def save_weights(state_dict: Mapping[str, torch.Tensor], description: Described, target: Path) -> None:
    """Write weights in 16 bit; vectors, such as the running variances of norms, stay in 32 bit for their range.

    Args:
        state_dict: by name; whole numbers keep their type.
        description: goes into the metadata.
        target: file to write; it appears only when it is complete.

    Raises:
        ModelError: a value is infinite, no number, or too large for 16 bit.
        StoreError: the file cannot be written.
    """
    half = {name: _halved(name, value) for name, value in state_dict.items()}
    write_safetensors(half, description.metadata(), target)


def write_safetensors(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str], target: Path) -> None:
    """Write tensors and metadata; the file appears only when it is complete. The same content gives the same bytes.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    with atomic_path(target) as temporary:
        try:
            save_file(dict(tensors), temporary, metadata=dict(metadata))
            _sort_metadata(temporary)
        except SafetensorError as error:  # how the format's library reports a failed write
            hint = "The disk may be full, or you may not write there: free some space, or choose another folder."
            raise StoreError(f"{target} could not be written: {error}.", hint) from error


def _sort_metadata(path: Path) -> None:
    """Put the entries in alphabetical order; the format's library writes them in another one each time."""
    header = read_header(path)
    header["__metadata__"] = dict(sorted(header.get("__metadata__", {}).items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    with path.open("r+b") as file:
        length = int.from_bytes(file.read(8), "little")
        if len(text) <= length:  # always, unless the library escapes less than it must
            file.write(text.ljust(length))


def record_thresholds(path: Path, parameters: EverythingParameters) -> None:
    """Write everything mode's thresholds into the metadata of a weights file; the weights stay as they are.

    Args:
        path: safetensors file, replaced when the new one is complete.
        parameters: chosen for these weights.

    Raises:
        ModelError: the file cannot be read as safetensors.
        StoreError: the file cannot be written.
    """
    metadata = read_metadata(path) | {"s1_thresholds": json.dumps(asdict(parameters))}
    write_safetensors(load_file(path), metadata, path)


def _halved(name: str, value: torch.Tensor) -> torch.Tensor:
    if not value.is_floating_point():
        return value.detach().clone().contiguous()
    precision = torch.float16 if value.ndim > 1 else torch.float32
    half = value.detach().to(precision, memory_format=torch.contiguous_format, copy=True)
    if not torch.isfinite(half).all():
        raise ModelError(f"The weights '{name}' do not fit into 16 bit.", hint="Train with a lower learning rate.")
    return half

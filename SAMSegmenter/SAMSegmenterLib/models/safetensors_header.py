"""What a safetensors file says about itself, read without its tensors and without torch."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.errors import ModelError

_LARGEST_HEADER = 100_000_000  # bytes; the format's own limit


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Free text entries in the header of a safetensors file, empty when it has none.

    Raises:
        ModelError: the file is not a complete safetensors file.
    """
    metadata = read_header(path).get("__metadata__") or {}
    return {str(name): str(value) for name, value in metadata.items()}


def read_header(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The header of a safetensors file, checked against the file's size.

    Source: the safetensors format: 8 bytes with the header's length, the header as JSON, the tensors' bytes.

    Raises:
        ModelError: the file is not a complete safetensors file.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(_LARGEST_HEADER, size - 8):
                raise ValueError("the header is longer than the file")
            header = json.loads(file.read(length))
        end = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
        if 8 + length + end != size:
            raise ValueError(f"{size} bytes instead of {8 + length + end}")
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ModelError(
            f"{path} is not a complete safetensors file ({error}).", "Copy or download the file again."
        ) from error
    return header

"""The file that a training resumes from: tensors and a description, written whole and never run as code."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import ModelError

STATE_FILE = "state.pt"
_DAMAGED = (RuntimeError, KeyError, ValueError, TypeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile)

T = TypeVar("T")


def write_state(folder: Path, schema: str, described: Mapping[str, Any], tensors: Mapping[str, Any]) -> None:
    """Write a state; an older one stays until the new one is complete.

    Args:
        folder: holds the file.
        schema: kind and version of the state.
        described: plain values.
        tensors: tensors and the states of optimisers.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    content = io.BytesIO()  # PyTorch reports a full disk as a fault of its own, writing bytes as what it is
    torch.save({"described": json.dumps({"schema": schema, **described}), **tensors}, content)
    with atomic_path(folder / STATE_FILE) as temporary:
        temporary.write_bytes(content.getbuffer())


def read_state(folder: Path, schema: str, build: Callable[[dict[str, Any], dict[str, Any]], T], kind: str) -> T | None:
    """Read a state; None when there is none.

    Args:
        folder: holds the file.
        schema: what `write_state` was given.
        build: makes the state from description and tensors; a name it misses makes the file a damaged one.
        kind: of training, for the message.

    Raises:
        ModelError: the file is damaged or of another program.
    """
    path = folder / STATE_FILE
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        described = json.loads(content["described"])
        if described["schema"] != schema:
            raise ValueError(f"its schema is not {schema}")
        return build(described, content)
    except _DAMAGED as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ModelError(
            f"{path} is not the state of a {kind}: {reason}", "Choose an empty output folder to start again."
        ) from error

"""Weights from a file, without ever running code that the file brings along."""

from __future__ import annotations

import hashlib
import os
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SAMSegmenterLib.core.errors import Cancelled, ModelError
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.safetensors_header import read_header

if TYPE_CHECKING:
    import torch

_CHUNK_BYTES = 4 << 20
_ZIP_START = b"PK\x03\x04"
_WRAPPERS = ("model", "state_dict", "model_state_dict")
_COPY_AGAIN = "Copy or download the file again."
_TORCH_FAILURES = (RuntimeError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, zipfile.BadZipFile)


def read_state_dict(path: str | os.PathLike[str]) -> dict[str, torch.Tensor]:
    """Tensors by name from a safetensors file or a PyTorch checkpoint.

    Code inside a checkpoint is refused, never run. A state dict inside `{"model": ...}` or `{"state_dict": ...}` is
    taken out, and the prefix "module." of models that were trained in parallel is removed.

    Returns:
        At least one tensor, on the CPU; large files stay mapped until their tensors are read.

    Raises:
        ModelError: there is no such file, it is damaged, of another format, or wants to run code.
    """
    path = Path(path)
    start = _first_bytes(path)
    if start.startswith(_ZIP_START):
        return _plain_names(_unwrapped(_read_torch(path), path))
    if len(start) > 8 and start[8:9] == b"{":
        return _plain_names(_unwrapped(_read_safetensors(path), path))
    if start[:1] == b"\x80":
        raise ModelError(
            f"{path} is a pickle or a checkpoint in PyTorch's old format, which may hold program code.",
            "It is not opened. Ask its authors for a safetensors file, or save it again with PyTorch 1.6 or newer.",
        )
    raise ModelError(
        f"{path} is not a checkpoint.", "Choose the weights of a SAM model: a .pth, .pt or .safetensors file."
    )


def file_sha256(
    path: str | os.PathLike[str],
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> str:
    """SHA-256 of a file's content, lower-case hexadecimal; progress counts bytes.

    Raises:
        ModelError: the file cannot be read.
        Cancelled: `should_stop` said so.
    """
    path = Path(path)
    digest = hashlib.sha256()
    try:
        meter = ProgressMeter("Checking", path.stat().st_size, on_progress)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                if should_stop():
                    raise Cancelled
                digest.update(chunk)
                meter.advance(path.name, len(chunk))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    return digest.hexdigest()


def _first_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise ModelError(f"{path} is a folder.", "Choose the weights file inside it.")
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError as error:
        raise ModelError(f"There is no file {path}.", "Check the path.") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.", "Check the rights.") from error
    if not start:
        raise ModelError(f"{path} is empty.", _COPY_AGAIN)
    return start


def _read_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    read_header(path)  # says what is wrong in clearer words
    try:
        return load_file(path)
    except (SafetensorError, *_TORCH_FAILURES) as error:
        raise ModelError(f"{path} cannot be read as safetensors: {error}.", _COPY_AGAIN) from error


def _read_torch(path: Path) -> Any:
    import torch

    try:
        return torch.load(path, weights_only=True, map_location="cpu", mmap=True)
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{path} holds more than weights: opening it would run program code, so it was not opened.",
            "Ask its authors for the plain state dict or a safetensors file.",
        ) from error
    except _TORCH_FAILURES as error:
        raise ModelError(f"{path} is damaged or not a PyTorch checkpoint.", _COPY_AGAIN) from error


def _unwrapped(content: Any, path: Path) -> dict[str, torch.Tensor]:
    """The mapping of names to tensors that a checkpoint consists of or contains."""
    import torch

    for wrapper in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    tensors = {}
    if isinstance(content, Mapping):
        tensors = {str(name): value for name, value in content.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise ModelError(f"{path} holds no weights.", "Choose a file with the state dict of a SAM model.")
    return tensors


def _plain_names(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    prefix = "module."
    if all(name.startswith(prefix) for name in tensors):
        return {name[len(prefix) :]: tensor for name, tensor in tensors.items()}
    return tensors

"""The refiner's weights: which belong to a model, and a network with them."""

from __future__ import annotations

import functools
import importlib.resources
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.weights import file_sha256, read_state_dict

if TYPE_CHECKING:
    from SAMSegmenterLib.models.refining.refiner import MaskRefiner

SCHEMA = "sam-refiner/1"
_FILE = "sam-small-refiner.safetensors"
_HINT = "Install the program again, or train another with 'sam-train refine'."


def refiner_path() -> Path:
    """Where the refiner's weights are, or would be."""
    return Path(str(importlib.resources.files("SAMSegmenterLib.resources"))) / _FILE


def with_refiner(spec: ModelSpec, path: Path | None = None) -> ModelSpec:
    """A model with the refiner that draws its masks again, where it has one.

    Args:
        spec: as it is known without; only installed models of the small architecture that take prompts are refined.
        path: the refiner's weights; None for those that come with the program, where they are there.

    Raises:
        ModelError: a file that was named cannot be read.
    """
    chosen = refiner_path() if path is None else Path(path)
    is_refined = spec.architecture == "small" and spec.path is not None and not spec.promptless
    if not is_refined or (path is None and not chosen.is_file()):
        return replace(spec, refiner=None, refiner_sha256="")
    return replace(spec, refiner=chosen, refiner_sha256=_sha256(chosen))


def _sha256(path: Path) -> str:
    try:
        status = path.stat()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    return _sha256_of(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _sha256_of(path: Path, size: int, changed_ns: int) -> str:
    """Computed once for each state of the file."""
    return file_sha256(path)


def open_refiner(path: Path, image_size: int) -> MaskRefiner:
    """A refiner with the weights of a file.

    Args:
        image_size: side of the square that the model sees, pixels.

    Raises:
        ModelError: the file is damaged, or belongs to another version of the program.
    """
    from SAMSegmenterLib.models.refining.appearance import CHANNELS
    from SAMSegmenterLib.models.refining.network import RefiningNetwork
    from SAMSegmenterLib.models.refining.refiner import MaskRefiner
    from SAMSegmenterLib.models.refining.window import SIDE

    try:
        tensors, metadata = read_state_dict(path), read_metadata(path)
    except ModelError as error:
        raise ModelError(f"The refiner {path} cannot be read: it is damaged or no refiner.", _HINT) from error
    form = metadata.get("schema"), metadata.get("side"), metadata.get("channels")
    if form != (SCHEMA, str(SIDE), str(CHANNELS)):
        raise ModelError(f"{path} is not a refiner that this version of the program can use.", _HINT)
    try:
        network = RefiningNetwork(tuple(json.loads(metadata["widths"])))
        network.load_state_dict(dict(tensors), strict=True)
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        raise ModelError(f"The refiner {path} is damaged: {str(error).partition(chr(10))[0]}", _HINT) from error
    if not all(bool(value.isfinite().all()) for value in network.state_dict().values()):
        raise ModelError(f"The refiner {path} holds values that are not finite.", _HINT)
    return MaskRefiner(network.eval().fused(), image_size)

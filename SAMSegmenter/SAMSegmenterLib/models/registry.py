"""All models by name: bundled, official, imported. Needs no torch until weights are opened."""

from __future__ import annotations

import functools
import importlib.resources
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.engine_names import AUTO, chosen_engine
from SAMSegmenterLib.models.folders import models_directory
from SAMSegmenterLib.models.imported import read_imported, remove_files
from SAMSegmenterLib.models.known_models import BUNDLED, MEDSAM, MEDSAM_SPEC, OFFICIAL, blank_spec, with_metadata
from SAMSegmenterLib.models.refining.files import with_refiner
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.weights import file_sha256

if TYPE_CHECKING:
    from SAMSegmenterLib.models.predictor import TorchPredictor


def registry() -> dict[str, ModelSpec]:
    """All models by name, the default first; `path` is None where the weights are not on this computer."""
    folder = models_directory()
    specs = {BUNDLED: _bundled()}
    specs |= {name: _official(spec, folder) for name, spec in OFFICIAL.items()}
    specs[MEDSAM] = MEDSAM_SPEC
    for spec in read_imported(folder):
        if spec.name == BUNDLED or spec.name in OFFICIAL:
            continue
        specs[spec.name] = spec
    return {name: with_refiner(spec) for name, spec in specs.items()}


def find(name: str) -> ModelSpec:
    """A model by its name, installed or not.

    Raises:
        InputError: there is no such model; the hint lists the names.
    """
    specs = registry()
    if name not in specs:
        raise InputError(f"There is no model '{name}'.", f"Choose one of: {', '.join(specs)}.")
    return specs[name]


def resolve(name: str) -> ModelSpec:
    """A model whose weights are on this computer.

    Raises:
        InputError: there is no such model.
        ModelError: its weights are not here; the hint says how to get them.
    """
    spec = find(name)
    if spec.path is None:
        raise ModelError(f"The weights of model '{name}' are not on this computer.", _how_to_get(spec))
    return spec


def load(
    name: str | ModelSpec,
    device: str = "auto",
    engine: str = AUTO,
    threads: int | None = None,
    precision: str = "float32",
) -> TorchPredictor:
    """Load a model.

    Args:
        name: of the registry, or a spec whose `path` is set.
        device: "auto" (CUDA where there is a GPU, else the CPU), "cpu", "cuda", "cuda:1", "mps".
        engine: one of `engine_names.ENGINES`, or "auto": what `sam-models tune` chose on this computer, else "fast" on
            the CPU and "torch", SAM's own code, on other devices. The predictor names what it got:
            an engine that answers wrongly with these weights is replaced.
        threads: CPU threads of the whole process; None takes SAM_THREADS, or leaves them as they are.
        precision: "float32", or "float16" or "bfloat16", which halve the memory of the image encoder; meant for GPUs.

    Raises:
        InputError: no such model, device, engine or precision, or a thread count below 1.
        ModelError: weights are missing or damaged, or the device cannot be used.
        DependencyError: torch or segment_anything is missing.
    """
    spec = resolve(name) if isinstance(name, str) else name
    chosen_engine(engine, spec.architecture, device)  # says that there is none before torch is imported
    from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

    load_segment_anything()  # says which package is missing before torch is imported plainly
    from SAMSegmenterLib.models.loading import load_predictor

    return load_predictor(spec, device, threads, precision, engine)


def import_file(
    path: str | os.PathLike[str],
    name: str | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> ModelSpec:
    """Check a weights file and copy it into the models folder.

    The architecture is recognised by the tensors; a file that is one of the official ones takes that model's place.

    Args:
        name: how to call it; made from the file's name when None. "medsam" sets MedSAM's own normalisation.

    Returns:
        The model, installed. A file that is already there under the name is left as it is.

    Raises:
        InputError: the name is taken or cannot be one.
        ModelError: the file is not the weights of a known architecture.
        StoreError: the models folder cannot be written.
        Cancelled: `should_stop` said so; nothing is left.
    """
    from SAMSegmenterLib.models.importing import import_weights

    return with_refiner(import_weights(Path(path), name, registry(), on_progress, should_stop))


def verify(spec: ModelSpec, on_progress: OnProgress = ignore_progress, should_stop: ShouldStop = never_stop) -> None:
    """Compare installed weights with the size and SHA-256 on record.

    Raises:
        ModelError: they differ, or the file cannot be read.
        Cancelled: `should_stop` said so.
    """
    if file_sha256(spec.path, on_progress, should_stop) != spec.sha256:
        raise ModelError(
            f"The weights of '{spec.name}' are damaged: {spec.path} has another SHA-256 than on record.",
            f"Run 'sam-models remove {spec.name}', then download or import them again.",
        )


def remove(name: str) -> ModelSpec:
    """Delete a model's weights from this computer.

    Returns:
        The model as it was.

    Raises:
        InputError: there is no such model, it is not installed, or it comes with the program.
        StoreError: the files may not be deleted.
    """
    spec = find(name)
    if name == BUNDLED:
        raise InputError(f"'{name}' comes with the program and cannot be removed.")
    if spec.path is None:
        raise InputError(f"The weights of model '{name}' are not on this computer.")
    remove_files(spec)
    return spec


def _how_to_get(spec: ModelSpec) -> str:
    if spec.url:
        return f"Run 'sam-models download {spec.name}', or 'sam-models import FILE' with a file you have."
    if spec.name == BUNDLED:
        return "This installation is incomplete: install the program again."
    return f"Run 'sam-models import FILE --name {spec.name}' with the weights file from its authors."


def _official(spec: ModelSpec, folder: Path) -> ModelSpec:
    path = folder / spec.url.rpartition("/")[2]
    whole = path.is_file() and path.stat().st_size == spec.bytes
    return replace(spec, path=path) if whole else spec


def bundled_path() -> Path:
    """Where the bundled weights are, or would be."""
    return Path(str(importlib.resources.files("SAMSegmenterLib.resources"))) / f"{BUNDLED}.safetensors"


def _bundled() -> ModelSpec:
    path = bundled_path()
    try:
        status = path.stat()
    except OSError:
        return blank_spec(BUNDLED, "small")
    return _read_bundled(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _read_bundled(path: Path, size: int, changed_ns: int) -> ModelSpec:
    """Read once for each state of the file."""
    blank = blank_spec(BUNDLED, "small")
    try:
        spec = with_metadata(blank, read_metadata(path))
        return replace(spec, sha256=file_sha256(path), bytes=size, path=path)
    except ModelError:
        return blank

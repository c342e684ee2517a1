"""Weights from the user's disk into the models folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop
from SAMSegmenterLib.models.architectures import recognise
from SAMSegmenterLib.models.folders import make_private, models_directory
from SAMSegmenterLib.models.imported import checked_name, name_from_file, write_sidecar
from SAMSegmenterLib.models.known_models import BUNDLED, MEDSAM, MEDSAM_SPEC, OFFICIAL, blank_spec, with_metadata
from SAMSegmenterLib.models.loading import network_with_weights
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.weights import file_sha256, read_state_dict

_CHUNK_BYTES = 4 << 20


def import_weights(
    path: Path, name: str | None, known: Mapping[str, ModelSpec], on_progress: OnProgress, should_stop: ShouldStop
) -> ModelSpec:
    """See `registry.import_file`.

    Args:
        known: the models that there are.
    """
    architecture = _checked_architecture(path)
    sha256 = file_sha256(path, on_progress, should_stop)
    official = next((spec for spec in OFFICIAL.values() if spec.sha256 == sha256), None)
    if official is not None and name in (None, official.name):
        return _install_official(path, official, on_progress, should_stop)
    spec = _new_spec(path, name or _suggested_name(path, architecture), architecture, sha256)
    there = known.get(spec.name)
    if there is not None and there.path is not None:
        if there.sha256 == sha256:
            return there
        raise InputError(
            f"There is already a model '{spec.name}' with other weights.",
            f"Choose another name with --name, or run 'sam-models remove {spec.name}' first.",
        )
    target = make_private(models_directory()) / f"{spec.name}{_suffix(path)}"
    spec = replace(spec, path=target, bytes=path.stat().st_size)
    with atomic_path(target) as temporary:
        _copy(path, temporary, on_progress, should_stop)
        _check_copy(path, temporary, sha256)
    write_sidecar(spec)
    return spec


def _checked_architecture(path: Path) -> str:
    tensors = read_state_dict(path)
    architecture = recognise(tensors)
    network_with_weights(blank_spec(path.name, architecture), tensors)
    return architecture


def _install_official(path: Path, spec: ModelSpec, on_progress: OnProgress, should_stop: ShouldStop) -> ModelSpec:
    target = make_private(models_directory()) / spec.url.rpartition("/")[2]
    if not (target.exists() and target.samefile(path)):
        with atomic_path(target) as temporary:
            _copy(path, temporary, on_progress, should_stop)
            _check_copy(path, temporary, spec.sha256)
    return replace(spec, path=target)


def _suggested_name(path: Path, architecture: str) -> str:
    if architecture == MEDSAM_SPEC.architecture and path.stem.lower().startswith(MEDSAM):
        return MEDSAM
    return name_from_file(path)


def _new_spec(path: Path, name: str, architecture: str, sha256: str) -> ModelSpec:
    checked_name(name)
    if name == BUNDLED or name in OFFICIAL:
        raise InputError(f"'{name}' is another model's name.", "Choose another name with --name.")
    if name == MEDSAM:
        if architecture != MEDSAM_SPEC.architecture:
            raise InputError(f"MedSAM is a ViT-B, this file a {architecture}.", "Choose another name with --name.")
        return replace(MEDSAM_SPEC, sha256=sha256)
    spec = blank_spec(name, architecture, sha256)
    if path.suffix.lower() == ".safetensors":
        spec = with_metadata(spec, read_metadata(path))
    return replace(spec, card=spec.card or f"Imported from {path.name}.", licence=spec.licence or "unknown")


def _suffix(path: Path) -> str:
    return ".safetensors" if path.suffix.lower() == ".safetensors" else ".pth"


def _copy(source: Path, target: Path, on_progress: OnProgress, should_stop: ShouldStop) -> None:
    meter = ProgressMeter("Copying", source.stat().st_size, on_progress)
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(_CHUNK_BYTES):
            if should_stop():
                raise Cancelled
            writer.write(chunk)
            meter.advance(source.name, len(chunk))
    target.chmod(0o600)


def _check_copy(source: Path, copy: Path, sha256: str) -> None:
    if file_sha256(copy) != sha256:
        raise ModelError(f"{source} changed while it was being copied.", "Import it again when it is complete.")

"""The models folder: weights that were imported, each with a description beside it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import EverythingParameters, ModelSpec

logger = logging.getLogger(__name__)

SCHEMA = "sam-model/1"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.IGNORECASE)


def checked_name(name: str) -> str:
    """A name that can be a file's name on every system.

    Raises:
        InputError: it cannot.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"'{name}' cannot be a model's name.", "Use up to 64 letters, digits, dots, dashes and underscores."
        )
    return name


def name_from_file(path: Path) -> str:
    """A model's name made from its file's: what cannot be in a name becomes a dash."""
    return checked_name(re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._")[:64] or "model")


def read_imported(folder: Path) -> Iterator[ModelSpec]:
    """Models with a description in a folder; descriptions that cannot be read are passed over with a warning."""
    for sidecar in sorted(folder.glob("*.json")):
        try:
            yield _from_json(sidecar)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("%s does not describe a model and is passed over: %s", sidecar, error)


def write_sidecar(spec: ModelSpec) -> None:
    """Write the description beside the weights.

    Raises:
        StoreError: the folder cannot be written.
    """
    data = {"schema": SCHEMA, **asdict(spec), "path": Path(spec.path).name}
    del data["refiner"], data["refiner_sha256"]  # not this file's: it comes with the program
    with atomic_path(_sidecar(Path(spec.path).parent, spec.name)) as temporary:
        temporary.write_text(json.dumps(data, indent=1), encoding="utf-8")


def remove_files(spec: ModelSpec) -> None:
    """Delete a model's weights and its description.

    Raises:
        StoreError: they are in use or may not be deleted.
    """
    for path in (Path(spec.path), _sidecar(Path(spec.path).parent, spec.name)):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(path, error) from error


def _sidecar(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _from_json(sidecar: Path) -> ModelSpec:
    data = json.loads(sidecar.read_text(encoding="utf-8"))
    if data.pop("schema") != SCHEMA:
        raise ValueError(f"the schema is not {SCHEMA}")
    file = data.pop("path")
    if Path(file).name != file or data["name"] != sidecar.stem:
        raise ValueError("it belongs to another file")
    data["s1_thresholds"] = EverythingParameters(**data["s1_thresholds"])
    if not isinstance(data.get("promptless", False), bool):
        raise ValueError("promptless is neither true nor false")
    mean, std = data["normalisation"]
    spec = ModelSpec(**{**data, "normalisation": (tuple(mean), tuple(std))})
    path = sidecar.parent / file
    whole = path.is_file() and path.stat().st_size == spec.bytes
    return replace(spec, path=path if whole else None)

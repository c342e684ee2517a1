"""The model that fine-tuning starts from: one of the registry, or a weights file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.architectures import recognise
from SAMSegmenterLib.models.known_models import MEDSAM, MEDSAM_SPEC, OFFICIAL, blank_spec, with_metadata
from SAMSegmenterLib.models.refining.files import with_refiner
from SAMSegmenterLib.models.registry import resolve
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.weights import file_sha256, read_state_dict


def base_model(name: str | None, weights: Path | None) -> ModelSpec:
    """What is known of the base model.

    Args:
        name: of the registry, used when no file is given.
        weights: a file with the weights of a SAM architecture; what it says about itself is taken over.

    Raises:
        InputError: there is no model of that name.
        ModelError: the weights are not on this computer, or the file is not usable.
    """
    if weights is None:
        return resolve(name or "sam-small")
    path = Path(weights).expanduser()
    architecture = recognise(read_state_dict(path))
    sha256 = file_sha256(path)
    known = next((spec for spec in OFFICIAL.values() if spec.sha256 == sha256), None)
    if known is not None:
        return replace(known, path=path)
    spec = blank_spec(_name_of(path), architecture, sha256)
    if architecture == MEDSAM_SPEC.architecture and path.stem.lower().startswith(MEDSAM):
        spec = replace(MEDSAM_SPEC, sha256=sha256)
    elif path.suffix.lower() == ".safetensors":
        spec = with_metadata(spec, read_metadata(path))
    return with_refiner(replace(spec, path=path, bytes=path.stat().st_size))


def check_base(spec: ModelSpec, options: FineTuningOptions) -> None:
    """Check that a recipe can start from a model, before anything is read or computed.

    Raises:
        InputError: adapters for an encoder without attention, or boxes for a model that takes none.
    """
    if options.lora_rank and not spec.architecture.startswith("vit"):
        raise InputError(
            f"LoRA adapts the attention of a vision transformer; '{spec.name}' is of the architecture "
            f"'{spec.architecture}'.",
            "Leave out --lora, or choose a ViT checkpoint: vit_b, vit_l, vit_h or medsam.",
        )
    if spec.promptless and not options.rules.promptless:
        raise InputError(
            f"'{spec.name}' was trained without prompts, the recipe '{options.recipe}' trains with boxes.",
            "Choose the recipe shi, or a model that takes prompts.",
        )


def _name_of(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._") or "weights"

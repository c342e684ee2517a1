"""The fine-tuned weights as a file that the registry takes, with the base model's specification and a card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.training.export import write_safetensors
from SAMSegmenterLib.models.training.fine_tuning.card import CardFacts, card_text


def write_model(tensors: Mapping[str, torch.Tensor], facts: CardFacts, target: Path) -> None:
    """Write the weights; the file appears only when it is complete.

    Args:
        tensors: under SAM's own names.
        facts: for the card and the specification.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    write_safetensors(tensors, model_metadata(facts), target)


def model_metadata(facts: CardFacts) -> dict[str, str]:
    """What the file says about itself, as the registry reads it: texts as they are, other values as JSON."""
    base, options = facts.base, facts.options
    training = {"base": base.name, "base_sha256": base.sha256, "options": options.to_json(), "images": facts.images}
    training |= {"epoch": facts.epoch, "structures": list(facts.counts.by_structure)}
    values: dict[str, Any] = {
        **_carried_over(base),
        "promptless": options.rules.promptless,
        "card": card_text(facts),
        "training": training,
    }
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


def _carried_over(base: ModelSpec) -> dict[str, Any]:
    same = ("architecture", "image_size", "stride", "width", "mask_size", "normalisation", "mask_threshold")
    return {
        **{name: getattr(base, name) for name in same},
        "s1_thresholds": asdict(base.s1_thresholds),
        "licence": base.licence or "unknown",
    }

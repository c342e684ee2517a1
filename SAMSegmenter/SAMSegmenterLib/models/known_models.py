"""Models that the registry knows by name, and what follows from an architecture alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from SAMSegmenterLib.core.predictor import EverythingParameters, ModelSpec

logger = logging.getLogger(__name__)

BUNDLED = "sam-small"
MEDSAM = "medsam"

_SMALL_FACTS: dict[str, Any] = {
    "image_size": 256,
    "stride": 8,
    "width": 128,
    "mask_size": 128,
    "normalisation": ((127.5, 127.5, 127.5), (60.0, 60.0, 60.0)),
}
_META_URL = "https://dl.fbaipublicfiles.com/segment_anything/"
_PROMPTLESS_CARD = "Promptless: gives one mask for each slice and takes no points, boxes or masks."
_META_CARD = "Segment Anything {size}, trained on photographs (SA-1B); on medical images results vary by structure."


def blank_spec(name: str, architecture: str, sha256: str = "") -> ModelSpec:
    """What is known of a model when only its architecture is."""
    facts = _SMALL_FACTS if architecture == "small" else {}
    return ModelSpec(name, architecture, sha256, **facts)


def _official(architecture: str, file: str, sha256: str, size: int, card: str) -> ModelSpec:
    url = _META_URL + file
    return ModelSpec(architecture, architecture, sha256, url=url, licence="Apache-2.0", bytes=size, card=card)


# SHA-256 as public sources state them, agreeing with each other and with these sizes: ViT-B and ViT-L in the download
# calls of mazurowski-lab/SlicerSegmentWithSAM (SegmentWithSAM/SegmentWithSAM.py), ViT-H for the copy of the file in
# facebook/ov-seg on Hugging Face. The digits in the file names are the first ones of the MD5, not of the SHA-256.
OFFICIAL: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        _official(
            "vit_b",
            "sam_vit_b_01ec64.pth",
            "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
            375_042_383,
            _META_CARD.format(size="ViT-B, the smallest"),
        ),
        _official(
            "vit_l",
            "sam_vit_l_0b3195.pth",
            "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
            1_249_524_607,
            _META_CARD.format(size="ViT-L"),
        ),
        _official(
            "vit_h",
            "sam_vit_h_4b8939.pth",
            "a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
            2_564_550_879,
            _META_CARD.format(size="ViT-H, the largest") + " Slow without a GPU.",
        ),
    )
}

MEDSAM_SPEC = ModelSpec(
    MEDSAM,
    "vit_b",
    "",
    normalisation=((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),  # it was trained on images scaled to 0 to 1
    licence="Apache-2.0",
    card="MedSAM (Ma et al. 2024), trained on medical images with box prompts and one mask; points and everything mode "
    "are outside its training. Its authors stretch images to a square, here they are padded to one.",
)


def with_metadata(spec: ModelSpec, metadata: Mapping[str, str]) -> ModelSpec:
    """A spec completed by what a weights file says about itself; entries that cannot be read are left out.

    Args:
        metadata: licence, card, mask_threshold, normalisation (JSON, [[r, g, b], [r, g, b]]), s1_thresholds (JSON
            object with fields of `EverythingParameters`), promptless (JSON, true or false).

    Returns:
        The spec; the card of a promptless model says that it is one.
    """
    changes: dict[str, Any] = {key: metadata[key] for key in ("licence", "card") if key in metadata}
    readers = {
        "mask_threshold": float,
        "normalisation": _normalisation,
        "s1_thresholds": _thresholds,
        "promptless": _true_or_false,
    }
    for key, reader in readers.items():
        if key not in metadata:
            continue
        try:
            changes[key] = reader(metadata[key])
        except (ValueError, TypeError) as error:
            logger.warning("The weights of '%s' have an unreadable entry '%s': %s", spec.name, key, error)
    spec = replace(spec, **changes)
    if spec.promptless and "promptless" not in spec.card.lower():
        spec = replace(spec, card=f"{spec.card} {_PROMPTLESS_CARD}".strip())
    return spec


def _normalisation(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    mean, std = (tuple(float(value) for value in channel) for channel in json.loads(text))
    if len(mean) != 3 or len(std) != 3 or min(std) <= 0:
        raise ValueError("it is not a mean and a standard deviation for three channels")
    return mean, std


def _thresholds(text: str) -> EverythingParameters:
    return EverythingParameters(**json.loads(text))


def _true_or_false(text: str) -> bool:
    value = json.loads(text)
    if not isinstance(value, bool):
        raise ValueError("it is neither true nor false")
    return value

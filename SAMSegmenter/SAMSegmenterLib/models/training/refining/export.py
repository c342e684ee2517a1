"""Write a trained refiner as 16-bit safetensors, with what it refines and how it was made in the file's metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from SAMSegmenterLib.models.refining.appearance import CHANNELS
from SAMSegmenterLib.models.refining.files import SCHEMA
from SAMSegmenterLib.models.refining.marks import FINER
from SAMSegmenterLib.models.refining.window import SIDE
from SAMSegmenterLib.models.training.export import as_metadata

_CARD = """Draws the masks of the small model again, finer, in a window of the picture around each answer. Trained on \
what that model answers to boxes, points and several clicks. Not a medical device."""


@dataclass(frozen=True)
class RefinerDescription:
    """What a refiner's file says about itself.

    Args:
        weights_sha256: of the file of the model whose answers it refines.
        widths: channels of the network.
        training: facts, as values that JSON knows.
    """

    weights_sha256: str
    widths: tuple[int, ...]
    licence: str = ""
    card: str = _CARD
    training: Mapping[str, object] = field(default_factory=dict)

    def metadata(self) -> dict[str, str]:
        """Name every entry: texts as they are, other values as JSON."""
        values: dict[str, object] = {
            "schema": SCHEMA,
            "side": SIDE,
            "channels": CHANNELS,
            "widths": list(self.widths),
            "finer": FINER,
            "weights_sha256": self.weights_sha256,
            "licence": self.licence,
            "card": self.card,
            "training": dict(self.training),
        }
        return as_metadata(values)

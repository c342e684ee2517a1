"""What the rest of the project asks of a model: encode an image once, decode prompts many times.

Protocols only, so that propagation and evaluation need no torch. `models` holds the real thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.prompts import Prompts

PREPROCESSING_VERSION = 2
"""Raise it whenever the way from 8-bit image to embedding changes in any bit: cached ones are then made anew."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """What the image encoder made of one slice.

    Args:
        key: content key, see `embedding_key`.
        original_size: (H, W) of the slice.
        input_size: (h, w) after the longest side was resized to the model's image size, before padding.
        features: (C, h', w') float16: rounded to the cache's precision before the first use, so that fresh and
            cached runs agree bit for bit.
        picture: (h'', w'', 1 or 3) uint8, the slice for a model that draws its masks again on it, else None.
    """

    key: str
    original_size: tuple[int, int]
    input_size: tuple[int, int]
    features: np.ndarray
    picture: np.ndarray | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.features.nbytes + (self.picture.nbytes if self.picture is not None else 0)

    def pack(self) -> dict[str, np.ndarray]:
        """Named arrays for a cache; the key is the entry's name."""
        picture = {} if self.picture is None else {"picture": np.ascontiguousarray(self.picture)}
        return {
            "features": np.ascontiguousarray(self.features),
            "sizes": np.array([*self.original_size, *self.input_size], np.int64),
            **picture,
        }

    @classmethod
    def unpack(cls, key: str, arrays: dict[str, np.ndarray]) -> Embedding:
        """Inverse of `pack`."""
        height, width, input_height, input_width = (int(value) for value in arrays["sizes"])
        sizes = (height, width), (input_height, input_width)
        return cls(key, *sizes, arrays["features"], arrays.get("picture"))


def embedding_key(rgb8: Rgb8, predictor: Encoder) -> str:
    """Content key of an embedding: the same pixels, weights and arithmetic give the same key.

    Returns:
        Hexadecimal blake2b of 20 bytes.
    """
    network, arithmetic = network_key(predictor)
    digest = hashlib.blake2b(digest_size=20)
    digest.update(f"{rgb8.shape}|{network}|{arithmetic}|{PREPROCESSING_VERSION}|".encode())
    digest.update(np.ascontiguousarray(rgb8))
    return digest.hexdigest()


def network_key(predictor: Encoder) -> tuple[tuple, tuple]:
    """What decides an embedding besides the pixels: the network, and its arithmetic.

    Device and thread count are part of the arithmetic: sums taken in another order differ in their last bits. The
    same weights may be installed under two names with different normalisation, which then is another network. Only
    with a refiner are pictures kept.
    """
    spec = predictor.spec
    arithmetic = (predictor.engine, predictor.precision, predictor.device, predictor.threads)
    network = (spec.sha256, spec.image_size, spec.normalisation)
    return (network if spec.refiner is None else (*network, "picture")), arithmetic


@dataclass(frozen=True, eq=False)
class Candidates:
    """Masks that a model proposes for one set of prompts.

    Args:
        masks: (N, H, W) bool on the slice grid.
        scores: (N,) float32, the model's predicted IoU.
        low_res: (N, h, w) float32 logits, or None in everything mode; of the network alone, where a refiner drew the
            masks again.
        stability: (N,) float32, how little each mask changes with the threshold, 0 to 1; None where nobody measured it.
    """

    masks: np.ndarray
    scores: np.ndarray
    low_res: np.ndarray | None = None
    stability: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.masks)

    @property
    def best(self) -> int:
        """Index of the highest predicted IoU, the first on ties."""
        return int(np.argmax(self.scores))


@dataclass(frozen=True)
class EverythingParameters:
    """Everything mode: a grid of points, filtered by score, stability and overlap.

    Defaults are those of SAM's own generator. Source: Kirillov et al. 2023, arXiv:2304.02643, appendix B.
    """

    points_per_side: int = 32
    points_per_batch: int = 64
    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    stability_score_offset: float = 1.0
    box_nms_thresh: float = 0.7


@dataclass(frozen=True)
class ModelSpec:
    """A model that can be loaded, and what is known about it before it is.

    Args:
        name: how the user calls it.
        architecture: "vit_b", "vit_l", "vit_h" or "small".
        sha256: of the weights file, lower-case hexadecimal; empty when unknown until imported.
        image_size: longest side the image is resized to, pixels.
        stride: image pixels per feature cell.
        width: channels of the embedding.
        mask_size: side of the low-resolution logits.
        normalisation: ((mean r, g, b), (std r, g, b)) on 0-255 values.
        mask_threshold: logit above which a pixel is inside.
        s1_thresholds: thresholds of everything mode; they belong to the model.
        url: official address of the weights, or empty.
        licence: of the weights, in words.
        bytes: size of the file, 0 when unknown.
        card: what to know before use: one or two sentences, which more paragraphs may follow.
        promptless: True for a model that was trained to find one structure without prompts, see `core.promptless`.
        path: file of the weights where they are installed, else None.
        refiner: file of a network that draws the model's masks again on the picture, else None.
        refiner_sha256: of that file, lower-case hexadecimal; empty without one.
    """

    name: str
    architecture: str
    sha256: str
    image_size: int = 1024
    stride: int = 16
    width: int = 256
    mask_size: int = 256
    normalisation: tuple[tuple[float, ...], tuple[float, ...]] = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
    mask_threshold: float = 0.0
    s1_thresholds: EverythingParameters = field(default_factory=EverythingParameters)
    url: str = ""
    licence: str = ""
    bytes: int = 0
    card: str = ""
    promptless: bool = False
    path: Any = None
    refiner: Any = None
    refiner_sha256: str = ""

    @property
    def summary(self) -> str:
        """First paragraph of the card, for lists."""
        return self.card.partition("\n\n")[0].strip()


class Encoder(Protocol):
    """Turns images into embeddings; its attributes decide their bits."""

    spec: ModelSpec
    engine: str
    precision: str
    device: str
    threads: int

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """Embeddings of a batch of (H, W, 3) uint8 images, in order."""
        ...


class Decoder(Protocol):
    """Turns prompts into masks."""

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """Candidate masks for each set of prompts.

        Args:
            prompts: sets of prompts; a promptless model takes empty ones alone, every other model none that is empty.
            multimask: three candidates as SAM gives them, else its single one; a promptless model has only that one.
            previous: per set of prompts, low-resolution logits (h, w) of an earlier answer, or None.

        Returns:
            One `Candidates` per set of prompts, in order.

        Raises:
            InputError: a promptless model got a prompt, or another model got none.
        """
        ...


class Predictor(Encoder, Decoder, Protocol):
    """A loaded model."""

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """All masks that a grid of points finds (strategy S1); may be empty.

        Raises:
            InputError: the model is promptless.
        """
        ...

    def synchronise(self) -> None:
        """Wait until the device has finished, so that a clock read next is right."""
        ...

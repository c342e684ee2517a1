"""The ways to run a SAM network: by its own code, fast, compiled, and with its image encoder in OpenVINO."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters
from SAMSegmenterLib.models.engine_names import COMPILED, FAST, OPENVINO_ENGINES
from SAMSegmenterLib.models.everything import generate_everything
from SAMSegmenterLib.models.fast_decoder import FastMaskDecoder, SharedImage
from SAMSegmenterLib.models.fast_encoder import FastImageEncoder
from SAMSegmenterLib.models.fast_everything import fast_everything
from SAMSegmenterLib.models.openvino_encoder import OpenVinoEncoder
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

OnStep = Callable[[int, int], None]
Geometry = tuple[Any, torch.Tensor | None]
"""Points with labels, or None, and a box, or None, as SAM's prompt encoder takes them."""


class Engine(Protocol):
    """Runs a network."""

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        """(1, C, h', w') of a normalised and padded image (1, 3, S, S)."""
        ...

    def answer(
        self, features: np.ndarray, geometry: Geometry, mask: torch.Tensor | None, multimask: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (1, N, h, w) and predicted IoU (1, N) for one prompt on an embedding (C, h', w')."""
        ...

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """All masks that a grid of points finds."""
        ...


def make_engine(name: str, sam: Sam, on_step: OnStep) -> Engine:
    """An engine by its name.

    Args:
        name: one of `engine_names.ENGINES`.
        sam: the network, on its device.
        on_step: called before each part of the encoder with (parts done, all parts), and before each run of the mask
            decoder with (0, 0).

    Raises:
        DependencyError, ModelError: an optional engine is missing, or does not run this network.
    """
    if name in OPENVINO_ENGINES:
        return OpenVinoEngine(sam, on_step, name)
    engines = {FAST: FastEngine, COMPILED: CompiledEngine}
    return engines.get(name, OriginalEngine)(sam, on_step)


class OriginalEngine:
    """`segment_anything`'s own code."""

    def __init__(self, sam: Sam, on_step: OnStep) -> None:
        self._sam, self._on_step = sam, on_step
        self.encode = self._encoder()
        sam.mask_decoder.register_forward_pre_hook(lambda *_: on_step(0, 0))
        with torch.inference_mode():
            self._image_pe = sam.prompt_encoder.get_dense_pe()

    def _encoder(self) -> Callable[[torch.Tensor], torch.Tensor]:
        _announce_parts(self._sam.image_encoder, self._on_step)
        return self._sam.image_encoder

    def answer(
        self, features: np.ndarray, geometry: Geometry, mask: torch.Tensor | None, multimask: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Engine`."""
        return original_answer(self._sam, self._image_pe, features, geometry, mask, multimask)

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """See `Engine`."""
        return generate_everything(self._sam, embedding, _on_device(embedding.features, self._sam), parameters)


class CompiledEngine(OriginalEngine):
    """`segment_anything`'s own code, whose image encoder PyTorch compiles for the device at its first use.

    Meant for graphics cards: there the compiler joins small operations; on a CPU it needs a C++ compiler and minutes.
    """

    backend = "inductor"

    def _encoder(self) -> Callable[[torch.Tensor], torch.Tensor]:
        compiled = torch.compile(self._sam.image_encoder, dynamic=False, backend=self.backend)

        def encode(pixels: torch.Tensor) -> torch.Tensor:
            self._on_step(0, 1)  # only here: what is called between the parts would cut the compiled network in pieces
            return compiled(pixels)

        return encode


class FastEngine:
    """The same arithmetic in an order that takes less time and memory, one prompt at a time.

    What the prompts of an image share is kept until prompts of another image come.
    """

    def __init__(self, sam: Sam, on_step: OnStep) -> None:
        self._sam, self._on_step = sam, on_step
        self._decoder = FastMaskDecoder(sam)
        self._last: tuple[np.ndarray, SharedImage] | None = None
        self.encode = self._encoder()

    def _encoder(self) -> Callable[[torch.Tensor], torch.Tensor]:
        encoder = self._sam.image_encoder
        if isinstance(encoder, load_segment_anything().modeling.ImageEncoderViT):
            return FastImageEncoder(encoder, self._on_step)
        _announce_parts(encoder, self._on_step)
        return encoder

    def answer(
        self, features: np.ndarray, geometry: Geometry, mask: torch.Tensor | None, multimask: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Engine`."""
        self._on_step(0, 0)
        image = self._shared(features) if mask is None else self._with_mask(features, mask)
        decoded = self._decoder.decode(image, self._decoder.embed(*geometry)[0])
        which = [1, 2, 3] if multimask else [0]
        return self._decoder.logits(decoded, which)[None], decoded.scores[which][None]

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """See `Engine`."""
        image = self._shared(embedding.features)
        thresholds = self._sam.mask_threshold, self._sam.image_encoder.img_size
        return fast_everything(self._decoder, image, embedding, parameters, thresholds, lambda: self._on_step(0, 0))

    def _with_mask(self, features: np.ndarray, mask: torch.Tensor) -> SharedImage:
        return self._decoder.share(_on_device(features, self._sam), mask)

    def _shared(self, features: np.ndarray) -> SharedImage:
        last = self._last  # looked at once: another thread may ask about another image in between
        if last is None or last[0] is not features:
            self._last = None
            last = features, self._decoder.share(_on_device(features, self._sam))
            self._last = last
        return last[1]


class OpenVinoEngine(FastEngine):
    """The fast engine with its image encoder in OpenVINO; runs on the CPU in 32 bit."""

    def __init__(self, sam: Sam, on_step: OnStep, name: str) -> None:
        self._name = name
        super().__init__(sam, on_step)

    def _encoder(self) -> Callable[[torch.Tensor], torch.Tensor]:
        return OpenVinoEncoder(self._sam.image_encoder, self._name, torch.get_num_threads(), self._on_step)


def original_answer(
    sam: Sam,
    image_pe: torch.Tensor,
    features: np.ndarray,
    geometry: Geometry,
    mask: torch.Tensor | None,
    multimask: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    """`Engine.answer` by `segment_anything`'s own code; image_pe is what its prompt encoder gives for all positions."""
    points, boxes = geometry
    sparse, dense = sam.prompt_encoder(points=points, boxes=boxes, masks=mask)
    return sam.mask_decoder(
        image_embeddings=_on_device(features, sam),
        image_pe=image_pe,
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        multimask_output=multimask,
    )


def _on_device(features: np.ndarray, sam: Sam) -> torch.Tensor:
    """(1, C, h', w') float32."""
    return torch.as_tensor(features.astype(np.float32), device=sam.device)[None]


def _announce_parts(encoder: Any, on_step: OnStep) -> None:
    parts = list(encoder.blocks) if hasattr(encoder, "blocks") else list(encoder.children())
    total, done = len(parts), itertools.count()

    def restart(*_: Any) -> None:
        nonlocal done
        done = itertools.count()

    encoder.register_forward_pre_hook(restart)
    for part in parts:
        part.register_forward_pre_hook(lambda *_: on_step(next(done), total))

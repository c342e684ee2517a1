"""Whether an engine gives the answers of PyTorch in 32 bit with the weights it was given."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch

from SAMSegmenterLib.models.engine_names import APPROXIMATE, FAST, OPENVINO_ENGINES
from SAMSegmenterLib.models.engine_records import EngineCheck
from SAMSegmenterLib.models.engines import Engine, original_answer
from SAMSegmenterLib.models.fast_encoder import FastImageEncoder
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.small_grid import made_up_picture, on_a_small_grid, own_code

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

logger = logging.getLogger(__name__)

EXACT_LIMIT = 1e-4
"""Largest difference of an embedding, over its largest value or 1."""
APPROXIMATE_LIMIT = 0.05
"""Largest root mean square of the difference over that of the embedding, for engines that round on the way."""
LOGITS_LIMIT = 1e-3
"""Largest difference of logits, over the largest of them or 1."""

_SMALL_GRID = 16


def check_engine(name: str, engine: Engine, sam: Sam) -> EngineCheck:
    """Compare an engine's answers with PyTorch's, on one made-up picture.

    The fast engine is compared with SAM's own code on a corner of the picture, where that takes a second and little
    memory: all its blocks take part. The others are compared on the whole picture, OpenVINO's with the fast engine.

    Args:
        name: of the engine, one of `engine_names.ENGINES`.
        engine: on the network.
        sam: the network, on its device.

    Returns:
        Differences; `passed` is false where one is too large or not finite.
    """
    exact = name not in APPROXIMATE and next(sam.image_encoder.parameters()).dtype == torch.float32
    with torch.inference_mode():
        return judged(exact, *_embeddings(name, engine, sam), difference_of_logits(engine, sam))


def judged(exact: bool, expected: torch.Tensor, found: torch.Tensor, logits: float) -> EngineCheck:
    """What embeddings expected and found, of any same shape, and a difference of logits say about an engine."""
    difference = (found.float() - expected.float()).abs()
    largest = float(difference.max())
    relative = float(difference.norm() / expected.float().norm())
    limit = EXACT_LIMIT * max(1.0, float(expected.abs().max()))
    near = largest <= limit if exact else relative <= APPROXIMATE_LIMIT
    return EngineCheck(largest, relative, logits, near and logits <= LOGITS_LIMIT)


def _embeddings(name: str, engine: Engine, sam: Sam) -> tuple[torch.Tensor, torch.Tensor]:
    """What is expected, and what is found."""
    encoder = sam.image_encoder
    like = next(encoder.parameters())
    transformer = isinstance(encoder, load_segment_anything().modeling.ImageEncoderViT)
    if name == FAST and transformer:
        small = on_a_small_grid(encoder, _SMALL_GRID)
        corner = made_up_picture(small.img_size).to(like)
        return own_code(small, corner), FastImageEncoder(small)(corner)
    picture = made_up_picture(encoder.img_size).to(like)
    own: Callable[[torch.Tensor], torch.Tensor] = encoder
    if name in OPENVINO_ENGINES and transformer:
        own = FastImageEncoder(encoder)
    return own(picture), engine.encode(picture)


def difference_of_logits(engine: Engine, sam: Sam) -> float:
    """Largest difference of the mask decoder's logits for one point on a made-up embedding, over the largest or 1."""
    side, size = sam.image_encoder.img_size, sam.prompt_encoder.image_embedding_size
    features = np.random.default_rng(3).normal(0, 0.3, (sam.prompt_encoder.embed_dim, *size)).astype(np.float16)
    points = torch.tensor([[[0.4 * side, 0.6 * side]]], device=sam.device), torch.ones(1, 1, device=sam.device)
    expected = original_answer(sam, sam.prompt_encoder.get_dense_pe(), features, (points, None), None, True)[0]
    found = engine.answer(features, (points, None), None, True)[0]
    return float((found - expected).abs().max() / max(1.0, float(expected.abs().max())))

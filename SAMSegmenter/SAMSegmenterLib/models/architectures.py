"""The network architectures this project knows, how to build them and how to recognise their weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.small_encoder import STRIDE, SmallImageEncoder

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

SMALL_IMAGE_SIZE = 256
SMALL_WIDTH = 128
SMALL_PIXEL_MEAN = (127.5, 127.5, 127.5)
SMALL_PIXEL_STD = (60.0, 60.0, 60.0)

_VIT_WIDTHS = {768: "vit_b", 1024: "vit_l", 1280: "vit_h"}
_VIT_WIDTH_KEY = "image_encoder.patch_embed.proj.weight"
_SMALL_KEY = "image_encoder.lateral32.weight"


def build(name: str) -> Sam:
    """Build a network with random weights.

    Args:
        name: "small", "vit_b", "vit_l" or "vit_h".

    Returns:
        The network in evaluation mode, on the CPU.

    Raises:
        ModelError: the name is not known.
        DependencyError: segment_anything or torch is missing.
    """
    builders: dict[str, Callable[[], Sam]] = {"small": _build_small}
    for vit in _VIT_WIDTHS.values():
        builders[vit] = lambda vit=vit: load_segment_anything().sam_model_registry[vit]()
    if name not in builders:
        raise ModelError(f"Unknown architecture '{name}'.", hint=f"Known are: {', '.join(sorted(builders))}.")
    return builders[name]().eval()


def architecture_names() -> tuple[str, ...]:
    """Name the architectures that `build` knows."""
    return ("small", *_VIT_WIDTHS.values())


def recognise(state_dict: Mapping[str, torch.Tensor]) -> str:
    """Tell the architecture from the names and shapes of a checkpoint's tensors.

    Args:
        state_dict: tensors by name, as `Sam.state_dict()` gives them.

    Returns:
        A name that `build` accepts.

    Raises:
        ModelError: the tensors belong to no known architecture.
    """
    if _VIT_WIDTH_KEY in state_dict:
        width = int(state_dict[_VIT_WIDTH_KEY].shape[0])
        if width in _VIT_WIDTHS:
            return _VIT_WIDTHS[width]
        raise ModelError(
            f"The image encoder is a vision transformer of width {width}, which is none of SAM's.",
            hint="Supported are ViT-B (768), ViT-L (1024) and ViT-H (1280) and the bundled small model.",
        )
    if _SMALL_KEY in state_dict and int(state_dict[_SMALL_KEY].shape[0]) == SMALL_WIDTH:
        return "small"
    raise ModelError(
        f"The file holds {len(state_dict)} tensors, but not those of a SAM network.",
        hint="Choose a SAM or MedSAM checkpoint (ViT-B, ViT-L, ViT-H) or one written by sam-train.",
    )


def _build_small() -> Sam:
    modeling = load_segment_anything().modeling
    embedding_size = (SMALL_IMAGE_SIZE // STRIDE, SMALL_IMAGE_SIZE // STRIDE)
    prompt_encoder = modeling.PromptEncoder(
        embed_dim=SMALL_WIDTH,
        image_embedding_size=embedding_size,
        input_image_size=(SMALL_IMAGE_SIZE, SMALL_IMAGE_SIZE),
        mask_in_chans=16,
    )
    mask_decoder = modeling.MaskDecoder(
        num_multimask_outputs=3,
        transformer=modeling.TwoWayTransformer(
            depth=2, embedding_dim=SMALL_WIDTH, mlp_dim=1024, num_heads=8, attention_downsample_rate=1
        ),
        transformer_dim=SMALL_WIDTH,
        iou_head_depth=3,
        iou_head_hidden_dim=SMALL_WIDTH,
    )
    return modeling.Sam(
        image_encoder=SmallImageEncoder(SMALL_IMAGE_SIZE, SMALL_WIDTH),
        prompt_encoder=prompt_encoder,
        mask_decoder=mask_decoder,
        pixel_mean=list(SMALL_PIXEL_MEAN),
        pixel_std=list(SMALL_PIXEL_STD),
    )

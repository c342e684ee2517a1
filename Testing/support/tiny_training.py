"""A network of the small kind that trains in milliseconds, and a schedule for it."""

from __future__ import annotations

from typing import Any

import torch

from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.small_encoder import SmallImageEncoder
from SAMSegmenterLib.models.training.batches import BatchOptions
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions

OPTIONS = TrainingOptions(
    (Stage(64, 3, BatchOptions(images=2, objects_per_image=1)), Stage(96, 2, BatchOptions(images=2))),
    warmup_steps=2,
    crutch_steps=4,
    save_every=1,
)


def tiny_sam() -> Any:
    """The same random weights every time."""
    torch.manual_seed(0)
    modeling = load_segment_anything().modeling
    return modeling.Sam(
        image_encoder=SmallImageEncoder(64, 32, widths=(4, 8, 8, 16, 16), depths=(0, 0, 1)),
        prompt_encoder=modeling.PromptEncoder(32, (8, 8), (64, 64), 16),
        mask_decoder=modeling.MaskDecoder(
            transformer_dim=32, transformer=modeling.TwoWayTransformer(1, 32, 4, 32), iou_head_hidden_dim=32
        ),
    )

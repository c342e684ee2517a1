"""Networks with random weights, for tests that need a network but no skill."""

from __future__ import annotations

from typing import Any

import torch

from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything


def randomised(architecture: str, seed: int = 0) -> Any:
    """A network whose weights are random everywhere (also where training starts at zero), with varied answers."""
    torch.manual_seed(seed)
    return _with_varied_answers(build(architecture))


def with_sams_decoder(seed: int = 0) -> Any:
    """Prompt encoder and mask decoder of SAM's own size, and an image encoder without blocks; weights as above."""
    torch.manual_seed(seed)
    modeling = load_segment_anything().modeling
    transformer = modeling.TwoWayTransformer(depth=2, embedding_dim=256, mlp_dim=2048, num_heads=8)
    network = modeling.Sam(
        modeling.ImageEncoderViT(embed_dim=16, depth=0),
        modeling.PromptEncoder(256, (64, 64), (1024, 1024), mask_in_chans=16),
        modeling.MaskDecoder(transformer_dim=256, transformer=transformer),
    )
    return _with_varied_answers(network.eval())


def _with_varied_answers(network: Any) -> Any:
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "pos_embed" in name or "rel_pos" in name or not parameter.any():
                parameter.normal_(0, 0.02)
        network.mask_decoder.iou_prediction_head.layers[-1].bias += 0.9
        for tower in network.mask_decoder.output_hypernetworks_mlps:
            tower.layers[-1].weight *= 30
    return network

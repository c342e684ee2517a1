"""Networks with random weights, for tests that need a network but no skill."""

from __future__ import annotations

from typing import Any

import torch

from SAMSegmenterLib.models.architectures import build


def randomised(architecture: str, seed: int = 0) -> Any:
    """A network whose weights are random everywhere (also where training starts at zero), with varied answers."""
    torch.manual_seed(seed)
    network = build(architecture)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "pos_embed" in name or "rel_pos" in name or not parameter.any():
                parameter.normal_(0, 0.02)
        network.mask_decoder.iou_prediction_head.layers[-1].bias += 0.9
        for tower in network.mask_decoder.output_hypernetworks_mlps:
            tower.layers[-1].weight *= 30
    return network

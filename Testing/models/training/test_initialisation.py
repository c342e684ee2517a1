"""Matched projections make the attention of a new decoder fall with distance."""

import torch

from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.training.initialisation import match_positions


@torch.inference_mode()
def test_attention_between_places_peaks_where_they_are_the_same():
    torch.manual_seed(0)
    sam = build("small")
    attention = sam.mask_decoder.transformer.layers[0].cross_attn_token_to_image
    position = sam.prompt_encoder.get_dense_pe()[0].flatten(1).T  # (1024, 128)

    def own_place_ranks_first() -> float:
        scores = attention.q_proj(position) @ attention.k_proj(position).T
        return float((scores.argmax(dim=1) == torch.arange(len(position))).float().mean())

    before = own_place_ranks_first()
    match_positions(sam)
    assert own_place_ranks_first() > 0.5 > 0.05 > before

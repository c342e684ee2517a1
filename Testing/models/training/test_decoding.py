"""Decoding prompts of several images at once equals SAM's own decoder, image by image."""

import pytest
import torch

from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.training.decoding import PromptBatch, decode, set_input_size


@pytest.fixture(scope="module")
def sam():
    torch.manual_seed(0)
    return build("small")


@torch.inference_mode()
def test_a_batch_equals_the_decoder_of_segment_anything(sam):
    generator = torch.Generator().manual_seed(1)
    embeddings = torch.randn(2, 128, 32, 32, generator=generator)
    boxes = torch.tensor([[10.0, 20, 90, 80], [30, 5, 200, 220], [0, 0, 255, 255]])
    masks = torch.randn(3, 1, 128, 128, generator=generator)
    index = torch.tensor([0, 1, 1])
    has_mask = torch.tensor([True, False, True])
    logits, predicted = decode(sam, embeddings, PromptBatch(index, boxes=boxes, masks=masks, has_mask=has_mask))
    assert logits.shape == (3, 4, 128, 128) and predicted.shape == (3, 4)
    for place in range(3):
        sparse, dense = sam.prompt_encoder(
            points=None, boxes=boxes[place : place + 1], masks=masks[place : place + 1] if has_mask[place] else None
        )
        wanted, wanted_iou = sam.mask_decoder.predict_masks(
            embeddings[index[place]][None], sam.prompt_encoder.get_dense_pe(), sparse, dense
        )
        assert torch.allclose(logits[place], wanted[0], atol=1e-4)
        assert torch.allclose(predicted[place], wanted_iou[0], atol=1e-5)


@torch.inference_mode()
def test_the_input_size_can_be_changed_and_changed_back(sam):
    set_input_size(sam, 128)
    assert sam.prompt_encoder.get_dense_pe().shape == (1, 128, 16, 16)
    prompts = PromptBatch(torch.tensor([0]), torch.tensor([[[5.0, 6.0]]]), torch.ones(1, 1))
    assert decode(sam, sam.image_encoder(torch.zeros(1, 3, 128, 128)), prompts)[0].shape == (1, 4, 64, 64)
    set_input_size(sam, 256)
    assert sam.image_encoder.img_size == 256 and sam.prompt_encoder.mask_input_size == (128, 128)

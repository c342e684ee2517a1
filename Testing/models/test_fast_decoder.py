"""The fast mask decoder answers as SAM's own prompt encoder and mask decoder."""

import pytest
import torch

from SAMSegmenterLib.models.fast_decoder import FastMaskDecoder

LOGITS, SCORES = 1e-3, 1e-5


@pytest.fixture(scope="module")
def features():
    """An embedding with random numbers."""
    return torch.randn(1, 128, 32, 32, generator=torch.Generator().manual_seed(3))


def random_points(count, seed=0):
    random = torch.Generator().manual_seed(seed)
    places = torch.rand(1, count, 2, generator=random) * 256
    return places, torch.randint(0, 2, (1, count), generator=random, dtype=torch.int)


def by_sam(sam, features, points=None, boxes=None, mask=None, multimask=True):
    with torch.inference_mode():
        sparse, dense = sam.prompt_encoder(points=points, boxes=boxes, masks=mask)
        place = sam.prompt_encoder.get_dense_pe()
        logits, scores = sam.mask_decoder(features, place, sparse, dense, multimask)
    return logits[0], scores[0]


def fast(sam, features, points=None, boxes=None, mask=None, which=(1, 2, 3)):
    with torch.inference_mode():
        decoder = FastMaskDecoder(sam)
        decoded = decoder.decode(decoder.share(features, mask), decoder.embed(points, boxes)[0])
        return decoder.logits(decoded, list(which)), decoded.scores[list(which)]


def assert_close(answer, reference):
    assert answer[0].shape == reference[0].shape and reference[0].std() > 0.5
    torch.testing.assert_close(answer[0], reference[0], rtol=0, atol=LOGITS)
    torch.testing.assert_close(answer[1], reference[1], rtol=0, atol=SCORES)
    assert ((answer[0] > 0) != (reference[0] > 0)).float().mean() < 1e-4


@pytest.mark.parametrize("count", [1, 4, 10, 11, 40])
def test_points_few_and_many(a_small_network, features, count):
    points = random_points(count)
    assert_close(fast(a_small_network, features, points), by_sam(a_small_network, features, points))


def test_boxes_and_boxes_with_points(a_small_network, features):
    box = torch.tensor([[20.0, 30.0, 200.0, 150.0]])
    for points in (None, random_points(2)):
        assert_close(fast(a_small_network, features, points, box), by_sam(a_small_network, features, points, box))


def test_the_single_answer_and_each_of_the_three_alone(a_small_network, features):
    points = random_points(2)
    single = by_sam(a_small_network, features, points, multimask=False)
    assert_close(fast(a_small_network, features, points, which=(0,)), single)
    three = by_sam(a_small_network, features, points)
    for number in (1, 2, 3):
        answer = fast(a_small_network, features, points, which=(number,))
        assert_close(answer, tuple(part[number - 1 : number] for part in three))


def test_mask_prompts_change_what_the_image_shares(a_small_network, features):
    mask = 8 * torch.randn(1, 1, 128, 128, generator=torch.Generator().manual_seed(5))
    points = random_points(1)
    reference = by_sam(a_small_network, features, points, mask=mask)
    assert_close(fast(a_small_network, features, points, mask=mask), reference)
    assert (reference[0] - by_sam(a_small_network, features, points)[0]).abs().max() > 100 * LOGITS


def test_no_prompt_at_all_is_answered_too(a_small_network, features):
    assert_close(fast(a_small_network, features), by_sam(a_small_network, features))


def test_answers_on_a_shared_image_do_not_depend_on_each_other(a_small_network, features):
    with torch.inference_mode():
        decoder = FastMaskDecoder(a_small_network)
        image, prompts = decoder.share(features), [decoder.embed(random_points(2, seed), None)[0] for seed in range(3)]
        first = [decoder.logits(decoder.decode(image, prompt), [1, 2, 3]) for prompt in prompts]
        again = [decoder.logits(decoder.decode(image, prompt), [1, 2, 3]) for prompt in reversed(prompts)]
    assert all(torch.equal(one, other) for one, other in zip(first, reversed(again), strict=True))
    assert not torch.equal(first[0], first[1])

"""The predictor gives what segment_anything's own predictor gives from the same, rounded, features."""

import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from SAMSegmenterLib.core.errors import Cancelled, DeviceError, DeviceMemoryError, InputError, ModelError
from SAMSegmenterLib.core.predictor import EverythingParameters, embedding_key
from SAMSegmenterLib.core.promptless import segment_slice
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor, device_errors
from SAMSegmenterLib.models.refining.appearance import CHANNELS
from SAMSegmenterLib.models.refining.files import SCHEMA, with_refiner
from SAMSegmenterLib.models.refining.network import RefiningNetwork
from SAMSegmenterLib.models.refining.refiner import refined_scores
from SAMSegmenterLib.models.refining.window import SIDE
from support.random_networks import randomised
from support.sam_reference import assert_close, assert_same, predict_by_reference, prompt_sets, reference_predictor

SHAPES = [(97, 211), (180, 61), (300, 401), (1, 40)]


def promptless(network):
    """A predictor that takes the network for one that was trained without prompts."""
    return TorchPredictor(network, replace(blank_spec("vessels", "small"), promptless=True))


@pytest.mark.parametrize("shape", SHAPES)
def test_masks_scores_and_logits_equal_those_of_sams_own_predictor(a_small_network, a_small_predictor, an_image, shape):
    image = an_image(*shape)
    (embedding,) = a_small_predictor.encode([image])
    reference = reference_predictor(a_small_network, image)
    assert embedding.original_size == shape and embedding.input_size == reference.input_size
    np.testing.assert_array_equal(embedding.features, reference.features[0].half().numpy())
    sets = prompt_sets(*shape)
    answers = [(prompts, True, *a_small_predictor.decode(embedding, [prompts])) for prompts in sets]
    answers += [(prompts, False, *a_small_predictor.decode(embedding, [prompts], False)) for prompts in sets[:2]]
    for prompts, multimask, candidates in answers:
        assert_same(candidates, predict_by_reference(reference, prompts, multimask))
        assert candidates.masks.dtype == bool and candidates.masks.shape == (3 if multimask else 1, *shape)
        assert candidates.scores.dtype == candidates.low_res.dtype == np.float32


@pytest.mark.parametrize("shape", SHAPES)
def test_the_fast_engine_answers_alike(a_small_network, a_small_predictor, an_image, shape):
    fast = TorchPredictor(a_small_network, blank_spec("random", "small", "0" * 64), engine="fast")
    (embedding,) = fast.encode([an_image(*shape)])
    np.testing.assert_array_equal(embedding.features, a_small_predictor.encode([an_image(*shape)])[0].features)
    sets = prompt_sets(*shape)
    for multimask in (True, False):
        expected = a_small_predictor.decode(embedding, sets, multimask)
        for one, other in zip(fast.decode(embedding, sets, multimask), expected, strict=True):
            assert_close(one, other)


def test_the_fast_engine_takes_mask_priors_and_earlier_answers(a_small_network, a_small_predictor, an_image):
    fast = TorchPredictor(a_small_network, blank_spec("random", "small", "0" * 64), engine="fast")
    (embedding,) = fast.encode([an_image(97, 211)])
    prior = np.full((97, 211), -6, np.float32)
    prior[30:60, 50:100] = 6
    earlier = np.random.default_rng(0).normal(0, 5, (128, 128)).astype(np.float32)
    sets = [Prompts.of([[80, 50]], mask_prior=prior), Prompts.of([[80, 50]]), Prompts.of([[80, 50]]), Prompts()]
    given = [None, earlier, None, earlier]
    expected = a_small_predictor.decode(embedding, sets, previous=given)
    for one, other in zip(fast.decode(embedding, sets, previous=given), expected, strict=True):
        assert_close(one, other)
    assert fast.decode(embedding, []) == []


def test_what_prompts_share_belongs_to_their_image(a_small_network, a_small_predictor, an_image):
    fast = TorchPredictor(a_small_network, blank_spec("random", "small", "0" * 64), engine="fast")
    embeddings = fast.encode([an_image(97, 211, seed) for seed in range(2)])
    for embedding in (*embeddings, *embeddings):
        prompts = [Prompts.of([[80, 50]])]
        assert_close(fast.decode(embedding, prompts)[0], a_small_predictor.decode(embedding, prompts)[0])


def test_embeddings_of_engines_have_keys_of_their_own(a_small_network, a_small_predictor, an_image):
    fast = TorchPredictor(a_small_network, blank_spec("random", "small", "0" * 64), engine="fast")
    image = an_image(20, 30)
    assert (fast.engine, a_small_predictor.engine) == ("fast", "torch")
    assert embedding_key(image, fast) != embedding_key(image, a_small_predictor)


def test_the_random_network_gives_masks_that_differ(a_small_predictor, an_image):
    (embedding,) = a_small_predictor.encode([an_image(97, 211)])
    answers = a_small_predictor.decode(embedding, prompt_sets(97, 211))
    covered = [candidates.masks.mean() for candidates in answers]
    assert min(covered) > 0.02 and max(covered) < 0.98 and len(set(covered)) == len(covered)


def test_vit_b_equals_sams_own_predictor(an_image):
    network = _random_vit_b()
    predictor = TorchPredictor(network, blank_spec("vit", "vit_b"))
    image = an_image(120, 90)
    (embedding,) = predictor.encode([image])
    assert embedding.features.shape == (256, 64, 64) and embedding.features.dtype == np.float16
    reference = reference_predictor(network, image)
    np.testing.assert_array_equal(embedding.features, reference.features[0].half().numpy())
    prompts = Prompts.of([[40, 60]], [[3, 3]], [20, 30, 70, 100])
    (candidates,) = predictor.decode(embedding, [prompts])
    assert_same(candidates, predict_by_reference(reference, prompts, True))
    fast = TorchPredictor(network, blank_spec("vit", "vit_b"), engine="auto")
    assert fast.engine == "fast"
    features = fast.encode([image])[0].features.astype(np.float32)
    np.testing.assert_allclose(features, embedding.features.astype(np.float32), rtol=2e-3, atol=1e-4)  # 16 bit
    assert_close(fast.decode(embedding, [prompts])[0], candidates)


def _random_vit_b():
    """ViT-B with one windowed and one global block, which says the same in a sixth of the time."""
    network = randomised("vit_b")
    network.image_encoder.blocks = network.image_encoder.blocks[1:3]
    return network


def test_an_earlier_answer_is_taken_as_sam_takes_it(a_small_network, a_small_predictor, an_image):
    image = an_image(97, 211)
    (embedding,) = a_small_predictor.encode([image])
    first, second = Prompts.of([[80, 50]]), Prompts.of([[80, 50]], [[150, 20]])
    (answer,) = a_small_predictor.decode(embedding, [first])
    low_res = answer.low_res[answer.best]
    refined, plain = a_small_predictor.decode(embedding, [second, second], previous=[low_res, None])
    reference = reference_predictor(a_small_network, image)
    assert_same(refined, predict_by_reference(reference, second, True, low_res))
    assert not np.array_equal(refined.low_res, plain.low_res)


def test_answers_do_not_depend_on_what_is_asked_with_them(a_small_predictor, an_image):
    (embedding,) = a_small_predictor.encode([an_image(97, 211)])
    sets = prompt_sets(97, 211)
    together = a_small_predictor.decode(embedding, sets)
    for prompts, among_others in zip(sets, together, strict=True):
        (alone,) = a_small_predictor.decode(embedding, [prompts])
        np.testing.assert_array_equal(alone.low_res, among_others.low_res)


def test_embeddings_do_not_depend_on_the_images_beside_them(a_small_predictor, an_image):
    images = [an_image(97, 211, seed) for seed in range(3)]
    together = a_small_predictor.encode(images)
    for image, among_others in zip(images, together, strict=True):
        (alone,) = a_small_predictor.encode([image])
        assert alone.key == among_others.key == embedding_key(image, a_small_predictor)
        np.testing.assert_array_equal(alone.features, among_others.features)
    assert len({embedding.key for embedding in together}) == 3


def test_no_images_and_no_prompts_give_empty_lists(a_small_predictor, an_image):
    assert a_small_predictor.encode([]) == []
    (embedding,) = a_small_predictor.encode([an_image(20, 20)])
    assert a_small_predictor.decode(embedding, []) == []


@pytest.mark.parametrize("multimask", [True, False])
def test_a_promptless_model_has_the_single_answer_of_sam_without_prompts(a_small_network, an_image, multimask):
    predictor, image = promptless(a_small_network), an_image(97, 211)
    (embedding,) = predictor.encode([image])
    (candidates,) = predictor.decode(embedding, [Prompts()], multimask)
    expected = reference_predictor(a_small_network, image).predict(multimask_output=False)
    assert_same(candidates, expected)
    assert_same(segment_slice(predictor, embedding), expected)
    assert len(candidates) == 1


def test_prompts_and_models_that_do_not_suit_each_other_are_refused(a_small_network, a_small_predictor, an_image):
    predictor, low_res = promptless(a_small_network), np.zeros((128, 128), np.float32)
    (embedding,) = predictor.encode([an_image(20, 30)])
    for ask in (
        lambda: predictor.decode(embedding, [Prompts(), Prompts.of([[5, 5]])]),
        lambda: predictor.decode(embedding, [Prompts()], previous=[low_res]),
        lambda: predictor.everything(embedding, EverythingParameters()),
    ):
        with pytest.raises(InputError, match="'vessels' takes no prompts"):
            ask()
    with pytest.raises(InputError, match="'random' was asked without a prompt"):
        a_small_predictor.decode(embedding, [Prompts()])


def test_an_earlier_answer_alone_is_a_prompt(a_small_network, a_small_predictor, an_image):
    image, low_res = an_image(97, 211), np.linspace(-5, 5, 128 * 128, dtype=np.float32).reshape(128, 128)
    (embedding,) = a_small_predictor.encode([image])
    (candidates,) = a_small_predictor.decode(embedding, [Prompts()], previous=[low_res])
    assert_same(candidates, reference_predictor(a_small_network, image).predict(mask_input=low_res[None]))


def test_a_mask_prior_changes_the_answer_and_an_earlier_answer_goes_before_it(a_small_predictor, an_image):
    (embedding,) = a_small_predictor.encode([an_image(97, 211)])
    prior = np.full((97, 211), -6, np.float32)
    prior[30:60, 50:100] = 6
    with_prior, without = Prompts.of([[80, 50]], mask_prior=prior), Prompts.of([[80, 50]])
    low_res = np.linspace(-5, 5, 128 * 128, dtype=np.float32).reshape(128, 128)
    prior_only, nothing = a_small_predictor.decode(embedding, [with_prior, without])
    both, earlier = a_small_predictor.decode(embedding, [with_prior, without], previous=[low_res, low_res])
    assert not np.array_equal(prior_only.low_res, nothing.low_res)
    np.testing.assert_array_equal(both.low_res, earlier.low_res)


def test_wrong_shapes_are_named(a_small_predictor, an_image):
    (embedding,) = a_small_predictor.encode([an_image(20, 30)])
    with pytest.raises(InputError, match=r"\(20, 30\), uint8"):
        a_small_predictor.encode([np.zeros((20, 30), np.uint8)])
    with pytest.raises(InputError, match="float64"):
        a_small_predictor.encode([np.zeros((20, 30, 3))])
    with pytest.raises(InputError, match=r"\(128, 128\); got \(64, 64\)"):
        a_small_predictor.decode(embedding, [Prompts.of()], previous=[np.zeros((64, 64), np.float32)])
    with pytest.raises(InputError, match="1 sets of prompts came with 0 earlier"):
        a_small_predictor.decode(embedding, [Prompts.of()], previous=[])
    with pytest.raises(InputError, match=r"\(30, 20\)"):
        a_small_predictor.decode(embedding, [Prompts.of(mask_prior=np.zeros((30, 20)))])


def test_an_embedding_of_another_model_is_refused(a_small_predictor, an_image):
    (embedding,) = a_small_predictor.encode([an_image(20, 30)])
    other = replace(embedding, features=np.zeros((256, 64, 64), np.float16))
    for ask in (
        lambda: a_small_predictor.decode(other, [Prompts.of([[5, 5]])]),
        lambda: a_small_predictor.everything(other, EverythingParameters()),
    ):
        with pytest.raises(InputError, match=r"\(256, 64, 64\)"):
            ask()


def test_the_models_threshold_is_the_specs(a_small_network, an_image):
    spec = replace(blank_spec("random", "small"), mask_threshold=1.5)
    try:
        predictor = TorchPredictor(a_small_network, spec)
        (embedding,) = predictor.encode([an_image(128, 128)])
        (candidates,) = predictor.decode(embedding, [Prompts.of([[60, 60]])])
        logits = torch.as_tensor(candidates.low_res)[None]
        expected = a_small_network.postprocess_masks(logits, embedding.input_size, embedding.original_size)[0] > 1.5
        np.testing.assert_array_equal(candidates.masks, expected.numpy())
    finally:
        a_small_network.mask_threshold = 0.0


@pytest.fixture
def refined(a_small_network, tmp_path):
    """A predictor whose refiner takes every pixel of a window for the object."""
    weights = RefiningNetwork((4, 8, 8, 8)).state_dict()
    weights["output.bias"] = torch.tensor([100.0])
    path = tmp_path / "refiner.safetensors"
    save_file(weights, path, {"schema": SCHEMA, "side": str(SIDE), "channels": str(CHANNELS), "widths": "[4, 8, 8, 8]"})
    spec = replace(blank_spec("random", "small", "0" * 64), path="somewhere")
    return TorchPredictor(a_small_network, with_refiner(spec, path))


def test_a_refiner_draws_the_masks_of_prompts_and_nothing_else(refined, a_small_predictor, an_image):
    image, box = an_image(97, 211), Prompts.of(box=[40, 30, 79, 59])
    (embedding,), (plain,) = refined.encode([image]), a_small_predictor.encode([image])
    assert embedding.key != plain.key and plain.picture is None and embedding.picture.shape == (236, 512, 1)
    np.testing.assert_array_equal(embedding.features, plain.features)
    (found,), (expected,) = refined.decode(embedding, [box]), a_small_predictor.decode(plain, [box])
    np.testing.assert_array_equal(found.low_res, expected.low_res)
    np.testing.assert_array_equal(found.scores, expected.scores)
    assert found.masks[:, 20:69, 34:85].all(), "the window is wider than the box"
    np.testing.assert_array_equal(found.masks[:, :, :30], expected.masks[:, :, :30])
    grid = EverythingParameters(points_per_side=2, pred_iou_thresh=0.0, stability_score_thresh=0.0)
    np.testing.assert_array_equal(
        refined.everything(embedding, grid).masks, a_small_predictor.everything(plain, grid).masks
    )


def test_predicted_iou_of_several_points_is_that_of_refined_masks(refined, a_small_predictor, an_image):
    image, clicks = an_image(97, 211), Prompts.of([[85, 50], [90, 52], [80, 48]])
    (embedding,), (plain,) = refined.encode([image]), a_small_predictor.encode([image])
    (found,), (expected,) = refined.decode(embedding, [clicks]), a_small_predictor.decode(plain, [clicks])
    np.testing.assert_array_equal(found.scores, refined_scores(expected.scores, 3))
    assert found.best == expected.best


def test_masks_of_an_embedding_without_a_picture_are_not_refined(refined, a_small_predictor, an_image):
    (plain,) = a_small_predictor.encode([an_image(40, 50)])
    box = Prompts.of(box=[10, 10, 30, 30])
    (found,), (expected,) = refined.decode(plain, [box]), a_small_predictor.decode(plain, [box])
    np.testing.assert_array_equal(found.masks, expected.masks)


def test_a_damaged_refiner_is_told_when_the_model_is_loaded(a_small_network, refined, tmp_path):
    (tmp_path / "refiner.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="refiner"):
        TorchPredictor(a_small_network, refined.spec)


def test_threads_are_set_and_reported(a_small_network):
    before = torch.get_num_threads()
    try:
        predictor = TorchPredictor(a_small_network, blank_spec("random", "small"), threads=1)
        assert predictor.threads == torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_no_gradient_is_kept(a_small_network, a_small_predictor):
    assert not any(parameter.requires_grad for parameter in a_small_network.parameters())
    assert not a_small_network.training
    a_small_predictor.synchronise()


@pytest.mark.parametrize(
    ("error", "words", "kind"),
    [
        (torch.cuda.OutOfMemoryError("CUDA out of memory"), "memory of 'cuda' does not suffice", DeviceMemoryError),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "does not suffice", DeviceMemoryError),
        (MemoryError(), "does not suffice", DeviceMemoryError),
        (RuntimeError("CUDA error: device-side assert"), "failed on 'cuda'", DeviceError),
    ],
)
def test_failures_of_the_device_are_put_in_words(error, words, kind):
    with pytest.raises(ModelError, match=words) as caught, device_errors("cuda"):
        raise error
    assert type(caught.value) is kind


def test_each_part_of_the_encoder_and_each_decoding_is_announced(an_image):
    predictor = TorchPredictor(randomised("small"), blank_spec("random", "small"))
    steps = []
    predictor.on_step = lambda done, total: steps.append((done, total))
    (embedding,) = predictor.encode([an_image(40, 50)])
    assert len(steps) > 5 and steps == [(done, len(steps)) for done in range(len(steps))]
    steps.clear()
    predictor.decode(embedding, [Prompts.of([[20, 20]]), Prompts.of([[10, 10]])])
    assert steps == [(0, 0), (0, 0)]


def test_what_is_raised_at_a_step_ends_the_work_and_the_next_call_works(an_image):
    predictor = TorchPredictor(randomised("small"), blank_spec("random", "small"))

    def stop(done, total):
        if done == 3:
            raise Cancelled

    predictor.on_step = stop
    with pytest.raises(Cancelled):
        predictor.encode([an_image(40, 50)])
    predictor.on_step = lambda done, total: None
    assert len(predictor.encode([an_image(40, 50)])) == 1


def test_a_predictors_memory_is_free_as_soon_as_nobody_holds_it():
    predictor = TorchPredictor(randomised("small"), blank_spec("random", "small"))
    weights = weakref.ref(next(predictor._sam.parameters()))
    gone = weakref.ref(predictor)
    del predictor
    assert gone() is None and weights() is None


def test_a_16_bit_encoder_gives_nearly_the_same_and_another_key(an_image):
    network, image = randomised("small"), an_image(97, 211)
    full = TorchPredictor(network, blank_spec("random", "small"))
    (reference,) = full.encode([image])
    half = TorchPredictor(network, blank_spec("random", "small"), precision="float16")
    (embedding,) = half.encode([image])
    spread = float(reference.features.astype(np.float32).std())
    assert float(np.abs(embedding.features.astype(np.float32) - reference.features).max()) < 0.2 * spread
    assert embedding.key != reference.key
    assert half.decode(embedding, [Prompts.of([[40, 60]])])[0].masks.shape == (3, 97, 211)


def test_a_precision_that_does_not_exist_is_refused(a_small_network):
    with pytest.raises(InputError, match="precision 'int8'"):
        TorchPredictor(a_small_network, blank_spec("random", "small"), precision="int8")


def test_masks_of_large_images_are_the_same_though_they_are_made_one_by_one(a_small_predictor, an_image, monkeypatch):
    (embedding,) = a_small_predictor.encode([an_image(97, 211)])
    prompts = [Prompts.of([[40, 60]])]
    (at_once,) = a_small_predictor.decode(embedding, prompts)
    monkeypatch.setattr("SAMSegmenterLib.models.predictor._LARGE_PIXELS", 1000)
    (one_by_one,) = a_small_predictor.decode(embedding, prompts)
    np.testing.assert_array_equal(one_by_one.masks, at_once.masks)
    assert one_by_one.masks.shape == (3, 97, 211) and one_by_one.masks.any()

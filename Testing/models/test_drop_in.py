"""A checkpoint that the project trained is an ordinary SAM checkpoint: SAM's own classes load it and answer alike."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.loading import load_predictor
from SAMSegmenterLib.models.registry import bundled_path, import_file, resolve
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.training.export import WeightsDescription, save_weights
from support.sam_reference import assert_same, predict_by_reference, prompt_sets, reference_predictor

pytestmark = pytest.mark.usefixtures("models_folder")
SHAPE = (97, 211)


@pytest.fixture
def a_trained_file(a_small_network, tmp_path):
    """Weights as training writes them."""
    save_weights(a_small_network.state_dict(), WeightsDescription(), tmp_path / "mine.safetensors")
    return tmp_path / "mine.safetensors"


@pytest.fixture(params=["bundled", "trained"])
def a_checkpoint(request):
    """A file of weights, and what the registry knows of it, without the refiner, which SAM does not have."""
    if request.param == "bundled":
        path, spec = bundled_path(), resolve("sam-small")
    else:
        path = request.getfixturevalue("a_trained_file")
        spec = import_file(path)
    return path, replace(spec, refiner=None, refiner_sha256="")


def sam_with(path):
    """SAM's own network class with the weights of a file, as anybody would load them."""
    sam = build("small")
    assert type(sam) is load_segment_anything().modeling.Sam
    missing, unexpected = sam.load_state_dict(load_file(path), strict=True)
    assert not missing and not unexpected
    return sam.eval()


def test_sams_own_predictor_answers_every_kind_of_prompt_as_the_projects_does(a_checkpoint, an_image):
    path, spec = a_checkpoint
    image, predictor = an_image(*SHAPE), load_predictor(spec, "cpu", engine="torch")
    reference = reference_predictor(sam_with(path), image)
    (embedding,) = predictor.encode([image])
    np.testing.assert_array_equal(embedding.features, reference.features[0].half().numpy())
    for prompts in prompt_sets(*SHAPE):
        for multimask in (True, False):
            (candidates,) = predictor.decode(embedding, [prompts], multimask)
            assert_same(candidates, predict_by_reference(reference, prompts, multimask))
            assert candidates.masks.shape == (3 if multimask else 1, *SHAPE)


def test_an_answer_is_a_mask_prompt_for_the_next_one(a_checkpoint, an_image):
    path, spec = a_checkpoint
    image, predictor = an_image(*SHAPE), load_predictor(spec, "cpu", engine="torch")
    reference = reference_predictor(sam_with(path), image)
    (embedding,) = predictor.encode([image])
    box, clicks = Prompts.of(box=[45, 25, 130, 75]), Prompts.of([[85, 50]], [[190, 90]])
    (first,) = predictor.decode(embedding, [box])
    low_res = first.low_res[first.best]
    for said in (Prompts(), clicks, box):
        (refined,) = predictor.decode(embedding, [said], previous=[low_res])
        assert_same(refined, predict_by_reference(reference, said, True, low_res))
    assert not np.array_equal(refined.low_res, first.low_res)


def test_the_bundled_model_in_sams_own_predictor_finds_what_is_boxed(an_image):
    """Without the rounding of features that the cache asks for, as a program does that knows nothing of it."""
    image = an_image(*SHAPE)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    blob = (rows / SHAPE[0] - 0.5) ** 2 + (columns / SHAPE[1] - 0.4) ** 2 < 0.06
    y, x = np.nonzero(blob)
    box = np.array([x.min(), y.min(), x.max(), y.max()])
    predictor = load_segment_anything().SamPredictor(sam_with(bundled_path()))
    with torch.inference_mode():
        predictor.set_image(image)
        masks, scores, logits = predictor.predict(box=box, multimask_output=True)
    best = masks[scores.argmax()]
    assert logits.shape == (3, 128, 128) and masks.dtype == bool
    assert 2 * np.count_nonzero(best & blob) / (np.count_nonzero(best) + np.count_nonzero(blob)) > 0.9
    ours = load_predictor(resolve("sam-small"), "cpu")
    (candidates,) = ours.decode(ours.encode([image])[0], [Prompts.of(box=box)])
    assert np.mean(candidates.masks[candidates.best] != best) < 0.005

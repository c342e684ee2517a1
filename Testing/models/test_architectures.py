"""Networks are built and recognised by their tensors; the small one is a Sam within its budget."""

import pytest
import torch

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.architectures import architecture_names, build, recognise
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

MEGABYTE = 1_000_000


@pytest.mark.parametrize("name", architecture_names())
def test_a_built_network_is_recognised_by_its_tensors(name):
    with torch.device("meta"):
        assert recognise(build(name).state_dict()) == name


@pytest.mark.parametrize("name", ["vit_b", "vit_l", "vit_h"])
def test_vision_transformers_have_the_tensors_of_segment_anything(name):
    with torch.device("meta"):
        ours, theirs = build(name).state_dict(), load_segment_anything().sam_model_registry[name]().state_dict()
    assert {key: value.shape for key, value in ours.items()} == {key: value.shape for key, value in theirs.items()}


def test_the_small_network_is_a_sam_and_fits_into_12_megabytes_at_16_bit():
    sam = build("small")
    assert isinstance(sam, load_segment_anything().modeling.Sam)
    assert not sam.training
    assert 2 * sum(value.numel() for value in sam.state_dict().values()) < 12 * MEGABYTE
    assert tuple(sam.pixel_mean.flatten().tolist()) == (127.5, 127.5, 127.5)


def test_the_small_network_answers_sam_predictor():
    torch.manual_seed(0)
    predictor = load_segment_anything().SamPredictor(build("small"))
    image = torch.randint(0, 256, (90, 140, 3), dtype=torch.uint8).numpy()
    with torch.inference_mode():
        predictor.set_image(image)
        masks, scores, logits = predictor.predict(box=torch.tensor([20, 10, 80, 60]).numpy())
    assert masks.shape == (3, 90, 140) and scores.shape == (3,) and logits.shape == (3, 128, 128)
    assert predictor.get_image_embedding().shape == (1, 128, 32, 32)


def test_an_unknown_name_and_foreign_tensors_are_refused():
    with pytest.raises(ModelError, match="vit_x"):
        build("vit_x")
    with pytest.raises(ModelError, match="not those of a SAM network"):
        recognise({"fc.weight": torch.zeros(3, 3)})
    with pytest.raises(ModelError, match="width 512"):
        recognise({"image_encoder.patch_embed.proj.weight": torch.zeros(512, 3, 16, 16)})

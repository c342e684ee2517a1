"""What the registry says of known models, and how it reads what weights say of themselves."""

import logging

import pytest

from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models import architectures
from SAMSegmenterLib.models.known_models import MEDSAM_SPEC, OFFICIAL, blank_spec, with_metadata


def test_official_models_have_an_address_a_size_a_hash_and_a_licence():
    assert list(OFFICIAL) == ["vit_b", "vit_l", "vit_h"]
    for name, spec in OFFICIAL.items():
        assert spec.architecture == name == spec.name
        assert spec.url.startswith(f"https://dl.fbaipublicfiles.com/segment_anything/sam_{name}_")
        assert len(spec.sha256) == 64 and set(spec.sha256) <= set("0123456789abcdef")
        assert spec.licence == "Apache-2.0" and spec.card and spec.path is None
    assert [spec.bytes for spec in OFFICIAL.values()] == [375042383, 1249524607, 2564550879]


@pytest.mark.parametrize("architecture", ["small", "vit_b"])
def test_the_facts_of_an_architecture_are_those_of_its_network(architecture):
    import torch

    with torch.device("meta"):
        network = architectures.build(architecture)
    spec = blank_spec("x", architecture)
    assert spec.image_size == network.image_encoder.img_size
    side = network.prompt_encoder.image_embedding_size[0]
    assert (spec.image_size // spec.stride, spec.width) == (side, network.prompt_encoder.embed_dim)
    assert spec.mask_size == network.prompt_encoder.mask_input_size[0]
    mean, std = network.pixel_mean.flatten().tolist(), network.pixel_std.flatten().tolist()
    assert spec.normalisation == (pytest.approx(mean), pytest.approx(std))
    assert spec.mask_threshold == network.mask_threshold


def test_medsam_reads_images_from_0_to_1():
    assert MEDSAM_SPEC.normalisation == ((0, 0, 0), (255, 255, 255)) and MEDSAM_SPEC.licence == "Apache-2.0"


def test_weights_complete_their_spec():
    spec = with_metadata(
        blank_spec("x", "small"),
        {
            "licence": "CC0",
            "card": "Words.",
            "mask_threshold": "0.5",
            "normalisation": "[[1, 2, 3], [4, 5, 6]]",
            "s1_thresholds": '{"pred_iou_thresh": 0.7, "points_per_side": 16}',
            "format": "pt",
        },
    )
    assert (spec.licence, spec.card, spec.mask_threshold) == ("CC0", "Words.", 0.5)
    assert spec.normalisation == ((1, 2, 3), (4, 5, 6))
    assert spec.s1_thresholds == EverythingParameters(points_per_side=16, pred_iou_thresh=0.7)


def test_weights_of_a_promptless_model_say_so_and_the_card_tells():
    spec = with_metadata(blank_spec("x", "small"), {"card": "Finds vessels.", "promptless": "true"})
    assert spec.promptless is True
    assert spec.card.startswith("Finds vessels. Promptless: ") and "takes no points, boxes or masks" in spec.card
    assert with_metadata(blank_spec("x", "small"), {"promptless": "true"}).card.startswith("Promptless: ")


def test_a_card_that_says_so_itself_is_left_as_it_is():
    spec = with_metadata(blank_spec("x", "small"), {"card": "A promptless model.", "promptless": "true"})
    assert spec.promptless and spec.card == "A promptless model."


@pytest.mark.parametrize("metadata", [{}, {"promptless": "false"}])
def test_other_weights_take_prompts(metadata):
    assert with_metadata(blank_spec("x", "small"), metadata) == blank_spec("x", "small")
    assert not any(spec.promptless for spec in (*OFFICIAL.values(), MEDSAM_SPEC))


@pytest.mark.parametrize(
    "entry",
    [
        {"mask_threshold": "high"},
        {"normalisation": "[[1, 2, 3]]"},
        {"normalisation": "[[1, 2, 3], [0, 1, 1]]"},
        {"normalisation": "3"},
        {"s1_thresholds": '{"unheard_of": 1}'},
        {"s1_thresholds": "[1]"},
        {"s1_thresholds": "{"},
        {"promptless": "yes"},
        {"promptless": "1"},
        {"promptless": '"true"'},
    ],
)
def test_an_unreadable_entry_is_left_out_with_a_warning(entry, caplog):
    with caplog.at_level(logging.WARNING):
        assert with_metadata(blank_spec("x", "small"), entry) == blank_spec("x", "small")
    assert next(iter(entry)) in caplog.text

"""Encodes and decodes are counted, and every image is encoded once."""

import numpy as np
import pytest

from SAMBenchmarkLib.propagation.metering import MeteredPredictor
from SAMSegmenterLib.core.prompts import Prompts
from support.fake_predictor import ThresholdPredictor

IMAGES = [np.full((20, 30, 3), grey, np.uint8) for grey in (10, 20)]
BOX = Prompts.of(box=(2, 2, 9, 9))


def test_images_count_once_and_every_set_of_prompts_counts():
    inside = ThresholdPredictor()
    metered = MeteredPredictor(inside)
    with metered.metering() as usage:
        first, _ = metered.encode(IMAGES)
        metered.encode(IMAGES[:1])
        metered.decode(first, [BOX, BOX])
        metered.decode(first, [BOX])
    assert (usage.encodes, usage.decodes) == (2, 3) and inside.encoded_images == 2
    assert 0 < usage.inside_seconds <= usage.seconds


def test_a_block_counts_from_zero_but_keeps_embeddings():
    inside = ThresholdPredictor()
    metered = MeteredPredictor(inside)
    with metered.metering():
        metered.encode(IMAGES)
    with metered.metering() as usage:
        metered.encode(IMAGES[:1])
    assert (usage.encodes, usage.decodes, inside.encoded_images) == (1, 0, 2)
    assert metered.model_seconds(usage) == pytest.approx(metered.encode_seconds)
    metered.forget_images()
    metered.encode(IMAGES[:1])
    assert inside.encoded_images == 3

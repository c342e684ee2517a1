"""Batches are balanced over sources and repeat themselves for a seed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.batches import BatchMaker, BatchOptions
from SAMSegmenterLib.models.training.sources import CatalogueCase, LabelledSlice


def slices_of(source, count, grey):
    case = CatalogueCase(f"{source}/1", source, "s", "MR", Path("i"), Path("l"), "CC0", False, False, 0)
    pixels, labels = np.full((48, 48, 3), grey, dtype=np.uint8), np.zeros((48, 48), dtype=np.int32)
    labels[8:40, 8:40] = 1
    return [LabelledSlice(case, index, pixels, labels, (0.0, 255.0)) for index in range(count)]


def test_a_seed_gives_one_batch_and_every_object_belongs_to_its_image():
    maker = BatchMaker(slices_of("a", 3, 90), BatchOptions(images=4, objects_per_image=2))
    first, second = (maker.draw(64, np.random.default_rng(3)) for _ in range(2))
    assert torch.equal(first.images, second.images) and np.array_equal(first.masks, second.masks)
    assert first.images.shape == (4, 3, 64, 64) and first.masks.shape[1:] == (64, 64)
    assert set(first.image_index.tolist()) == {0, 1, 2, 3} and len(first.image_index) == len(first.masks)
    assert first.masks.any(axis=(1, 2)).all()


def test_a_large_source_does_not_drown_a_small_one(monkeypatch):
    monkeypatch.setattr(
        "SAMSegmenterLib.models.training.batches.augment_intensity",
        lambda image, rng: np.repeat(image, 3, axis=0) if len(image) == 1 else image,
    )
    slices = slices_of("large", 2000, 250) + slices_of("small", 10, 60)
    maker = BatchMaker(slices, BatchOptions(images=300, objects_per_image=1, synthetic_fraction=0, region_fraction=0))
    brightest = maker.draw(64, np.random.default_rng(0)).images.amax(dim=(1, 2, 3))
    share = float((brightest < 150).float().mean())
    assert share == pytest.approx(1 / 3, abs=0.1)  # square roots of 10 and of 40, the cap


def test_without_slices_all_images_are_synthetic():
    batch = BatchMaker([], BatchOptions(images=2, synthetic_fraction=0.0)).draw(64, np.random.default_rng(0))
    assert batch.images.std() > 1


def test_impossible_options_are_refused():
    with pytest.raises(InputError):
        BatchOptions(images=0)
    with pytest.raises(InputError):
        BatchOptions(synthetic_fraction=1.5)

"""Batches are balanced over sources and repeat themselves for a seed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training import batches
from SAMSegmenterLib.models.training.batches import BatchMaker, BatchOptions, repainted
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
    maker = BatchMaker(slices, BatchOptions(300, 1, synthetic_fraction=0, region_fraction=0, repaint_fraction=0))
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
    with pytest.raises(InputError):
        BatchOptions(repaint_fraction=-0.1)


@pytest.mark.parametrize("shape", [(48, 48), (30, 64), (64, 21)])
def test_repainting_keeps_the_shapes_and_changes_the_contrasts(shape):
    rows, columns = shape
    labels = np.zeros(shape, dtype=np.int32)
    labels[rows // 4 : rows // 2, columns // 4 : columns // 2] = 3
    labels[rows // 2 : rows - 4, columns // 2 : columns - 4] = 8
    channels = np.where(labels == 3, 220.0, np.where(labels == 8, 120.0, 30.0)).astype(np.float32)[None]
    differences = []
    for seed in range(24):
        before = labels.copy(), channels.copy()
        painted = repainted(channels, labels, np.random.default_rng(seed))
        assert np.array_equal(labels, before[0]) and np.array_equal(channels, before[1])
        assert painted.shape == (1, *shape) and painted.dtype == np.float32 and np.isfinite(painted).all()
        differences.append(painted[0][labels == 3].mean() - painted[0][labels == 8].mean())
    assert min(differences) < -20 and max(differences) > 20  # the image itself always has +100


def test_a_repainted_label_is_of_one_brightness_where_the_image_was_not():
    labels = np.zeros((60, 60), dtype=np.int32)
    labels[10:50, 10:50] = 1
    channels = np.zeros((1, 60, 60), dtype=np.float32)
    channels[0, 10:30, 10:50] = 250.0  # two halves of one structure
    halves = np.zeros((2, 60, 60), dtype=bool)
    halves[0, 12:28, 12:48], halves[1, 32:48, 12:48] = True, True
    between, within = [], []
    for seed in range(16):
        painted = repainted(channels, labels, np.random.default_rng(seed))[0]
        between.append(abs(painted[halves[0]].mean() - painted[halves[1]].mean()))
        within.append(painted.std())
    assert np.median(between) < 0.5 * np.median(within)


def test_the_fractions_say_how_often_images_are_synthetic_divided_or_repainted(monkeypatch):
    drawn = []
    for name in ("synthesise", "grey_level_regions", "repainted"):
        original = getattr(batches, name)
        monkeypatch.setattr(batches, name, lambda *given, name=name, real=original: drawn.append(name) or real(*given))
    options = BatchOptions(200, 1, synthetic_fraction=0.3, region_fraction=0.2, repaint_fraction=0.1)
    BatchMaker(slices_of("a", 3, 90), options).draw(64, np.random.default_rng(0))
    synthetic, repaints = drawn.count("synthesise") / 200, drawn.count("repainted") / 200
    regions = drawn.count("grey_level_regions") / 200 - repaints  # repainting divides the rest of the image
    assert synthetic == pytest.approx(0.3, abs=0.1)
    assert regions == pytest.approx(0.7 * 0.2, abs=0.07)
    assert repaints == pytest.approx(0.7 * 0.1, abs=0.05)


def test_images_without_a_large_enough_object_are_an_error_and_not_an_endless_loop():
    slices = slices_of("a", 2, 90)
    for item in slices:
        item.labels[:] = 0
        item.labels[20, 20] = 1
    maker = BatchMaker(slices, BatchOptions(images=2, synthetic_fraction=0, region_fraction=0))
    with pytest.raises(InputError, match="object of 24 pixels or more at 64 x 64"):
        maker.draw(64, np.random.default_rng(0))

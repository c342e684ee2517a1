"""Put together the images and objects of one training step, balanced over sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.augmentation import (
    TrainingImage,
    augment_geometry,
    augment_intensity,
    pad_square,
    render,
)
from SAMSegmenterLib.models.training.objects import grey_level_regions, pick_objects
from SAMSegmenterLib.models.training.sources import LabelledSlice
from SAMSegmenterLib.models.training.synthetic import paint, synthesise

LARGEST_SOURCE_COUNT = 40
FEWEST_PIXELS = 24
"""Smallest object on a small image; the mask, with half the side, then shows it two or three pixels wide."""
MOST_TRIES = 100
"""Draws until the images are given up as having no object that is large enough."""


@dataclass(frozen=True)
class BatchOptions:
    """How a step's images and objects are drawn; fractions are chances per image, sizes parts of its area."""

    images: int = 8
    objects_per_image: int = 3
    synthetic_fraction: float = 0.35
    region_fraction: float = 0.12
    repaint_fraction: float = 0.15
    smallest_object: float = 0.0006
    pad_value: float = 127.5

    def __post_init__(self) -> None:
        if self.images < 1 or self.objects_per_image < 1:
            raise InputError("A step needs at least one image and one object.")
        fractions = (self.synthetic_fraction, self.region_fraction, self.repaint_fraction)
        if not all(0 <= fraction <= 1 for fraction in fractions):
            raise InputError("Fractions lie between 0 and 1.")


@dataclass(frozen=True)
class Batch:
    """`images` (N, 3, S, S) float32 in 0..255; `masks` (P, S, S) bool; `image_index` (P,) int64."""

    images: torch.Tensor
    masks: np.ndarray
    image_index: torch.Tensor


class BatchMaker:
    """Draw batches from labelled slices and the synthetic generator.

    Args:
        slices: training slices; may be empty, then all images are synthetic.
        options: composition of a batch.
    """

    def __init__(self, slices: Sequence[LabelledSlice], options: BatchOptions) -> None:
        self._by_source: dict[str, list[LabelledSlice]] = {}
        for item in slices:
            self._by_source.setdefault(item.case.source, []).append(item)
        counts = np.array([min(len(items), LARGEST_SOURCE_COUNT) for items in self._by_source.values()], dtype=float)
        self._chances = np.sqrt(counts) / np.sqrt(counts).sum() if len(counts) else counts
        self._options = options

    def draw(self, size: int, rng: np.random.Generator) -> Batch:
        """Draw the batch of one step.

        Args:
            size: side of the images in pixels.
            rng: source of randomness; the same state gives the same batch.

        Returns:
            A batch with at least one object per image.

        Raises:
            InputError: hardly any image has an object that is large enough.
        """
        images, masks, index = [], [], []
        for number in range(self._options.images):
            image, objects = self._image_with_objects(size, rng)
            images.append(image)
            masks += objects
            index += [number] * len(objects)
        return Batch(torch.from_numpy(np.stack(images)), np.stack(masks), torch.tensor(index))

    def _image_with_objects(self, size: int, rng: np.random.Generator) -> tuple[np.ndarray, list[np.ndarray]]:
        min_pixels = max(FEWEST_PIXELS, round(self._options.smallest_object * size**2))
        for _ in range(MOST_TRIES):
            item = self._image(size, rng)
            objects = pick_objects(item.labels, item.instances, self._options.objects_per_image, min_pixels, rng)
            if objects:
                return item.image, objects
        raise InputError(
            f"Hardly any image has an object of {min_pixels} pixels or more at {size} x {size} pixels.",
            "Train at a larger image size, or on images with larger structures.",
        )

    def _image(self, size: int, rng: np.random.Generator) -> TrainingImage:
        fill = np.full(3, self._options.pad_value, dtype=np.float32)
        if not self._by_source or rng.random() < self._options.synthetic_fraction:
            made = synthesise(size, rng)
            return pad_square(augment_intensity(made.grey[None], rng), made.labels, size, fill, made.instances)
        source = list(self._by_source)[rng.choice(len(self._by_source), p=self._chances)]
        items = self._by_source[source]
        item = items[rng.integers(len(items))]
        channels, labels = augment_geometry(render(item, rng), item.labels, size, rng)
        instances = item.case.instances
        choice = rng.random()
        if choice < self._options.region_fraction:
            labels, instances = grey_level_regions(channels.mean(axis=0), rng), False
        elif choice < self._options.region_fraction + self._options.repaint_fraction:
            channels = repainted(channels, labels, rng)
        return pad_square(augment_intensity(channels, rng), labels, size, fill, instances)


def repainted(channels: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Keep the shapes of an image and give all of them new grey values, so that no source's contrast is learnt.

    Args:
        channels: (C, H, W) float32.
        labels: (H, W) int32, at least 0; what is 0 is divided by brightness first.
        rng: source of randomness.

    Returns:
        (1, H, W) float32 in 0..255.

    Source:
        Billot et al. 2023 (SynthSeg), who paint label maps.
    """
    regions = np.where(labels > 0, labels, -grey_level_regions(channels.mean(axis=0), rng))
    return paint(regions, False, rng)[None]

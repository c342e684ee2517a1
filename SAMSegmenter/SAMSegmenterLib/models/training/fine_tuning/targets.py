"""From a sample to what a training step needs: prompts in the model's grid, and targets in the grid of its logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.mask_prior import low_resolution_prior
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.training.fine_tuning.recipes import Recipe
from SAMSegmenterLib.models.training.fine_tuning.samples import ObjectMask, Sample
from SAMSegmenterLib.models.training.simulated_clicks import jittered_box


@dataclass(frozen=True, eq=False)
class Task:
    """What is asked of the model in one slice, and the answers.

    Args:
        image: (H, W, 3) uint8.
        boxes: (P, 4) float32 in the model's input, one per object; None when nothing is said.
        targets: (P, m, m) float32 in [0, 1].
        content: (P, m, m) float32, 1 on the image, 0 on its padding.
    """

    image: Rgb8
    boxes: torch.Tensor | None
    targets: torch.Tensor
    content: torch.Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def parts(self, size: int) -> list[Task]:
        """The same task in parts of at most so many objects."""
        cuts = [slice(start, start + size) for start in range(0, len(self), size)]
        boxes = self.boxes
        return [
            Task(self.image, None if boxes is None else boxes[cut], self.targets[cut], self.content[cut])
            for cut in cuts
        ]


def draw_objects(sample: Sample, most: int, rng: np.random.Generator) -> list[ObjectMask]:
    """At most so many of a sample's objects, in their order."""
    count = len(sample.objects)
    chosen = range(count) if count <= most else sorted(rng.choice(count, most, replace=False))
    return [sample.objects[number] for number in chosen]


def make_task(
    sample: Sample, objects: Sequence[ObjectMask], spec: ModelSpec, recipe: Recipe, rng: np.random.Generator
) -> Task:
    """Prompts and targets of one slice.

    Args:
        objects: some of the sample's.
        rng: jitters boxes.
    """
    transform = load_segment_anything().utils.transforms.ResizeLongestSide(spec.image_size)
    height, width = sample.image.shape[:2]
    input_size = transform.get_preprocess_shape(height, width, spec.image_size)
    targets = torch.cat([_target(item, input_size, spec) for item in objects])
    boxes = None
    if not recipe.promptless:
        drawn = np.stack([jittered_box(item.mask, rng, recipe.exact_boxes) for item in objects])
        boxes = torch.from_numpy(transform.apply_boxes(drawn, (height, width)).astype(np.float32))
    return Task(sample.image, boxes, targets, _content(targets, input_size, spec))


def _target(item: ObjectMask, input_size: tuple[int, int], spec: ModelSpec) -> torch.Tensor:
    """(1, m, m): how much of each logit's pixel the object covers."""
    coverage = item.mask.astype(np.float32)
    reduced = low_resolution_prior(coverage, item.shape, input_size, spec.image_size, spec.mask_size)
    return reduced[0].clamp(0, 1)


def _content(targets: torch.Tensor, input_size: tuple[int, int], spec: ModelSpec) -> torch.Tensor:
    rows, columns = (-(-side * spec.mask_size // spec.image_size) for side in input_size)
    content = torch.zeros_like(targets)
    content[:, :rows, :columns] = 1.0
    return content

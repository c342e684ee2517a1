"""A predictor without a network: it finds pixels of equal grey, so that phantoms have an exact answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters, ModelSpec, embedding_key
from SAMSegmenterLib.core.promptless import check_prompts, check_takes_prompts
from SAMSegmenterLib.core.prompts import Prompts

SCORES = (0.95, 0.85, 0.5)
"""Predicted IoU of the three candidates; the first one is the answer."""

_INSIDE, _OUTSIDE = 8.0, -8.0


class ThresholdPredictor:
    """Answers prompts with pixels whose grey value is the prompted one; same interface as a real predictor.

    The prompted value is that of the first positive point; without one, the most common value inside the box;
    without a box, the most common value where the mask prior is positive. The three candidates are

    0. the 4-connected components of that value (within `tolerance`) that hold a positive point; for a box or a
       prior, the one component that covers most of it. Not clipped to the box.
    1. all pixels of that value inside the box, or in the whole image when there is no box.
    2. the filled bounding box of candidate 0.

    A negative point inside candidate 0 or 1 cuts out the 5 x 5 pixels around it. No prompt, or none that meets a
    pixel, gives empty masks with score 0. `previous` changes nothing. Low-resolution logits are +8 inside, -8 outside.

    Args:
        tolerance: grey values this close belong together.
        min_pixels: smallest component that everything mode returns.
        mask_size: side of the low-resolution logits.

    Attributes:
        encode_calls, encoded_images, decode_calls, decoded_prompts, everything_calls: what was asked so far.
    """

    engine, precision, device, threads = "threshold", "float32", "cpu", 1

    def __init__(
        self, tolerance: float = 0, min_pixels: int = 16, mask_size: int = 64, name: str = "threshold"
    ) -> None:
        self.spec = ModelSpec(name, "small", "f" * 64, image_size=4 * mask_size, width=1, mask_size=mask_size)
        self._tolerance, self._min_pixels = tolerance, min_pixels
        self.encode_calls = self.encoded_images = self.decode_calls = self.decoded_prompts = self.everything_calls = 0

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """The grey image itself as (1, H, W) float16; 8-bit values are exact in it."""
        self.encode_calls += 1
        self.encoded_images += len(images)
        return [self._embed(image) for image in images]

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """Candidates as the class describes them; the first one alone when `multimask` is False."""
        assert previous is None or len(previous) == len(prompts)
        self.decode_calls += 1
        self.decoded_prompts += len(prompts)
        return [self._answer(embedding, one, 3 if multimask else 1) for one in prompts]

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """Every 4-connected component of equal grey with at least `min_pixels`, background too, largest first."""
        self.everything_calls += 1
        grey = embedding.features[0].astype(np.float32)
        masks = [mask for value in np.unique(grey) for mask in self._components(grey == value)]
        masks = sorted((mask for mask in masks if mask.sum() >= self._min_pixels), key=lambda mask: -int(mask.sum()))
        stack = np.array(masks, bool).reshape(-1, *grey.shape)
        return Candidates(stack, np.full(len(stack), SCORES[0], np.float32))

    def synchronise(self) -> None:
        """Nothing to wait for."""

    def _embed(self, image: Rgb8) -> Embedding:
        height, width = image.shape[:2]
        scale = self.spec.image_size / max(height, width)
        features = np.rint(image.mean(axis=2))[None].astype(np.float16)
        key = embedding_key(image, self)
        return Embedding(key, (height, width), (int(height * scale + 0.5), int(width * scale + 0.5)), features)

    def _answer(self, embedding: Embedding, prompts: Prompts, count: int) -> Candidates:
        grey = embedding.features[0].astype(np.float32)
        seeds = _seeds(prompts, grey.shape)
        if not seeds.any():
            masks, scores = np.zeros((count, *grey.shape), bool), np.zeros(count, np.float32)
        else:
            masks = np.stack(self._three_masks(grey, prompts, seeds)[:count])
            scores = np.array(SCORES[:count], np.float32)
        return Candidates(masks, scores, np.stack([self._low_res(mask) for mask in masks]))

    def _three_masks(self, grey: np.ndarray, prompts: Prompts, seeds: Mask) -> list[Mask]:
        alike = np.abs(grey - _value(grey, prompts, seeds)) <= self._tolerance
        labels, count = ndimage.label(alike)
        inside = np.bincount(labels[seeds], minlength=count + 1)
        inside[0] = 0
        wanted = np.flatnonzero(inside) if prompts.labels.any() else [int(inside.argmax())]
        component = np.isin(labels, wanted) & alike
        everywhere = alike & _box_area(prompts.box, grey.shape)
        for x, y in np.rint(prompts.points[prompts.labels == 0]).astype(int):
            for mask in (component, everywhere):
                if _holds(mask.shape, x, y) and mask[y, x]:
                    mask[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = False
        return [component, everywhere, _bounding_box(component)]

    def _components(self, mask: Mask) -> list[Mask]:
        labels, count = ndimage.label(mask)
        return [labels == label for label in range(1, count + 1)]

    def _low_res(self, mask: Mask) -> np.ndarray:
        side, longest = self.spec.mask_size, max(mask.shape)
        at = ((np.arange(side) + 0.5) * longest / side).astype(int)
        padded = np.zeros((longest, longest), bool)
        padded[: mask.shape[0], : mask.shape[1]] = mask
        return np.where(padded[np.ix_(at, at)], _INSIDE, _OUTSIDE).astype(np.float32)


class PromptlessPredictor(ThresholdPredictor):
    """A promptless model that was "trained" to find the brightest pixels of a slice; of phantoms, the first structure.

    Its one candidate has the score `SCORES[0]`. Prompts and everything mode are refused as by a real predictor.
    """

    def __init__(self, tolerance: float = 0, mask_size: int = 64, name: str = "brightest") -> None:
        super().__init__(tolerance, mask_size=mask_size, name=name)
        self.spec = replace(self.spec, promptless=True, sha256="e" * 64)

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """The brightest pixels, for each empty set of prompts."""
        check_prompts(self.spec, prompts, previous)
        self.decode_calls += 1
        self.decoded_prompts += len(prompts)
        mask = embedding.features[0] >= embedding.features[0].max() - self._tolerance
        answer = Candidates(mask[None], np.array(SCORES[:1], np.float32), self._low_res(mask)[None])
        return [answer for _ in prompts]

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """Refused: a grid of points is made of prompts."""
        check_takes_prompts(self.spec)
        raise AssertionError("a promptless model was not refused")


def _seeds(prompts: Prompts, shape: tuple[int, int]) -> Mask:
    """Pixels that the prompts point at."""
    seeds = np.zeros(shape, bool)
    if prompts.labels.any():
        for x, y in np.rint(prompts.points[prompts.labels == 1]).astype(int):
            if _holds(shape, x, y):
                seeds[y, x] = True
    elif prompts.box is not None:
        seeds = _box_area(prompts.box, shape)
    elif prompts.mask_prior is not None:
        seeds = prompts.mask_prior > 0
    return seeds


def _value(grey: np.ndarray, prompts: Prompts, seeds: Mask) -> float:
    positives = np.rint(prompts.points[prompts.labels == 1]).astype(int)
    for x, y in positives:
        if _holds(grey.shape, x, y):
            return float(grey[y, x])
    values, counts = np.unique(grey[seeds], return_counts=True)
    return float(values[counts.argmax()])


def _box_area(box: np.ndarray | None, shape: tuple[int, int]) -> Mask:
    area = np.ones(shape, bool)
    if box is not None:
        rows, columns = np.ogrid[: shape[0], : shape[1]]
        area = (columns >= box[0]) & (columns <= box[2]) & (rows >= box[1]) & (rows <= box[3])
    return area


def _bounding_box(mask: Mask) -> Mask:
    filled = np.zeros_like(mask)
    rows, columns = np.nonzero(mask)
    if len(rows):
        filled[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    return filled


def _holds(shape: tuple[int, ...], x: int, y: int) -> bool:
    return 0 <= y < shape[0] and 0 <= x < shape[1]

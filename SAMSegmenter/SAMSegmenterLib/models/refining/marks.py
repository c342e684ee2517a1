"""Prompts and pictures in the form that windows are cut from: shares of the padded square, planes that cover it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.refining.appearance import Look
from SAMSegmenterLib.models.refining.window import SIDE, STEPS, Pyramid, Window, sampled

FINER = 2
"""Pixels of the kept picture for each pixel that the model sees, along rows and columns."""

_BLOT = 0.02
"""Standard deviation of a click's blot, in shares of the window."""


def kept_picture(image: Rgb8, input_size: tuple[int, int]) -> np.ndarray:
    """A slice with `FINER` times the pixels that the model sees of it.

    Args:
        image: (H, W, 3) uint8.
        input_size: (h, w) of the slice as the model sees it, without padding.

    Returns:
        (FINER h, FINER w, 3) uint8, or with one channel where all three are alike.
    """
    grey = bool((image == image[..., :1]).all())
    copied = np.array(image[..., : 1 if grey else 3])  # the slice may be read-only
    pixels = torch.from_numpy(copied).permute(2, 0, 1)[None].float()
    size = FINER * input_size[0], FINER * input_size[1]
    made = functional.interpolate(pixels, size, mode="bilinear", align_corners=False, antialias=True)
    return made[0].round().clamp(0, 255).byte().permute(1, 2, 0).contiguous().numpy()


def planes_of(picture: np.ndarray, side: int) -> Pyramid:
    """Brightness, red less green, blue less green and 1 where there is a picture, 0 beyond it.

    Args:
        picture: (h, w, 1 or 3) uint8.
        side: of the padded square, pixels.
    """
    height, width, channels = picture.shape
    planes = torch.zeros(4, side, side)
    colours = torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)
    planes[0, :height, :width] = colours.mean(0)
    if channels == 3:
        planes[1:3, :height, :width] = colours[::2] - colours[1]
    planes[3, :height, :width] = 1
    return Pyramid(planes)


@dataclass(frozen=True)
class Marks:
    """Prompts as shares of the padded square, (x, y) from 0 to 1.

    Args:
        box: (x0, y0, x1, y1), outer edges, or None.
        clicked, excluded: positive and negative points.
    """

    box: tuple[float, float, float, float] | None
    clicked: tuple[tuple[float, float], ...]
    excluded: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, prompts: Prompts, scale: tuple[float, float]) -> Marks:
        """Of prompts in pixels of a slice.

        Args:
            scale: of columns and rows: shares of the square for each pixel.
        """
        across, down = scale
        points = [((x + 0.5) * across, (y + 0.5) * down) for x, y in prompts.points.tolist()]
        box = None
        if prompts.box is not None:
            x0, y0, x1, y1 = prompts.box.tolist()
            box = (x0 * across, y0 * down, (x1 + 1) * across, (y1 + 1) * down)
        inside, outside = (
            tuple(point for point, label in zip(points, prompts.labels, strict=True) if label == kind)
            for kind in (1, 0)
        )
        return cls(box, inside, outside)

    def look(self, planes: Pyramid, logits: torch.Tensor, window: Window) -> Look:
        """What is known of one window.

        Args:
            planes: as `planes_of` makes them.
            logits: (h, h) of the mask on the padded square.
        """
        pixels = planes.sampled(window)
        valid = (pixels[3:] > 0.5).float()
        return Look(
            (pixels[:3] * valid)[None],
            valid,
            sampled(logits[None], window),
            self._box_in(window)[None],
            torch.tensor([float(self.box is not None)]),
            _blots(self.clicked, window)[None],
            _blots(self.excluded, window)[None],
        )

    def _box_in(self, window: Window) -> torch.Tensor:
        if self.box is None:
            return torch.zeros(SIDE, SIDE)
        (x0, y0), (x1, y1) = window.inside(self.box[:2]), window.inside(self.box[2:])
        across, down = (x0 <= STEPS) & (x1 >= STEPS), (y0 <= STEPS) & (y1 >= STEPS)
        return (across[None] & down[:, None]).float()


def _blots(points: tuple[tuple[float, float], ...], window: Window) -> torch.Tensor:
    if not points:
        return torch.zeros(SIDE, SIDE)
    places = torch.tensor([window.inside(point) for point in points])
    across, down = torch.exp(-((places[..., None] - STEPS) ** 2) / (2 * _BLOT**2)).unbind(1)
    return (down[:, :, None] * across[:, None, :]).amax(0)

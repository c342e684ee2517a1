"""A picture of the least certain slices with the outlines that were found there."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from SAMSegmenterLib.cli.segment_propagate import PropagationPlan
from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.mask_box import box_of
from SAMSegmenterLib.core.propagation import KEYFRAME
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.core.windowing import Window, to_rgb8
from SAMSegmenterLib.files.slicer_segments import colour_of
from SAMSegmenterLib.session.propagation_results import HeldSlice

MOST, COLUMNS = 12, 4
TILE, CAPTION, GAP = 240, 40, 6
"""Pixels."""

_ROOM = 0.6
"""Shown round a structure, in its own widths."""

_LEAST_SHOWN = 48
_PAPER, _INK = (255, 255, 255), (23, 35, 43)


def picture_of(plan: PropagationPlan, held: Sequence[HeldSlice], window: Window) -> bytes:
    """Draw the slices of lowest confidence, the lowest first; keyframes come last.

    Returns:
        A PNG.
    """
    found = [one for one in held if one.final]
    chosen = sorted(found, key=lambda one: (one.origin == KEYFRAME, one.slice_confidence, one.segment, one.index))[
        :MOST
    ]
    rows = -(-len(chosen) // COLUMNS)
    size = (COLUMNS * (TILE + GAP) + GAP, rows * (TILE + CAPTION + GAP) + GAP)
    sheet, font = Image.new("RGB", size, _PAPER), ImageFont.load_default(size=14)
    pen = ImageDraw.Draw(sheet)
    colours = {one.segment_id: colour_of(one.value) for one in plan.job.targets}
    for number, one in enumerate(chosen):
        left = GAP + number % COLUMNS * (TILE + GAP)
        top = GAP + number // COLUMNS * (TILE + CAPTION + GAP)
        sheet.paste(_tile(plan, one, window, colours[one.segment]), (left, top))
        caption = (
            f"{plan.names[one.segment][:30]}\n{plan.slice_name(one.index)}: {one.slice_confidence:.2f} {one.origin}"
        )
        pen.text((left, top + TILE + 2), caption, fill=_INK, font=font)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _tile(plan: PropagationPlan, one: HeldSlice, window: Window, colour: tuple[float, float, float]) -> Image.Image:
    image = plan.stack.image(one.index)
    rows, columns = _part(one.mask)
    flips = _flips(plan, image)
    rgb8 = _turned(to_rgb8(image.pixels, window)[rows, columns], flips)
    mask = _turned(one.mask[rows, columns], flips)
    scale = TILE / max(mask.shape)
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    shown = np.array(Image.fromarray(np.ascontiguousarray(rgb8)).resize(size, Image.Resampling.BICUBIC))
    large = np.array(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST))
    rim = large & ~ndimage.minimum_filter(large, size=3, mode="nearest")
    shown[rim] = np.rint(255 * np.array(colour)).astype(np.uint8)
    tile = Image.new("RGB", (TILE, TILE))
    tile.paste(Image.fromarray(shown), ((TILE - size[0]) // 2, (TILE - size[1]) // 2))
    return tile


def _part(mask: Mask) -> tuple[slice, slice]:
    """Rows and columns that are shown: a square round the mask, inside the slice."""
    x0, y0, x1, y1 = box_of(mask)
    side = max(_LEAST_SHOWN, round((1 + 2 * _ROOM) * max(x1 - x0, y1 - y0)))
    ranges = []
    for low, high, count in ((y0, y1, mask.shape[0]), (x0, x1, mask.shape[1])):
        start = max(0, min((low + high - side) // 2, count - side))
        ranges.append(slice(start, min(count, start + side)))
    return ranges[0], ranges[1]


def _flips(plan: PropagationPlan, image: SliceImage) -> tuple[bool, bool]:
    """Whether rows and columns are turned round, so that left, posterior and inferior lie right and below."""
    volume = plan.source.volume
    if not volume.has_spacing:
        return False, False
    to_ras = (volume.ijk_to_ras @ image.pixel_to_ijk)[:3]
    down, right = (to_ras[np.abs(to_ras[:, n]).argmax(), n] > 0 for n in (1, 0))
    return bool(down), bool(right)


def _turned(pixels: Rgb8 | Mask, flips: tuple[bool, bool]) -> Rgb8 | Mask:
    return pixels[:: -1 if flips[0] else 1, :: -1 if flips[1] else 1]

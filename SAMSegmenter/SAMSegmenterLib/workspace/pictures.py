"""Pictures of slices for the page: intensities as grey, masks as a transparent layer over them."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.core.windowing import MinMax, Window, to_rgb8
from SAMSegmenterLib.workspace.orientation import Orientation

Colour = tuple[float, float, float]

_HATCH = 6
"""Pixels from one stripe to the next."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A mask to draw.

    Args:
        mask: (H, W) bool on the slice.
        colour: red, green, blue, 0 to 1.
        fill, line: opacity of the inside and of the outline, 0 to 1.
        hatched: the inside is striped, as what is not accepted.
    """

    mask: Mask
    colour: Colour
    fill: float = 0.3
    line: float = 0.9
    hatched: bool = False


@dataclass(frozen=True, eq=False)
class Heat:
    """Values to draw from yellow to red, nothing for 0.

    Args:
        values: (H, W), 0 to 1.
    """

    values: np.ndarray


def slice_url(image: SliceImage, window: Window | None, orientation: Orientation) -> str:
    """A slice as the data URL of a PNG, without loss.

    Args:
        window: of the viewer; None shows the whole range of the slice.
    """
    colours = to_rgb8(image.pixels, window if window is not None else MinMax())
    shown = orientation.shown(colours if image.pixels.ndim == 3 else colours[..., 0])
    return _png_url(np.ascontiguousarray(shown))


def layers_url(layers: Sequence[Layer | Heat], orientation: Orientation) -> str:
    """Masks as the data URL of a PNG with transparency, later ones on top; empty when there is nothing to draw."""
    drawn = [layer for layer in layers if _pixels(layer).any()]
    if not drawn:
        return ""
    picture = np.zeros((*_pixels(drawn[0]).shape, 4), np.uint8)
    for layer in drawn:
        if isinstance(layer, Heat):
            _draw_heat(layer.values, picture)
        else:
            _draw_mask(layer, picture)
    return _png_url(np.ascontiguousarray(orientation.shown(picture)))


def _pixels(layer: Layer | Heat) -> np.ndarray:
    return layer.values if isinstance(layer, Heat) else layer.mask


def _draw_mask(layer: Layer, picture: np.ndarray) -> None:
    colour = [round(255 * part) for part in layer.colour]
    inside, edge = layer.mask, layer.mask & ~ndimage.binary_erosion(layer.mask)
    if layer.hatched:
        rows, columns = np.indices(inside.shape, sparse=True)
        inside = inside & ((rows + columns) % _HATCH < _HATCH // 2)
    picture[inside] = (*colour, round(255 * layer.fill))
    picture[edge] = (*colour, round(255 * layer.line))


def _draw_heat(values: np.ndarray, picture: np.ndarray) -> None:
    there = values > 0
    share = np.clip(values[there], 0, 1)[:, None]
    colours = (1 - share) * np.array([255, 225, 60, 110]) + share * np.array([215, 25, 28, 220])
    picture[there] = np.round(colours).astype(np.uint8)


def _png_url(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")

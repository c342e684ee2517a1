"""Pictures of slices for the page: intensities as grey, masks as a transparent layer over them."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.core.windowing import MinMax, Window, to_rgb8
from SAMSegmenterLib.workspace.orientation import Orientation

Colour = tuple[float, float, float]

_HATCH = 6
"""Pixels from one stripe to the next."""

_HEATS = 64
"""Colours from yellow to red."""


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
    numbers, colours = np.zeros(_pixels(drawn[0]).shape, np.uint16), _Colours()
    for layer in drawn:
        if isinstance(layer, Heat):
            _draw_heat(layer.values, numbers, colours)
        else:
            _draw_mask(layer, numbers, colours)
    return _painted_url(np.ascontiguousarray(orientation.shown(numbers)), np.array([*colours.known], np.uint8))


class _Colours:
    """Numbers of colours (red, green, blue, opacity, 0 to 255); 0 is nothing.

    A picture of numbers is drawn and packed in a quarter of the time that one of colours takes.
    """

    def __init__(self) -> None:
        self.known: dict[tuple[int, ...], int] = {(0, 0, 0, 0): 0}

    def number(self, colour: Colour, opacity: float) -> int:
        """Number of a colour, 0 to 1."""
        return self.known.setdefault(tuple(round(255 * part) for part in (*colour, opacity)), len(self.known))


def _pixels(layer: Layer | Heat) -> np.ndarray:
    return layer.values if isinstance(layer, Heat) else layer.mask


def _draw_mask(layer: Layer, numbers: np.ndarray, colours: _Colours) -> None:
    inside = layer.mask
    if layer.hatched:
        rows, columns = np.indices(inside.shape, sparse=True)
        inside = inside & ((rows + columns) % _HATCH < _HATCH // 2)
    numbers[inside] = colours.number(layer.colour, layer.fill)
    numbers[_edge(layer.mask)] = colours.number(layer.colour, layer.line)


def _edge(mask: Mask) -> Mask:
    """Pixels of a mask with a neighbour that is not in it, or at the border of the picture."""
    inner = np.zeros_like(mask)
    inner[1:-1, 1:-1] = mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    return mask & ~inner


def _draw_heat(values: np.ndarray, numbers: np.ndarray, colours: _Colours) -> None:
    there = values > 0
    share = np.linspace(0, 1, _HEATS)[:, None]
    scale = ((1 - share) * np.array([255, 225, 60, 110]) + share * np.array([215, 25, 28, 220])) / 255
    known = np.array([colours.number(tuple(colour), opacity) for *colour, opacity in scale.tolist()])
    numbers[there] = known[np.rint(np.clip(values[there], 0, 1) * (_HEATS - 1)).astype(np.intp)]


def _painted_url(numbers: np.ndarray, colours: np.ndarray) -> str:
    """A picture of numbers of colours (N, 4)."""
    if len(colours) > 256:
        return _png_url(colours[numbers])
    image = Image.fromarray(numbers.astype(np.uint8), "P")
    image.putpalette(colours[:, :3].tobytes())
    return _url(image, transparency=colours[:, 3].tobytes())


def _png_url(pixels: np.ndarray) -> str:
    return _url(Image.fromarray(pixels))


def _url(image: Image.Image, **options: bytes) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1, **options)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")

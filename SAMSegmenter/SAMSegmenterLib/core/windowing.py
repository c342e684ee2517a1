"""Step from intensities to the 8-bit RGB image that SAM reads."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.errors import InputError

_PIXELS_AT_ONCE = 1 << 18


class Window(Protocol):
    """How intensities become grey values."""

    def limits(self, pixels: np.ndarray) -> tuple[float, float]:
        """Intensities shown as 0 and as 255; pixels may be a slice or a whole volume."""
        ...


@dataclass(frozen=True)
class MinMax:
    """Smallest to largest finite value."""

    def limits(self, pixels: np.ndarray) -> tuple[float, float]:
        finite = _finite(pixels)
        return float(finite.min()), float(finite.max())


@dataclass(frozen=True)
class ZeroMax:
    """Zero to the largest finite value, as the released program of Mazurowski et al. 2023 shows images."""

    def limits(self, pixels: np.ndarray) -> tuple[float, float]:
        return 0.0, float(_finite(pixels).max())


@dataclass(frozen=True)
class Percentile:
    """Between two percentiles of the finite values (0 to 100)."""

    low: float = 0.5
    high: float = 99.5

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high <= 100:
            raise InputError(
                f"Percentiles go from 0 to 100, low before high; got {self.low:g} and {self.high:g}.",
                "Write them as in percentile:0.5,99.5.",
            )

    def limits(self, pixels: np.ndarray) -> tuple[float, float]:
        low, high = np.percentile(_finite(pixels), (self.low, self.high))
        return float(low), float(high)


@dataclass(frozen=True)
class LevelWidth:
    """Radiologist's window: centre and width, in the volume's units (HU in CT)."""

    level: float
    width: float

    def __post_init__(self) -> None:
        if not (self.width > 0 and math.isfinite(self.level) and math.isfinite(self.width)):
            raise InputError(
                f"A window is a level and a width above 0; got {self.level:g} and {self.width:g}.",
                "Write them as in level-width:40,400.",
            )

    def limits(self, pixels: np.ndarray) -> tuple[float, float]:
        return self.level - self.width / 2, self.level + self.width / 2


@dataclass(frozen=True)
class Limits:
    """Fixed intensities shown as 0 and as 255; equal ones give a black image."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise InputError(
                f"Limits are two finite numbers, low before high; got {self.low:g} and {self.high:g}.",
                "Write them as in limits:-160,240.",
            )

    def limits(self, pixels: np.ndarray) -> tuple[float, float]:
        return self.low, self.high


Display = LevelWidth
"""The window shown in the viewer is a level and a width, too."""

CT_PRESETS = {
    "abdomen": LevelWidth(50, 400),
    "bone": LevelWidth(400, 1800),
    "brain": LevelWidth(40, 80),
    "lung": LevelWidth(-600, 1500),
    "mediastinum": LevelWidth(50, 350),
    "amos": LevelWidth((-991 + 362) / 2, 362 + 991),  # Shi et al. 2023: -991 to 362 HU
}
"""Usual CT windows, HU."""

_KINDS: dict[str, Callable[..., Window]] = {
    "minmax": MinMax,
    "zeromax": ZeroMax,
    "percentile": Percentile,
    "level-width": LevelWidth,
    "limits": Limits,
}


def parse_window(text: str) -> Window:
    """Window from its name on the command line.

    Args:
        text: "minmax", "zeromax", "percentile:0.5,99.5", "level-width:40,400", "limits:-160,240" or a CT preset's name.

    Raises:
        InputError: no such window.
    """
    name, _, values = text.partition(":")
    try:
        numbers = [float(value) for value in values.split(",")] if values else []
        return _KINDS[name](*numbers) if name in _KINDS else CT_PRESETS[text]
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        kinds = "minmax, zeromax, percentile:LOW,HIGH, level-width:LEVEL,WIDTH, limits:LOW,HIGH"
        names = ", ".join((kinds, *CT_PRESETS))
        raise InputError(f"There is no window '{text}'.", f"Choose one of: {names}.") from error


def to_rgb8(pixels: np.ndarray, window: Window, limits: tuple[float, float] | None = None) -> Rgb8:
    """Grey or colour pixels as SAM reads them.

    Args:
        pixels: (H, W) of any number type, or (H, W, 3). Colour of 8 bits is taken as it is.
        window: chooses the intensities shown as 0 and 255.
        limits: those intensities, when they were found on something larger (the volume, say).

    Returns:
        (H, W, 3) uint8; a constant image is 0. Values that are not finite are shown as 0.
    """
    if pixels.ndim == 3 and pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    low, high = limits if limits is not None else window.limits(pixels)
    rgb, shades = np.empty((*pixels.shape[:2], 3), np.uint8), _shades(pixels, low, high)
    at_once = max(1, _PIXELS_AT_ONCE // max(1, pixels.shape[1]))
    for start in range(0, len(pixels), at_once):  # the numbers in between are many times as large as the picture
        grey = shades(pixels[start : start + at_once])
        rgb[start : start + at_once] = grey if grey.ndim == 3 else grey[..., None]
    return rgb


def scale(pixels: np.ndarray, low: float, high: float) -> np.ndarray:
    """255 * (I - low) / (high - low), clipped to 0 and 255, float32; all 0 when high is not above low.

    Source: Huang et al. 2024, Medical Image Analysis, section 3 (min-max normalisation).
    """
    if not high > low:
        return np.zeros(pixels.shape, np.float32)
    values = np.asarray(pixels, np.float64)
    scaled = np.clip(255.0 * (values - low) / (high - low), 0, 255)
    return np.where(np.isfinite(values), scaled, 0).astype(np.float32)


def _shades(pixels: np.ndarray, low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    """What makes parts of the pixels 8-bit grey; truncated, as the authors of the S1-S6 protocol do.

    A large slice of 16-bit values has far fewer values than pixels: each is computed once.
    """
    kind = pixels.dtype
    if kind.kind not in "iu" or kind.itemsize > 2 or pixels.size <= 256**kind.itemsize:
        return lambda part: scale(part, low, high).astype(np.uint8)
    numbers = np.arange(256**kind.itemsize, dtype=kind.str.replace("i", "u"))
    table = scale(numbers.view(kind), low, high).astype(np.uint8)
    return lambda part: table[part.view(numbers.dtype)]


def paper_clip(grey: np.ndarray) -> np.ndarray:
    """The clip that the authors' released code applies before embedding, on a 0-255 image.

    Percentiles 0.95 and 99.5 (in percent), min-max, pixels that were 0 stay 0, truncated to uint8.

    Source: code of Huang et al. 2024; the paper does not mention it.
    """
    low, high = np.percentile(grey, (0.95, 99.5))
    clipped = np.clip(grey.astype(np.float64), low, high)
    scaled = scale(clipped, clipped.min(), clipped.max())
    scaled[grey == 0] = 0
    return scaled.astype(np.uint8)


def _finite(pixels: np.ndarray) -> np.ndarray:
    if np.issubdtype(pixels.dtype, np.integer):
        return pixels
    finite = pixels[np.isfinite(pixels)]
    if not finite.size:
        raise InputError("The image holds no finite value.", "Check how it was exported.")
    return finite
